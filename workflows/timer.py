"""The one timer of a workflow, armed for the earliest item of its agenda; when it rings, it says for which time."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

from domain.machine import Due


class StuckAgenda(RuntimeError):
    """An agenda item fell due and changed nothing: a bug of the machine, mended by a deploy."""


class Timer:
    """One timer.

    Attributes:
        armed: the business time for which it is set, none when it is not.
    """

    def __init__(self, now: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self.armed: datetime | None = None
        self._now = now
        self._changed = changed
        self._fired: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def set(self, due: Due[Any] | None) -> None:
        """Set it anew, to nothing for none."""
        if self._task is not None:
            self._task.cancel()
        self.armed, self._task = (due.at if due else None), None
        if due is not None:
            self._task = asyncio.create_task(self._sleep(due))

    def let_go(self) -> None:
        """Forget what it was set for, and that it rang."""
        self.set(None)
        self._fired = None

    def rang(self) -> datetime | None:
        """Return the time for which it rang, once."""
        if self._fired is None:
            return None
        until, self._fired, self.armed = self._fired, None, None
        return until

    async def _sleep(self, due: Due[Any]) -> None:
        delay = due.at - self._now()
        if delay > timedelta():
            await workflow.sleep(delay, summary=due.why.en)
            self._fired = due.at
        else:
            self._fired = self._now()
        self._changed()


def earliest(agenda: tuple[Due[Any], ...]) -> Due[Any] | None:
    """Return what falls due first, the first of equals; none where nothing does."""
    return min(agenda, key=lambda due: due.at, default=None)
