"""What an event log says of its aggregate: the state that it folds into, and the messages that it has dealt with.

The log keeps who sent a message under which id and what came of it, but not the message. So an answer that is read
back from the log has no digest: its id alone tells a repeat.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from domain.machine import KEPT_ANSWERS, Actor, Answer, Fact, Pending
from domain.refusal import Code, refuse
from domain.value import Text, Value

S = TypeVar("S", bound=Value)
REFUSED = "command_refused"
UNKNOWN_CONTENT = ""
"""The digest of an answer that was read back from the log."""
_MESSAGES = frozenset({"api", "webhook", "console", "link", "import", "workflow"})


class AdoptLog(Value):
    """Go on from where the event log ends, where it refuses what happened since: that is given up."""

    kind: Literal["adopt_log"] = "adopt_log"
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


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
        causes: the ids of the messages that became facts beyond the place that was asked about.
        turned: the messages that were refused beyond that place.
    """

    kind: Literal["logged"] = "logged"
    state: S | None = None
    causes: tuple[str, ...] = ()
    turned: tuple[Turned, ...] = ()


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


def answers_of(facts: Sequence[Fact[Any]], pending: Iterable[Pending[Any]]) -> tuple[Answer, ...]:
    """Return the first answers to the messages behind facts, the newest last, no more than an aggregate keeps.

    Args:
        facts: of one aggregate, in order.
        pending: its effects under way; an answer says which one its message asked for.
    """
    answers: dict[str, Answer] = {}
    asked_by: dict[int, str] = {}
    for fact in facts:
        if _is_answer(fact):
            digest = "word" if fact.actor.via == "workflow" else UNKNOWN_CONTENT
            answers[fact.cause] = Answer(id=fact.cause, digest=digest, version=fact.seq)
            asked_by[fact.seq] = fact.cause
        elif fact.event.kind == REFUSED and (asker := asked_by.get(_seq_of(fact.cause), "")):
            refusal = {"code": fact.event.code, "text": fact.event.text}
            answers[asker] = answers[asker].model_copy(update=refusal)
    for waiting in pending:
        if asker := asked_by.get(_seq_of(waiting.id), ""):
            answers[asker] = answers[asker].model_copy(update={"asked": waiting.id})
    return tuple(sorted(answers.values(), key=lambda answer: answer.version)[-KEPT_ANSWERS:])


def _is_answer(fact: Fact[Any]) -> bool:
    return fact.actor.via in _MESSAGES and fact.event.kind != REFUSED


def _seq_of(effect_id: str) -> int:
    """Return the number of the fact that asked for an effect, 0 for what is no effect's id."""
    parts = effect_id.rsplit("/", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdecimal() else 0
