"""A deal is the fold of its facts: histories of workflows expire, the event log does not."""

from collections.abc import Iterable

from domain.deal.events import DealEvent, LeadCaptured
from domain.deal.evolve import evolve
from domain.deal.reading import blank
from domain.deal.state import Deal
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
