"""Letters go out in the hours of the customer's own zone, never on their days off; gaps count from when they left."""

from datetime import UTC, date, datetime

import pytest

from domain.account import events as e
from domain.business_calendar import CompiledCalendar
from domain.span import Clock, Span
from domain.terms import LadderLevel
from tests.domain.account.run import Run, dunning, terms

LEVELS = (LadderLevel(id="first", day=3), LadderLevel(id="second", day=10))


def calendar(zone: str, *holidays: date) -> CompiledCalendar:
    """Return a calendar of Monday to Friday from 9:30 to 17:30 in a zone."""
    return CompiledCalendar(
        zone=zone,
        version="test",
        valid_from=date(2025, 1, 1),
        valid_until=date(2028, 1, 1),
        hours=(*(((570, 1050),),) * 5, (), ()),
        holidays=holidays,
    )


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def sent(contact: CompiledCalendar, due_day: int, **ladder: object) -> list[tuple[datetime, str]]:
    """Let a ladder of 09:00 UTC run for an invoice that is due so many days after Monday, 2 March."""
    run = Run(terms(dunning(levels=LEVELS, contact=contact, **ladder)))
    run.issue("d1", 10_000, due_day=due_day)
    run.until(utc(5, 1, 0))
    return run.stages()


@pytest.mark.parametrize(
    ("zone", "first", "second"),
    [
        # 09:00 UTC on Thursday is 04:00 in New York, which has summer time from 8 March on, and 17:00 in Shanghai.
        ("America/New_York", utc(3, 5, 14, 30), utc(3, 12, 13, 30)),
        ("Asia/Shanghai", utc(3, 5, 9), utc(3, 12, 9)),
        # In Auckland it is 22:00 then: the letter leaves on Friday at 9:30 there, which is Thursday 20:30 in UTC.
        ("Pacific/Auckland", utc(3, 5, 20, 30), utc(3, 12, 20, 30)),
    ],
)
def test_the_window_is_that_of_the_customers_zone(zone: str, first: datetime, second: datetime) -> None:
    assert sent(calendar(zone), 0) == [(first, "first"), (second, "second")]


def test_weekends_and_holidays_are_quiet_and_nothing_is_left_out() -> None:
    # Due + 3 is Saturday 7 March; Monday and Tuesday are holidays there.
    quiet = calendar("Asia/Shanghai", date(2026, 3, 9), date(2026, 3, 10))
    assert sent(quiet, 2) == [(utc(3, 11, 1, 30), "first"), (utc(3, 16, 1, 30), "second")]


def test_the_gap_counts_from_the_day_on_which_the_letter_left() -> None:
    quiet = calendar("Asia/Shanghai", date(2026, 3, 9), date(2026, 3, 10))
    gap = Span.parse("7d", Clock.WALL)
    assert sent(quiet, 2, min_gap=gap) == [(utc(3, 11, 1, 30), "first"), (utc(3, 18, 9), "second")]


def test_what_is_paid_in_the_quiet_days_is_not_dunned_after_them() -> None:
    run = Run(terms(dunning(levels=LEVELS, contact=calendar("Asia/Shanghai"))))
    number = run.issue("d1", 10_000, due_day=2)
    run.until(utc(3, 8, 12))
    run.pay("1", 10_000, number)
    run.until(utc(5, 1, 0))
    assert (run.stages(), run.events(e.NoticeDue)) == ([], [])


@pytest.mark.parametrize("unit", ["invoice", "customer"])
@pytest.mark.parametrize("due_day", [-3_000, -500, -426, -420, -30])
@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({}, ["first", "second"]),
        ({"catch_up": "skip"}, ["-first", "second"]),
        ({"pre_due": (Span.parse("-3bd"),), "dispute_hold": "skip"}, ["first", "second"]),
    ],
)
def test_what_was_due_before_the_calendar_begins_is_dunned_from_now_on(
    unit: str, due_day: int, changes: dict[str, object], stages: list[str]
) -> None:
    """The calendar begins on 1 January 2025, 425 days before; an open item that is taken over may be older."""
    own = calendar("Asia/Shanghai")
    run = Run(terms(dunning(levels=LEVELS, contact=own, unit=unit, **changes), calendar=own))
    run.imported("OLD-1", 10_000, due_day, due_day - 30)
    assert run.account.case.blocked == ""
    run.until(utc(5, 1, 0))
    assert [stage for _, stage in run.stages()] == stages
    assert run.stages()[0][0] == utc(3, 2, 1, 30)


def test_beyond_the_end_of_the_calendar_nothing_is_guessed() -> None:
    over = calendar("Asia/Shanghai").model_copy(update={"valid_until": date(2026, 3, 2)})
    run = Run(terms(dunning(levels=LEVELS, contact=over)))
    run.imported("OLD-1", 10_000, -3_000, -3_030)
    assert "knows 2025-01-01 – 2026-03-01, not 2026-03-02" in run.account.case.blocked
    run.until(utc(5, 1, 0))
    assert run.stages() == []


def test_before_its_beginning_nobody_is_written_to_in_hours_that_are_not_known() -> None:
    later = calendar("Asia/Shanghai").model_copy(update={"valid_from": date(2026, 6, 1)})
    run = Run(terms(dunning(levels=LEVELS, contact=later)))
    run.imported("OLD-1", 10_000, -3_000, -3_030)
    assert "knows 2026-06-01" in run.account.case.blocked
    run.until(utc(5, 1, 0))
    assert run.stages() == []
