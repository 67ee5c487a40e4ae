"""The business time of an aggregate: its workflow's clock, moved by an offset, and never before what has happened.

Temporal's clock is that of the current workflow task. After a restart and a jump of a skipping server a task was seen
with the time of the task before it, 24 days back, and a mail was dated by it. What a fact has reached is reached.

What a local activity answers counts as of the time at which it was asked. Where a query is answered in the same task,
the worker tells the workflow of the answer in the task after it, with that task's clock, and when it reads the history
later, in the task that asked: the log would say another time than the state.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from temporalio.exceptions import FailureError


class BusinessClock:
    """Never goes back behind the latest instant at which something happened."""

    def __init__(self, offset: timedelta, wall: Callable[[], datetime]) -> None:
        """Take the workflow's clock and what is added to it; zero in production."""
        self.offset = offset
        self._wall = wall
        self._reached: datetime | None = None
        self._stands: tuple[datetime, datetime] | None = None

    def now(self) -> datetime:
        """Return the business time."""
        wall = self._wall()
        shown = self._stands[1] if self._stands is not None and self._stands[0] == wall else wall + self.offset
        return shown if self._reached is None else max(shown, self._reached)

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Stay, after what is done within, at the time before it for as long as the workflow's clock shows the same."""
        asked_at = self.now()
        try:
            yield
        except FailureError:
            self._stand(asked_at)
            raise
        else:
            self._stand(asked_at)

    def _stand(self, at: datetime) -> None:
        wall = self._wall()
        before = self._stands[1] if self._stands is not None and self._stands[0] == wall else at
        self._stands = (wall, max(at, before))

    def reach(self, at: datetime) -> None:
        """Take note that something happened at an instant."""
        self._reached = at if self._reached is None else max(at, self._reached)

    def catch_up(self, at: datetime) -> None:
        """Go on from an instant that the workflow's clock is behind: it was reset, and its time had been skipped."""
        self.offset += max(at - (self._wall() + self.offset), timedelta())
        self.reach(at)
