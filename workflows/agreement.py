"""What a workflow and its event log must agree on: the log is the truth, a workflow that is behind goes on from it."""

from typing import Any, NamedTuple, Protocol

from domain.logged import Logged
from domain.machine import Actor, Answer
from domain.value import Text
from workflows.machine import Machine, S

RESET = "the workflow was reset / 流程被重置"
NOTHING_LOGGED = Text(
    en="the event log has nothing of this: restore the database, or terminate the workflow",
    zh="事件日志中没有任何相关记录：请恢复数据库，或终止该流程",
)


class TakenOver(Exception):
    """The state was taken over from the log while somebody waited: what was decided before may not have happened."""


class Adoption(NamedTuple):
    """A person's wish to go on from where the log ends, and the answer that it gets."""

    reason: str
    actor: Actor
    answer: Answer


class Doorkeeper(Protocol):
    """What the shell must know of the messages that come in."""

    def idle(self) -> bool:
        """Tell whether no message waits."""

    def busy(self) -> bool:
        """Tell whether a message can be served now."""

    def undone(self, version: int) -> None:
        """Serve again, first, what was served since the state had this version."""

    def dealt_with(self, logged: Logged[Any], since: int) -> None:
        """Leave out what the log shows to have been served, beyond a version, before it came once more."""


def with_answers(machine: Machine[S], logged: Logged[S], state: S, ours: S, since: int) -> S:
    """Return the state that the log folds into, with the answers that both agree on; the log is asked for all others.

    Args:
        machine: of the aggregate.
        logged: what the log has.
        state: the state in it.
        ours: the state that gives way.
        since: the version up to which both agree.
    """
    state = machine.forgotten(state)
    awaited = {pending.id for pending in machine.pending(state) if machine.awaited(pending.effect)}
    agreed = [answer for answer in machine.answers(ours) if answer.version <= since and not answer.asked]
    for answer in (*agreed, *(one for one in logged.asking if one.asked in awaited)):
        state = machine.remember(state, answer)
    return state
