"""A cancellation always ends closed: the ledger credits and bills first, then what is in flight is awaited (P6).

Where nothing was issued or is owed, it is requested at once. Else the ledger is asked: in one transaction it does
exactly what somebody has seen, or nothing at all. Above the policy's amount a second person agrees before it does.
"""

from datetime import datetime

from domain.approval import machine as approvals
from domain.approval.seats import IN_ALL, Subject
from domain.cancellation import CancellationPreview, hashed
from domain.deal import amending
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal import events as e
from domain.deal.cancelling import cancel_billing, check_cancellable, kept_amounts, running_of
from domain.deal.decide_billing import closing
from domain.deal.decide_opportunity import recalled
from domain.deal.events_cancel import (
    CancellationAgreed,
    CancellationAsked,
    CancellationDropped,
    CancellationWeighed,
    Fate,
)
from domain.deal.evolve_cancel import approval_id
from domain.deal.moves import check_state
from domain.deal.reading import Events, pending_of, terms_of
from domain.deal.state import Cancellation, Deal, Stage
from domain.deal.whole import cancellation
from domain.local_time import local_day
from domain.machine import Actor, Pending
from domain.money import Money
from domain.refusal import Code, Refused, refuse

_AWAITED = frozenset({"issue_invoice", "credit_invoice", "create_order", "cancel_order", "open_receivable"})
"""Money and orders: the outside must have said what became of these before the deal is closed."""
_LONGEST_REASON = 500


def cancel(deal: Deal, command: c.Cancel, actor: Actor, now: datetime) -> Events:
    """Cancel the order: nothing more is delivered or billed, and what was invoiced beyond what stays owed is credited.

    Raises:
        Refused: another cancellation is being decided, or an invoice or credit note is on its way (E_STATE);
            everything is delivered and stays owed (E_GATE); it would do other things than were seen (E_STALE).
    """
    check_cancellable(deal, command.delivered)
    if not _asks_ledger(deal, command):
        if command.preview and command.preview != (seen := nothing_billed(deal, command, now)).content_hash:
            raise stale(seen)
        return cancelled(deal, command.reason, given_up="")
    return _asked(deal, command, actor, gives_up="")


def _asked(deal: Deal, command: c.Cancel, actor: Actor, gives_up: str) -> Events:
    if deal.cancellation is not None:
        raise refuse(
            Code.STATE,
            f"cancellation {deal.cancellation.nth} is being decided: recall it first",
            f"第 {deal.cancellation.nth} 次取消申请正在审批：请先撤回",
        )
    if deal.reduction is not None:
        raise refuse(
            Code.STATE,
            "a credit note is being decided: recall it, or wait for it",
            "红字发票正在审批：请先撤回或等待审批结果",
        )
    if _is_billing(deal):
        raise refuse(
            Code.STATE,
            "an invoice or a credit note is on its way, try again in a moment",
            "发票或红字发票正在开具，请稍后再试",
        )
    asked = CancellationAsked(
        nth=deal.cancellations + 1,
        reason=command.reason,
        by=actor.id,
        delivered=command.delivered,
        paid_part=command.paid_part,
        preview=command.preview,
        gives_up=gives_up,
    )
    # What is cancelled is the order as it stands: an amendment that nobody has decided by then comes too late.
    return (*amending.given_up(deal, "cancelled", command.reason), asked)


def previewable(deal: Deal, command: c.Cancel, now: datetime) -> CancellationPreview | f.CancelBilling:
    """Return what a cancellation would do, or what the ledger must be asked to tell.

    Raises:
        Refused: the deal cannot be cancelled now (`cancel`).
    """
    check_state(deal, command.kind)
    check_cancellable(deal, command.delivered)
    if not _asks_ledger(deal, command):
        return nothing_billed(deal, command, now)
    today = local_day(terms_of(deal).zone, now)
    effect = cancel_billing(deal, command.delivered, command.reason, today)
    return cancellation(deal, effect.model_copy(update={"paid_part": command.paid_part}))


def _asks_ledger(deal: Deal, command: c.Cancel) -> bool:
    """Tell whether there is anything that only the ledger knows: what is issued, is to be, or will never be.

    An invoice on its way bills what was delivered: with ``credited`` it is credited when it comes.
    """
    if any(item.number for item in deal.billing) or running_of(deal):
        return True
    return bool(kept_amounts(deal)) and (command.delivered == "owed" or not _is_billing(deal))


def _is_billing(deal: Deal) -> bool:
    """Tell whether an invoice or a credit note is on its way."""
    kinds = ("issue_invoice", "credit_invoice")
    return any(one.effect.kind in kinds and one.parked is None for one in deal.pending)


def nothing_billed(deal: Deal, command: c.Cancel, now: datetime) -> CancellationPreview:
    """Return the preview of a cancellation that neither credits nor bills anything."""
    effect = cancel_billing(deal, command.delivered, command.reason, local_day(terms_of(deal).zone, now))
    zero = Money.zero(deal.currency)
    told = CancellationPreview(
        deal_id=deal.deal_id,
        delivered=command.delivered,
        paid_part=command.paid_part,
        stopped=effect.stopped,
        credited=zero,
        owed=zero,
        in_all=zero,
    )
    return hashed(told)


def stale(now: CancellationPreview) -> Refused:
    """Build the refusal of a cancellation that would do other things than somebody has seen (E_STALE)."""
    return refuse(
        Code.STALE,
        f"cancelling does something else by now: look at the preview again, and name its content hash "
        f"{now.content_hash}",
        f"取消的后果已发生变化：请重新查看预览，并使用其内容哈希 {now.content_hash}",
        content_hash=now.content_hash,
    )


def billing_cancelled(deal: Deal, pending: Pending[f.DealEffect], result: c.BillingCancelled) -> Events:
    """Take what the ledger did, or ask the second person whom it takes."""
    asked, effect = deal.cancellation, pending.effect
    if asked is None or not isinstance(effect, f.CancelBilling):
        raise AssertionError("the ledger is asked only for a cancellation")
    if result.waits:
        return _weighed(deal, asked, result.preview)
    whole = frozenset(result.whole)
    credits = tuple(
        e.InvoiceCredited(
            number=note.number,
            credit_note=note.credit_note,
            amount=note.amount,
            left_minor=None if note.number in whole else note.left_minor,
        )
        for note in result.notes
    )
    issued = tuple(_owed(one) for one in result.issued)
    skipped = (e.EffectSkipped(effect_id=asked.gives_up, reason=asked.reason),) if _is_parked(deal, asked) else ()
    ends = (e.RecurringEnded(item=one.item, on=one.on, reason=asked.reason) for one in effect.ends)
    happened = (*skipped, *ends, e.CancelRequested(reason=asked.reason), *credits, *issued)
    but = {pending.id, asked.gives_up}
    awaited = any(one.effect.kind in _AWAITED and one.id not in but for one in deal.pending)
    in_erp = deal.order is not None and bool(deal.order.erp_reference)
    return happened if issued or in_erp or awaited else (*happened, e.DealCancelled())


def _owed(one: c.Issued) -> e.InvoiceIssued:
    return e.InvoiceIssued(
        item=one.item,
        number=one.number,
        net=one.net,
        gross=one.gross,
        due_on=one.due_on,
        deducted=one.deducted,
        owed=True,
    )


def _is_parked(deal: Deal, asked: Cancellation) -> bool:
    parked = pending_of(deal, asked.gives_up) if asked.gives_up else None
    return parked is not None and parked.parked is not None


def _weighed(deal: Deal, asked: Cancellation, preview: CancellationPreview) -> Events:
    subject = Subject(
        kind="cancellation",
        reference=f"cancellation {asked.nth}",
        content_hash=preview.content_hash,
        amount=preview.given_up,
        measures=((IN_ALL, preview.in_all.minor),),
        requester=asked.by,
        owner=deal.owner,
    )
    weighed = CancellationWeighed(nth=asked.nth, preview=preview)
    return (weighed, *approvals.request(approval_id(deal, asked.nth), subject, terms_of(deal).approval))


def granted(deal: Deal) -> Events:
    """Return what the approval of a cancellation makes true: the ledger does it now."""
    return () if deal.cancellation is None else (CancellationAgreed(nth=deal.cancellation.nth),)


def dropped(deal: Deal, outcome: Fate, reason: str, by: str = "") -> Events:
    """Return the end of a cancellation that does not happen."""
    if deal.cancellation is None:
        return ()
    told = reason[:_LONGEST_REASON]
    stands = deal.model_copy(update={"cancellation": None})
    fate = CancellationDropped(nth=deal.cancellation.nth, outcome=outcome, reason=told, by=by)
    return (fate, *closing(stands, deal.billing))


def cancelled(deal: Deal, reason: str, given_up: str) -> Events:
    """Return the cancellation of an order of which nothing is billed, without waiting for an effect given up."""
    requested = (*amending.given_up(deal, "cancelled", reason), e.CancelRequested(reason=reason))
    in_erp = deal.order is not None and bool(deal.order.erp_reference)
    if in_erp or _in_flight(deal, given_up):
        return requested
    return (*requested, e.DealCancelled())


def ended(deal: Deal, effect_id: str) -> Events:
    """Return the end of a cancellation for which this effect was the last to be awaited."""
    if deal.stage is not Stage.CANCELLING or _in_flight(deal, effect_id):
        return ()
    return (e.DealCancelled(),)


def abort(deal: Deal, command: c.AbortEffect, actor: Actor, now: datetime) -> Events:
    """Give up an effect and the deal with it; what was delivered stays owed."""
    for pending in deal.pending:
        if pending.id == command.effect_id and pending.parked is not None:
            return _given_up(deal, command, actor)
    raise refuse(Code.NOTFOUND, f"{command.effect_id} does not wait for attention", f"{command.effect_id} 无需人工处理")


def _given_up(deal: Deal, command: c.AbortEffect, actor: Actor) -> Events:
    skipped = e.EffectSkipped(effect_id=command.effect_id, reason=command.reason)
    if deal.stage in (Stage.CONTRACT, Stage.CREDIT_HOLD, Stage.ACTIVE):
        asked = c.Cancel(reason=command.reason)
        if _asks_ledger(deal, asked):
            return _asked(deal, asked, actor, gives_up=command.effect_id)
        return (skipped, *cancelled(deal, command.reason, command.effect_id))
    recall = recalled(deal, "the deal was given up")
    return (skipped, *recall, e.DealLost(reason="aborted", text=command.reason))


def _in_flight(deal: Deal, but: str) -> bool:
    return any(pending.effect.kind in _AWAITED and pending.id != but for pending in deal.pending)
