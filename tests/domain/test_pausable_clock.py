"""T4: a clock that a hold pauses resumes with the time that was left, whatever it counts."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from domain.business_calendar import CompiledCalendar, after, working_time_between
from domain.pausable_clock import Counts, PausableClock, paused, resumed, started
from domain.span import Span
from domain.working_hours import weekly_hours

OFFICE = CompiledCalendar(
    zone="UTC",
    version="office",
    valid_from=date(2026, 1, 1),
    valid_until=date(2027, 1, 1),
    hours=weekly_hours({"mon-fri": ["09:00-17:00"]}),
)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "due", "after_hold"),
    [
        # Started Monday 2026-03-02 10:00, held from Tuesday 15:00 to Saturday 12:00.
        ("16h business", at(3, 4, 10), at(3, 9, 12)),  # 3 working hours were left
        ("3d", at(3, 5, 10), at(3, 9, 7)),  # 43 hours
        ("72h wall", at(3, 5, 10), at(3, 9, 7)),
        ("3bd", at(3, 5, 10), at(3, 10, 19)),  # 43 hours of business days, from Monday 0:00
    ],
)
def test_what_was_left_is_left_after_the_hold(span: str, due: datetime, after_hold: datetime) -> None:
    clock = started(OFFICE, at(3, 2, 10), Span.parse(span))
    assert clock.due_at == due
    held = paused(OFFICE, clock, at(3, 3, 15))
    assert held.due_at is None
    assert resumed(OFFICE, held, at(3, 7, 12)).due_at == after_hold


def test_an_overdue_clock_has_nothing_left() -> None:
    clock = started(OFFICE, at(3, 2, 10), Span.parse("1h business"))
    held = paused(OFFICE, clock, at(3, 2, 12))
    assert held == PausableClock(counts=Counts.WORKING_TIME, left_us=0)
    assert resumed(OFFICE, held, at(3, 3, 12)).due_at == at(3, 3, 12)


def test_pausing_twice_and_resuming_twice_change_nothing() -> None:
    clock = started(OFFICE, at(3, 2, 10), Span.parse("8h business"))
    held = paused(OFFICE, clock, at(3, 2, 11))
    assert paused(OFFICE, held, at(3, 5, 11)) is held
    running = resumed(OFFICE, held, at(3, 6, 11))
    assert resumed(OFFICE, running, at(3, 9, 11)) is running


def used_up(counts: Counts, earlier: datetime, later: datetime) -> timedelta:
    if counts is Counts.ALL_TIME:
        return later - earlier
    whole_days = OFFICE.model_copy(update={"version": "whole", "hours": weekly_hours({"mon-fri": ["00:00-24:00"]})})
    return working_time_between(OFFICE if counts is Counts.WORKING_TIME else whole_days, earlier, later)


@pytest.mark.parametrize("span", ["4h business", "37h business", "5bd", "9d", "100h wall"])
def test_any_number_of_holds_uses_up_the_same_time(span: str) -> None:
    draw = random.Random(span)
    for _ in range(300):
        now = at(3, 2, 0) + timedelta(seconds=draw.randrange(14 * 86_400))
        clock = started(OFFICE, now, Span.parse(span))
        assert clock.due_at == after(OFFICE, now, Span.parse(span))
        whole, used = used_up(clock.counts, now, clock.due_at), timedelta()
        for _ in range(draw.randrange(1, 5)):
            assert clock.due_at is not None
            hold = min(clock.due_at, now + timedelta(seconds=draw.randrange(2 * 86_400)))
            used += used_up(clock.counts, now, hold)
            now = hold + timedelta(seconds=draw.randrange(9 * 86_400))
            clock = resumed(OFFICE, paused(OFFICE, clock, hold), now)
        assert clock.due_at is not None
        assert used + used_up(clock.counts, now, clock.due_at) == whole


def test_a_hold_of_no_length_moves_nothing() -> None:
    draw = random.Random(4)
    for span in ("4h business", "5bd", "9d", "100h wall"):
        for _ in range(200):
            clock = started(OFFICE, at(3, 2, 0) + timedelta(microseconds=draw.randrange(10**12)), Span.parse(span))
            assert clock.due_at is not None
            hold = clock.due_at - timedelta(microseconds=draw.randrange(1, 10**10))
            again = resumed(OFFICE, paused(OFFICE, clock, hold), hold)
            assert again.due_at == clock.due_at, (span, hold)


def test_a_clock_runs_or_is_paused() -> None:
    for state in ({}, {"due_at": at(3, 2, 9), "left_us": 0}):
        with pytest.raises(ValidationError):
            PausableClock.model_validate({"counts": "all_time", **state})


def test_its_json_round_trips() -> None:
    held = PausableClock(counts=Counts.BUSINESS_DAYS, left_us=90_000_000)
    assert held.model_dump_json(exclude_none=True) == '{"counts":"business_days","left_us":90000000}'
    assert PausableClock.model_validate_json(held.model_dump_json()) == held
