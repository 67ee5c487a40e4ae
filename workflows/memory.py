"""Which command ids an aggregate has answered: the state has the newest, the log all that were ever taken."""

from typing import Generic

from domain.machine import Answer
from workflows.machine import Machine, S


class Memory(Generic[S]):
    """The answers that a run can tell by itself, and those that the log must still be told."""

    def __init__(self, machine: Machine[S]) -> None:
        self._machine = machine
        self._unlogged: dict[str, Answer] = {}

    def keep(self, state: S, answer: Answer) -> S:
        """Return the state that has an answer in its place; the log is told with the facts that come next."""
        self._unlogged[answer.id] = answer
        return self._machine.remember(state, answer)

    def of(self, state: S, command_id: str) -> Answer | None:
        """Return the answer to a command id that this run knows of, none when it knows of none."""
        kept = (one for one in self._machine.answers(state) if one.id == command_id)
        return next(kept, self._unlogged.get(command_id))

    def awaiting(self, state: S, command_id: str) -> bool:
        """Tell whether an effect is under way whose result answers this command."""
        return any(answer.asked for answer in self._machine.answers(state) if answer.id == command_id)

    def unlogged(self) -> tuple[Answer, ...]:
        """Return what the log must still be told."""
        return tuple(self._unlogged.values())

    def logged(self, answers: tuple[Answer, ...]) -> None:
        """Take in that the log has answers; one that has changed meanwhile must be told again."""
        for answer in answers:
            if self._unlogged.get(answer.id) is answer:
                del self._unlogged[answer.id]

    def forget(self) -> None:
        """Let go of what the log was still to be told: it did not happen."""
        self._unlogged.clear()
