"""A second clock, too simple to be wrong: it looks at every minute of a year and asks whether people work in it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class MinuteClock:
    """Every minute of some days, marked 1 where it is worked.

    A window is open from the first minute at which the local clock has reached its start to the first at which it has
    reached its end, so the clock here only ever moves forward, also where the zone's falls back.
    """

    def __init__(
        self,
        zone: str,
        hours: dict[int, list[tuple[int, int]]],
        holidays: Iterable[date],
        makeup: Iterable[date],
        year: int,
    ) -> None:
        off, on = set(holidays), set(makeup)
        local = ZoneInfo(zone)
        self.start = datetime(year, 1, 2, tzinfo=UTC)
        self.worked = bytearray()
        self.working_days = {
            day
            for day in (date(year, 1, 1) + n * DAY for n in range(365))
            if day in on or (day not in off and hours.get(day.weekday()))
        }
        furthest = datetime(year, 1, 1)  # noqa: DTZ001  the reading of a wall clock
        for n in range(362 * 24 * 60):
            furthest = max(furthest, (self.start + n * MINUTE).astimezone(local).replace(tzinfo=None))
            day, minute = furthest.date(), furthest.hour * 60 + furthest.minute
            windows = hours.get(0 if day in on else day.weekday(), []) if day in self.working_days else []
            self.worked.append(any(start <= minute < end for start, end in windows))

    @property
    def end(self) -> datetime:
        return self.start + len(self.worked) * MINUTE

    def between(self, earlier: datetime, later: datetime) -> timedelta:
        """Count the worked time from one instant to a later one, to the microsecond."""
        first, into_first = divmod(earlier - self.start, MINUTE)
        last, into_last = divmod(later - self.start, MINUTE)
        whole = self.worked.count(1, first, last) * MINUTE
        return whole - self.worked[first] * into_first + (self.worked[last] * into_last if into_last else timedelta())

    def is_open(self, at: datetime) -> bool:
        return bool(self.worked[(at - self.start) // MINUTE])

    def next_open(self, at: datetime) -> datetime:
        """Find the first worked instant from this one on."""
        here = (at - self.start) // MINUTE
        return max(at, self.start + self.worked.index(1, here) * MINUTE)
