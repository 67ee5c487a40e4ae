"""A deal is the fold of its facts: histories of workflows expire, the event log does not."""

from collections.abc import Iterable

from domain.deal.events import DealEvent, LeadCaptured
from domain.deal.evolve import evolve
from domain.deal.reading import blank
from domain.deal.state import Deal
from domain.logged import Logged, answers_of, causes_of, turned_of
from domain.machine import Fact


def folded(facts: Iterable[Fact[DealEvent]]) -> Deal | None:
    """Return the state after all facts of a deal, with the answers it gave; none when there are none.

    Raises:
        TypeError: the facts do not begin with the capture.
    """
    kept = tuple(facts)
    if not kept:
        return None
    first = kept[0].event
    if not isinstance(first, LeadCaptured):
        raise TypeError(f"the facts begin with {first.kind}, not with the capture")
    state = blank(first.deal_id, first.entity, first.customer, first.currency)
    for fact in kept:
        state = evolve(state, fact)
    return state.model_copy(update={"answers": answers_of(kept, state.pending)})


def logged(facts: Iterable[Fact[DealEvent]], after: int) -> Logged[Deal]:
    """Return what the log has of a deal, and the messages it has dealt with after a place."""
    kept = tuple(facts)
    beyond = [fact for fact in kept if fact.seq > after]
    return Logged[Deal](state=folded(kept), causes=causes_of(beyond), turned=turned_of(beyond))
