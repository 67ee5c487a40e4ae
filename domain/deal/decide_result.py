"""A result is never refused while its effect is pending: it becomes a fact, or the fact that it came too late."""

from collections.abc import Callable
from datetime import datetime

from domain.deal import commands as c
from domain.deal import decide_reduction
from domain.deal import effects as f
from domain.deal import events as e
from domain.deal.decide_amend import amendment_checked
from domain.deal.decide_approval import resolved, signer_checked
from domain.deal.decide_billing import credited, issued
from domain.deal.decide_calendar import longer
from domain.deal.decide_cancel import billing_cancelled, dropped, ended
from domain.deal.decide_credit import credit_decided
from domain.deal.decide_lead import assignee, opened
from domain.deal.reading import Events, pending_of
from domain.deal.state import Deal, Stage
from domain.machine import Actor, Pending
from domain.refusal import Code, refuse
from domain.value import Value

_NEEDED = frozenset(
    {
        "open_deal",
        "resolve_approval",
        "extend_calendar",
        "check_credit",
        "issue_invoice",
        "credit_invoice",
        "open_receivable",
    }
)
"""Effects whose result the deal cannot do without; only a cancellation can."""


def effect_done(deal: Deal, command: c.EffectDone, actor: Actor, now: datetime) -> Events:
    """Take an effect's result."""
    pending = _pending(deal, command.effect_id)
    result = command.result
    if isinstance(result, c.DealRefusal):
        return _refused(deal, pending, result)
    if type(result) is not _ANSWERS.get(type(pending.effect), c.Done):
        error = f"{pending.effect.kind} was answered with {result.kind}, which says nothing about it"
        return (e.AttentionNeeded(effect_id=pending.id, error=error),)
    found = _RESULTS[type(result)](deal, pending, result, now)
    if not found:
        found = (_completed(pending, result),)
    return (*found, *(ended(deal, pending.id) if not _asks_more(found) else ()))


def effect_failed(deal: Deal, command: c.EffectFailed, actor: Actor, now: datetime) -> Events:
    """Park an effect until somebody retries, skips or aborts it."""
    pending = _pending(deal, command.effect_id)
    return (e.AttentionNeeded(effect_id=pending.id, error=command.error[:500]),)


def retry_effect(deal: Deal, command: c.RetryEffect, actor: Actor, now: datetime) -> Events:
    """Try a parked effect again."""
    return (e.EffectRetried(effect_id=_parked(deal, command.effect_id).id),)


def skip_effect(deal: Deal, command: c.SkipEffect, actor: Actor, now: datetime) -> Events:
    """Go on without a parked effect, unless the deal needs its result (E_STATE)."""
    pending = _parked(deal, command.effect_id)
    kind = pending.effect.kind
    if kind in _NEEDED and deal.stage is not Stage.CANCELLING and not deal.stage.closed:
        raise refuse(
            Code.STATE,
            f"the deal cannot go on without the result of {kind}: retry it, or abort the deal",
            f"缺少 {kind} 的结果无法继续：请重试，或放弃该商机",
        )
    skipped: Events = (e.EffectSkipped(effect_id=pending.id, reason=command.reason),)
    if kind == "assign_lead" and deal.stage is Stage.LEAD_ASSIGNED:
        skipped = (*skipped, e.LeadUnassignable())
    if isinstance(pending.effect, f.CancelBilling):
        skipped = (*skipped, *dropped(deal, "skipped", command.reason, actor.id))
    return (*skipped, *ended(deal, pending.id))


def _refused(deal: Deal, pending: Pending[f.DealEffect], result: c.DealRefusal) -> Events:
    if isinstance(pending.effect, f.CheckSigner):
        checked = c.SignerChecked(approval_id=pending.effect.approval_id, refused=result.text)
        return signer_checked(deal, checked) or (_completed(pending, result),)
    if isinstance(pending.effect, f.CancelBilling):
        return dropped(deal, "refused", f"{result.code}: {result.text.en} / {result.text.zh}")
    return (e.AttentionNeeded(effect_id=pending.id, error=f"{result.code}: {result.text.en}"[:500]),)


def _booked(deal: Deal, pending: Pending[f.DealEffect], result: c.Booked, now: datetime) -> Events:
    return (e.OrderBooked(erp_reference=result.erp_reference),)


def _credited(deal: Deal, pending: Pending[f.DealEffect], result: c.Credited, now: datetime) -> Events:
    return credited(deal, result) if result.waits is None else decide_reduction.weighed(deal, pending, result.waits)


def _done(deal: Deal, pending: Pending[f.DealEffect], result: c.Done, now: datetime) -> Events:
    effect = pending.effect
    if isinstance(effect, f.SendInvoice):
        return (e.InvoiceSent(number=effect.number, fiscal_number=result.fiscal_number),)
    if isinstance(effect, f.OpenReceivable):
        return (e.ReceivableOpened(number=effect.number),)
    return ()


_ANSWERS: dict[type[Value], type[Value]] = {
    f.OpenDeal: c.Opened,
    f.AssignLead: c.Assignee,
    f.ResolveApproval: c.Resolved,
    f.CheckSigner: c.SignerChecked,
    f.ExtendCalendar: c.LongerCalendar,
    f.CreateOrder: c.Booked,
    f.CheckCredit: c.CreditDecision,
    f.IssueInvoice: c.Issued,
    f.CreditInvoice: c.Credited,
    f.CancelBilling: c.BillingCancelled,
}
"""What each effect is answered with; every other one with `Done`."""
_ASKING = frozenset({e.CreditRequired, e.OrderBooked})
_RESULTS: dict[type[Value], Callable[..., Events]] = {
    c.Opened: lambda deal, pending, result, now: () if deal.stage.closed else opened(deal, result),
    c.Assignee: lambda deal, pending, result, now: assignee(deal, result),
    c.Resolved: lambda deal, pending, result, now: resolved(deal, result, now),
    c.SignerChecked: lambda deal, pending, result, now: signer_checked(deal, result),
    c.LongerCalendar: longer,
    c.Booked: _booked,
    c.CreditDecision: lambda deal, pending, result, now: (
        credit_decided(deal, result) if deal.order is None else amendment_checked(deal, result, now)
    ),
    c.Issued: lambda deal, pending, result, now: issued(deal, result),
    c.Credited: _credited,
    c.BillingCancelled: lambda deal, pending, result, now: billing_cancelled(deal, pending, result),
    c.Done: _done,
}


def _asks_more(found: Events) -> bool:
    """Tell whether in a cancellation these facts ask the outside for something more."""
    return any(type(event) in _ASKING for event in found)


def _completed(pending: Pending[f.DealEffect], result: Value) -> e.EffectCompleted:
    reference = result.reference if isinstance(result, c.Done) else ""
    return e.EffectCompleted(effect=pending.effect.kind, effect_id=pending.id, reference=reference)


def _pending(deal: Deal, effect_id: str) -> Pending[f.DealEffect]:
    found = pending_of(deal, effect_id)
    if found is None:
        raise refuse(Code.NOTFOUND, f"no effect {effect_id} is pending", f"没有待完成的操作 {effect_id}")
    return found


def _parked(deal: Deal, effect_id: str) -> Pending[f.DealEffect]:
    found = _pending(deal, effect_id)
    if found.parked is None:
        raise refuse(Code.STATE, f"{effect_id} is under way, nothing is to be done", f"{effect_id} 正在执行，无需处理")
    return found
