"""A deal is the fold of its facts; nothing here refuses, and the same facts always give the same deal (T6)."""

from collections.abc import Callable, Iterable
from datetime import datetime

from domain.approval.events import ApprovalRequested
from domain.deal import events as e
from domain.deal.consequences import effects
from domain.deal.effects import CancelBilling, CreditInvoice, DealEffect, IssueInvoice
from domain.deal.events_reduction import ReductionWeighed
from domain.deal.evolve_approval import approval_changed, questioned
from domain.deal.evolve_lead import LEAD_CHANGES
from domain.deal.evolve_order import ORDER_CHANGES
from domain.deal.evolve_quote import QUOTE_CHANGES
from domain.deal.state import Deal
from domain.deal.timeline import line_of
from domain.local_time import local_day
from domain.machine import KEPT_TIMELINE, Fact, Pending
from domain.value import Value

DealFact = Fact[e.DealEvent]
DealPending = Pending[DealEffect]


def _extended(deal: Deal, event: e.CalendarExtended, at: datetime) -> Deal:
    terms = deal.terms
    return (
        deal
        if terms is None
        else deal.model_copy(update={"terms": terms.model_copy(update={"calendar": event.calendar})})
    )


_CHANGES: dict[type[Value], Callable[..., Deal]] = {
    **LEAD_CHANGES,
    **QUOTE_CHANGES,
    **ORDER_CHANGES,
    e.SeatsQuestioned: questioned,
    e.CalendarExtended: _extended,
}
_APPROVAL = ApprovalRequested.__module__


def evolve(deal: Deal, fact: DealFact) -> Deal:
    """Return the deal after a fact: its fields, its timeline, and what is now pending outside."""
    event: Value = fact.event
    noted = deal.model_copy(
        update={
            "version": fact.seq,
            "timeline": (*deal.timeline[1 - KEPT_TIMELINE :], line_of(fact)),
            "pending": _still_pending(deal, fact),
        }
    )
    change = _CHANGES.get(type(event))
    if change is not None:
        after = change(noted, event, fact.at)
    elif type(event).__module__ == _APPROVAL:
        after = approval_changed(noted, event, fact.at)
    else:
        after = noted
    asked = effects(event, after)
    if not asked:
        return after
    new = tuple(
        DealPending(id=f"{deal.deal_id}/{fact.seq}/{effect.kind}", lane=lane, effect=effect, at=fact.at)
        for lane, effect in asked
    )
    return after.model_copy(update={"pending": (*after.pending, *new)})


def fold(deal: Deal, facts: Iterable[DealFact]) -> Deal:
    """Return the deal after all these facts, in order."""
    for fact in facts:
        deal = evolve(deal, fact)
    return deal


def _still_pending(deal: Deal, fact: DealFact) -> tuple[DealPending, ...]:
    pending = deal.pending
    if not pending:
        return pending
    event = fact.event
    match event:
        case e.AttentionNeeded():
            return _parked(pending, event.effect_id, event.error)
        case ReductionWeighed():
            return _parked(pending, event.effect_id, "a second person must agree")
        case e.EffectRetried():
            again = _parked(pending, event.effect_id, None)
            return tuple(_dated(deal, one, fact) if one.id == event.effect_id else one for one in again)
        case e.EffectSkipped():
            return tuple(waiting for waiting in pending if waiting.id != event.effect_id)
        case _:
            cause = fact.cause
            # What its own result has parked waits on: more facts of that result do not end it.
            if any(waiting.id == cause and waiting.parked is None for waiting in pending):
                return tuple(waiting for waiting in pending if waiting.id != cause)
            return pending


def _dated(deal: Deal, pending: DealPending, fact: DealFact) -> DealPending:
    """Date a document by the day on which it is tried again: meanwhile its series may have gone on."""
    effect = pending.effect
    if deal.terms is None or not isinstance(effect, IssueInvoice | CreditInvoice | CancelBilling):
        return pending
    today = local_day(deal.terms.zone, fact.at)
    if isinstance(effect, CancelBilling):
        return pending.model_copy(update={"effect": effect.dated(today)})
    return pending.model_copy(update={"effect": effect.model_copy(update={"issue_on": today})})


def _parked(pending: tuple[DealPending, ...], effect_id: str, why: str | None) -> tuple[DealPending, ...]:
    return tuple(
        waiting.model_copy(update={"parked": why}) if waiting.id == effect_id else waiting for waiting in pending
    )
