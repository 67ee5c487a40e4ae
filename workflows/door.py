"""The door of an aggregate: messages are read, their senders checked and their ids deduplicated here.

An update is checked by its validator and refused without a trace; a signal that cannot be obeyed is recorded. No
message, however malformed, wedges or fails a workflow.
"""

from collections import deque
from typing import Any, Generic

from pydantic import TypeAdapter, ValidationError
from temporalio import workflow
from temporalio.common import RawValue

from domain.logged import UNKNOWN_CONTENT, Logged
from domain.machine import Actor, Answer, Submission, known_by
from domain.refusal import Code, Refused, refuse
from domain.storable import cleaned
from domain.value import Text, Value
from workflows import signing
from workflows.agreement import Adoption, TakenOver
from workflows.asking import ask
from workflows.failures import LONGEST_EXCERPT, affirmed, failure
from workflows.machine import S
from workflows.messages import Answered, Envelope, Until, Word
from workflows.reading import (
    Unread,
    actor_of,
    bare_id,
    check_size,
    check_storable,
    claimed,
    digest_of,
    excerpt_of,
    first_fault,
    read,
    storable_actor,
)
from workflows.served import NO_ID, Known
from workflows.shell import Shell

_NOBODY = Actor(id="unknown", via="console")


class Door(Generic[S]):
    """What comes in from outside: people by update or signal, other workflows by word."""

    def __init__(self, shell: Shell[S], commands: TypeAdapter[Value], words: TypeAdapter[Value]) -> None:
        self.shell = shell
        self.commands = commands
        self.words = words
        self._queue: deque[Envelope | Word | Unread] = deque()
        self._served: deque[tuple[int, Envelope | Word | Unread]] = deque()
        shell.door = self

    # --- updates ----------------------------------------------------------------------------------------------------

    def check(self, envelope: Envelope) -> None:
        """Refuse an update that cannot be obeyed; runs as the validator and is never replayed."""
        try:
            check_size(len(envelope.model_dump_json()))
            self._vouched(envelope)
            submission = self._read(envelope)
            self._decidable(submission)
        except Refused as refused:
            raise failure(refused) from refused

    async def submit(self, envelope: Envelope) -> Answered:
        """Apply a command and answer when it is recorded, or when the ledger has refused it."""
        try:
            submission = self._read(envelope)
            while True:
                try:
                    return await self._submitted(submission, envelope.until)
                except TakenOver:
                    # The log may have the command or not: if it has not, it is decided again.
                    continue
        except Refused as refused:
            raise failure(refused) from refused

    async def _submitted(self, submission: Submission[Value], until: Until) -> Answered:
        if not self.shell.machine.first(submission.command):
            await self.shell.until(lambda: self.shell.ready)
        if self.shell.suspended:
            if self._adopt(submission):
                return await self._adopted(submission)
            await workflow.wait_condition(lambda: not self.shell.suspended)
        if (answered := await self._answered(submission)) is not None:
            return answered
        before = self.shell.version
        version = self._taken(submission)
        first = affirmed(await self._result(submission.id))
        if until == "settled":
            await self.shell.until(lambda: self.shell.settled)
        # What the ledger did with it is part of the answer, so its facts must be recorded too.
        answered = await self._recorded(max(version, self.shell.version), first)
        return answered.model_copy(update={"repeated": version == before})

    async def _recorded(self, version: int, first: Answer | None) -> Answered:
        await self.shell.written(version)
        return self._answer(version, first, version_recorded=self.shell.recorder.recorded >= version)

    async def _adopted(self, submission: Submission[Value]) -> Answered:
        """Wait until the log is adopted; refused where it has nothing."""
        await workflow.wait_condition(lambda: self._prior(submission.id) is not None)
        return await self._recorded(self.shell.version, affirmed(self._prior(submission.id)))

    def _adopt(self, submission: Submission[Value]) -> bool:
        """Have the log adopted if that is what is asked, and nothing else is on its way to it."""
        if not self.shell.recorder.refused or self._prior(submission.id) is not None:
            return False
        reason = self.shell.machine.adoption(submission.command, submission.actor)
        if not reason:
            return False
        answer = Answer(id=submission.id, digest=digest_of(submission), version=self.shell.version)
        return self.shell.adopt(Adoption(reason, submission.actor, answer))

    def _answer(self, version: int, first: Answer | None, *, version_recorded: bool) -> Answered:
        explanation = self.shell.explain()
        return Answered(
            version=version,
            stage=self.shell.machine.stage(self.shell.state),
            recorded=version_recorded,
            waiting=tuple(f"{blocker.who}: {blocker.command or blocker.what.en}" for blocker in explanation.waiting),
            approval_id=first.waits_for if first is not None else "",
        )

    async def _answered(self, submission: Submission[Value]) -> Answered | None:
        prior = await self._recalled(submission)
        if prior is None:
            return None
        first = affirmed(await self._result(submission.id) or prior)
        answer = self._answer(prior.version, first, version_recorded=self.shell.recorder.recorded >= prior.version)
        return answer.model_copy(update={"repeated": True})

    async def _result(self, command_id: str) -> Answer | None:
        """Wait for the result of a command that was taken, and return its answer if this run knows it."""
        await self.shell.until(lambda: not self.shell.memory.awaiting(self.shell.state, command_id))
        return self._prior(command_id)

    def _prior(self, command_id: str) -> Answer | None:
        return self.shell.memory.of(self.shell.state, command_id)

    # --- updates and signals ----------------------------------------------------------------------------------------

    async def _recalled(self, submission: Submission[Value]) -> Answer | None:
        """Return the first answer to a command, whichever run gave it; other content under its id is refused."""
        prior = await self._remembered(submission.id)
        if prior is not None:
            self._same_content(prior.digest, submission)
        return prior

    async def _remembered(self, message_id: str) -> Answer | None:
        """Ask for the first answer to an id; `TakenOver` when nothing may be decided on what was asked any more."""
        epoch = self.shell.epoch
        prior = await self.shell.recall(message_id)
        if self.shell.suspended:
            await workflow.wait_condition(lambda: not self.shell.suspended)
        if self.shell.epoch != epoch:
            raise TakenOver
        return prior

    def _taken(self, submission: Submission[Value]) -> int:
        """Apply a command that is new; returns the version after it.

        Its message stands in the history, where others may read it and send it again: so it is judged once, and what
        is refused now stays refused under this id.
        """
        digest = digest_of(submission)
        try:
            self._current(submission)
            return self.shell.take(submission.command, submission.actor, submission.id, digest)
        except Refused as refused:
            self.shell.deny(submission.id, digest, refused.code)
            raise

    # --- signals ----------------------------------------------------------------------------------------------------

    def signalled(self, raw: RawValue) -> None:
        """Take a signal in as it came; it is read, checked and applied by `serve`."""
        self._take(raw, Envelope)

    def told(self, raw: RawValue) -> None:
        """Take a word of another workflow in as it came."""
        self._take(raw, Word)

    def unknown(self, name: str) -> None:
        """Take in that a signal of a name came that means nothing here."""
        why = Text(
            en=f"there is no signal {name[:50]!r}; send 'command'",
            zh=f"没有名为 {name[:50]!r} 的信号；请发送 command",
        )
        self._queue.append(Unread(name=name[:50], excerpt="", why=why, code=Code.NOTFOUND))

    def broken(self, name: str, error: str) -> None:
        """Take in that a handler failed; see safety.py."""
        self._queue.append(Unread(name=name, excerpt="", why=Text(en=error[:200], zh=error[:200])))

    def note(self, name: str, refused: Refused) -> None:
        """Take in that what somebody asked by other ways than a message is refused."""
        self._queue.append(Unread(name=name, excerpt="", why=refused.text, code=refused.code))

    async def serve(self) -> None:
        """Apply signals and words one after the other, in the order they came; a task beside the loop."""
        while True:
            await workflow.wait_condition(lambda: self._next() is not None)
            message = self._next()
            if message is None:
                continue
            if isinstance(message, Unread):
                refused = Refused(message.code, message.why)
                self.shell.refuse(refused, message.name, message.excerpt, NO_ID, _NOBODY)
            else:
                try:
                    await self._serve(message)
                except TakenOver:
                    continue
            self._queue.remove(message)
            self._served.append((self.shell.version, message))
            while self._served and self._served[0][0] <= self.shell.recorder.recorded:
                self._served.popleft()

    def _next(self) -> Envelope | Word | Unread | None:
        """Return the first message; until the aggregate is ready, the first that may come before."""
        if self.shell.suspended:
            return next((message for message in self._queue if self._is_adoption(message)), None)
        if self.shell.ready:
            return self._queue[0] if self._queue else None
        return next((message for message in self._queue if self._is_first(message)), None)

    def _is_adoption(self, message: Envelope | Word | Unread) -> bool:
        if not isinstance(message, Envelope):
            return False
        try:
            command = read(self.commands, message.command)
            return bool(self.shell.machine.adoption(command, actor_of(message)))
        except Refused:
            return False

    def _is_first(self, message: Envelope | Word | Unread) -> bool:
        if not isinstance(message, Envelope):
            return False
        try:
            return self.shell.machine.first(read(self.commands, message.command))
        except Refused:
            return False

    async def _serve(self, message: Envelope | Word) -> None:
        sender = claimed(message)
        try:
            await self._authenticate(message)
            if isinstance(message, Word):
                sender = storable_actor(Actor(id=message.sender, via="workflow"))
                await self._hear(message)
            else:
                sender = storable_actor(actor_of(message))
                await self._obey(message)
        except Refused as refused:
            excerpt = excerpt_of(message.command)
            cause = known_by(cleaned(message.id)) or NO_ID
            self.shell.refuse(refused, str(message.command.get("kind", "")), excerpt, cause, sender)

    def _take(self, raw: RawValue, kind: type[Envelope] | type[Word]) -> None:
        try:
            check_size(len(raw.payload.data))
            self._queue.append(TypeAdapter(kind).validate_json(raw.payload.data))
        except Refused as refused:
            self._queue.append(Unread(name="", excerpt="", why=refused.text, code=refused.code))
        except (ValidationError, ValueError) as error:
            excerpt = raw.payload.data[:LONGEST_EXCERPT].decode("utf-8", "replace")
            why = Text(en=f"unreadable: {first_fault(error)}", zh=f"无法读取：{first_fault(error)}")
            self._queue.append(Unread(name="", excerpt=excerpt, why=why))

    async def _obey(self, envelope: Envelope) -> None:
        submission = self._read(envelope)
        if self._adopt(submission):
            await workflow.wait_condition(lambda: self._prior(submission.id) is not None)
            affirmed(self._prior(submission.id))
        elif await self._recalled(submission) is None:
            self._taken(submission)

    async def _hear(self, word: Word) -> None:
        if await self._remembered(word.id) is not None:
            return
        command = read(self.words, word.command)
        if not self.shell.machine.expects(self.shell.state, word.sender, command):
            raise refuse(Code.AUTH, f"no word is expected from {word.sender}", f"不接受来自 {word.sender} 的消息")
        self.shell.apply(command, Actor(id=word.sender, via="workflow"), word.id, self.shell.now())
        self.shell.hear(word.id)

    async def _authenticate(self, message: Envelope | Word) -> None:
        if not message.signature:
            if isinstance(message, Word) or not self.shell.limits.console:
                raise refuse(
                    Code.AUTH,
                    "unsigned messages are not accepted here; send it by the API",
                    "此部署不接受未签名的消息；请通过 API 提交",
                )
            return
        # A signal's handler is replayed, so the key may not be asked here: an activity answers, once.
        if not await ask(self.shell.clock, "authenticate", workflow.info().workflow_id, message, answer=bool):
            raise refuse(Code.AUTH, "the signature is not ours", "签名无效")

    # --- what the log knows ----------------------------------------------------------------------------------------

    def idle(self) -> bool:
        """Tell whether no message waits."""
        return not self._queue

    def busy(self) -> bool:
        """Tell whether a message can be served now."""
        return self._next() is not None

    def undone(self, version: int) -> None:
        """Serve again, first, what was served since the state had this version."""
        again = [message for served, message in self._served if served > version]
        self._queue.extendleft(reversed(again))
        self._served.clear()

    def dealt_with(self, logged: Logged[Any], since: int) -> None:
        """Leave out what the log shows to have been served, beyond a version, before it came once more.

        A reset brings all signals since its place again. Served on a newer state, one that was refused might pass.
        """
        reached = range(since, self.shell.version + 1)
        known = Known(logged, lambda command: [bare_id(version, command) for version in reached])
        self._queue = deque(message for message in self._queue if not known.has(message))

    # --- both -------------------------------------------------------------------------------------------------------

    def _vouched(self, envelope: Envelope) -> None:
        if envelope.signature:
            if not signing.genuine(workflow.info().workflow_id, envelope):
                raise refuse(Code.AUTH, "the signature is not ours", "签名无效")
        elif not self.shell.limits.console:
            raise refuse(
                Code.AUTH,
                "unsigned messages are not accepted here; send it by the API",
                "此部署不接受未签名的消息；请通过 API 提交",
            )

    def _read(self, envelope: Envelope) -> Submission[Value]:
        check_storable(envelope)
        command = read(self.commands, envelope.command)
        update = workflow.current_update_info()
        submission_id = known_by(envelope.id or (update.id if update else ""))
        if not submission_id:
            submission_id = bare_id(self.shell.version, envelope.command)
        return Submission[Value].model_construct(
            id=submission_id,
            actor=actor_of(envelope),
            command=command,
            expected_version=envelope.expected_version,
        )

    def _decidable(self, submission: Submission[Value]) -> None:
        machine, state = self.shell.machine, self.shell.state
        if (prior := self._prior(submission.id)) is not None:
            self._same_content(prior.digest, submission)
            return
        trouble = self.shell.recorder.trouble() if self.shell.recorder.refused else None
        if trouble is not None and not machine.adoption(submission.command, submission.actor):
            raise Refused(Code.STATE, trouble)
        if self.shell.suspended or (not self.shell.ready and not machine.first(submission.command)):
            return
        if machine.forgetful(state):
            # Perhaps a repeat, which gets its first answer even where it would be refused now: `submit` asks the log.
            return
        self._current(submission)
        machine.decide(state, submission.command, submission.actor, self.shell.now())

    def _current(self, submission: Submission[Value]) -> None:
        expected = submission.expected_version
        if expected is not None and expected != self.shell.version:
            raise refuse(
                Code.STALE,
                f"you saw version {expected}, it is at {self.shell.version} now: read it again",
                f"你看到的版本是 {expected}，当前为 {self.shell.version}：请刷新后重试",
                current=self.shell.version,
            )

    def _same_content(self, digest: str, submission: Submission[Value]) -> None:
        if digest not in (UNKNOWN_CONTENT, digest_of(submission)):
            raise refuse(
                Code.IDEM,
                f"the key {submission.id!r} was used for other content; use a new key",
                f"幂等键 {submission.id!r} 已用于不同内容；请使用新的键",
            )
