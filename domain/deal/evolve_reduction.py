"""What the facts of a credit that waits for a second person make of a deal; its effect is pending meanwhile."""

from collections.abc import Callable
from datetime import datetime

from domain.deal import effects as f
from domain.deal import events_reduction as e
from domain.deal.state import Deal, Reduction
from domain.local_time import local_day
from domain.value import Value


def _weighed(deal: Deal, event: e.ReductionWeighed, at: datetime) -> Deal:
    waiting = Reduction(nth=event.nth, effect_id=event.effect_id, in_all_minor=event.in_all.minor)
    return deal.model_copy(update={"reduction": waiting, "reductions": event.nth})


def _agreed(deal: Deal, event: e.ReductionAgreed, at: datetime) -> Deal:
    waiting, terms = deal.reduction, deal.terms
    if waiting is None or terms is None:
        return deal
    changes: dict[str, object] = {
        "agreed": event.approval_id,
        "agreed_minor": waiting.in_all_minor,
        "issue_on": local_day(terms.zone, at),
    }
    pending = tuple(
        one.model_copy(update={"parked": None, "effect": one.effect.model_copy(update=changes)})
        if one.id == waiting.effect_id and isinstance(one.effect, f.CreditInvoice)
        else one
        for one in deal.pending
    )
    return deal.model_copy(update={"reduction": None, "pending": pending})


def _dropped(deal: Deal, event: e.ReductionDropped, at: datetime) -> Deal:
    return deal.model_copy(update={"reduction": None})


REDUCTION_CHANGES: dict[type[Value], Callable[..., Deal]] = {
    e.ReductionWeighed: _weighed,
    e.ReductionAgreed: _agreed,
    e.ReductionDropped: _dropped,
}
