"""A cancellation always ends closed: what is billed is credited, what is in flight is awaited (P6)."""

from datetime import datetime

from domain.deal import amending
from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.decide_opportunity import recalled
from domain.deal.reading import Events
from domain.deal.state import Deal, Stage
from domain.machine import Actor
from domain.refusal import Code, refuse
from domain.terms import PartKind

_AWAITED = frozenset({"issue_invoice", "credit_invoice", "create_order", "cancel_order", "open_receivable"})
"""Money and orders: the outside must have said what became of these before the deal is closed."""


def cancel(deal: Deal, command: c.Cancel, actor: Actor, now: datetime) -> Events:
    """Cancel the order: nothing more is delivered or billed, and every invoice is credited.

    What a recurring item has billed was supplied, and stands; one that runs is ended first (E_STATE).
    """
    running = ", ".join(item.id for item in deal.recurring if item.started_on is not None and not item.over)
    if running:
        raise refuse(
            Code.STATE,
            f"{running} is still billed again and again: end it first (end_recurring), then cancel",
            f"{running} 仍在周期性计费：请先结束（end_recurring）再取消订单",
        )
    return cancelled(deal, command.reason, given_up="")


def cancelled(deal: Deal, reason: str, given_up: str) -> Events:
    """Return the cancellation, without waiting for an effect that was given up."""
    credits = (*_credits(deal, deposits=False), *_credits(deal, deposits=True))
    requested = (*amending.given_up(deal, "cancelled", reason), e.CancelRequested(reason=reason))
    in_erp = deal.order is not None and bool(deal.order.erp_reference)
    if credits or in_erp or _in_flight(deal, given_up):
        return (*requested, *credits)
    return (*requested, e.DealCancelled())


def _credits(deal: Deal, *, deposits: bool) -> Events:
    """Return the credits of what is issued; deposits come last, when what was deducted of them is free again."""
    return tuple(
        e.CreditRequired(number=item.number)
        for item in deal.billing
        if item.status == "issued"
        and not item.part
        and (item.kind is PartKind.DEPOSIT) is deposits
        and (deposits or not item.credited)
    )


def ended(deal: Deal, effect_id: str) -> Events:
    """Return the end of a cancellation for which this effect was the last to be awaited."""
    if deal.stage is not Stage.CANCELLING or _in_flight(deal, effect_id):
        return ()
    return (e.DealCancelled(),)


def abort(deal: Deal, command: c.AbortEffect, actor: Actor, now: datetime) -> Events:
    """Give up an effect and the deal with it."""
    for pending in deal.pending:
        if pending.id == command.effect_id and pending.parked is not None:
            skipped = e.EffectSkipped(effect_id=command.effect_id, reason=command.reason)
            if deal.stage in (Stage.CONTRACT, Stage.CREDIT_HOLD, Stage.ACTIVE):
                return (skipped, *cancelled(deal, command.reason, command.effect_id))
            recall = recalled(deal, "the deal was given up")
            return (skipped, *recall, e.DealLost(reason="aborted", text=command.reason))
    raise refuse(Code.NOTFOUND, f"{command.effect_id} does not wait for attention", f"{command.effect_id} 无需人工处理")


def _in_flight(deal: Deal, but: str) -> bool:
    return any(pending.effect.kind in _AWAITED and pending.id != but for pending in deal.pending)
