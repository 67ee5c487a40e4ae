"""The shell of an aggregate: it sequences what the pure machine decides and contains no rule of its own.

Every change goes through `apply`, with no await between decide and evolve. Effects run in lanes beside the loop and
never touch the state: their results come back through the inbox. Facts are recorded by a task of its own.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

from domain.machine import CLOCK, SYSTEM, Actor, Answer, Due, Explanation, Job, Pending
from domain.refusal import Code, Refused
from domain.storable import cleaned
from domain.value import Value
from workflows.business_clock import BusinessClock
from workflows.failures import LONGEST_EXCERPT, LONGEST_NAME, clipped, sentence
from workflows.machine import Machine, S
from workflows.memory import Memory
from workflows.messages import Limits
from workflows.publishing import Publisher
from workflows.timeouts import LOCAL, SPARED_TIMER, effect_options, record_fallback_options, record_options

R = TypeVar("R")
_RECALLED: Any = Answer | None


class StuckAgenda(RuntimeError):
    """An agenda item fell due and changed nothing: a bug of the machine, mended by a deploy."""


class Shell(Generic[S]):
    """One aggregate under way.

    Attributes:
        state: the aggregate; replaced, never changed.
        recorded: the version up to which the event log has the facts.
        degraded: the database is away; facts wait, answers say ``recorded: false``.
    """

    def __init__(self, machine: Machine[S], state: S, clock_offset_s: float, limits: Limits) -> None:
        self.machine = machine
        self.state = state
        self.offset = timedelta(seconds=clock_offset_s)
        self._clock = BusinessClock(self.offset, workflow.now)
        self.limits = limits
        self.recorded = machine.version(state)
        self.degraded = False
        self.memory: Memory[S] = Memory(machine)
        self.door_idle: Callable[[], bool] = lambda: True
        self.door_busy: Callable[[], bool] = lambda: False
        self._inbox: list[tuple[Pending[Any], Value]] = []
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._unrecorded: list[Value] = []
        self._timer: asyncio.Task[None] | None = None
        self._recorder: asyncio.Task[None] | None = None
        self._armed: datetime | None = None
        self._fired: datetime | None = None
        self._publisher = Publisher(machine)
        self._local: set[str] = set()
        self._wanted = 0
        self._draining_since: datetime | None = None
        self._cancel_seen = False
        self._wake = True

    @property
    def version(self) -> int:
        """The version of the state."""
        return self.machine.version(self.state)

    @property
    def ready(self) -> bool:
        """Whether commands can be decided."""
        return self.machine.ready(self.state)

    @property
    def settled(self) -> bool:
        """Whether nothing is under way outside but what waits for a person."""
        return bool(self.version) and not self.door_busy() and not self._inbox and not self._under_way()

    def now(self) -> datetime:
        """Return the business time: the only clock there is."""
        return self._clock.now()

    def apply(self, command: Value, actor: Actor, cause: str, now: datetime) -> tuple[Pending[Any], ...]:
        """Decide a command and fold its events in; returns the effects that it asks for. The one door."""
        return self.happen(self.machine.decide(self.state, command, actor, now), actor, cause, now)

    def happen(self, events: tuple[Value, ...], actor: Actor, cause: str, now: datetime) -> tuple[Pending[Any], ...]:
        """Fold events in; returns the effects that they ask for."""
        state, facts = self.state, list[Value]()
        for event in events:
            state, fact = self.machine.happen(state, event, actor, cause, now)
            facts.append(fact)
        known = {pending.id for pending in self.machine.pending(self.state)}
        self._clock.reach(now)
        self.state = state
        self._unrecorded += facts
        self._wake = True
        return tuple(pending for pending in self.machine.pending(state) if pending.id not in known)

    def take(self, command: Value, actor: Actor, command_id: str, digest: str) -> int:
        """Apply a command of a person, remember its answer, and note whose result the person waits for."""
        asked = self.apply(command, actor, command_id, self.now())
        awaited = next((pending.id for pending in asked if self.machine.awaited(pending.effect)), "")
        answer = Answer(id=command_id, digest=digest, version=self.version, asked=awaited)
        self.state = self.memory.keep(self.state, answer)
        return self.version

    def deny(self, command_id: str, digest: str, code: Code) -> None:
        """Remember that a command was refused after it was accepted: what stands in a history is judged once."""
        self._remember(Answer(id=command_id, digest=digest, version=self.version, code=code.value))

    def hear(self, word_id: str) -> None:
        """Remember that a word was taken: it counts once."""
        self._remember(Answer(id=word_id, digest="word", version=self.version))

    def _remember(self, answer: Answer) -> None:
        self.state = self.memory.keep(self.state, answer)

    async def recall(self, command_id: str) -> Answer | None:
        """Return the first answer to a command id, whichever run gave it; none when it was never taken."""
        kept = self.memory.of(self.state, command_id)
        if kept is not None or not self.machine.forgetful(self.state):
            return kept
        info = workflow.info()
        logged = await self.ask("recall", info.workflow_id, command_id, info.run_id, self.recorded, answer=_RECALLED)
        # While the log was asked, the same command may have come another way.
        return self.memory.of(self.state, command_id) or logged

    def refuse(self, refused: Refused, command: str, excerpt: str, cause: str, actor: Actor) -> None:
        """Record a message that cannot be obeyed; nothing else changes."""
        told = Refused(refused.code, clipped(refused.text))
        command, excerpt = cleaned(command)[:LONGEST_NAME], cleaned(excerpt)[:LONGEST_EXCERPT]
        self.apply(self.machine.unreadable(told, command, excerpt), actor, cause, self.now())

    def begin(self, state: S) -> None:
        """Set the state that everything starts from, before the first event."""
        self.state = state
        self.recorded = self.machine.version(state)

    def job(self, job_id: str, effect: Value, at: datetime) -> Job[Value]:
        """Return what an activity is given."""
        return Job[Value].model_construct(
            id=job_id,
            owner=workflow.info().workflow_id,
            at=at,
            effect=effect,
            now=None if at == self.now() else self.now(),
            clock_offset_s=self.offset.total_seconds(),
        )

    async def ask(self, name: str, *question: object, answer: type[R]) -> R:
        """Ask by a local activity, and by a normal one that waits while whom it asks is away."""
        try:
            local: R = await workflow.execute_local_activity(
                name, args=question, result_type=answer, **record_options()
            )
        except FailureError:
            waited: R = await workflow.execute_activity(
                name, args=question, result_type=answer, summary=f"Ask: {name}", **record_fallback_options()
            )
            return waited
        return local

    async def written(self, version: int) -> None:
        """Wait until the event log has everything up to a version, or the database is away."""
        self._wanted = max(self._wanted, version)
        await workflow.wait_condition(lambda: self.recorded >= version or self.degraded)

    def explain(self) -> Explanation:
        """Say why the aggregate is where it is."""
        return self.machine.explain(self.state, self.now())

    def cancel_requested(self) -> bool:
        """Tell, once, that somebody asked to cancel: a worker that lets go of a workflow interrupts it as well."""
        if self._cancel_seen or workflow.cancellation_reason() is None:
            return False
        self._cancel_seen = True
        return True

    async def loop(self, door: asyncio.Task[None]) -> bool:
        """Run until the end, or until it is time to continue as new; returns whether it is the end.

        What a task beside it raised (the door's, the recorder's, a lane's) is raised here: a failed workflow task,
        which a deploy mends. A loop that was interrupted may be entered again.
        """
        if self._recorder is None:
            self._recorder = asyncio.create_task(self._record())
        beside = (door, self._recorder)
        while True:
            self._take_inbox()
            _raise_from(*beside, *self._lanes.values())
            self._fire_due()
            self._publish()
            self._start_lanes()
            self._wake = False
            if self.machine.finished(self.state):
                if self._at_rest():
                    return True
            elif not self._soon_over():
                self._arm()
            if self._leave_for_new_run():
                return False
            await workflow.wait_condition(
                lambda: self._wake or self._may_leave() or any(task.done() for task in (*beside, *self._lanes.values()))
            )

    def _may_leave(self) -> bool:
        """Tell whether a handler's end, which rouses nobody, was all that the end of this run still waited for."""
        if self.machine.finished(self.state):
            return self._at_rest()
        return self._draining_since is not None and not self._lanes and self._at_rest()

    def _at_rest(self) -> bool:
        return not self._untold() and not self._inbox and self.door_idle() and workflow.all_handlers_finished()

    def _untold(self) -> bool:
        return bool(self._unrecorded or self.memory.unlogged())

    def _leave_for_new_run(self) -> bool:
        info, limit = workflow.info(), self.limits.history_events
        if not (info.is_continue_as_new_suggested() or (limit and info.get_current_history_length() > limit)):
            return False
        if self._draining_since is None:
            self._draining_since = workflow.now()
            asyncio.get_running_loop().call_later(self.limits.drain_s, self._rouse)
        drained = workflow.now() - self._draining_since >= timedelta(seconds=self.limits.drain_s)
        return self._at_rest() and (drained or not self._lanes)

    def _rouse(self) -> None:
        self._wake = True

    def _take_inbox(self) -> None:
        while self._inbox:
            pending, done = self._inbox.pop(0)
            self._lanes.pop(pending.lane).result()
            self.apply(done, SYSTEM, pending.id, self.now())
            self._answer(pending.id, done)

    def _answer(self, effect_id: str, done: Value) -> None:
        refused = self.machine.refusal(done)
        told = {} if refused is None else {"code": refused.code.value, "text": refused.text}
        for answer in self.machine.answers(self.state):
            if answer.asked == effect_id:
                self.state = self.memory.keep(self.state, answer.model_copy(update={"asked": "", **told}))

    def _fire_due(self) -> None:
        if self._fired is None:
            return
        until, self._fired, self._armed = self._fired, None, None
        while due := _earliest(self.machine.agenda(self.state)):
            if due.at > until:
                return
            before = self.version
            self.apply(due.command, CLOCK, f"timer/{due.at.isoformat()}", until)
            if self.version == before:
                raise StuckAgenda(f"{self.machine.key(self.state)}: {due.command!r} changed nothing")

    def _publish(self) -> None:
        if not self._publisher.is_current(self.state) and not self._soon_over():
            self._publisher.publish(self.state, self.now(), under_way=self._under_way())

    def _under_way(self) -> bool:
        """Tell whether anything goes on outside; what stands behind a parked effect waits with it for a person."""
        return any(head.parked is None for head in self._heads().values())

    def _soon_over(self) -> bool:
        """Tell whether the state changes again within this workflow task: something local is under way."""
        return bool(self._local or self._inbox) or any(_kind(pending) in LOCAL for pending in self._startable())

    def _start_lanes(self) -> None:
        for pending in self._startable():
            if _kind(pending) in LOCAL and not self.degraded:
                self._local.add(pending.id)
            self._lanes[pending.lane] = asyncio.create_task(self._perform(pending))

    def _startable(self) -> list[Pending[Any]]:
        # Before a new run nothing more is begun, except what somebody waits for.
        if self._draining_since is not None and workflow.all_handlers_finished():
            return []
        heads = self._heads().items()
        return [head for lane, head in heads if lane not in self._lanes and head.parked is None]

    def _heads(self) -> dict[str, Pending[Any]]:
        """Return the first effect of each lane."""
        heads: dict[str, Pending[Any]] = {}
        for pending in self.machine.pending(self.state):
            heads.setdefault(pending.lane, pending)
        return heads

    async def _perform(self, pending: Pending[Any]) -> None:
        """Carry out one effect; never touches the state."""
        job = self.job(pending.id, pending.effect, pending.at)
        try:
            done = self.machine.done(pending.id, await self._carried_out(pending, job))
        except ActivityError as error:
            done = self.machine.failed(pending.id, sentence(error))
        self._inbox.append((pending, done))
        self._wake = True

    async def _carried_out(self, pending: Pending[Any], job: Job[Value]) -> Value:
        kind, results = _kind(pending), self.machine.result_type()
        if pending.id in self._local:
            try:
                local: Value = await workflow.execute_local_activity(kind, job, result_type=results, **record_options())
            except FailureError:
                workflow.logger.info("%s goes on as an activity", pending.id)
            else:
                return local
            finally:
                self._local.discard(pending.id)
        summary = self.machine.summary(pending.effect)
        result: Value = await workflow.execute_activity(
            kind, job, result_type=results, summary=summary, **effect_options(kind, self.limits)
        )
        return result

    def _arm(self) -> None:
        due = _earliest(self.machine.agenda(self.state))
        at = due.at if due else None
        if at == self._armed or self._spared(at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed, self._timer = at, None
        if due is not None:
            self._timer = asyncio.create_task(self._sleep(due))

    def _spared(self, at: datetime | None) -> bool:
        """Tell whether the armed timer stays: it rings soon anyway, and finds nothing due before its successor."""
        if self._armed is None or self._armed - self.now() > SPARED_TIMER:
            return False
        return self._publisher.owed_by_us if at is None else at > self._armed

    async def _sleep(self, due: Due[Any]) -> None:
        delay = due.at - self.now()
        if delay > timedelta():
            await workflow.sleep(delay, summary=due.why.en)
            self._fired = due.at
        else:
            self._fired = self.now()
        self._wake = True

    async def _record(self) -> None:
        while True:
            await workflow.wait_condition(self._to_record)
            facts, answers, upto = tuple(self._unrecorded), self.memory.unlogged(), self.version
            await self._write(self.machine.record(self.state, facts, answers, self.now(), workflow.info().run_id))
            del self._unrecorded[: len(facts)]
            self.memory.logged(answers)
            self.recorded = upto
            self._wake = True

    def _to_record(self) -> bool:
        """Tell whether to record now: what only asks is recorded with its answer, unless somebody waits for it."""
        if not self._untold() or self._soon_over():
            return False
        if not self._unrecorded:
            # An answer without a fact waits for the next one, or for the end of this run.
            return self._draining_since is not None or self.machine.finished(self.state)
        if self._wanted > self.recorded:
            return True
        if not self.door_idle():
            return False
        return not self._under_way() or not all(self.machine.asks(fact) for fact in self._unrecorded)

    async def _write(self, record: Value) -> None:
        name = self.machine.recorder()
        if not self.degraded:
            try:
                await workflow.execute_local_activity(name, record, **record_options())
            except FailureError:
                self.degraded = True
            else:
                return
        await workflow.execute_activity(name, record, summary="Record what happened", **record_fallback_options())
        self.degraded = False


def _raise_from(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        if task.done():
            task.result()


def _kind(pending: Pending[Any]) -> str:
    kind: str = getattr(pending.effect, "kind")  # noqa: B009  # every effect is tagged; Value is not
    return kind


def _earliest(agenda: tuple[Due[Any], ...]) -> Due[Any] | None:
    return min(agenda, key=lambda due: due.at, default=None)
