"""Workflows under skipped time are moved forward, never back; a jump that is not positive is left out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import RPCError, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCStatusCode
from temporalio.testing import TimeSkipper

LONGEST_JUMP = timedelta(days=3650)
"""The server's clock freezes beyond; nothing recorded needs more."""
SHORTEST_JUMP = timedelta(milliseconds=50)


def wall() -> datetime:
    """Return the real now, which only the shells that skip time may ask."""
    return datetime.now(UTC)


class Clocks:
    """The business times of running workflows, and the way to move them."""

    def __init__(self, skipper: TimeSkipper, real_now: Callable[[], datetime] = wall) -> None:
        self._skipper = skipper
        self._wall = real_now
        self._ahead: dict[str, timedelta] = {}

    def started(self, workflow_id: str, at: datetime) -> float:
        """Note that a workflow starts with its clock at a business time; returns its clock offset in seconds."""
        ahead = at - self._wall()
        self._ahead[workflow_id] = ahead
        return ahead.total_seconds()

    def forget(self, workflow_id: str) -> None:
        """Ask the server again next time."""
        self._ahead.pop(workflow_id, None)

    async def now_of(self, workflow_id: str) -> datetime | None:
        """Return a workflow's business time, none when it does not run."""
        ahead = self._ahead.get(workflow_id)
        if ahead is None:
            ahead = await self._asked(workflow_id)
        if ahead is None:
            return None
        self._ahead[workflow_id] = ahead
        return self._wall() + ahead

    async def move(self, workflow_id: str, to: datetime) -> bool:
        """Move a workflow to a business time; returns whether it runs there. A closed one is left alone."""
        now = await self.now_of(workflow_id)
        if now is None:
            return False
        jump = to - now
        if jump < SHORTEST_JUMP:
            return True
        handle = self._skipper.client.get_workflow_handle(workflow_id)
        while jump > timedelta():
            step = min(jump, LONGEST_JUMP)
            if not await self._jump(handle, step):
                self.forget(workflow_id)
                return False
            jump -= step
        # What the timers on the way took of real time is part of the jump, so the clock now stands at its end.
        self._ahead[workflow_id] = to - self._wall()
        return True

    async def _jump(self, handle: WorkflowHandle[Any, Any], step: timedelta) -> bool:
        try:
            return await self._skipper.fast_forward(handle, step)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise

    async def _asked(self, workflow_id: str) -> timedelta | None:
        handle = self._skipper.client.get_workflow_handle(workflow_id)
        try:
            description = await handle.describe()
            if description.status is not WorkflowExecutionStatus.RUNNING:
                return None
            offset: float = await handle.query("clock_offset", result_type=float)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        info = description.raw_description.workflow_extended_info
        skipped = timedelta()
        if info.HasField("time_skipping_info"):
            virtual = info.time_skipping_info.current_time.ToDatetime(tzinfo=UTC)
            skipped = virtual - self._wall()
        return skipped + timedelta(seconds=offset)
