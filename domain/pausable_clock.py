"""A clock that a hold pauses resumes with exactly the time it had left (T4)."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Self

from pydantic import AwareDatetime, model_validator

from domain.business_calendar import CompiledCalendar, add_working_time, after, working_time_between
from domain.local_time import instant
from domain.span import Clock, Span, Unit
from domain.value import Value
from domain.working_hours import DAY_MINUTES

_MICROSECOND = timedelta(microseconds=1)


class Counts(StrEnum):
    """Which time a running clock uses up."""

    WORKING_TIME = "working_time"
    BUSINESS_DAYS = "business_days"
    ALL_TIME = "all_time"


class PausableClock(Value):
    """A deadline that is either running, with an instant, or paused, with what is left.

    Attributes:
        counts: which time it uses up: working hours, all hours of business days, or all time.
        due_at: when it ends, while it runs.
        left_us: how much is left, in microseconds, while it is paused; nothing is left of one that was overdue.
    """

    counts: Counts
    due_at: AwareDatetime | None = None
    left_us: int | None = None

    @model_validator(mode="after")
    def _runs_or_waits(self) -> Self:
        if (self.due_at is None) == (self.left_us is None):
            raise ValueError("a clock is either running (due_at) or paused (left_us)")
        return self


def started(calendar: CompiledCalendar, at: datetime, span: Span) -> PausableClock:
    """Start a clock that ends a span after an instant."""
    if span.clock is Clock.BUSINESS:
        counts = Counts.WORKING_TIME
    else:
        counts = Counts.BUSINESS_DAYS if span.unit is Unit.BUSINESS_DAYS else Counts.ALL_TIME
    return PausableClock(counts=counts, due_at=after(calendar, at, span))


def paused(calendar: CompiledCalendar, clock: PausableClock, at: datetime) -> PausableClock:
    """Stop a clock and keep what is left; one that is paused already stays as it is."""
    if clock.due_at is None:
        return clock
    left = timedelta() if clock.due_at <= at else used_up(calendar, clock.counts, at, clock.due_at)
    return PausableClock(counts=clock.counts, left_us=left // _MICROSECOND)


def resumed(calendar: CompiledCalendar, clock: PausableClock, at: datetime) -> PausableClock:
    """Let a paused clock run again; one that runs already stays as it is."""
    if clock.left_us is None:
        return clock
    left = clock.left_us * _MICROSECOND
    if clock.counts is Counts.ALL_TIME:
        return PausableClock(counts=clock.counts, due_at=instant(at) + left)
    return PausableClock(counts=clock.counts, due_at=add_working_time(_counting(calendar, clock.counts), at, left))


def used_up(calendar: CompiledCalendar, counts: Counts, earlier: datetime, later: datetime) -> timedelta:
    """Return what a clock that runs from one instant to another uses up."""
    if counts is Counts.ALL_TIME:
        return instant(later) - instant(earlier)
    return working_time_between(_counting(calendar, counts), earlier, later)


def _counting(calendar: CompiledCalendar, counts: Counts) -> CompiledCalendar:
    return calendar if counts is Counts.WORKING_TIME else _whole_days(calendar)


@lru_cache(maxsize=256)
def _whole_days(calendar: CompiledCalendar) -> CompiledCalendar:
    hours = tuple(((0, DAY_MINUTES),) if windows else () for windows in calendar.hours)
    return calendar.model_copy(update={"hours": hours, "version": f"{calendar.version} whole days"})
