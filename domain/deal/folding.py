"""A deal is the fold of its facts: histories of workflows expire, the event log does not."""

from collections.abc import Iterable

from domain.deal.events import DealEvent, LeadCaptured
from domain.deal.evolve import evolve
from domain.deal.reading import blank
from domain.deal.state import Deal
from domain.logged import Logged, asking, beyond
from domain.machine import Fact


def folded(facts: Iterable[Fact[DealEvent]]) -> Deal | None:
    """Return the state after all facts of a deal, none when there are none.

    Raises:
        TypeError: the facts do not begin with the capture.
    """
    state: Deal | None = None
    for fact in facts:
        if state is None:
            first = fact.event
            if not isinstance(first, LeadCaptured):
                raise TypeError(f"the facts begin with {first.kind}, not with the capture")
            state = blank(first.deal_id, first.entity, first.customer, first.currency)
        state = evolve(state, fact)
    return state


def logged(facts: Iterable[Fact[DealEvent]], after: int) -> Logged[Deal]:
    """Return what the log has of a deal, and the messages it has dealt with after a place."""
    kept = tuple(facts)
    state = folded(kept)
    waiting = () if state is None else asking(kept, state.pending)
    return Logged[Deal](state=state, asking=waiting, **beyond(kept, after))
