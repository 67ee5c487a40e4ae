"""A customer is contacted only so often; what waits goes out in the next free slot, built from what is open then."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.business_calendar import next_window
from domain.receivables.contacts import free_slot, is_full
from domain.span import Clock, Span
from domain.terms import ContactCaps, DunningTerms, LadderLevel
from tests.domain.account.run import Run, at, dunning, terms
from tests.domain.account.test_dunning_dates import WEEKDAYS

LEVELS = tuple(LadderLevel(id=name, day=day) for name, day in (("a", 3), ("b", 10)))


def debtor(per_day: int | None = None, per_week: int | None = None, **ladder: object) -> Run:
    caps = ContactCaps(per_day=per_day, per_week=per_week, zone="UTC")
    run = Run(terms(dunning(**({"levels": LEVELS, "caps": caps} | ladder))))
    for number in ("A", "B", "C"):
        run.imported(number, 100, due_day=0)
    return run


def test_one_a_day() -> None:
    run = debtor(per_day=1)
    run.until(at(60))
    assert run.stages() == [
        (at(3), "a"), (at(4), "a"), (at(5), "a"), (at(10), "b"), (at(11), "b"), (at(12), "b"),
    ]  # fmt: skip


def test_two_in_seven_days_and_no_level_is_left_out() -> None:
    run = debtor(per_week=2)
    run.until(at(60))
    assert run.stages() == [
        (at(3), "a"), (at(3), "a"), (at(10), "a"), (at(10), "b"), (at(17), "b"), (at(17), "b"),
    ]  # fmt: skip
    assert {"notice_undeliverable", "level_skipped"}.isdisjoint(run.kinds())


def test_what_is_paid_meanwhile_is_not_asked_for() -> None:
    run = debtor(per_day=1)
    run.until(at(3, 10))
    step = run.account.case.next
    assert step is not None
    assert (step.at, step.days_late) == (at(4), 4)
    run.pay("r1", 100, "B")
    run.until(at(9))
    assert run.stages() == [(at(3), "a"), (at(4), "a")]


def test_reminders_before_the_due_date_count_and_never_come_after_it() -> None:
    pre_due = (Span.parse("-1d", Clock.WALL),)
    caps = ContactCaps(per_day=1, zone="UTC")
    run = Run(terms(dunning(levels=LEVELS, pre_due=pre_due, caps=caps)))
    for number in ("A", "B", "C"):
        run.imported(number, 100, due_day=2)
    run.until(at(4))
    # The third would have come after the due date.
    assert run.stages() == [(at(1), "-1d"), (at(2), "-1d")]
    assert "notice_undeliverable" not in run.kinds()


def ladder(zone: str, **caps: int) -> DunningTerms:
    return dunning(caps=ContactCaps(zone=zone, **caps))


def test_days_are_those_of_the_customer() -> None:
    evening, night = datetime(2026, 3, 5, 15, tzinfo=UTC), datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
    assert is_full(ladder("UTC", per_day=1), [evening], night)
    assert not is_full(ladder("Asia/Shanghai", per_day=1), [evening], night)
    assert free_slot(ladder("Asia/Shanghai", per_day=1), [evening], night) == night
    assert free_slot(ladder("UTC", per_day=1), [evening], night) == datetime(2026, 3, 6, 9, tzinfo=UTC)


def test_without_a_cap_nothing_waits() -> None:
    assert free_slot(dunning(), [at(3)] * 50, at(3)) == at(3)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=5), st.integers(1, 2), st.integers(1, 4))
def test_no_day_and_no_week_has_more_and_every_notice_is_in_contact_hours(
    dues: list[int], per_day: int, per_week: int
) -> None:
    caps = ContactCaps(per_day=per_day, per_week=per_week, zone="UTC")
    run = Run(terms(dunning(levels=LEVELS, caps=caps, contact=WEEKDAYS)))
    for place, due in enumerate(dues):
        run.imported(f"I{place}", 100, due_day=due)
    run.until(at(150))
    sent = [when for when, _ in run.stages()]
    days = Counter((when - at(0, 0)).days for when in sent)
    assert max(days.values()) <= per_day
    assert all(sum(days[day - back] for back in range(7)) <= per_week for day in range(160))
    assert all(next_window(WEEKDAYS, when) == when for when in sent)
    # No level is left out: every item has had both, in their order.
    assert [stage for _, stage in run.stages()].count("b") == len(dues)
    assert all(when - timedelta(days=3) >= at(min(dues), 0) for when in sent)
