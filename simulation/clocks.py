"""Workflows under skipped time are moved forward, never back; a jump that is not positive is left out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import RPCError, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCStatusCode
from temporalio.testing import TimeSkipper

from mendable import Mendable
from simulation.forwarding import finished, forward

LONGEST_JUMP = timedelta(days=3650)
"""The server's clock freezes beyond; nothing recorded needs more."""
SHORTEST_JUMP = timedelta(milliseconds=50)
BEYOND = timedelta(seconds=15)
"""How far a jump may end beyond a moment: one that ended while the server was still busy with a timer of that very
moment was seen to go on to the next timer, days later."""
RAN_ON = timedelta(seconds=40)
"""How much further than asked for a clock may stand after a jump: a slow machine tells its time late, by seconds, and
the minute of what is recorded stays right; a later timer is hours away."""


class ClockRanOn(Mendable):
    """A workflow's time was skipped further than asked for, so what it did since then came too early."""

    def __init__(self, workflow_id: str, to: datetime, stands_at: datetime) -> None:
        """Say how far it should have gone and how far it went."""
        super().__init__(
            f"the clock of {workflow_id} should stand at {to:%Y-%m-%d %H:%M:%S} and stands at "
            f"{stands_at:%Y-%m-%d %H:%M:%S} UTC: the server ran on to a later timer. What happened there came too "
            "early; begin again in an empty data directory"
        )


def beyond(at: datetime) -> datetime:
    """Return where to move a clock for something that happens at a moment: past its timers, in the same minute."""
    landing = at + BEYOND
    return landing if landing.replace(second=0, microsecond=0) == at.replace(second=0, microsecond=0) else at


def wall() -> datetime:
    """Return the real now, which only the shells that skip time may ask."""
    return datetime.now(UTC)


class Clocks:
    """The business times of running workflows, and the way to move them.

    How far a clock is ahead is asked every time: an account that had nothing open has ended, and one that runs again
    under the same id has a clock of its own.
    """

    def __init__(self, skipper: TimeSkipper, real_now: Callable[[], datetime] = wall) -> None:
        self._skipper = skipper
        self._wall = real_now
        self._offset: dict[str, tuple[str, timedelta]] = {}

    def offset_s(self, at: datetime) -> float:
        """Return the clock offset, in seconds, of a workflow that starts with its clock at a business time."""
        return (at - self._wall()).total_seconds()

    async def now_of(self, workflow_id: str) -> datetime | None:
        """Return a workflow's business time, none when it does not run."""
        handle = self._skipper.client.get_workflow_handle(workflow_id)
        try:
            description, asked_at = await self._described(handle)
            if description.status is not WorkflowExecutionStatus.RUNNING:
                return None
            offset = await self._offset_of(handle, description.raw_description.workflow_execution_info.first_run_id)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        # What it took to hear all this has passed for the workflow too: a new worker replays it before it answers.
        return _shown(description, asked_at) + offset + (self._wall() - asked_at)

    async def move(self, workflow_id: str, to: datetime) -> bool:
        """Move a workflow to a business time; returns whether it runs there. A closed one is left alone.

        Raises:
            ClockRanOn: the server has skipped further than that.
        """
        now = await self.now_of(workflow_id)
        if now is None:
            return False
        jump = to - now
        if jump < SHORTEST_JUMP:
            return True
        while jump > timedelta():
            step = min(jump, LONGEST_JUMP)
            if not await self._jump(workflow_id, step):
                return False
            jump -= step
        stands_at = await self.now_of(workflow_id)
        if stands_at is not None and stands_at > to + RAN_ON:
            raise ClockRanOn(workflow_id, to, stands_at)
        return stands_at is not None

    async def _jump(self, workflow_id: str, step: timedelta) -> bool:
        try:
            return await forward(self._skipper.client, workflow_id, step)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise

    async def _offset_of(self, handle: WorkflowHandle[Any, Any], first_run_id: str) -> timedelta:
        """Return what a workflow adds to its clock, which no run of one start changes."""
        known_of, offset = self._offset.get(handle.id, ("", timedelta()))
        if known_of != first_run_id:
            offset = timedelta(seconds=await handle.query("clock_offset", result_type=float))
            self._offset[handle.id] = (first_run_id, offset)
        return offset

    async def _described(self, handle: WorkflowHandle[Any, Any]) -> tuple[WorkflowExecutionDescription, datetime]:
        """Describe a workflow and say when it was asked; a jump whose sender is gone is let end before that."""
        while True:
            asked_at = self._wall()
            description = await handle.describe()
            skipping = description.raw_description.workflow_extended_info.time_skipping_info
            under_way = skipping.HasField("fast_forward_info") and not skipping.fast_forward_info.has_completed
            if description.status is not WorkflowExecutionStatus.RUNNING or not under_way:
                return description, asked_at
            if not await finished(self._skipper.client, handle.id, skipping.fast_forward_info.fast_forward_id):
                return description, asked_at


def _shown(description: WorkflowExecutionDescription, asked_at: datetime) -> datetime:
    """Return the time that the server shows to a workflow."""
    info = description.raw_description.workflow_extended_info
    skips = info.HasField("time_skipping_info")
    return info.time_skipping_info.current_time.ToDatetime(tzinfo=UTC) if skips else asked_at
