"""Exact dates of the ladder through the machine and the ledger: re-anchoring, gaps, disputes, promises, hours."""

from datetime import UTC, date, datetime

import pytest

from domain.account import commands as c
from domain.account import effects as f
from domain.account import events as e
from domain.account.agenda import agenda
from domain.business_calendar import CompiledCalendar
from domain.machine import SYSTEM
from domain.ports import NoticePlan
from domain.receivables.entries import Instalment
from domain.span import Clock, Span
from domain.terms import LadderLevel, PromiseTerms
from simulation.ledger import MemoryLedger
from tests.domain.account.run import Run, at, cny, dunning, on, terms

Sent = list[tuple[datetime, str]]
WEEKDAYS = CompiledCalendar(
    zone="UTC",
    version="weekdays",
    valid_from=date(2025, 1, 1),
    valid_until=date(2028, 1, 1),
    hours=(*(((570, 1050),),) * 5, (), ()),
)


def span(text: str) -> Span:
    return Span.parse(text, Clock.WALL)


def test_the_reference_ladder_fires_on_its_days_at_nine() -> None:
    run = Run()
    run.issue("d1", 100, due_day=30)
    run.until(at(200))
    expected: Sent = [
        (at(33), "reminder"),
        (at(40), "L1"),
        (at(50), "L2"),
        (at(60), "L3"),
        (at(75), "collections"),
    ]
    assert run.stages() == expected
    assert run.account.case.next is None


def test_a_payment_at_eight_beats_the_stage_of_that_day_and_one_at_ten_does_not() -> None:
    for hour, stages in ((8, []), (10, [(at(33), "reminder")])):
        run = Run()
        number = run.issue("d1", 100, due_day=30)
        run.until(at(33, hour))
        run.pay("1", 100, number)
        run.until(at(90))
        assert run.stages() == stages


def test_the_ladder_of_a_customer_re_anchors_on_what_is_left() -> None:
    """G15, with and without a gap: level 1 of the second item on day 9, nothing skipped."""
    for gap in (None, "0d", "5d"):
        ladder = dunning(unit="customer", min_gap=None if gap is None else span(gap))
        run = Run(terms(ladder))
        first = run.issue("d1", 100, due_day=0)
        run.issue("d2", 100, due_day=6)
        run.until(at(8, 8))
        assert run.stages() == [(at(3), "reminder")]
        run.pay("1", 100, first)
        run.until(at(60))
        assert run.stages()[1:] == [
            (at(9), "reminder"),
            (at(16), "L1"),
            (at(26), "L2"),
            (at(36), "L3"),
            (at(51), "collections"),
        ]


def test_a_case_of_a_customer_sends_one_notice_over_all_that_is_overdue() -> None:
    run = Run(terms(dunning(unit="customer")))
    run.issue("d1", 100, due_day=0)
    run.issue("d2", 50, due_day=2)
    run.issue("d3", 70, due_day=20)
    run.until(at(3))
    (sent,) = run.events(e.NoticeSent)
    assert (sent.invoices, sent.open_minor) == (("INV-2026-000001", "INV-2026-000002"), 150)


def test_no_stage_counts_twice_for_an_item_that_was_named_beside_an_older_one() -> None:
    """Two letters of the older one name it before it comes to its third level; they are not its L2 and L3."""
    counted: list[tuple[str, str]] = []

    class Watched(MemoryLedger):
        """Notes for which items the stage of each letter counts."""

        async def plan_notice(self, key: str, at: datetime, effect: f.SendNotice) -> NoticePlan | None:
            planned = await super().plan_notice(key, at, effect)
            assert planned is not None
            counted.extend((item.number, planned.stage) for item in planned.items if item.level == planned.level)
            return planned

    run = Run(terms(dunning(unit="customer")), Watched())
    first, second = run.issue("d1", 100, due_day=0), run.issue("d2", 50, due_day=12)
    run.until(at(31))
    run.pay("1", 100, first)
    run.until(at(80))
    assert [stage for number, stage in counted if number == first] == ["reminder", "L1", "L2", "L3"]
    assert [stage for number, stage in counted if number == second] == ["L2", "L3", "collections"]


def test_per_invoice_every_item_has_its_own_ladder() -> None:
    run = Run()
    run.issue("d1", 100, due_day=0)
    run.issue("d2", 100, due_day=5)
    run.until(at(12))
    assert run.stages() == [(at(3), "reminder"), (at(8), "reminder"), (at(10), "L1")]
    assert [sent.invoices for sent in run.events(e.NoticeSent)] == [
        ("INV-2026-000001",),
        ("INV-2026-000002",),
        ("INV-2026-000001",),
    ]


def test_two_instalments_of_one_invoice_are_dunned_apart() -> None:
    run = Run()
    parts = tuple(Instalment(index=place, due_on=on(day), amount=cny(50)) for place, day in ((1, 0), (2, 4)))
    run.send(c.ImportOpenItem(number="007", issued_on=on(0), instalments=parts))
    run.until(at(8))
    assert run.stages() == [(at(3), "reminder"), (at(7), "reminder")]
    run.until(at(11))
    assert run.stages()[2:] == [(at(10), "L1")]


def test_a_gap_in_business_days_moves_the_next_level() -> None:
    levels = (LadderLevel(id="one", day=3), LadderLevel(id="two", day=5))
    run = Run(terms(dunning(levels=levels, min_gap=span("5bd")), calendar=WEEKDAYS))
    run.issue("d1", 100, due_day=0)
    run.until(at(30))
    assert run.stages() == [(at(3), "one"), (at(10), "two")]


def test_a_level_that_fell_into_a_dispute_resumes_after_it() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=0)
    run.send(c.Dispute(number=number, reason="other"), moment=at(8, 12))
    run.send(c.Resolve(number=number, outcome="reject"), moment=at(25, 14))
    run.until(at(80))
    assert run.stages() == [
        (at(3), "reminder"),
        (at(26), "L1"),
        (at(27), "L2"),
        (at(30), "L3"),
        (at(45), "collections"),
    ]


def test_the_undisputed_part_stays_in_dunning() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=0)
    run.send(c.Dispute(number=number, minor=60, reason="other"), moment=at(1))
    run.until(at(5))
    (sent,) = run.events(e.NoticeSent)
    assert (run.stages(), sent.open_minor) == ([(at(3), "reminder")], 40)
    assert (run.account.case.disputed_minor, run.account.case.open_minor) == (60, 100)


@pytest.mark.parametrize(
    ("opened", "closed", "expected"),
    [
        (at(10), at(20), [(at(3), "reminder"), (at(10), "-L1"), (at(20), "L2"), (at(30), "L3")]),
        (at(9), at(20, 9, 1), [(at(3), "reminder"), (at(10), "-L1"), (at(20), "-L2"), (at(30), "L3")]),
        (at(2), None, [(at(3), "-reminder"), (at(10), "-L1"), (at(20), "-L2"), (at(30), "-L3")]),
        (at(3, 10), at(9), [(at(3), "reminder"), (at(10), "L1"), (at(20), "L2"), (at(30), "L3")]),
    ],
)
def test_under_skip_a_level_inside_a_dispute_is_recorded_and_never_sent(
    opened: datetime, closed: datetime | None, expected: Sent
) -> None:
    """Inside means: opened at or before its instant, closed after it."""
    run = Run(terms(dunning(dispute_hold="skip")))
    number = run.issue("d1", 100, due_day=0)
    dispute = c.Dispute(number=number, reason="other")
    if opened == at(10):
        # The dispute comes at the very instant of the level, and is heard first.
        run.until(at(9, 23))
        run.now = opened
        run.send(dispute)
    else:
        run.send(dispute, moment=opened)
    if closed is not None:
        run.until(closed.replace(hour=8) if closed == at(20) else closed)
        run.now = closed
        run.send(c.Resolve(number=number, outcome="reject"))
    run.until(at(31))
    assert run.stages() == expected


def test_without_a_hold_disputes_are_ignored() -> None:
    run = Run(terms(dunning(dispute_hold="none")))
    number = run.issue("d1", 100, due_day=0)
    run.send(c.Dispute(number=number, reason="other"), moment=at(1))
    run.until(at(11))
    assert run.stages() == [(at(3), "reminder"), (at(10), "L1")]


def test_a_broken_promise_lets_the_level_go_at_the_next_slot() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=0)
    run.send(c.Promise(number=number, on=on(12)), moment=at(5))
    run.until(at(60))
    assert run.stages()[:3] == [(at(3), "reminder"), (at(13), "L1"), (at(20), "L2")]
    assert [fact.at for fact in run.facts if isinstance(fact.event, e.PromiseBroken)] == [at(13, 0)]


def test_a_kept_promise_is_seen_at_once_and_nothing_is_sent() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=0)
    run.send(c.Promise(number=number, on=on(12)), moment=at(5))
    run.until(at(11))
    run.pay("1", 100, number)
    run.until(at(60))
    assert [fact.at for fact in run.facts if isinstance(fact.event, e.PromiseKept)] == [at(11)]
    assert run.stages() == [(at(3), "reminder")]


def test_a_promise_of_a_part_leaves_the_rest_in_dunning() -> None:
    rules = PromiseTerms(max_days=30, grace=span("1d"))
    run = Run(terms(promise=rules))
    number = run.issue("d1", 100, due_day=0)
    run.send(c.Promise(number=number, minor=40, on=on(25)), moment=at(5))
    run.until(at(11))
    assert run.stages() == [(at(3), "reminder"), (at(10), "L1")]
    assert (run.account.case.promised_minor, run.account.case.promises) == (40, 1)


def test_no_notice_below_the_minimum_net_of_unapplied_cash() -> None:
    ladder = dunning(unit="customer", min_open=cny(100))
    run = Run(terms(ladder))
    run.issue("d1", 99, due_day=0)
    run.until(at(20))
    assert run.stages() == []
    run.issue("d2", 60, due_day=25, issued_day=20)
    run.pay("1", 58, reference="nothing known")
    run.until(at(25))
    assert run.stages() == []
    # From day 26 on 99 + 60 - 58 are overdue.
    run.until(at(26, 12))
    assert run.stages() == [(at(26), "reminder")]


def test_the_minimum_holds_per_invoice_too() -> None:
    run = Run(terms(dunning(min_open=cny(100))))
    run.issue("d1", 99, due_day=0)
    run.issue("d2", 100, due_day=1)
    run.until(at(5))
    assert run.stages() == [(at(4), "reminder")]


def test_contact_hours_move_a_notice_and_the_level_counts_from_when_it_was_sent() -> None:
    ladder = dunning(contact=WEEKDAYS, min_gap=span("7d"))
    run = Run(terms(ladder))
    run.issue("d1", 100, due_day=2)
    run.until(at(30))
    # Due + 3 is Saturday; the next contact hour is Monday 09:30, and the gap counts from then.
    assert run.stages() == [(at(7, 9, 30), "reminder"), (at(14, 9, 30), "L1"), (at(22, 9, 30), "L2")]


def test_reminders_before_the_due_date_go_once_per_offset() -> None:
    ladder = dunning(pre_due=(span("-5bd"), span("0d")), levels=())
    run = Run(terms(ladder, calendar=WEEKDAYS))
    run.issue("d1", 100, due_day=30)
    run.until(at(60))
    assert run.stages() == [(at(23), "-5bd"), (at(30), "0d")]


def test_only_the_latest_missed_reminder_is_made_up_for_and_none_on_the_day_of_issue() -> None:
    ladder = dunning(pre_due=(span("-10d"), span("-5d"), span("0d")), levels=())
    run = Run(terms(ladder))
    run.until(at(27, 12))
    run.imported("late", 100, due_day=30, issued_day=1)
    run.imported("same day", 100, due_day=27, issued_day=27)
    run.until(at(60))
    assert run.stages() == [(at(27, 12), "-5d"), (at(30), "0d")]


def test_reminders_of_a_customer_on_one_day_are_one_notice() -> None:
    run = Run(terms(dunning(unit="customer", pre_due=(span("-2d"),))))
    run.issue("d1", 100, due_day=10)
    run.issue("d2", 100, due_day=10)
    run.until(at(9))
    (sent,) = run.events(e.NoticeSent)
    assert (sent.level, len(sent.invoices), run.stages()) == (0, 2, [(at(8), "-2d")])


def test_a_reminder_does_not_use_up_the_gap() -> None:
    run = Run(terms(dunning(pre_due=(span("0d"),), min_gap=span("5d"))))
    run.issue("d1", 100, due_day=10)
    run.until(at(14))
    assert run.stages() == [(at(10), "0d"), (at(13), "reminder")]


def test_an_old_item_goes_through_every_level_a_day_apart() -> None:
    """Catching up by steps: no level is left out, and no two go out on one day."""
    run = Run()
    run.until(at(100, 15))
    run.imported("old", 100, due_day=60, issued_day=50)
    run.until(at(130))
    assert run.stages() == [
        (at(100, 15), "reminder"),
        (at(101), "L1"),
        (at(102), "L2"),
        (at(103), "L3"),
        (at(105), "collections"),
    ]


def test_a_bounced_payment_brings_the_old_due_date_and_level_back() -> None:
    run = Run()
    number = run.issue("d1", 100, due_day=0)
    run.until(at(5))
    run.pay("1", 100, number)
    run.until(at(25))
    assert run.stages() == [(at(3), "reminder")]
    run.send(c.ReverseReceiptNow(source="bank", external_id="1", amount=cny(100), reason="bounced"))
    run.until(at(32))
    assert run.stages()[1:] == [(at(25), "L1"), (at(26), "L2"), (at(30), "L3")]


def test_the_day_of_a_level_is_the_legal_entitys() -> None:
    run = Run(terms(dunning(zone="Asia/Shanghai")))
    run.issue("d1", 100, due_day=0)
    run.until(at(5))
    assert run.stages() == [(at(3, 1), "reminder")]


def test_a_calendar_that_has_ended_stops_the_ladder_but_not_the_money() -> None:
    short = WEEKDAYS.model_copy(update={"valid_until": on(2), "version": "short"})
    run = Run(terms(dunning(contact=short)))
    number = run.issue("d1", 100, due_day=0)
    assert "short knows" in run.account.case.blocked
    assert run.kinds().count("case_loaded") == 2, "asked for a longer one, and got the same"
    run.pay("1", 100, number)
    assert (run.account.case.open_minor, run.account.case.blocked) == (0, "")
    assert run.kinds().count("case_loaded") == 2


def test_the_ladder_goes_on_when_the_terms_are_compiled_again_with_a_longer_calendar() -> None:
    short = WEEKDAYS.model_copy(update={"valid_until": on(12), "version": "short"})
    run = Run(terms(dunning(contact=short)))
    run.terms = terms(dunning(contact=WEEKDAYS))
    run.issue("d1", 100, due_day=0)
    assert run.account.case.blocked == ""
    assert run.kinds().count("case_loaded") == 1
    run.until(at(25))
    # The third level falls after the end of the short calendar: the case is loaded again, with a longer one.
    assert run.kinds().count("case_loaded") == 2
    assert run.account.case.blocked == ""
    assert run.stages() == [(at(3, 9, 30), "reminder"), (at(10, 9, 30), "L1"), (at(21, 9, 30), "L2")]


def test_a_case_beyond_a_calendar_that_has_time_yet_waits_for_it() -> None:
    run = Run(terms(dunning(contact=WEEKDAYS, pre_due=(span("-5bd"),))))
    run.issue("d1", 100, due_day=900)
    assert (run.account.case.blocked != "", run.kinds().count("case_loaded")) == (True, 1)
    (due,) = agenda(run.account)
    assert (due.at, due.command) == (datetime(2026, 11, 27, tzinfo=UTC), c.CalendarDue())
    run.terms = terms(dunning(contact=WEEKDAYS.model_copy(update={"valid_until": date(2031, 1, 1)})))
    run.until(due.at)
    assert run.kinds()[-2:] == ["calendar_runs_out", "case_loaded"]
    assert run.account.case.blocked == ""
    run.until(at(1000))
    assert [stage for _, stage in run.stages()][:2] == ["reminder", "L1"]


def test_a_case_is_loaded_again_by_the_policy_and_class_it_has() -> None:
    run = Run(terms(dunning(contact=WEEKDAYS.model_copy(update={"valid_until": on(2), "version": "short"}))))
    blocked = run.account.case.model_copy(update={"blocked": "short knows less", "revision": 1})
    run._record((e.CaseChanged(case=blocked), e.CaseChanged(case=blocked)), SYSTEM, "test")
    (again,) = [pending.effect for pending in run.account.pending]
    assert isinstance(again, f.LoadCase)
    assert (again.policy, again.customer_class, again.run) == ("0123456789abcdef", "C", "")
