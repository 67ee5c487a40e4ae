"""What an event log says of its aggregate: the state that it folds into, and the messages that it has dealt with.

The log keeps who sent a message under which id and what came of it, but not the message.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Generic, Literal, TypeVar

from domain.machine import Actor, Answer, Fact, Pending
from domain.refusal import Code, refuse
from domain.value import Text, Value
from domain.words import Reason

S = TypeVar("S", bound=Value)
REFUSED = "command_refused"
UNKNOWN_CONTENT = ""
"""The digest of an answer that is read from facts: its id alone tells a repeat."""
_MESSAGES = frozenset({"api", "webhook", "console", "link", "import", "workflow"})


class AdoptLog(Value):
    """Go on from where the event log ends, where it refuses what happened since: that is given up."""

    kind: Literal["adopt_log"] = "adopt_log"
    reason: Reason


class LogTaken(Value):
    """The shell has gone on from where the log ends: the workflow was reset, or a person adopted the log."""

    kind: Literal["log_taken"] = "log_taken"
    reason: str


class LogAdopted(Value):
    """The workflow went on from where its log ends; what it knew beyond, if anything, was given up."""

    kind: Literal["log_adopted"] = "log_adopted"
    reason: str


def nothing_to_adopt(state: Value, command: AdoptLog, actor: Actor, now: datetime) -> tuple[()]:
    """Refuse to adopt a log that refuses nothing (E_STATE)."""
    raise refuse(
        Code.STATE,
        "the event log refuses nothing of what happened here: there is nothing to adopt",
        "事件日志没有拒绝此处发生的任何事实：无需采用日志",
    )


class RecordAlarm(Value):
    """The log refuses what a workflow says, or has not taken it for long: a person is told in the read model.

    Attributes:
        what: what is wrong and what mends it.
        command: the command that helps, empty where none is needed.
    """

    workflow_id: str
    what: Text
    command: str = ""


class Turned(Value):
    """A message that was refused, or could not be read, as the log has it.

    Attributes:
        cause: its id, ``signal`` where it had none.
        actor: who sent it.
        command: the kind of command it was.
        excerpt: its beginning.
    """

    cause: str
    actor: str
    command: str
    excerpt: str


class Logged(Value, Generic[S]):
    """What the log has of an aggregate.

    Attributes:
        state: after its last fact, none where the log has nothing.
        asking: the answers to messages that still wait for an effect.
        causes: the ids of the messages that became facts beyond the place that was asked about.
        turned: the messages that were refused beyond that place.
        marks: what the facts beyond that place are told from others by, in order.
    """

    kind: Literal["logged"] = "logged"
    state: S | None = None
    asking: tuple[Answer, ...] = ()
    causes: tuple[str, ...] = ()
    turned: tuple[Turned, ...] = ()
    marks: tuple[str, ...] = ()

    def differs(self, ours: Sequence[Fact[Any]]) -> bool:
        """Tell whether the log has facts that are not these: the ones that its sender has beyond that place."""
        return len(self.marks) > len(ours) or self.marks != tuple(map(mark_of, ours[: len(self.marks)]))


def mark_of(fact: Fact[Any]) -> str:
    """Return what a fact is told from others in its place by: when it happened, why, and its kind."""
    told = f"{fact.at.astimezone(UTC).isoformat()} {fact.cause} {fact.event.kind}"
    return sha256(told.encode()).hexdigest()[:16]


def beyond(facts: Sequence[Fact[Any]], after: int) -> dict[str, Any]:
    """Return what `Logged` says of the facts beyond a place."""
    rest = [fact for fact in facts if fact.seq > after]
    return {"causes": causes_of(rest), "turned": turned_of(rest), "marks": tuple(map(mark_of, rest))}


def causes_of(facts: Iterable[Fact[Any]]) -> tuple[str, ...]:
    """Return the ids of the messages behind facts, each once, in order."""
    return tuple(dict.fromkeys(fact.cause for fact in facts if _is_answer(fact)))


def turned_of(facts: Iterable[Fact[Any]]) -> tuple[Turned, ...]:
    """Return the messages that facts say were refused, in order."""
    return tuple(
        Turned(cause=fact.cause, actor=fact.actor.id, command=fact.event.command, excerpt=fact.event.excerpt)
        for fact in facts
        if fact.event.kind == REFUSED and fact.actor.via in _MESSAGES
    )


def asking(facts: Iterable[Fact[Any]], pending: Iterable[Pending[Any]]) -> tuple[Answer, ...]:
    """Return the answers to the messages that wait for effects under way, each with its effect.

    Args:
        facts: of one aggregate.
        pending: its effects under way.
    """
    by_seq = {fact.seq: fact for fact in facts}
    found = []
    for waiting in pending:
        fact = by_seq.get(_seq_of(waiting.id))
        if fact is not None and _is_answer(fact):
            found.append(Answer(id=fact.cause, digest=UNKNOWN_CONTENT, version=fact.seq, asked=waiting.id))
    return tuple(found)


def _is_answer(fact: Fact[Any]) -> bool:
    return fact.actor.via in _MESSAGES and fact.event.kind != REFUSED


def _seq_of(effect_id: str) -> int:
    """Return the number of the fact that asked for an effect, 0 for what is no effect's id."""
    parts = effect_id.rsplit("/", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdecimal() else 0
