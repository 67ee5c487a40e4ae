"""What every aggregate shares: facts in order, effects pending until their result is in, answers given once."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BeforeValidator, Field, SerializeAsAny

from domain.value import Misfit, Text, Value

E = TypeVar("E", bound=Value)
C = TypeVar("C", bound=Value)

KEPT_ANSWERS = 256
KEPT_TIMELINE = 50
LONGEST_ID = 200

Via = Literal["api", "webhook", "console", "link", "workflow", "timer", "effect", "import"]


class Actor(Value):
    """Who did it: a person as authenticated, or a part of LTC (``system``).

    Attributes:
        id: the person's id in the organisation file, or ``system``.
        roles: the roles held, as authenticated.
        via: the way the command came in.
        on_behalf_of: the person stood in for, when a delegation was used.
    """

    id: str
    roles: tuple[str, ...] = ()
    via: Via = "api"
    on_behalf_of: str | None = None


SYSTEM = Actor(id="system", via="effect")
CLOCK = Actor(id="system", via="timer")


def known_by(key: str) -> str:
    """Return the id by which a command is known for the key that it came with: a long one by its hash, never cut."""
    return key if len(key) <= LONGEST_ID else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


class Submission(Value, Generic[C]):
    """One command from outside, as `submit` (update) and `command` (signal) carry it.

    Attributes:
        id: the idempotency key; the same id with the same content gets the first answer again.
        actor: who asks.
        command: what is asked.
        expected_version: refuse with E_STALE unless the aggregate is at this version.
    """

    id: str
    actor: Actor
    command: C
    expected_version: int | None = None


class Fact(Value, Generic[E]):
    """One event as it happened, in its place in the aggregate's history.

    Attributes:
        seq: 1, 2, 3 … per aggregate, without gaps; the version of the state after it.
        at: the business time, by the workflow's clock.
        actor: who caused it.
        cause: the id of the command, effect or timer behind it.
        event: what happened.
    """

    seq: int
    at: datetime
    actor: Actor
    cause: str
    event: E


class Due(Value, Generic[C]):
    """Something that time alone will do.

    Attributes:
        at: when.
        command: the internal command to apply then.
        why: the sentence shown to operations.
    """

    at: datetime
    command: C
    why: Text


class Pending(Value, Generic[E]):
    """An effect whose result is not in yet.

    Attributes:
        id: the idempotency key of the effect, ``{aggregate}/{seq}/{kind}``.
        lane: effects of one lane run one after the other, lanes run side by side. A parked one is overtaken, but by
            what is about the same document (`heads_of`).
        effect: what must be done outside.
        at: the business time of the fact that asked for it.
        parked: why it waits for a person (`retry_effect`, `skip_effect`, `abort`), if it does.
    """

    id: str
    lane: str
    effect: E
    at: datetime
    parked: str | None = None


def heads_of(pending: Iterable[Pending[E]], holds: Callable[[Pending[E], Pending[E]], bool]) -> dict[str, Pending[E]]:
    """Return what each lane does next: its first effect that neither waits for a person nor behind one that does.

    Args:
        pending: in the order in which they were asked for.
        holds: whether a parked effect holds a later one of its lane back.
    """
    found: dict[str, Pending[E]] = {}
    parked: list[Pending[E]] = []
    for one in pending:
        if one.parked is not None:
            parked.append(one)
        elif one.lane not in found and holder_of(one, parked, holds) is None:
            found[one.lane] = one
    return found


def holder_of(
    later: Pending[E], pending: Iterable[Pending[E]], holds: Callable[[Pending[E], Pending[E]], bool]
) -> Pending[E] | None:
    """Return the parked effect, asked for before, that holds an effect back, if one does."""
    for one in pending:
        if one.id == later.id:
            return None
        if one.parked is not None and one.lane == later.lane and holds(one, later):
            return one
    return None


class Answer(Value):
    """The first answer to a command id, kept so that a repeat gets it again.

    Attributes:
        id: the command id.
        digest: the hash of the command's content.
        version: the version after it, 0 when refused.
        code: the refusal's code, empty when accepted.
        text: the refusal's sentence.
        asked: the effect whose result is part of the answer, while it is under way.
        waits_for: the approval that what was asked for waits for, empty where nothing does.
    """

    id: str
    digest: str
    version: int
    code: str = ""
    text: Text | None = None
    asked: str = ""
    waits_for: str = ""


class Line(Value):
    """One line of the timeline kept in the state for the cockpit; the event log has all."""

    seq: int
    at: datetime
    kind: str
    actor: str
    note: str = ""


class Job(Value, Generic[E]):
    """What an activity is given: one effect, its idempotency key and the business time.

    Attributes:
        id: the idempotency key of the effect.
        owner: the workflow id of the aggregate that asked.
        at: the business time of the fact that asked for it; activities never ask the wall clock.
        effect: what to do.
        now: the aggregate's clock when the effect was handed out; none when that is ``at``.
        clock_offset_s: what the aggregate adds to its workflow's clock; zero in production.
    """

    id: str
    owner: str
    at: datetime
    effect: SerializeAsAny[E]
    now: datetime | None = None
    clock_offset_s: float = 0


class Blocker(Value):
    """Somebody or something that an aggregate waits for.

    Attributes:
        who: the person's id, ``role:…``, ``customer`` or ``ltc``.
        what: the action owed.
        by: the deadline, if there is one.
        command: the kind of the command that would move it, if a person can send one.
    """

    who: str
    what: Text
    by: datetime | None = None
    command: str = ""


class Explanation(Value):
    """Why an aggregate is where it is.

    Attributes:
        stage: the stage's name.
        waiting: who blocks, most urgent first.
        timers: what time alone will do, soonest first: (at, why).
        moves: kinds of the public commands allowed now.
        clause: the policy (content hash) and the clause that rules here.
    """

    stage: str
    waiting: tuple[Blocker, ...]
    timers: tuple[tuple[datetime, Text], ...]
    moves: tuple[str, ...]
    clause: str


def _strict_int(value: object) -> object:
    if isinstance(value, bool | str):
        raise Misfit("an integer is required", "须为整数")
    return value


Minor = Annotated[int, BeforeValidator(_strict_int), Field(description="minor units of the currency")]
