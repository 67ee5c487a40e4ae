"""Messages as they are read: whatever comes, it becomes a command, or a refusal that says what is wrong with it."""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from domain.machine import Actor, Submission
from domain.refusal import Code, refuse
from domain.storable import cleaned, unstorable
from domain.value import Text, Value
from workflows.failures import LONGEST_EXCERPT, LONGEST_NAME
from workflows.messages import Envelope, Word

LARGEST_BYTES = 256 * 1024
"""A quote of five hundred lines is half of it; nothing larger is a command."""


class Unread(Value):
    """A message that could not be read; it is recorded in its turn."""

    name: str
    excerpt: str
    why: Text
    code: Code = Code.GATE


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


def claimed(message: Envelope | Word) -> Actor:
    """Return who says that they sent it, for a message whose sender is not known: it counts as sent by hand."""
    sender = message.sender if isinstance(message, Word) else actor_of(message).id
    return Actor(id=cleaned(sender)[:LONGEST_NAME], via="console")


def storable_actor(actor: Actor) -> Actor:
    """Return a sender as a refusal can be recorded of: who is malformed is refused, and that is recorded too."""
    return Actor(
        id=cleaned(actor.id)[:LONGEST_NAME],
        roles=tuple(map(cleaned, actor.roles)),
        via=actor.via,
        on_behalf_of=actor.on_behalf_of and cleaned(actor.on_behalf_of)[:LONGEST_NAME],
    )


def check_storable(value: Value) -> None:
    """Refuse what no database can keep (E_GATE)."""
    for fault in unstorable(value):
        where = fault.where or "."
        raise refuse(Code.GATE, f"malformed command: {where}: {fault.why.en}", f"命令格式错误：{where}：{fault.why.zh}")


def check_size(size: int) -> None:
    """Refuse a message that is larger than any command (E_LIMIT)."""
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
        raise refuse(
            Code.GATE, f"malformed command: {first_fault(error)}", f"命令格式错误：{first_fault(error)}"
        ) from error
    check_storable(found)
    return found


def first_fault(error: Exception) -> str:
    """Say the first thing that is wrong with a message."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"[:LONGEST_EXCERPT]
    return str(error)[:LONGEST_EXCERPT]


def excerpt_of(command: dict[str, Any]) -> str:
    """Return the beginning of a command, as it is recorded when it is refused."""
    return json.dumps(command, ensure_ascii=False)[:LONGEST_EXCERPT]


def bare_id(version: int, command: dict[str, Any]) -> str:
    """Return the id of a signal that has none: what it says, and where the aggregate was when it was served."""
    return hashlib.sha256(f"{version}/{json.dumps(command, sort_keys=True)}".encode()).hexdigest()
