"""Working hours are minutes of the local day, per weekday, in order and without overlap."""

import re
from collections.abc import Collection, Mapping, Sequence

Windows = tuple[tuple[int, int], ...]
"""The working hours of one day: (first minute, minute after the last), 0 to 1440."""
WeeklyHours = tuple[Windows, ...]
"""The working hours of Monday to Sunday; a day without any is not a working day."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
ROUND_THE_CLOCK: WeeklyHours = (((0, DAY_MINUTES),),) * 7
_WINDOW = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


def weekly_hours(hours: Mapping[str, Sequence[str]], weekend: Collection[str] = ()) -> WeeklyHours:
    """Read the policy's form ``{mon-fri: ["09:00-12:00", "13:30-18:00"]}``; days not named do not work.

    Args:
        hours: windows per weekday (``sat``) or run of weekdays (``mon-fri``).
        weekend: weekdays that must have no hours, as a check on the writer.

    Raises:
        ValueError: a weekday or window cannot be read, is named twice, overlaps, or belongs to the weekend.
    """
    week: list[Windows] = [()] * 7
    for days, windows in hours.items():
        for weekday in _weekdays(days):
            if week[weekday]:
                raise ValueError(f"{WEEKDAYS[weekday]} has hours twice: name each weekday once")
            week[weekday] = tuple(_window(text) for text in windows)
    for name in weekend:
        if week[_weekday(name)]:
            raise ValueError(f"{name} is weekend and has hours: take it out of one of the two")
    return checked_week(tuple(week))


def checked_week(week: WeeklyHours) -> WeeklyHours:
    """Return the week as it is, if it can be worked.

    Raises:
        ValueError: not seven weekdays, no working day at all, or windows out of order, empty or overlapping.
    """
    if len(week) != len(WEEKDAYS) or not any(week):
        raise ValueError("working hours need seven weekdays, Monday first, and at least one of them working")
    for name, windows in zip(WEEKDAYS, week, strict=True):
        edges = [minute for window in windows for minute in window]
        rising = all(start < end for start, end in windows) and edges == sorted(edges)
        if not rising or (edges and not 0 <= edges[0] <= edges[-1] <= DAY_MINUTES):
            raise ValueError(f"{name} {windows}: windows must rise from 00:00 to 24:00 and not overlap")
    return week


def _weekday(name: str) -> int:
    if name not in WEEKDAYS:
        raise ValueError(f"{name!r} is not a weekday: write one of {', '.join(WEEKDAYS)}, or a run like mon-fri")
    return WEEKDAYS.index(name)


def _weekdays(text: str) -> range:
    first, _, last = text.partition("-")
    start, end = _weekday(first), _weekday(last or first)
    if end < start:
        raise ValueError(f"{text!r} runs backwards: write the week from mon to sun")
    return range(start, end + 1)


def _window(text: str) -> tuple[int, int]:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a window of hours: write e.g. 09:00-12:00")
    return int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
