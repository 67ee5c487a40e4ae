"""The business time of an aggregate: its workflow's clock, moved by an offset, and never before what has happened.

Temporal's clock is that of the current workflow task. After a restart and a jump of a skipping server a task was seen
with the time of the task before it, 24 days back, and a mail was dated by it. What a fact has reached is reached.
"""

from collections.abc import Callable
from datetime import datetime, timedelta


class BusinessClock:
    """Never goes back behind the latest instant at which something happened."""

    def __init__(self, offset: timedelta, wall: Callable[[], datetime]) -> None:
        """Take the workflow's clock and what is added to it; zero in production."""
        self.offset = offset
        self._wall = wall
        self._reached: datetime | None = None

    def now(self) -> datetime:
        """Return the business time."""
        shown = self._wall() + self.offset
        return shown if self._reached is None else max(shown, self._reached)

    def reach(self, at: datetime) -> None:
        """Take note that something happened at an instant."""
        self._reached = at if self._reached is None else max(at, self._reached)

    def catch_up(self, at: datetime) -> None:
        """Go on from an instant that the workflow's clock is behind: it was reset, and its time had been skipped."""
        self.offset += max(at - (self._wall() + self.offset), timedelta())
        self.reach(at)
