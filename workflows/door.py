"""The door of an aggregate: messages are read, their senders checked and their ids deduplicated here.

An update is checked by its validator and refused without a trace; a signal that cannot be obeyed is recorded. No
message, however malformed, wedges or fails a workflow.
"""

import hashlib
import json
from collections import deque
from typing import Generic

from pydantic import TypeAdapter, ValidationError
from temporalio import workflow
from temporalio.common import RawValue

from domain.machine import Actor, Answer, Submission, known_by
from domain.refusal import Code, Refused, refuse
from domain.storable import cleaned, unstorable
from domain.value import Text, Value
from workflows import signing
from workflows.failures import LONGEST_EXCERPT, LONGEST_NAME, failure
from workflows.machine import S
from workflows.messages import Answered, Envelope, Word
from workflows.shell import Shell

LARGEST_BYTES = 256 * 1024
"""A quote of five hundred lines is half of it; nothing larger is a command."""
_NOBODY = Actor(id="unknown", via="console")


class Unread(Value):
    """A message that could not be read; it is recorded in its turn."""

    name: str
    excerpt: str
    why: Text
    code: Code = Code.GATE


class Door(Generic[S]):
    """What comes in from outside: people by update or signal, other workflows by word."""

    def __init__(self, shell: Shell[S], commands: TypeAdapter[Value], words: TypeAdapter[Value]) -> None:
        self.shell = shell
        self.commands = commands
        self.words = words
        self._queue: deque[Envelope | Word | Unread] = deque()
        shell.door_idle = lambda: not self._queue
        shell.door_busy = lambda: self._next() is not None

    # --- updates ----------------------------------------------------------------------------------------------------

    def check(self, envelope: Envelope) -> None:
        """Refuse an update that cannot be obeyed; runs as the validator and is never replayed."""
        try:
            _check_size(len(envelope.model_dump_json()))
            self._vouched(envelope)
            submission = self._read(envelope)
            self._decidable(submission)
        except Refused as refused:
            raise failure(refused) from refused

    async def submit(self, envelope: Envelope) -> Answered:
        """Apply a command and answer when it is recorded, or when the ledger has refused it."""
        try:
            submission = self._read(envelope)
            if not self.shell.machine.first(submission.command):
                await workflow.wait_condition(lambda: self.shell.ready)
            if (answered := await self._answered(submission)) is not None:
                return answered
            version = self._taken(submission)
            _affirm(await self._result(submission.id))
        except Refused as refused:
            raise failure(refused) from refused
        if envelope.until == "settled":
            await workflow.wait_condition(lambda: self.shell.settled)
        # What the ledger did with it is part of the answer, so its facts must be recorded too.
        version = max(version, self.shell.version)
        await self.shell.written(version)
        return self._answer(version, version_recorded=self.shell.recorded >= version)

    def _answer(self, version: int, *, version_recorded: bool) -> Answered:
        explanation = self.shell.explain()
        return Answered(
            version=version,
            stage=self.shell.machine.stage(self.shell.state),
            recorded=version_recorded,
            waiting=tuple(f"{blocker.who}: {blocker.command or blocker.what.en}" for blocker in explanation.waiting),
        )

    async def _answered(self, submission: Submission[Value]) -> Answered | None:
        prior = await self._recalled(submission)
        if prior is None:
            return None
        _affirm(await self._result(submission.id) or prior)
        answer = self._answer(prior.version, version_recorded=self.shell.recorded >= prior.version)
        return answer.model_copy(update={"repeated": True})

    async def _result(self, command_id: str) -> Answer | None:
        """Wait for the result of a command that was taken, and return its answer if this run knows it."""
        await workflow.wait_condition(lambda: not self.shell.memory.awaiting(self.shell.state, command_id))
        return self._prior(command_id)

    def _prior(self, command_id: str) -> Answer | None:
        return self.shell.memory.of(self.shell.state, command_id)

    # --- updates and signals ----------------------------------------------------------------------------------------

    async def _recalled(self, submission: Submission[Value]) -> Answer | None:
        """Return the first answer to a command, whichever run gave it; other content under its id is refused."""
        prior = await self.shell.recall(submission.id)
        if prior is not None:
            self._same_content(prior.digest, submission)
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
                self.shell.refuse(refused, message.name, message.excerpt, "signal", _NOBODY)
            else:
                await self._serve(message)
            self._queue.remove(message)

    def _next(self) -> Envelope | Word | Unread | None:
        """Return the first message; until the aggregate is ready, the first that may come before."""
        if self.shell.ready:
            return self._queue[0] if self._queue else None
        return next((message for message in self._queue if self._is_first(message)), None)

    def _is_first(self, message: Envelope | Word | Unread) -> bool:
        if not isinstance(message, Envelope):
            return False
        try:
            return self.shell.machine.first(read(self.commands, message.command))
        except Refused:
            return False

    async def _serve(self, message: Envelope | Word) -> None:
        sender = _claimed(message)
        try:
            await self._authenticate(message)
            if isinstance(message, Word):
                sender = _storable_actor(Actor(id=message.sender, via="workflow"))
                await self._hear(message)
            else:
                sender = _storable_actor(actor_of(message))
                await self._obey(message)
        except Refused as refused:
            excerpt = json.dumps(message.command, ensure_ascii=False)
            cause = known_by(cleaned(message.id)) or "signal"
            self.shell.refuse(refused, str(message.command.get("kind", "")), excerpt, cause, sender)

    def _take(self, raw: RawValue, kind: type[Envelope] | type[Word]) -> None:
        try:
            _check_size(len(raw.payload.data))
            self._queue.append(TypeAdapter(kind).validate_json(raw.payload.data))
        except Refused as refused:
            self._queue.append(Unread(name="", excerpt="", why=refused.text, code=refused.code))
        except (ValidationError, ValueError) as error:
            excerpt = raw.payload.data[:LONGEST_EXCERPT].decode("utf-8", "replace")
            why = Text(en=f"unreadable: {_first(error)}", zh=f"无法读取：{_first(error)}")
            self._queue.append(Unread(name="", excerpt=excerpt, why=why))

    async def _obey(self, envelope: Envelope) -> None:
        submission = self._read(envelope)
        if await self._recalled(submission) is None:
            self._taken(submission)

    async def _hear(self, word: Word) -> None:
        if await self.shell.recall(word.id) is not None:
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
        if not await self.shell.ask("authenticate", workflow.info().workflow_id, message, answer=bool):
            raise refuse(Code.AUTH, "the signature is not ours", "签名无效")

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
        _check_storable(envelope)
        command = read(self.commands, envelope.command)
        update = workflow.current_update_info()
        submission_id = known_by(envelope.id or (update.id if update else ""))
        if not submission_id:
            submission_id = hashlib.sha256(
                f"{self.shell.version}/{json.dumps(envelope.command, sort_keys=True)}".encode()
            ).hexdigest()
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
        if not self.shell.ready and not machine.first(submission.command):
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
        if digest != digest_of(submission):
            raise refuse(
                Code.IDEM,
                f"the key {submission.id!r} was used for other content; use a new key",
                f"幂等键 {submission.id!r} 已用于不同内容；请使用新的键",
            )


def _affirm(answer: Answer | None) -> None:
    """Raise the refusal that an answer stands for, if it does."""
    if answer is None or not answer.code:
        return
    if answer.text is not None:
        raise Refused(Code(answer.code), answer.text)
    raise refuse(
        Code(answer.code),
        f"this was refused before ({answer.code}), and its id counts once; ask again under a new key",
        f"此请求此前已被拒绝（{answer.code}），其编号只计一次；请使用新的键重新提交",
    )


def digest_of(submission: Submission[Value]) -> str:
    """Return the hash of what is asked and by whom."""
    content = [submission.actor.id, submission.command.model_dump(mode="json")]
    # Half of the hash: up to 256 of them are kept in the state.
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def actor_of(envelope: Envelope) -> Actor:
    """Return who sent it; without a signature it came from the console, whatever it says."""
    actor = Actor(id=envelope.actor) if isinstance(envelope.actor, str) else envelope.actor
    if envelope.signature:
        return actor
    return actor.model_copy(update={"via": "console", "id": actor.id[:LONGEST_NAME]})


def _claimed(message: Envelope | Word) -> Actor:
    """Return who says that they sent it, for a message whose sender is not known: it counts as sent by hand."""
    claimed = message.sender if isinstance(message, Word) else actor_of(message).id
    return Actor(id=cleaned(claimed)[:LONGEST_NAME], via="console")


def _storable_actor(actor: Actor) -> Actor:
    """Return a sender as a refusal can be recorded of: who is malformed is refused, and that is recorded too."""
    return Actor(
        id=cleaned(actor.id)[:LONGEST_NAME],
        roles=tuple(map(cleaned, actor.roles)),
        via=actor.via,
        on_behalf_of=actor.on_behalf_of and cleaned(actor.on_behalf_of)[:LONGEST_NAME],
    )


def _check_storable(value: Value) -> None:
    for fault in unstorable(value):
        where = fault.where or "."
        raise refuse(Code.GATE, f"malformed command: {where}: {fault.why.en}", f"命令格式错误：{where}：{fault.why.zh}")


def _check_size(size: int) -> None:
    if size > LARGEST_BYTES:
        raise refuse(
            Code.LIMIT,
            f"the message has {size} bytes, {LARGEST_BYTES} are the most; send documents as files",
            f"消息为 {size} 字节，最多 {LARGEST_BYTES} 字节；文档请以文件提交",
        )


def read(kinds: TypeAdapter[Value], command: dict[str, object]) -> Value:
    """Read a command of one of these kinds; E_GATE says what is wrong with it."""
    try:
        found = kinds.validate_python(command)
    except ValidationError as error:
        raise refuse(Code.GATE, f"malformed command: {_first(error)}", f"命令格式错误：{_first(error)}") from error
    _check_storable(found)
    return found


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"[:LONGEST_EXCERPT]
    return str(error)[:LONGEST_EXCERPT]
