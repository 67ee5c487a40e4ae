"""Whether a workflow task is under way at all when something is decided: a query may run ahead of the next one.

A worker that does not have a workflow in memory and is asked a query goes through its history, and through what came
after the last task as well, with that task's clock. What is decided then would be dated too early, kept in memory, and
recorded so, while every later replay dates it by the task that it belongs to.
"""

from datetime import datetime

from temporalio import workflow


class StaleClock(RuntimeError):
    """A query ran ahead of the next workflow task; nothing is wrong: ask again."""


class TaskWatch:
    """Watches that what is decided is decided in a workflow task."""

    def __init__(self) -> None:
        self._last: tuple[int, datetime] | None = None

    def decides(self) -> None:
        """Make sure that a task is under way.

        Raises:
            StaleClock: the history has gone on, the clock has not; the worker forgets the workflow, the query fails.
        """
        task, now = _task(), workflow.now()
        if self._last and task != self._last[0] and now == self._last[1] and not workflow.unsafe.is_replaying():
            raise StaleClock("a query came in the moment in which something happens; ask again")

    def ends(self) -> None:
        """Note the clock when there is nothing more to do for now."""
        self._last = (_task(), workflow.now())


def _task() -> int:
    """Return what tells one task from another: how long the history was when it began."""
    return workflow.info().get_current_history_length()
