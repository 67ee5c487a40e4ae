"""The recorder writes facts to the event log beside the loop: in order, each once, and visibly where it cannot.

While the database is away it waits for it. What the log refuses (it is older than the workflow, or has other facts)
stops everything else, since whatever is decided now may have to be given up; a person is told.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Any, NamedTuple

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from domain.logged import RecordAlarm
from domain.machine import Answer, Fact
from domain.value import Text, Value
from workflows.business_clock import BusinessClock
from workflows.messages import Limits
from workflows.timeouts import (
    REFUSALS,
    away_record_options,
    late_record_options,
    record_fallback_options,
    record_options,
    record_patience,
    refused_record_options,
)

ADOPT = "adopt_log"
"""The command that gives up what the log refuses."""
LONGEST_SENTENCE = 500


class Standing(Enum):
    """How it stands between a workflow and its log.

    ``AWAY``: nothing is known of the database. ``LATE``: for so long that a person must look. ``REFUSED``: the log
    does not take what it is sent.
    """

    SOUND = "sound"
    AWAY = "away"
    LATE = "late"
    REFUSED = "refused"


class Batch(NamedTuple):
    """What is written at once.

    Attributes:
        facts: how many of those that wait.
        answers: the answers that the log is told with them.
        upto: the version after them.
        record: what the activity is given.
    """

    facts: int
    answers: tuple[Answer, ...]
    upto: int
    record: Value


class Recorder:
    """What waits to be recorded, and how far the log is.

    Attributes:
        recorded: the version up to which the log has the facts.
        waiting: the facts that it has not, in order.
        wanted: a version for whose record somebody waits.
        standing: how it stands with the log.
    """

    def __init__(
        self,
        activity: str,
        recorded: int,
        limits: Limits,
        clock: BusinessClock,
        is_time: Callable[[], bool],
        batch: Callable[[], Batch],
        changed: Callable[[Batch | None], None],
    ) -> None:
        """Describe a recorder that does nothing yet.

        Args:
            activity: the activity that writes.
            recorded: how far the log is.
            limits: how long an outage is waited out in silence.
            clock: the workflow's, which does not go on by what is written.
            is_time: tells whether what waits is to be written now.
            batch: returns what is to be written.
            changed: called with what was written, and with nothing when the standing is another one.
        """
        self.recorded = recorded
        self.waiting: list[Fact[Any]] = []
        self.wanted = 0
        self.standing = Standing.SOUND
        self.task: asyncio.Task[None] | None = None
        self._activity = activity
        self._limits = limits
        self._clock = clock
        self._is_time = is_time
        self._batch = batch
        self._changed = changed
        self._said = ""

    @property
    def degraded(self) -> bool:
        """Whether the database is away: nobody waits for it."""
        return self.standing in (Standing.AWAY, Standing.LATE)

    @property
    def refused(self) -> bool:
        """Whether the log refuses what it is sent."""
        return self.standing is Standing.REFUSED

    def start(self) -> asyncio.Task[None]:
        """Begin to record, once; returns the task."""
        if self.task is None:
            self.task = asyncio.create_task(self._run())
        return self.task

    def restart(self, recorded: int, waiting: list[Fact[Any]]) -> None:
        """Let go of what is under way and begin anew from a place in the log."""
        if self.task is not None:
            self.task.cancel()
            self.task = None
        self.recorded, self.waiting, self.wanted, self.standing = recorded, waiting, 0, Standing.SOUND

    def trouble(self) -> Text | None:
        """Say what a person must know, none while all is well or mends itself soon."""
        if self.refused:
            return Text(
                en=f"the event log refuses what happened here ({self._said}), so nothing goes on: restore the database "
                "to a later point, or give up what is not in the log with adopt_log",
                zh=f"事件日志拒绝记录此处发生的事实（{self._said}），流程已停：请将数据库恢复到更晚的时间点，"
                "或用 adopt_log 放弃日志中没有的内容",
            )
        if self.standing is Standing.LATE:
            minutes = max(1, record_patience(self._limits) // timedelta(minutes=1))
            return Text(
                en=f"nothing could be recorded for {minutes} minutes ({self._said}): mend the cause, all goes on by "
                "itself then",
                zh=f"已有 {minutes} 分钟无法写入事件日志（{self._said}）：请排除原因，之后会自动继续",
            )
        return None

    async def _run(self) -> None:
        while True:
            await workflow.wait_condition(self._is_time)
            batch = self._batch()
            if not await self._written(batch.record):
                return
            del self.waiting[: batch.facts]
            self.recorded = batch.upto
            self._changed(batch)

    async def _written(self, record: Value) -> bool:
        """Write until it is written; returns whether this task still is the recorder then."""
        task = self.task
        while self.task is task:
            try:
                await self._try(record)
            except FailureError as error:
                if self.task is task:
                    self._note(error)
            else:
                break
        if self.task is not task:
            return False
        self.standing = Standing.SOUND
        return True

    async def _try(self, record: Value) -> None:
        """Write once and locally while all is well, else by an activity that insists until there is news."""
        if self.standing is Standing.SOUND:
            with self._clock.standing():
                await workflow.execute_local_activity(self._activity, record, **record_options())
            return
        if (what := self.trouble()) is not None:
            alarm = RecordAlarm(
                workflow_id=workflow.info().workflow_id, what=what, command=ADOPT if self.refused else ""
            )
            await workflow.execute_activity(
                "raise_alarm", alarm, summary="Tell operations", **record_fallback_options()
            )
        options = _INSISTENCE[self.standing](self._limits)
        await workflow.execute_activity(self._activity, record, summary="Record what happened", **options)

    def _note(self, error: FailureError) -> None:
        """Draw the conclusion from what went wrong."""
        cause = error.cause if isinstance(error, ActivityError) else error
        self._said = str(cause)[:LONGEST_SENTENCE]
        if isinstance(cause, ApplicationError) and cause.type in REFUSALS:
            self.standing = Standing.REFUSED
        elif self.standing is Standing.SOUND:
            self.standing = Standing.AWAY
        elif self.standing is Standing.AWAY:
            # The activity has been tried again until the patience was over; the server tells its last failure.
            self.standing = Standing.LATE
        self._changed(None)


_INSISTENCE = {
    Standing.AWAY: away_record_options,
    Standing.LATE: late_record_options,
    Standing.REFUSED: refused_record_options,
}
