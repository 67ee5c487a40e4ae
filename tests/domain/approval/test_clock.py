"""Time reminds, escalates and returns; it stands still while the approval is paused, and it approves nothing."""

from datetime import date, datetime, timedelta

import pytest

from domain.approval import clock
from domain.approval import events as e
from domain.approval.seats import Candidate
from domain.business_calendar import CompiledCalendar
from domain.machine import Blocker
from domain.money import Money
from domain.refusal import Code, Refused
from domain.span import Span
from domain.terms import ApprovalTerms
from domain.value import Text
from domain.working_hours import weekly_hours
from tests.domain.approval.case import START, Case, kinds, seat, step

DECIDE = Text(en="decide on quote 1", zh="审批第 1 版报价")
CHINA = CompiledCalendar(
    zone="Asia/Shanghai",
    version="CN test",
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 1, 1),
    hours=weekly_hours({"mon-fri": ["09:00-12:00", "13:30-18:30"]}),
    holidays=tuple(date(2026, 10, day) for day in (1, 2, 5, 6, 7)),
    extra_workdays=(date(2026, 9, 20), date(2026, 10, 10)),  # 调休: a Sunday and a Saturday
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


def terms(**more: object) -> ApprovalTerms:
    return ApprovalTerms.model_validate({"sla": "8h business", "warn_at_bp": (5000, 9000), **more})


def clocked(*people: str, manager: str = "gao", now: datetime = START, **more: object) -> Case:
    return Case(step("mgr", 10, seat("mgr.1", *(people or ("wang",)), manager=manager)), terms=terms(**more), now=now)


def test_an_approval_without_a_clock_has_no_alarms() -> None:
    assert Case(step("mgr", 10, ["wang"])).alarms(CHINA) == []


def test_the_clock_of_the_open_step_is_armed_in_working_hours() -> None:
    case = clocked(max_age=Span.parse("15d"), now=at("09-30T16:00"))  # the evening before the holidays
    assert case.alarms(CHINA) == [
        (at("10-08T10:30"), "approval_warn mgr/1"),  # 2:30 before the holidays, 1:30 after them
        (at("10-08T15:12"), "approval_warn mgr/2"),
        (at("10-08T16:00"), "approval_breach mgr/1"),
        (at("10-15T16:00"), "approval_expiry"),
    ]


def test_make_up_days_count() -> None:
    case = clocked(warn_at_bp=(), now=at("09-18T17:30"))  # Friday
    assert case.alarms(CHINA) == [(at("09-20T17:30"), "approval_breach mgr/1")]  # Sunday


def test_only_the_open_rank_has_a_clock_and_it_starts_when_the_step_opens() -> None:
    case = Case(step("mgr", 10, ["wang"]), step("head", 20, ["zhao"]), terms=terms(warn_at_bp=()))
    assert case.alarms(CHINA) == [(at("09-08T10:00"), "approval_breach mgr/1")]
    case.now = at("09-08T09:00")
    case.vote("wang")
    assert case.alarms(CHINA) == [(at("09-08T18:30"), "approval_breach head/1")]
    assert case.ring("approval_breach", "mgr/1") == ()
    assert case.ring("approval_warn", "mgr/1") == ()


def test_parallel_steps_have_clocks_of_their_own() -> None:
    case = Case(step("mgr", 10, ["wang"]), step("fin", 10, ["chen"]), terms=terms(warn_at_bp=()))
    case.vote("chen")
    assert [what for _, what in case.alarms(CHINA)] == ["approval_breach mgr/1"]


def test_a_reminder_reminds_once() -> None:
    case = clocked()
    assert case.ring("approval_warn", "mgr/1") == ("step_warned",)
    assert case.ring("approval_warn", "mgr/1") == ()
    assert [what for _, what in case.alarms(CHINA)] == ["approval_warn mgr/2", "approval_breach mgr/1"]
    assert (case.step("mgr").warned, case.people("mgr.1"), case.status) == (1, ("wang",), "pending")


def test_a_breach_adds_the_manager_and_either_decides() -> None:
    case = clocked()
    found = clock.rang(case.approval, "approval_breach", "mgr/1")
    both = seat("mgr.1", "wang", "gao", manager="gao")
    assert found == (e.StepEscalated(approval_id="D-1-q1", step="mgr", seats=(both,), nth=1),)
    case.fold(found)
    assert case.ring("approval_breach", "mgr/1") == ()
    for person in ("wang", "gao"):
        assert kinds(case.decide(person)) == ("seat_decided", "approval_granted")


def test_a_breach_may_put_the_manager_in_instead() -> None:
    case = clocked("wang", "zhao", on_breach="reassign")
    assert case.ring("approval_breach", "mgr/1") == ("step_escalated",)
    assert case.people("mgr.1") == ("gao",)
    case.refused(Code.AUTH, "wang")
    assert case.vote("gao") == ("seat_decided", "approval_granted")


@pytest.mark.parametrize("on_breach", ["add", "reassign"])
@pytest.mark.parametrize("manager", ["", "li", "sun", "qian", "wang"])
def test_a_breach_with_nobody_above_calls_operations_and_changes_no_seat(manager: str, on_breach: str) -> None:
    case = clocked(manager=manager, on_breach=on_breach)
    before = case.step("mgr").seats
    assert case.ring("approval_breach", "mgr/1") == ("step_escalated", "approval_stuck")
    assert (case.step("mgr").seats, case.step("mgr").breached, case.status) == (before, 1, "stuck")
    assert case.vote("wang") == ("seat_decided", "approval_granted")


@pytest.mark.parametrize("limit", [Money.of("49999.99", "CNY"), Money.of("90000.00", "EUR")])
def test_waiting_gives_nobody_more_authority_than_they_have(limit: Money) -> None:
    case = Case(step("mgr", 10, seat("mgr.1", "wang", manager="gao", limit=limit)), terms=terms())
    assert case.ring("approval_breach", "mgr/1") == ("step_escalated", "approval_stuck")
    case.refused(Code.AUTH, "gao")


def test_the_manager_brings_the_own_limit_along() -> None:
    limit = Money.of("50000.00", "CNY")
    case = Case(step("mgr", 10, seat("mgr.1", "wang", manager="gao", limit=limit)), terms=terms())
    case.ring("approval_breach", "mgr/1")
    assert case.seat("mgr.1").candidates[1] == Candidate(person="gao", limit=limit)


def test_one_manager_is_not_put_into_two_seats_that_only_two_people_can_pass() -> None:
    two = step("two", 10, seat("two.1", "wang", manager="gao"), seat("two.2", "zhao", manager="gao"), needed=2)
    case = Case(two, terms=terms(on_breach="reassign"))
    assert case.ring("approval_breach", "two/1") == ("step_escalated",)
    assert (case.people("two.1"), case.people("two.2")) == (("gao",), ("zhao",))
    case.vote("gao")
    assert case.vote("zhao") == ("seat_decided", "approval_granted")


def test_a_manager_who_has_voted_in_the_step_is_nobody_above_it() -> None:
    two = step("two", 10, ["gao"], seat("two.2", "zhao", manager="gao"), needed=2)
    case = Case(two, terms=terms())
    case.vote("gao")
    assert case.ring("approval_breach", "two/1") == ("step_escalated", "approval_stuck")
    assert case.people("two.2") == ("zhao",)


def test_decided_seats_are_not_escalated() -> None:
    two = step("two", 10, seat("two.1", "wang", manager="gao"), seat("two.2", "zhao", manager="gao"), needed=2)
    case = Case(two, terms=terms())
    case.vote("wang")
    case.ring("approval_breach", "two/1")
    assert (case.people("two.1"), case.people("two.2")) == (("wang",), ("zhao", "gao"))


@pytest.mark.parametrize(
    ("breach_again", "end", "status"),
    [
        ("return", e.ApprovalReturned(approval_id="D-1-q1", reason="late", by_clock=True), "returned"),
        ("ops", e.ApprovalStuck(approval_id="D-1-q1", seats=("mgr.1",)), "stuck"),
    ],
)
def test_the_second_breach_returns_or_calls_operations(breach_again: str, end: object, status: str) -> None:
    case = clocked(breach_again=breach_again, warn_at_bp=(), now=at("09-07T10:30"))
    assert case.ring("approval_breach", "mgr/2") == ()  # never before the first
    assert case.alarms(CHINA) == [(at("09-08T10:30"), "approval_breach mgr/1")]
    case.ring("approval_breach", "mgr/1")
    assert case.alarms(CHINA) == [(at("09-09T10:30"), "approval_breach mgr/2")]
    found = clock.rang(case.approval, "approval_breach", "mgr/2")
    assert found[1:] == (end,)
    case.fold(found)
    assert (case.status, case.step("mgr").passed) == (status, False)
    assert case.alarms(CHINA) == []
    assert case.ring("approval_breach", "mgr/3") == ()


def test_where_nothing_escalates_the_first_breach_is_the_last() -> None:
    case = clocked(on_breach="none", breach_again="return")
    assert case.ring("approval_breach", "mgr/1") == ("step_escalated", "approval_returned")
    assert case.people("mgr.1") == ("wang",)


def test_an_approval_expires_at_its_age_whatever_its_step_does() -> None:
    case = clocked(max_age=Span.parse("15d"))
    assert case.ring("approval_expiry") == ("approval_expired",)
    assert (case.status, case.open(), case.alarms(CHINA)) == ("expired", (), [])
    assert case.ring("approval_expiry") == ()
    assert clocked().ring("approval_expiry") == ()  # no age, no expiry
    case.refused(Code.STATE, "wang")


@pytest.mark.parametrize("what", ["approval_warn", "approval_breach", "approval_expiry"])
def test_an_alarm_of_what_is_over_makes_nothing_true(what: clock.What) -> None:
    case = clocked(max_age=Span.parse("15d"))
    case.vote("wang")
    assert case.status == "approved"
    before = case.approval
    assert case.ring(what, "mgr/1") == ()
    assert (case.alarms(CHINA), case.pause(CHINA), case.resume(), case.approval) == ([], (), (), before)


def test_an_alarm_of_a_step_that_is_not_there_makes_nothing_true() -> None:
    case = clocked()
    assert case.ring("approval_breach", "other/1") == ()
    assert case.ring("approval_warn", "other/1") == ()


def test_the_manager_stays_beside_the_people_when_the_organisation_changes() -> None:
    case = clocked()
    case.ring("approval_breach", "mgr/1")
    case.again(step("mgr", 10, seat("mgr.1", "zhao", manager="he")))
    assert (case.people("mgr.1"), case.step("mgr").breached) == (("zhao", "he"), 1)


# Pauses.


@pytest.mark.parametrize(
    ("started", "held", "released", "warn", "breach"),
    [
        # 8 working hours from Monday 10:00 are due on Tuesday at 10:00; held at 11:15, 6:45 remain.
        ("09-07T10:00", "09-07T11:15", "09-10T17:00", "09-11T10:15", "09-11T15:45"),
        # Held over the lunch hour and into the night: the time outside working hours is no time.
        ("09-07T10:00", "09-07T12:30", "09-07T22:00", "09-08T11:00", "09-08T16:30"),
        # Held on the eve of the holidays, released inside them.
        ("09-30T16:00", "09-30T18:00", "10-03T12:00", "10-08T11:00", "10-08T16:30"),
    ],
)
def test_what_was_left_is_left_after_a_pause(started: str, held: str, released: str, warn: str, breach: str) -> None:
    case = clocked(warn_at_bp=(5000,), max_age=Span.parse("60d"), now=at(started))
    case.now = at(held)
    assert case.pause(CHINA) == ("approval_paused",)
    assert (case.alarms(CHINA), case.pause(CHINA)) == ([], ())
    assert case.ring("approval_breach", "mgr/1") == ()
    assert case.ring("approval_expiry") == ()
    case.now = at(released)
    assert case.resume() == ("approval_resumed",)
    assert case.resume() == ()
    assert case.alarms(CHINA)[:2] == [(at(warn), "approval_warn mgr/1"), (at(breach), "approval_breach mgr/1")]


@pytest.mark.parametrize("sla", ["8h business", "90m business", "30h wall", "2d", "3bd"])
def test_any_number_of_pauses_of_no_length_moves_nothing(sla: str) -> None:
    case = clocked(sla=sla, max_age=Span.parse("9bd"), now=at("09-18T11:59:59.999999"))
    armed = case.alarms(CHINA)
    while case.now + timedelta(minutes=18) < armed[0][0]:
        case.wait(minutes=17, microseconds=333_333)
        case.pause(CHINA)
        case.resume()
    assert case.alarms(CHINA) == armed


@pytest.mark.parametrize(
    ("sla", "due", "after"),
    [
        # From Friday 2026-09-11 12:00, held from Monday 12:00 for a week to the hour.
        ("2bd", "09-15T12:00", "09-21T12:00"),  # Sunday the 20th is a make-up day and counts
        ("4d", "09-15T12:00", "09-21T12:00"),
        ("96h wall", "09-15T12:00", "09-21T12:00"),
    ],
)
def test_clocks_of_days_keep_what_was_left_as_well(sla: str, due: str, after: str) -> None:
    case = clocked(sla=sla, warn_at_bp=(), now=at("09-11T12:00"))
    assert case.alarms(CHINA) == [(at(due), "approval_breach mgr/1")]
    case.now = at("09-14T12:00")
    case.pause(CHINA)
    case.now = at("09-20T12:00")
    case.resume()
    assert case.alarms(CHINA) == [(at(after), "approval_breach mgr/1")]


def test_what_ended_while_it_was_paused_does_not_run_on() -> None:
    case = clocked()
    case.pause(CHINA)
    case.fold((e.ApprovalRecalled(approval_id="D-1-q1"),))
    assert (case.resume(), case.status) == ((), "recalled")


def test_the_age_of_the_approval_stands_still_too() -> None:
    case = clocked(sla="99h business", warn_at_bp=(), max_age=Span.parse("3d"), now=at("09-07T10:00"))
    case.now = at("09-08T10:00")
    case.pause(CHINA)
    case.now = at("09-20T10:00")
    case.resume()
    assert case.alarms(CHINA)[0] == (at("09-22T10:00"), "approval_expiry")


def test_an_alarm_that_was_overdue_before_the_pause_rings_at_once_after_it() -> None:
    case = clocked(now=at("09-07T10:00"))
    case.now = at("09-09T10:00")  # nobody was there to ring: two lengths of eight hours have passed
    case.pause(CHINA)
    case.now = at("09-14T11:00")
    case.resume()
    assert case.alarms(CHINA) == [
        (at("09-14T11:00"), "approval_warn mgr/1"),
        (at("09-14T11:00"), "approval_warn mgr/2"),
        (at("09-14T11:00"), "approval_breach mgr/1"),
    ]
    assert case.ring("approval_breach", "mgr/1") == ("step_escalated",)
    assert case.alarms(CHINA)[-1] == (at("09-14T11:00"), "approval_breach mgr/2")


def test_a_step_that_opens_during_a_pause_starts_its_clock_after_it() -> None:
    case = Case(
        step("mgr", 10, ["wang"]), step("head", 20, ["zhao"]), terms=terms(warn_at_bp=()), now=at("09-07T10:30")
    )
    case.pause(CHINA)
    case.now = at("09-07T15:00")
    case.vote("wang")
    assert (case.open(), case.alarms(CHINA)) == (("head.1",), [])
    assert case.step("head").running_since is None
    case.now = at("09-08T10:30")
    case.resume()
    assert case.alarms(CHINA) == [(at("09-09T10:30"), "approval_breach head/1")]


# Who is waited for.


def test_everybody_who_may_decide_now_is_named_with_the_deadline() -> None:
    case = Case(step("mgr", 10, ["wang", "zhao"]), step("fin", 10, ["chen"]), step("head", 20, ["gao"]), terms=terms())
    breach = {alarm: when for when, alarm in case.alarms(CHINA)}["approval_breach mgr/1"]
    assert clock.blockers(case.approval, CHINA, DECIDE) == tuple(
        Blocker(who=who, what=DECIDE, by=breach, command="decide") for who in ("wang", "zhao", "chen")
    )
    case.vote("chen")
    assert [blocker.who for blocker in clock.blockers(case.approval, CHINA, DECIDE)] == ["wang", "zhao"]
    case.fold((e.ApprovalRecalled(approval_id="D-1-q1"),))
    assert clock.blockers(case.approval, CHINA, DECIDE) == ()


def test_who_cannot_act_is_not_waited_for() -> None:
    case = Case(step("two", 10, ["wang"], ["wang", "sun", "zhao"], ["li"], needed=2))
    case.vote("wang")
    assert [blocker.who for blocker in clock.blockers(case.approval, CHINA, DECIDE)] == ["zhao", "role:ops"]
    case = Case(step("mgr", 10, ["wang"]))
    case.sign("wang", "before", "feng")
    assert [blocker.who for blocker in clock.blockers(case.approval, CHINA, DECIDE)] == ["feng"]


def test_beyond_the_calendar_the_people_are_named_without_a_deadline() -> None:
    case = clocked(now=at("12-31T17:00"))
    with pytest.raises(Refused, match="extend the calendar"):
        clock.alarms(case.approval, CHINA)
    (blocker,) = clock.blockers(case.approval, CHINA, DECIDE)
    assert (blocker.who, blocker.by) == ("wang", None)
    case.now = at("12-31T18:00")
    with pytest.raises(Refused, match="extend the calendar"):
        case.pause(CHINA)


def owed(case: Case) -> list[str]:
    return [one.what.en for one in clock.when_stuck(case.approval, DECIDE)]


def test_the_stuck_is_said_to_want_people_only_where_too_few_may_decide() -> None:
    late = clocked(manager="")
    assert owed(late) == []
    late.ring("approval_breach", "mgr/1")
    late_words = "too late, and nobody stands above who may decide: remind them, or give the seats other people"
    assert owed(late) == [f"decide on quote 1: {late_words}"]
    few = Case(step("mgr", 10, []), terms=terms())
    assert owed(few) == ["decide on quote 1: too few may decide: give its seats people"]
    two = step("two", 10, ["wang"], ["sun"], needed=2)
    short = Case(two, terms=terms(on_breach="reassign"))
    short.ring("approval_breach", "two/1")
    assert owed(short) == ["decide on quote 1: too few may decide: give its seats people"]
    enough = Case(step("any", 10, ["wang"], [], needed=1), terms=terms())
    enough.ring("approval_breach", "any/1")
    assert owed(enough) == [owed(late)[0]]
    enough.vote("wang")
    assert owed(enough) == []
