"""The shell of an aggregate: it sequences what the pure machine decides and contains no rule of its own.

Every change goes through `apply`, with no await between decide and evolve. Effects run in lanes beside the loop and
never touch the state: their results come back through an inbox. Facts are recorded by a task of its own.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from temporalio import workflow

from domain.logged import Logged
from domain.machine import CLOCK, SYSTEM, Actor, Answer, Explanation, Fact, Job, Pending
from domain.refusal import Code, Refused
from domain.storable import cleaned
from domain.value import Value
from workflows.agreement import NOTHING_LOGGED, RESET, Adoption, Doorkeeper, TakenOver, with_answers
from workflows.asking import ask
from workflows.business_clock import BusinessClock
from workflows.failures import LONGEST_EXCERPT, LONGEST_NAME, clipped
from workflows.lanes import Lanes, kind_of
from workflows.machine import Machine, S
from workflows.memory import Memory
from workflows.messages import Limits
from workflows.publishing import Publisher
from workflows.recorder import Batch, Recorder
from workflows.task_watch import TaskWatch
from workflows.timeouts import LOCAL, SPARED_TIMER
from workflows.timer import StuckAgenda, Timer, earliest

R = TypeVar("R")
_RECALLED: Any = Answer | None


class Shell(Generic[S]):
    """One aggregate under way.

    Attributes:
        state: the aggregate; replaced, never changed.
        clock: tells the business time.
        recorder: what waits for the event log, and how it stands with it.
        epoch: counts how often what was decided gave way to the log.
    """

    def __init__(self, machine: Machine[S], state: S, clock_offset_s: float, limits: Limits) -> None:
        self.machine = machine
        self.state = state
        self.clock = BusinessClock(timedelta(seconds=clock_offset_s), workflow.now)
        self.limits = limits
        self.epoch = 0
        self.door: Doorkeeper | None = None
        self.memory: Memory[S] = Memory(machine)
        self.lanes: Lanes[S] = Lanes(machine, limits, self.clock, self.job, self._rouse)
        version, is_time = machine.version(state), self._is_time_to_record
        self.recorder = Recorder(machine.recorder(), version, limits, self.clock, is_time, self._batch, self._written)
        self._timer = Timer(self.now, self._rouse)
        self._publisher = Publisher(machine, self.recorder)
        self._draining_since: datetime | None = None
        self._cancel_seen = False
        self._wake = True
        self._rewinds = 0
        self._agreed = 0
        self._adoption: Adoption | None = None
        self._task = TaskWatch()
        workflow.register_random_seed_callback(lambda _: self.rewound())

    @property
    def version(self) -> int:
        """The version of the state."""
        return self.machine.version(self.state)

    @property
    def _must_agree(self) -> bool:
        return self._rewinds != self._agreed or self._adoption is not None

    @property
    def _untold(self) -> bool:
        return bool(self.recorder.waiting or self.memory.unlogged())

    @property
    def offset(self) -> timedelta:
        """What is added to the workflow's clock."""
        return self.clock.offset

    @property
    def ready(self) -> bool:
        """Whether commands can be decided."""
        return self.machine.ready(self.state)

    @property
    def suspended(self) -> bool:
        """Whether nothing may be decided now: the log refuses what happened, or is being asked where it stands."""
        return self._must_agree or self.recorder.refused

    @property
    def settled(self) -> bool:
        """Whether nothing is under way outside but what waits for a person."""
        coming = self._must_agree or self.lanes.arrived or (self.door is not None and self.door.busy())
        return bool(self.version) and not coming and not self._under_way()

    @property
    def quiet(self) -> bool:
        """Whether it is settled and recorded, or waits for a person because it cannot be recorded."""
        if self.recorder.refused:
            return self._adoption is None
        return self.settled and self.recorder.recorded == self.version

    def now(self) -> datetime:
        """Return the business time: the only clock there is."""
        return self.clock.now()

    def apply(self, command: Value, actor: Actor, cause: str, now: datetime) -> tuple[Pending[Any], ...]:
        """Decide a command and fold its events in; returns the effects that it asks for. The one door."""
        return self.happen(self.machine.decide(self.state, command, actor, now), actor, cause, now)

    def happen(self, events: tuple[Value, ...], actor: Actor, cause: str, now: datetime) -> tuple[Pending[Any], ...]:
        """Fold events in; returns the effects that they ask for."""
        self._task.decides()
        state, facts = self.state, list[Fact[Any]]()
        for event in events:
            state, fact = self.machine.happen(state, event, actor, cause, now)
            facts.append(fact)
        known = {pending.id for pending in self.machine.pending(self.state)}
        self.clock.reach(now)
        self.state = state
        self.recorder.waiting += facts
        self._wake = True
        return tuple(pending for pending in self.machine.pending(state) if pending.id not in known)

    def take(self, command: Value, actor: Actor, command_id: str, digest: str) -> int:
        """Apply a command of a person, remember its answer, and note whose result the person waits for."""
        before = self.state
        asked = self.apply(command, actor, command_id, self.now())
        awaited = next((pending.id for pending in asked if self.machine.awaited(pending.effect)), "")
        held = self.machine.held(before, self.state, command)
        self._remember(Answer(id=command_id, digest=digest, version=self.version, asked=awaited, waits_for=held))
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
        info, recorded = workflow.info(), self.recorder.recorded
        logged = await ask(self.clock, "recall", info.workflow_id, command_id, info.run_id, recorded, answer=_RECALLED)
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
        self.recorder.recorded = self.machine.version(state)

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

    async def written(self, version: int) -> None:
        """Wait until the event log has everything up to a version, or the database is away."""
        self.recorder.wanted = max(self.recorder.wanted, version)
        await self.until(lambda: self.recorder.recorded >= version or self.recorder.degraded)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; `TakenOver` when the state gave way to the log meanwhile."""
        epoch = self.epoch
        await workflow.wait_condition(lambda: holds() or self.epoch != epoch)
        if self.epoch != epoch:
            raise TakenOver

    def explain(self) -> Explanation:
        """Say why the aggregate is where it is; what keeps its facts from being recorded comes first."""
        return self._publisher.explain(self.state, self.now())

    def rewound(self) -> None:
        """Note that the workflow was reset; only notes, since the SDK swallows what is raised here."""
        self._rewinds += 1
        self._wake = True

    def adopt(self, adoption: Adoption) -> bool:
        """Have the loop go on from where the log ends; returns whether nobody else has asked for it just now."""
        if self._adoption is not None:
            return False
        self._adoption = adoption
        self._wake = True
        return True

    async def agree(self) -> None:
        """Go on from where the log ends: after a reset if it has other facts, and where a person wants it in any case.

        A task begins with its messages and then tells of the reset: what was decided in between may give way, too.
        """
        while self._must_agree:
            rewinds, adoption, since = self._rewinds, self._adoption, self.recorder.recorded
            self.recorder.restart(since, self.recorder.waiting)
            name, *question = self.machine.log_of(self.state, since)
            logged: Logged[S] = await ask(self.clock, name, *question, answer=self.machine.logged())
            if logged.state is not None and (adoption is not None or logged.differs(self.recorder.waiting)):
                self._take_over(logged, logged.state, since, adoption)
            elif adoption is not None:
                nothing = {"code": Code.STATE.value, "text": NOTHING_LOGGED}
                self._remember(adoption.answer.model_copy(update=nothing))
            self._agreed, self._adoption, self._wake = rewinds, None, True

    def _take_over(self, logged: Logged[S], state: S, since: int, adoption: Adoption | None) -> None:
        """Replace the state by what the log folds into, and let go of everything that hangs on the old one."""
        self.state = with_answers(self.machine, logged, state, self.state, since)
        # A run whose time was skipped starts again at the real now: the business time must not go back.
        self.clock.catch_up(self.machine.as_of(self.state))
        self.epoch += 1
        self.memory.forget()
        self.recorder.restart(self.version, [])
        self.lanes.keep(self.machine.pending(self.state))
        self._timer.let_go()
        self._publisher.forget()
        if self.door is not None:
            self.door.undone(since)
            self.door.dealt_with(logged, since)
        reason, actor, cause = RESET, SYSTEM, f"reset/{workflow.info().run_id}"
        if adoption is not None:
            reason, actor, cause = adoption.reason, adoption.actor, adoption.answer.id
        self.apply(self.machine.taken(reason), actor, cause, self.now())
        if adoption is not None:
            self._remember(adoption.answer.model_copy(update={"version": self.version}))

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
        while True:
            await self.agree()
            recorder = self.recorder.start()
            if not self.recorder.refused:
                self._take_inbox()
            _raise_from(door, recorder, *self.lanes.running.values())
            if not self.recorder.refused:
                self._fire_due()
            self._publish()
            self.lanes.start(self._startable(), locally=not self.recorder.degraded)
            self._wake = False
            self._task.ends()
            if self.machine.finished(self.state):
                if self._at_rest():
                    return True
            elif not self._soon_over():
                self._arm()
            if self._leave_for_new_run():
                return False
            await workflow.wait_condition(lambda: self._wake or self._may_leave() or self._is_any_done(door))

    def _is_any_done(self, door: asyncio.Task[None]) -> bool:
        beside = (door, self.recorder.task, *self.lanes.running.values())
        return any(task is not None and task.done() for task in beside)

    def _may_leave(self) -> bool:
        """Tell whether a handler's end, which rouses nobody, was all that the end of this run still waited for."""
        if self.machine.finished(self.state):
            return self._at_rest()
        return self._draining_since is not None and not self.lanes.running and self._at_rest()

    def _at_rest(self) -> bool:
        idle = self.door is None or self.door.idle()
        return not self._untold and not self.lanes.arrived and idle and workflow.all_handlers_finished()

    def _leave_for_new_run(self) -> bool:
        info, limit = workflow.info(), self.limits.history_events
        if not (info.is_continue_as_new_suggested() or (limit and info.get_current_history_length() > limit)):
            return False
        if self._draining_since is None:
            self._draining_since = workflow.now()
            asyncio.get_running_loop().call_later(self.limits.drain_s, self._rouse)
        drained = workflow.now() - self._draining_since >= timedelta(seconds=self.limits.drain_s)
        return self._at_rest() and (drained or not self.lanes.running)

    def _written(self, batch: Batch | None) -> None:
        """Take in that something was recorded, or that it stands otherwise between the workflow and its log."""
        if batch is not None:
            self.memory.logged(batch.answers)
        self._wake = True

    def _rouse(self) -> None:
        self._wake = True

    def _take_inbox(self) -> None:
        while (arrived := self.lanes.next()) is not None:
            pending, done = arrived
            before = self.state
            self.apply(done, SYSTEM, pending.id, self.now())
            self._answer(pending.id, done, self.machine.held(before, self.state, done))

    def _answer(self, effect_id: str, done: Value, held: str) -> None:
        refused = self.machine.refusal(done)
        told = {"waits_for": held} if refused is None else {"code": refused.code.value, "text": refused.text}
        for answer in self.machine.answers(self.state):
            if answer.asked == effect_id:
                self._remember(answer.model_copy(update={"asked": "", **told}))

    def _fire_due(self) -> None:
        until = self._timer.rang()
        if until is None:
            return
        while due := earliest(self.machine.agenda(self.state)):
            if due.at > until:
                return
            before = self.version
            self.apply(due.command, CLOCK, f"timer/{due.at.isoformat()}", until)
            if self.version == before:
                raise StuckAgenda(f"{self.machine.key(self.state)}: {due.command!r} changed nothing")

    def _publish(self) -> None:
        if not self._soon_over():
            self._publisher.publish(self.state, self.now(), under_way=self._under_way())

    def _under_way(self) -> bool:
        """Tell whether anything goes on outside; what stands behind a parked effect waits with it for a person."""
        return bool(self.machine.heads(self.state))

    def _soon_over(self) -> bool:
        """Tell whether the state changes again within this workflow task: something local is under way."""
        return self.lanes.soon or any(kind_of(pending) in LOCAL for pending in self._startable())

    def _startable(self) -> list[Pending[Any]]:
        # Before a new run nothing more is begun, except what somebody waits for; nor what the log may not come to know.
        if self.recorder.refused or (self._draining_since is not None and workflow.all_handlers_finished()):
            return []
        heads = self.machine.heads(self.state).items()
        return [head for lane, head in heads if lane not in self.lanes.running]

    def _arm(self) -> None:
        due = earliest(self.machine.agenda(self.state))
        at = due.at if due else None
        if at != self._timer.armed and not self._spared(at):
            self._timer.set(due)

    def _spared(self, at: datetime | None) -> bool:
        """Tell whether the armed timer stays: it rings soon anyway, and finds nothing due before its successor."""
        armed = self._timer.armed
        if armed is None or armed - self.now() > SPARED_TIMER:
            return False
        return self._publisher.owed_by_us if at is None else at > armed

    def _batch(self) -> Batch:
        """Return what is to be recorded now."""
        facts, answers = tuple(self.recorder.waiting), self.memory.unlogged()
        record = self.machine.record(self.state, facts, answers, self.now(), workflow.info().run_id)
        return Batch(len(facts), answers, self.version, record)

    def _is_time_to_record(self) -> bool:
        """Tell whether to record now: what only asks is recorded with its answer, unless somebody waits for it."""
        if not self._untold or self._soon_over():
            return False
        if not self.recorder.waiting:
            # An answer without a fact waits for the next one, or for the end of this run.
            return self._draining_since is not None or self.machine.finished(self.state)
        if self.recorder.wanted > self.recorder.recorded:
            return True
        if self.door is not None and not self.door.idle():
            return False
        return not self._under_way() or not all(self.machine.asks(fact) for fact in self.recorder.waiting)


def _raise_from(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        if task.done():
            task.result()
