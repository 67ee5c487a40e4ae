"""Effects run in lanes beside the loop: the effects of a lane one after the other, lanes side by side.

A lane never touches the state: what came of an effect is put into the inbox, which the loop empties.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Generic

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

from domain.machine import Job, Pending
from domain.value import Value
from workflows.asking import locally
from workflows.business_clock import BusinessClock
from workflows.failures import sentence
from workflows.machine import Machine, S
from workflows.messages import Limits
from workflows.timeouts import LOCAL, effect_options


class Lanes(Generic[S]):
    """What is under way outside.

    Attributes:
        running: the task of each lane that is busy.
    """

    def __init__(
        self,
        machine: Machine[S],
        limits: Limits,
        clock: BusinessClock,
        job: Callable[[str, Value, datetime], Job[Value]],
        changed: Callable[[], None],
    ) -> None:
        self.running: dict[str, asyncio.Task[None]] = {}
        self._machine = machine
        self._limits = limits
        self._clock = clock
        self._job = job
        self._changed = changed
        self._pending: dict[str, Pending[Any]] = {}
        self._inbox: list[tuple[Pending[Any], Value]] = []
        self._local: set[str] = set()

    @property
    def arrived(self) -> bool:
        """Whether a result is in the inbox."""
        return bool(self._inbox)

    @property
    def soon(self) -> bool:
        """Whether a result comes, or came, within this workflow task: something local is under way."""
        return bool(self._local or self._inbox)

    def start(self, heads: Iterable[Pending[Any]], *, locally: bool) -> None:
        """Begin effects; those on our own tables locally where that is allowed."""
        for pending in heads:
            if locally and kind_of(pending) in LOCAL:
                self._local.add(pending.id)
            self._pending[pending.lane] = pending
            self.running[pending.lane] = asyncio.create_task(self._perform(pending))

    def next(self) -> tuple[Pending[Any], Value] | None:
        """Take the next result out of the inbox; what its lane raised is raised here."""
        if not self._inbox:
            return None
        pending, done = self._inbox.pop(0)
        self.running.pop(pending.lane).result()
        return pending, done

    def keep(self, pending: tuple[Pending[Any], ...]) -> None:
        """Let go of what is under way but for these effects: nobody waits for the others any more."""
        for lane, task in tuple(self.running.items()):
            if self._pending[lane] not in pending:
                task.cancel()
                del self.running[lane]
                self._local.discard(self._pending[lane].id)
        self._inbox = [(known, done) for known, done in self._inbox if known.lane in self.running]

    async def _perform(self, pending: Pending[Any]) -> None:
        """Carry out one effect; never touches the state."""
        job = self._job(pending.id, pending.effect, pending.at)
        try:
            done = self._machine.done(pending.id, await self._carried_out(pending, job))
        except ActivityError as error:
            done = self._machine.failed(pending.id, sentence(error))
        if self.running.get(pending.lane) is asyncio.current_task():
            self._inbox.append((pending, done))
            self._changed()

    async def _carried_out(self, pending: Pending[Any], job: Job[Value]) -> Value:
        kind, results = kind_of(pending), self._machine.result_type()
        if pending.id in self._local:
            try:
                return await locally(self._clock, kind, job, answer=results)
            except FailureError:
                if self.running.get(pending.lane) is not asyncio.current_task():
                    raise asyncio.CancelledError from None
                workflow.logger.info("%s goes on as an activity", pending.id)
            finally:
                self._local.discard(pending.id)
        summary = self._machine.summary(pending.effect)
        result: Value = await workflow.execute_activity(
            kind, job, result_type=results, summary=summary, **effect_options(kind, self._limits)
        )
        return result


def kind_of(pending: Pending[Any]) -> str:
    """Return the kind of an effect, which is the name of its activity."""
    kind: str = getattr(pending.effect, "kind")  # noqa: B009  # every effect is tagged; Value is not
    return kind
