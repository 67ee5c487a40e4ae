"""What the shell must know of an aggregate to sequence it: its pure functions and nothing else."""

from datetime import datetime
from typing import Any, Protocol, TypeVar

from domain.logged import Logged
from domain.machine import Actor, Answer, Due, Explanation, Fact, Pending
from domain.refusal import Refused
from domain.value import Value
from workflows.search_attributes import Attributes

S = TypeVar("S", bound=Value)


class Machine(Protocol[S]):
    """An aggregate's pure functions, as the shell calls them."""

    def key(self, state: S) -> str:
        """Return the workflow id of the aggregate."""

    def version(self, state: S) -> int:
        """Return the seq of the last fact."""

    def ready(self, state: S) -> bool:
        """Tell whether commands can be decided yet."""

    def first(self, command: Value) -> bool:
        """Tell whether a command is decided at once, even before the aggregate is ready."""

    def decide(self, state: S, command: Value, actor: Actor, now: datetime) -> tuple[Value, ...]:
        """Return the events a command makes true, or raise `Refused`."""

    def happen(self, state: S, event: Any, actor: Actor, cause: str, now: datetime) -> tuple[S, Fact[Any]]:
        """Wrap an event into the next fact and fold it in."""

    def pending(self, state: S) -> tuple[Pending[Any], ...]:
        """Return the effects whose results are not in."""

    def heads(self, state: S) -> dict[str, Pending[Any]]:
        """Return what each lane does next; what is parked, and what waits behind it, is none of it."""

    def awaited(self, effect: Value) -> bool:
        """Tell whether the person who sent the command waits for this effect's result."""

    def refusal(self, result: Value) -> Refused | None:
        """Return the refusal that an effect's result stands for, if it is one."""

    def held(self, before: S, after: S, command: Value) -> str:
        """Return the approval that what was asked for waits for now that a command, or a result, is taken; or none."""

    def done(self, effect_id: str, result: Any) -> Value:
        """Build the internal command for an effect's result."""

    def failed(self, effect_id: str, error: str) -> Value:
        """Build the internal command for an effect that exhausted its retries."""

    def unreadable(self, refused: Refused, command: str, excerpt: str) -> Value:
        """Build the internal command that records a message nobody could obey."""

    def log_of(self, state: S, since: int) -> tuple[Any, ...]:
        """Return the activity that reads the log, and its question: what is there, and what came of messages since."""

    def logged(self) -> type[Logged[S]]:
        """Return the type of its answer."""

    def taken(self, reason: str) -> Value:
        """Build the internal command that records that the state was taken over from the log."""

    def adoption(self, command: Value, actor: Actor) -> str:
        """Return a person's reason to go on from the log, empty for every other command; E_AUTH without the role."""

    def as_of(self, state: S) -> datetime:
        """Return the business time of the last fact."""

    def agenda(self, state: S) -> tuple[Due[Any], ...]:
        """Return everything that time alone will do."""

    def finished(self, state: S) -> bool:
        """Tell whether the aggregate is at its end with no effect pending."""

    def explain(self, state: S, now: datetime) -> Explanation:
        """Say why the aggregate is where it is."""

    def stage(self, state: S) -> str:
        """Name where the aggregate is."""

    def attributes(self, state: S, explanation: Explanation, now: datetime) -> Attributes:
        """Return the search attributes as they should stand."""

    def cockpit(self, state: S, explanation: Explanation, now: datetime) -> str:
        """Return the current details shown to operations, as markdown."""

    def summary(self, effect: Value) -> str:
        """Say in business words what an effect does."""

    def result_type(self) -> Any:
        """Return the type of the results of effects, a tagged union."""

    def recorder(self) -> str:
        """Name the activity that records this aggregate's facts."""

    def asks(self, fact: Any) -> bool:
        """Tell whether a fact only asks for an effect: the log may have it together with the answer."""

    def record(self, state: S, facts: tuple[Any, ...], answers: tuple[Answer, ...], now: datetime, run: str) -> Value:
        """Return what the event log and the read model are to be given, by which run of the workflow."""

    def answers(self, state: S) -> tuple[Answer, ...]:
        """Return the answers kept."""

    def remember(self, state: S, answer: Answer) -> S:
        """Keep an answer, dropping the oldest beyond the limit."""

    def forgetful(self, state: S) -> bool:
        """Tell whether ids may have been answered that the state has not: the log knows."""

    def forgotten(self, state: S) -> S:
        """Return the state that knows that ids were answered of which it has no answer."""

    def expects(self, state: S, sender: str, command: Value) -> bool:
        """Tell whether a word from this sender may say this."""
