"""A calendar is plain data with a version and an end; no answer is ever guessed beyond that end.

A day works when its weekday has hours and it is no holiday, or when it is a make-up workday (调休), which wins over
both and takes the hours of `makeup_weekday`. Working time is real time inside the windows, so a day on which the clocks
change is an hour shorter or longer. Instants are returned in UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from domain.local_time import at_clock, at_local, end_of_month, instant, local_clock, local_day
from domain.refusal import Code, Refused, refuse
from domain.span import Clock, Span, Unit
from domain.value import Text, Value
from domain.working_hours import ROUND_THE_CLOCK, WeeklyHours, Windows, checked_week

__all__ = [
    "CalendarEnded",
    "CompiledCalendar",
    "Roll",
    "add_business_days",
    "add_working_time",
    "after",
    "at_local",
    "business_days_between",
    "end_of_month",
    "extended",
    "is_business_day",
    "local_day",
    "next_window",
    "roll",
    "runs_out_at",
    "working_time_between",
]

_ZERO = timedelta()
_AHEAD = timedelta(days=400)


def _read_days(raw: object) -> object:
    """Expand ``["2026:0920,1010"]``, the form days have in JSON; every other form is left to pydantic."""
    if not isinstance(raw, list | tuple) or not all(isinstance(item, str) and item[4:5] == ":" for item in raw):
        return raw
    return tuple(date.fromisoformat(item[:4] + day) for item in raw for day in item[5:].split(","))


def _write_days(days: tuple[date, ...]) -> list[str]:
    years = sorted({day.year for day in days})
    return [f"{year:04}:" + ",".join(f"{day:%m%d}" for day in days if day.year == year) for year in years]


Days = Annotated[tuple[date, ...], BeforeValidator(_read_days), PlainSerializer(_write_days, when_used="json")]
"""Days in order; five characters each in JSON, since a calendar travels in every workflow's state."""


class CompiledCalendar(Value):
    """The working days and hours of one place, as they were known when it was compiled.

    Attributes:
        zone: IANA name of the zone its days and hours are counted in.
        version: names the source and the content, e.g. ``DE-BE holidays-0.109 1f3a9c0d``.
        valid_from: the first day it knows.
        valid_until: the first day it no longer knows (exclusive).
        hours: working windows in minutes of the day, Monday first.
        holidays: days off on weekdays that have hours.
        extra_workdays: make-up workdays on days that would be off.
        makeup_weekday: the weekday (Monday 0) whose hours a make-up workday takes.
        provisional_years: years whose official days were not all published yet.
    """

    zone: str
    version: str
    valid_from: date
    valid_until: date
    hours: WeeklyHours
    holidays: Days = ()
    extra_workdays: Days = ()
    makeup_weekday: int = Field(default=0, ge=0, le=6)
    provisional_years: tuple[int, ...] = ()

    @classmethod
    def always(cls, zone: str = "UTC") -> Self:
        """Return the calendar on which every day works round the clock, from 1970 to 2099."""
        return cls(
            zone=zone,
            version="always",
            valid_from=date(1970, 1, 1),
            valid_until=date(2100, 1, 1),
            hours=ROUND_THE_CLOCK,
        )

    @model_validator(mode="after")
    def _can_be_worked(self) -> Self:
        checked_week(self.hours)
        if self.valid_until <= self.valid_from:
            raise ValueError(f"calendar {self.version} ends {self.valid_until}, before it starts {self.valid_from}")
        if self.extra_workdays and not self.hours[self.makeup_weekday]:
            raise ValueError(f"calendar {self.version}: make-up days take the hours of a weekday that has none")
        return self

    # Equal calendars have equal ends, so this is a hash; hashing a hundred dates at every call is what it saves.
    def __hash__(self) -> int:
        return hash((self.version, self.zone, self.valid_until))

    def covers(self, day: date) -> bool:
        """Tell whether the calendar knows this day."""
        return self.valid_from <= day < self.valid_until

    def is_provisional(self, day: date) -> bool:
        """Tell whether the official days of this day's year were still missing when it was compiled."""
        return day.year in self.provisional_years

    def windows(self, day: date) -> Windows:
        """Return the working windows of a day, in minutes of the local day; CalendarEnded if it is unknown."""
        if not is_business_day(self, day):
            return ()
        return self.hours[self.makeup_weekday if day in self.extra_workdays else day.weekday()]


class CalendarEnded(Refused):
    """A date was asked of a calendar that does not know it; a longer calendar is the only way on.

    Attributes:
        version: the calendar.
        day: the day it does not know.
    """

    def __init__(self, calendar: CompiledCalendar, day: date) -> None:
        known = f"{calendar.valid_from} – {calendar.valid_until - timedelta(days=1)}"
        super().__init__(
            Code.STATE,
            Text(
                en=f"calendar {calendar.version} knows {known}, not {day}: extend the calendar, then repeat",
                zh=f"日历 {calendar.version} 只覆盖 {known}，不含 {day}：请先延长日历再重试",
            ),
        )
        self.version = calendar.version
        self.day = day


def extended(calendar: CompiledCalendar, newer: CompiledCalendar, today: date) -> CompiledCalendar:
    """Return a calendar with the later days of a newer one, and with what was published of its provisional days ahead.

    Every other day stays as it is, so that what was counted before is counted the same (T5); the very calendar when
    the newer one adds nothing.

    Raises:
        Refused: the newer one leaves a gap after this one, or counts in another zone or other hours (E_STATE).
    """
    same = ("zone", "hours", "makeup_weekday")
    if newer.valid_from > calendar.valid_until or any(getattr(calendar, n) != getattr(newer, n) for n in same):
        raise refuse(
            Code.STATE,
            f"calendar {newer.version} from {newer.valid_from} does not go on from {calendar.version}",
            f"日历 {newer.version}（自 {newer.valid_from}）无法衔接 {calendar.version}",
        )

    def is_news(day: date) -> bool:
        published = day > today and calendar.is_provisional(day) and not newer.is_provisional(day)
        return newer.covers(day) and (day >= calendar.valid_until or published)

    def mixed(known: tuple[date, ...], new: tuple[date, ...]) -> tuple[date, ...]:
        return tuple(sorted({*(day for day in known if not is_news(day)), *filter(is_news, new)}))

    years = {*calendar.provisional_years, *(y for y in newer.provisional_years if y >= calendar.valid_until.year)}
    settled = set(range(newer.valid_from.year, newer.valid_until.year)) - {*newer.provisional_years}
    changes = {
        "valid_until": max(calendar.valid_until, newer.valid_until),
        "holidays": mixed(calendar.holidays, newer.holidays),
        "extra_workdays": mixed(calendar.extra_workdays, newer.extra_workdays),
        "provisional_years": tuple(sorted(years - {y for y in settled if y >= today.year})),
    }
    draft = calendar.model_copy(update=changes)
    if draft == calendar:
        return calendar
    digest = sha256(draft.model_copy(update={"version": ""}).model_dump_json().encode()).hexdigest()[:8]
    return draft.model_copy(update={"version": f"{newer.version.rpartition(' ')[0]} {digest}"})


def runs_out_at(calendar: CompiledCalendar) -> datetime:
    """Return when a calendar is to be extended: as long before its end as any usual term of a quote or order lasts."""
    return at_local(calendar.zone, calendar.valid_until - _AHEAD, 0)


class Roll(StrEnum):
    """Where a date goes that is not a business day; `MODIFIED_FOLLOWING` never leaves the month."""

    NONE = "none"
    FOLLOWING = "following"
    PRECEDING = "preceding"
    MODIFIED_FOLLOWING = "modified_following"


@dataclass(frozen=True, slots=True)
class _Index:
    """The business days of a calendar as ordinals in order, and the windows of those asked for so far."""

    workdays: list[int]
    windows: dict[int, tuple[tuple[datetime, datetime], ...]] = field(default_factory=dict)


@lru_cache(maxsize=256)
def _index(calendar: CompiledCalendar) -> _Index:
    working = [bool(windows) for windows in calendar.hours]
    holidays = {day.toordinal() for day in calendar.holidays}
    extra = {day.toordinal() for day in calendar.extra_workdays}
    known = range(calendar.valid_from.toordinal(), calendar.valid_until.toordinal())
    return _Index([n for n in known if n in extra or (working[(n - 1) % 7] and n not in holidays)])


def _known(calendar: CompiledCalendar, day: date) -> int:
    if not calendar.covers(day):
        raise CalendarEnded(calendar, day)
    return day.toordinal()


def _workday(calendar: CompiledCalendar, position: int) -> date:
    workdays = _index(calendar).workdays
    if position < 0:
        raise CalendarEnded(calendar, calendar.valid_from - timedelta(days=1))
    if position >= len(workdays):
        raise CalendarEnded(calendar, calendar.valid_until)
    return date.fromordinal(workdays[position])


def is_business_day(calendar: CompiledCalendar, day: date) -> bool:
    """Tell whether a day works; CalendarEnded if the calendar does not know it."""
    ordinal = _known(calendar, day)
    workdays = _index(calendar).workdays
    position = bisect_left(workdays, ordinal)
    return position < len(workdays) and workdays[position] == ordinal


def add_business_days(calendar: CompiledCalendar, day: date, count: int) -> date:
    """Return the count-th business day strictly after a day, or strictly before it when count is negative.

    The day itself need not work: one business day after a Saturday is Monday, as it is after a Friday. Zero returns
    the day unchanged, working or not; `roll` is what moves it.

    Raises:
        CalendarEnded: the day, or the answer, is outside the calendar.
    """
    if not count:
        return day
    ordinal = _known(calendar, day)
    workdays = _index(calendar).workdays
    here = bisect_right(workdays, ordinal) - 1 if count > 0 else bisect_left(workdays, ordinal)
    return _workday(calendar, here + count)


def business_days_between(calendar: CompiledCalendar, earlier: date, later: date) -> int:
    """Count the business days after one day up to and including another; negative when they are the other way."""
    first, last = sorted((_known(calendar, earlier), _known(calendar, later)))
    workdays = _index(calendar).workdays
    count = bisect_right(workdays, last) - bisect_right(workdays, first)
    return count if earlier <= later else -count


def roll(calendar: CompiledCalendar, day: date, rule: Roll) -> date:
    """Move a date that is not a business day by a rule; `Roll.NONE` asks the calendar nothing.

    Raises:
        CalendarEnded: the day, or the answer, is outside the calendar.
    """
    if rule is Roll.NONE or is_business_day(calendar, day):
        return day
    position = bisect_left(_index(calendar).workdays, day.toordinal())
    if rule is Roll.PRECEDING:
        return _workday(calendar, position - 1)
    following = _workday(calendar, position)
    if rule is Roll.MODIFIED_FOLLOWING and (following.year, following.month) != (day.year, day.month):
        return _workday(calendar, position - 1)
    return following


def _open_hours(calendar: CompiledCalendar, position: int) -> tuple[tuple[datetime, datetime], ...]:
    """Return the windows of the business day at this position, as instants."""
    cache = _index(calendar).windows
    if position not in cache:
        day = _workday(calendar, position)
        cache[position] = tuple(
            (at_local(calendar.zone, day, start), at_local(calendar.zone, day, end))
            for start, end in calendar.windows(day)
        )
    return cache[position]


def _ahead(calendar: CompiledCalendar, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of the working windows from a moment on, until CalendarEnded."""
    position = bisect_left(_index(calendar).workdays, _known(calendar, local_day(calendar.zone, moment)))
    while True:
        for opens, closes in _open_hours(calendar, position):
            if moment < closes and opens < closes:
                yield max(moment, opens), closes
        position += 1


def _behind(calendar: CompiledCalendar, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the working windows before a moment, latest first, until CalendarEnded."""
    ordinal = _known(calendar, local_day(calendar.zone, moment))
    workdays = _index(calendar).workdays
    # One day further: where the clock falls back across midnight, the next day has begun before this one ends.
    position = min(bisect_right(workdays, ordinal + 1), len(workdays)) - 1
    while True:
        for opens, closes in reversed(_open_hours(calendar, position)):
            if opens < moment and opens < closes:
                yield opens, min(moment, closes)
        position -= 1


def add_working_time(calendar: CompiledCalendar, start: datetime, amount: timedelta) -> datetime:
    """Return the first instant by which this much working time has passed since the start.

    Sunday 20:00 plus one hour, on Monday to Friday from 9 to 17, is Monday 10:00; eight hours from Monday 9:00 is
    Monday 17:00, not Tuesday 9:00; nothing is the start itself. A negative amount is the last instant from which
    that much passes until the start.

    Raises:
        CalendarEnded: the start, or the answer, is outside the calendar.
        ValueError: the start is naive.
    """
    moment = instant(start)
    left = abs(amount)
    if not left:
        return moment
    for opens, closes in _ahead(calendar, moment) if amount > _ZERO else _behind(calendar, moment):
        if closes - opens >= left:
            return opens + left if amount > _ZERO else closes - left
        left -= closes - opens
    raise AssertionError("the windows of a calendar end only by CalendarEnded")


def working_time_between(calendar: CompiledCalendar, earlier: datetime, later: datetime) -> timedelta:
    """Return the working time from one instant to another; negative when they are the other way.

    Raises:
        CalendarEnded: one of the instants is outside the calendar.
        ValueError: one of the instants is naive.
    """
    first, last = instant(earlier), instant(later)
    if last < first:
        return -working_time_between(calendar, later, earlier)
    _known(calendar, local_day(calendar.zone, last))
    workdays = _index(calendar).workdays
    passed = _ZERO
    position = bisect_left(workdays, _known(calendar, local_day(calendar.zone, first)))
    for here in range(position, len(workdays)):
        windows = _open_hours(calendar, here)
        if windows[0][0] >= last:
            break
        passed += sum((max(_ZERO, min(closes, last) - max(opens, first)) for opens, closes in windows), _ZERO)
    return passed


def next_window(calendar: CompiledCalendar, at: datetime) -> datetime:
    """Return the first instant inside working hours, at or after this one.

    Raises:
        CalendarEnded: the instant, or the answer, is outside the calendar.
        ValueError: the instant is naive.
    """
    opens, _ = next(_ahead(calendar, instant(at)))
    return opens


def last_opening(calendar: CompiledCalendar, at: datetime) -> datetime:
    """Return when the working window before this instant, or around it, began (CalendarEnded)."""
    return next(_behind(calendar, instant(at)))[0]


def after(calendar: CompiledCalendar, at: datetime, span: Span) -> datetime:
    """Return the instant that is a span after another.

    Days and business days keep the time of day in the calendar's zone (see `add_business_days` and
    `domain.local_time`); minutes and hours pass on the span's own clock.

    Raises:
        CalendarEnded: working time or business days lead outside the calendar.
        ValueError: the instant is naive.
    """
    if span.unit is Unit.DAYS or span.unit is Unit.BUSINESS_DAYS:
        day = local_day(calendar.zone, at)
        count = span.amount
        day = add_business_days(calendar, day, count) if span.unit is Unit.BUSINESS_DAYS else day + timedelta(count)
        return at_clock(calendar.zone, day, local_clock(calendar.zone, at))
    if span.clock is Clock.BUSINESS:
        return add_working_time(calendar, at, span.duration)
    return instant(at) + span.duration
