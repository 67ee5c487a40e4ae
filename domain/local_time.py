"""A local time becomes one instant by one rule: the first instant at which the zone's clock has reached it.

So a time that a spring change skips is the instant of the change, and a time that an autumn change repeats is its
first occurrence. Every instant returned is in UTC, where adding hours means what it says.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.working_hours import DAY_MINUTES


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone of this name (ZoneInfoNotFoundError when there is none)."""
    return ZoneInfo(name)


def instant(at: datetime) -> datetime:
    """Return the same instant in UTC.

    Raises:
        ValueError: the datetime is naive; which instant it means would depend on the machine.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no zone: pass an aware datetime")
    return at.astimezone(UTC)


def local_day(zone: str, at: datetime) -> date:
    """Return the date in a zone at an instant."""
    return instant(at).astimezone(zone_of(zone)).date()


def local_clock(zone: str, at: datetime) -> time:
    """Return the naive time of day in a zone at an instant."""
    return instant(at).astimezone(zone_of(zone)).time()


def at_local(zone: str, day: date, minute_of_day: int) -> datetime:
    """Return the first instant at which it is this minute of the day; 1440 is midnight at the day's end."""
    if minute_of_day == DAY_MINUTES:
        return at_clock(zone, day + timedelta(days=1), time())
    return at_clock(zone, day, time(*divmod(minute_of_day, 60)))


def at_clock(zone: str, day: date, clock: time) -> datetime:
    """Return the first instant at which the zone's clock shows this date and time, or has passed it."""
    tz = zone_of(zone)
    wanted = datetime.combine(day, clock.replace(fold=0))
    late = wanted.replace(tzinfo=tz).astimezone(UTC)
    if late.astimezone(tz).replace(tzinfo=None) == wanted:
        return late
    # Skipped: the change lies between the readings with the offset after it and the offset before it.
    early = wanted.replace(tzinfo=tz, fold=1).astimezone(UTC).replace(microsecond=0)
    seconds = range(int((late - early).total_seconds()) + 1)
    change = bisect_left(
        seconds, wanted, key=lambda s: (early + timedelta(seconds=s)).astimezone(tz).replace(tzinfo=None)
    )
    return early + timedelta(seconds=change)


def end_of_month(day: date) -> date:
    """Return the last day of the day's month."""
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)
