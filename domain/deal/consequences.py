"""What each fact asks of the outside, as data; documents go out in order, different parties side by side."""

from collections.abc import Callable
from datetime import datetime

from domain.approval import events as approval
from domain.approval.machine import seats_open
from domain.approval.questions import check_signer
from domain.deal import effects as f
from domain.deal import events as e
from domain.deal.consequences_billing import (
    Asked,
    credit_amounts,
    credit_invoice,
    invoice_issued,
    issue,
    issue_days,
    issue_delta,
    longer_calendar,
)
from domain.deal.consequences_cancel import ask_ledger
from domain.deal.events_amend import AmendmentApproved, AmendmentDropped
from domain.deal.events_cancel import CancellationAgreed, CancellationAsked, CancellationDropped
from domain.deal.events_credit import AccountHoldBegan, AccountHoldEnded, DeliveredOnHold
from domain.deal.events_reduction import ReductionDropped
from domain.deal.evolve_cancel import approval_id
from domain.deal.reading import kept_back, terms_of
from domain.deal.state import Deal, Stage
from domain.local_time import local_day
from domain.value import Value


def effects(event: Value, deal: Deal) -> Asked:
    """Return what a fact asks of the outside, with the lane of each, from the state after it."""
    ask = _ASKS.get(type(event))
    return () if ask is None else ask(deal, event)


def _notify(deal: Deal, template: str, people: tuple[str, ...], **facts: object) -> Asked:
    named = tuple(dict.fromkeys(person for person in people if person)) or ("role:sales_manager",)
    told = (("customer", deal.customer.name), *((name, str(fact)) for name, fact in facts.items()))
    return (("notify", f.Notify(people=named, template=template, deal_id=deal.deal_id, facts=told)),)


def _tell(deal: Deal, template: str, quote: f.SendQuote | None = None, **facts: object) -> Asked:
    telling = f.TellCustomer(
        customer_id=deal.customer.customer_id,
        template=template,
        deal_id=deal.deal_id,
        facts=tuple((name, str(fact)) for name, fact in facts.items()),
        entity=deal.entity,
        quote=quote,
    )
    return (("customer", telling),)


def _crm(deal: Deal, outcome: str, reason: str = "") -> Asked:
    amount = deal.order.total if deal.order else deal.lead.value
    return (("crm", f.SyncCrm(deal_id=deal.deal_id, outcome=outcome, amount=amount, reason=reason)),)


def _at(deal: Deal) -> datetime:
    """Return the business time of the fact just folded in."""
    return deal.timeline[-1].at


def _captured(deal: Deal, event: e.LeadCaptured) -> Asked:
    opening = f.OpenDeal(
        deal_id=deal.deal_id,
        customer_id=deal.customer.customer_id,
        source=event.source,
        owner=event.owner,
        currency=deal.currency,
        value=event.value,
        attributes=event.attributes,
        entity=deal.entity,
    )
    return (("open", opening),)


def _assigned(deal: Deal, event: e.LeadAssigned) -> Asked:
    by = deal.timeline[-1].actor
    if not event.by_rule and by in (event.owner, "system"):
        return ()
    return _notify(deal, "lead_assigned", (event.owner,), hop=event.hop)


def _breached(deal: Deal, event: e.ResponseBreached) -> Asked:
    told = _notify(deal, "response_breached", (event.owner, "role:sales_manager"))
    if not event.reassign:
        return told
    return (*told, ("open", f.AssignLead(customer_id=deal.customer.customer_id, not_to=deal.lead.had)))


def _resolve(deal: Deal, event: approval.ApprovalRequested | e.SeatsQuestioned) -> Asked:
    current = deal.approval
    if current is None:
        return ()
    terms = terms_of(deal)
    asked = f.ResolveApproval(
        approval_id=current.id,
        policy=terms.policy,
        customer_id=deal.customer.customer_id,
        subject=current.subject,
        customer_class=terms.customer_class,
        entity=deal.entity,
    )
    return (("seats", asked),)


def _seats_open(deal: Deal, event: approval.StepOpened) -> Asked:
    if deal.approval is None:
        return ()
    people = tuple(candidate.person for _, seat in seats_open(deal.approval) for candidate in seat.candidates)
    subject = deal.approval.subject
    if not people:
        return ()
    return _notify(
        deal,
        "approval_due",
        people,
        approval_id=event.approval_id,
        reference=subject.reference,
        amount=subject.amount,
        requested_by=subject.requester,
    )


def _late_seats(deal: Deal, event: approval.StepWarned | approval.StepEscalated) -> Asked:
    if deal.approval is None:
        return ()
    people = tuple(
        candidate.person
        for step, seat in seats_open(deal.approval)
        if step.id == event.step
        for candidate in seat.candidates
    )
    template = "approval_reminder" if isinstance(event, approval.StepWarned) else "approval_escalated"
    return _notify(deal, template, people, approval_id=event.approval_id, step=event.step)


def _signer(deal: Deal, event: approval.SignerQuestioned) -> Asked:
    if deal.approval is None:
        return ()
    return (("seats", check_signer(deal.approval, terms_of(deal).policy, event.question)),)


def _quote(deal: Deal) -> f.SendQuote:
    """Return what is printed on the quote that was sent last; `whole` puts its lines back."""
    terms, quote = terms_of(deal), deal.quotes[-1]
    return f.SendQuote(
        deal_id=deal.deal_id,
        customer_id=deal.customer.customer_id,
        version=quote.version,
        lines=(),
        rates=terms.billing.rates,
        price_includes_tax=terms.billing.price_includes_tax,
        valid_until=quote.valid_until or _at(deal),
        content_hash=quote.content_hash,
        payment_terms=terms.payment.id,
        entity=deal.entity,
        issued_on=local_day(terms.zone, quote.sent_at or _at(deal)),
        zone=terms.customer_zone,
        prepared_by=deal.owner,
        untaxed_bp=terms.payment.untaxed_bp,
    )


def _quote_over(deal: Deal, event: e.QuoteExpired) -> Asked:
    if event.unsigned:
        return _notify(deal, "contract_unsigned", (deal.owner,), version=event.version)
    return _notify(deal, "quote_expired", (deal.owner,), version=event.version)


def _contract(deal: Deal, event: e.ContractRequired) -> Asked:
    asked = f.RequestSignature(
        deal_id=deal.deal_id,
        customer_id=deal.customer.customer_id,
        content_hash=event.content_hash,
        two_sided=event.two_sided,
    )
    return (("signing", asked),)


def _growth_check(deal: Deal, event: AmendmentApproved) -> Asked:
    """Ask whether the customer's credit bears what the order grows by; the order itself is in the exposure already."""
    return _credit_check(deal, e.CreditCheckRequired(order=event.increase))


def _amendment_decided(deal: Deal, event: AmendmentDropped) -> Asked:
    return _notify(
        deal,
        "amendment_dropped",
        (deal.owner,),
        outcome=event.outcome,
        decided_by=event.by,
        reason=event.reason,
    )


def _reduction_dropped(deal: Deal, event: ReductionDropped) -> Asked:
    if event.outcome == "recalled" or deal.approval is None:
        return ()
    people, subject = (deal.approval.subject.requester, deal.owner), deal.approval.subject
    told = {"amount": subject.amount, "outcome": event.outcome, "decided_by": event.by, "reason": event.reason}
    return _notify(deal, "reduction_dropped", people, **told)


def _cancellation_dropped(deal: Deal, event: CancellationDropped) -> Asked:
    """Tell who asked, where they do not wait for the answer; what somebody took back, they know."""
    asked = deal.approval
    if event.outcome == "recalled" or asked is None or asked.id != approval_id(deal, event.nth):
        return ()
    people = (asked.subject.requester, deal.owner)
    return _notify(
        deal, "cancellation_dropped", people, outcome=event.outcome, decided_by=event.by, reason=event.reason
    )


def _credit_check(deal: Deal, event: e.CreditCheckRequired) -> Asked:
    rules = terms_of(deal).order
    asked = f.CheckCredit(
        customer_id=deal.customer.customer_id,
        order=event.order,
        limit=rules.credit_limit,
        overdue_block_days=rules.overdue_block_days,
    )
    return (("credit", asked),)


def _kept_back(deal: Deal, event: AccountHoldBegan) -> Asked:
    if not kept_back(deal):
        return ()
    return _notify(deal, "deliveries_held", (deal.owner, "role:credit"), account=event.hold.account)


def _going_on(deal: Deal, event: AccountHoldEnded) -> Asked:
    # Another account may keep back what this one does not any more.
    if deal.order is None or deal.fulfilment.complete or deal.account_holds:
        return ()
    return _notify(deal, "deliveries_go_on", (deal.owner,), account=event.account)


def _create_order(deal: Deal, event: e.OrderCreated | e.OrderAmended) -> Asked:
    if deal.order is None:
        return ()
    order = f.CreateOrder(
        deal_id=deal.deal_id,
        customer_id=deal.customer.customer_id,
        revision=deal.order.revision,
        lines=(),
        total=deal.order.total,
    )
    booking: Asked = (("erp", order),)
    return (*booking, *_crm(deal, "won")) if isinstance(event, e.OrderCreated) else booking


def _cancel_order(deal: Deal, event: e.CancelRequested | e.OrderBooked) -> Asked:
    if deal.stage is not Stage.CANCELLING or deal.order is None or not deal.order.erp_reference:
        return ()
    return (("erp", f.CancelOrder(deal_id=deal.deal_id, erp_reference=deal.order.erp_reference)),)


_ASKS: dict[type[Value], Callable[..., Asked]] = {
    e.LeadCaptured: _captured,
    e.LeadAssigned: _assigned,
    e.LeadUnassignable: lambda deal, event: _notify(deal, "lead_unassignable", ("role:sales_manager",)),
    e.ResponseWarned: lambda deal, event: _notify(deal, "response_due", (event.owner,)),
    e.ResponseBreached: _breached,
    e.NurtureEnded: lambda deal, event: (
        _notify(deal, "nurture_ended", (deal.owner,)) if deal.timeline[-1].actor == "system" else ()
    ),
    e.LeadDisqualified: lambda deal, event: _crm(deal, "disqualified", event.reason),
    e.DealStalled: lambda deal, event: _notify(deal, "deal_stalled", (deal.owner,), stage=event.stage),
    e.DealLost: lambda deal, event: _crm(deal, "lost", event.reason),
    approval.ApprovalRequested: _resolve,
    e.SeatsQuestioned: _resolve,
    e.CalendarRunsOut: lambda deal, event: (("calendar", longer_calendar(deal)),),
    approval.StepOpened: _seats_open,
    approval.StepWarned: _late_seats,
    approval.StepEscalated: _late_seats,
    approval.ApprovalStuck: lambda deal, event: _notify(
        deal, "approval_stuck", ("role:ops",), approval_id=event.approval_id
    ),
    approval.SignerQuestioned: _signer,
    e.QuoteNotApproved: lambda deal, event: _notify(
        deal,
        "quote_not_approved",
        (deal.requester, deal.owner),
        version=event.version,
        outcome=event.outcome,
        decided_by=event.by,
        reason=event.reason,
    ),
    e.QuoteSent: lambda deal, event: (("customer", _quote(deal)),),
    e.QuoteReminded: lambda deal, event: _tell(
        deal, "quote_reminder", _quote(deal), version=event.version, nth=event.nth
    ),
    e.QuoteExpired: _quote_over,
    e.ContractRequired: _contract,
    e.ContractOverdue: lambda deal, event: _notify(deal, "contract_overdue", (deal.owner,)),
    e.CreditCheckRequired: _credit_check,
    e.CreditHeld: lambda deal, event: _notify(deal, "credit_held", ("role:credit", deal.owner), why=event.why),
    AccountHoldBegan: _kept_back,
    AccountHoldEnded: _going_on,
    DeliveredOnHold: lambda deal, event: _notify(
        deal, "delivered_on_hold", ("role:credit", deal.owner), reference=event.reference
    ),
    e.OrderCreated: _create_order,
    e.OrderAmended: _create_order,
    AmendmentApproved: _growth_check,
    AmendmentDropped: _amendment_decided,
    e.OrderBooked: _cancel_order,
    e.AcceptanceNoticed: lambda deal, event: _tell(deal, "acceptance_notice", deemed_at=event.deemed_at.isoformat()),
    e.DeliveryRejected: lambda deal, event: _notify(deal, "delivery_rejected", (deal.owner,), reason=event.reason),
    e.BillingItemDue: issue,
    e.PeriodDue: issue_days,
    e.DeltaDue: issue_delta,
    e.InvoiceIssued: invoice_issued,
    e.CancelRequested: _cancel_order,
    e.CreditRequired: credit_invoice,
    e.ReductionRequired: credit_amounts,
    CancellationAsked: ask_ledger,
    CancellationAgreed: ask_ledger,
    CancellationDropped: _cancellation_dropped,
    ReductionDropped: _reduction_dropped,
    e.DealCancelled: lambda deal, event: _crm(deal, "cancelled", deal.cancel_reason),
    e.DealReopened: lambda deal, event: _notify(deal, "deal_reopened", (deal.owner,), number=event.number),
}
