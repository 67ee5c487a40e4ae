"""The floor under the core: the facts of a deal, each built and folded into a state, by pydantic alone.

No rule, no effect, no ledger, no clock: what any deal that is the fold of so many validated facts costs at least, on
this machine and in this minute. It uses nothing of `domain`, so that a change there never moves it.
"""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

_AT = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


class _Bare(BaseModel):
    model_config = ConfigDict(frozen=True)


class Event(_Bare):
    """What happened."""

    kind: str
    reference: str


class Fact(_Bare):
    """An event in its place."""

    seq: int
    at: datetime
    actor: str
    cause: str
    event: Event


class State(_Bare):
    """What the facts fold into."""

    deal_id: str
    version: int = 0
    last: str = ""


Deal = tuple[State, list[Fact]]


def fold(deals: int, facts: int) -> list[Deal]:
    """Build so many facts for each of so many deals, and fold each in; all of it is kept, as the simulator keeps it."""
    return [_folded(f"D-{nth}", facts) for nth in range(deals)]


def _folded(deal_id: str, facts: int) -> Deal:
    state, log = State(deal_id=deal_id), []
    for seq in range(1, facts + 1):
        event = Event(kind="something_happened", reference=deal_id)
        fact = Fact(seq=seq, at=_AT, actor="liu.yang", cause=deal_id, event=event)
        state = state.model_copy(update={"version": fact.seq, "last": fact.event.kind})
        log.append(fact)
    return state, log
