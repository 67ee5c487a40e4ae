"""What the billing of a deal asks of the outside: invoices, their receivables and their credits, in one lane."""

from datetime import date

from domain.billing_periods import Period
from domain.business_calendar import CalendarEnded
from domain.deal import effects as f
from domain.deal import events as e
from domain.deal.effects import ServicePeriod
from domain.deal.reading import terms_of
from domain.deal.recurring import item_id
from domain.deal.state import BillingItem, Deal, Recurring, Stage
from domain.due_dates import WHOLE_BP, PaymentTerms
from domain.due_dates import Instalment as DueShare
from domain.local_time import local_day
from domain.terms import DealTerms, PartKind, Trigger
from domain.value import Text

Asked = tuple[tuple[str, f.DealEffect], ...]

FINAL = "cancellation"
"""The billing item of what was delivered and not billed when the order was cancelled."""
_NOT_DEDUCTED = Text(en="what was not deducted of the deposit", zh="未抵扣的预付款")


def today_of(deal: Deal) -> date:
    """Return the business day of the fact just folded in, in the legal entity's zone."""
    return local_day(terms_of(deal).zone, deal.timeline[-1].at)


def longer_calendar(deal: Deal) -> f.ExtendCalendar:
    """Ask for the years after the end of the deal's calendar."""
    terms = terms_of(deal)
    return f.ExtendCalendar(policy=terms.policy, entity=deal.entity, known_until=terms.calendar.valid_until)


def first_dated(deal: Deal, payment: PaymentTerms, issue_on: date) -> Asked:
    """Have the calendar extended before an invoice whose due dates it does not know."""
    try:
        payment.dated(issue_on, terms_of(deal).calendar)
    except CalendarEnded:
        return (("billing", longer_calendar(deal)),)
    return ()


def issue(deal: Deal, event: e.BillingItemDue) -> Asked:
    """Ask for the invoice of an item, its calendar first where a due date lies beyond it."""
    item = _item(deal, event.item)
    if item is None:
        return ()
    is_deposit = item.kind is PartKind.DEPOSIT
    alike = [other for other in _shares(deal) if (other.kind is PartKind.DEPOSIT) is is_deposit]
    share = {
        "share_bp": item.share_bp,
        "shares_before_bp": sum(other.share_bp for other in alike[: alike.index(item)]),
        "whole_bp": WHOLE_BP if is_deposit else sum(other.share_bp for other in alike),
    }
    effect = _issuing(deal, item).model_copy(update=share)
    if is_deposit:
        return _asked(deal, effect.model_copy(update={"purpose": "deposit"}))
    return _asked(deal, _deducting(deal, effect))


def issue_days(deal: Deal, event: e.PeriodDue) -> Asked:
    """Ask for the invoice of some days of a recurring item."""
    item = _item(deal, event.item)
    recurring = next((one for one in deal.recurring if one.id == event.part), None)
    if item is None or recurring is None:
        return ()
    days = Period(start=event.start, until=event.until)
    return _asked(deal, _for_service(_issuing(deal, item), ServicePeriod(every=recurring.every, days=days)))


def issue_delta(deal: Deal, event: e.DeltaDue) -> Asked:
    """Ask for the invoice of what an amendment adds to what is billed."""
    item = _item(deal, event.item)
    if item is None:
        return ()
    effect = _issuing(deal, item).model_copy(update={"amounts": event.amounts, "lines": event.gone})
    if event.service is not None:
        return _asked(deal, _for_service(effect, event.service))
    return _asked(deal, _deducting(deal, effect))


def _asked(deal: Deal, effect: f.IssueInvoice) -> Asked:
    return (*first_dated(deal, effect.payment, effect.issue_on), ("billing", effect))


def _for_service(effect: f.IssueInvoice, service: ServicePeriod) -> f.IssueInvoice:
    return effect.model_copy(update={"service": service, "supplied_on": service.days.last})


def final_invoice(deal: Deal, today: date) -> f.IssueInvoice:
    """Return the last invoice of a cancelled order: it deducts what is left of the deposit; its amounts come later."""
    effect = _issuing(deal, BillingItem(id=FINAL, share_bp=0, upon=Trigger.DELIVERED))
    deposit = next((item.id for item in deal.billing if item.kind is PartKind.DEPOSIT), "")
    return effect.model_copy(update={"issue_on": today, "deposit_item": deposit, "deduct_upto_bp": effect.whole_bp})


def service_invoice(deal: Deal, item: Recurring, days: ServicePeriod, today: date) -> f.IssueInvoice:
    """Return the invoice of days of a service that ends."""
    billed = BillingItem(id=item_id(item.id, days.days), share_bp=0, upon=item.upon, due=item.due, part=item.id)
    return _for_service(_issuing(deal, billed), days).model_copy(update={"issue_on": today})


def _item(deal: Deal, name: str) -> BillingItem | None:
    return next((item for item in deal.billing if item.id == name), None)


def _shares(deal: Deal) -> list[BillingItem]:
    return [item for item in deal.billing if item.share_bp]


def _deducting(deal: Deal, effect: f.IssueInvoice) -> f.IssueInvoice:
    """Let an invoice deduct the deposit, up to the part of the order that is billed with it."""
    deposit = next((item for item in deal.billing if item.kind is PartKind.DEPOSIT), None)
    if deposit is None:
        return effect
    others = [item for item in _shares(deal) if item.kind is not PartKind.DEPOSIT]
    upto = sum(item.share_bp for item in others if item.status in ("requested", "issued"))
    whole = sum(item.share_bp for item in others)
    return effect.model_copy(update={"deposit_item": deposit.id, "deduct_upto_bp": upto, "whole_bp": whole})


def _issuing(deal: Deal, item: BillingItem) -> f.IssueInvoice:
    terms, today = terms_of(deal), today_of(deal)
    delivered_at = deal.fulfilment.delivered_at
    return f.IssueInvoice(
        deal_id=deal.deal_id,
        item=item.id,
        entity=deal.entity,
        customer_id=deal.customer.customer_id,
        issue_on=today,
        supplied_on=today if delivered_at is None else local_day(terms.zone, delivered_at),
        lines=(),
        share_bp=0,
        shares_before_bp=0,
        rates=terms.billing.rates,
        price_includes_tax=terms.billing.price_includes_tax,
        payment=_payment(terms, item),
        po_reference=deal.order.po_reference if deal.order else "",
    )


def _payment(terms: DealTerms, item: BillingItem) -> PaymentTerms:
    """Return the deal's payment terms, or the item's own due rule as terms of one instalment."""
    if item.due is None:
        return terms.payment
    return PaymentTerms(
        id=str(item.due), instalments=(DueShare(share_bp=WHOLE_BP, due=item.due),), roll=terms.payment.roll
    )


def invoice_issued(deal: Deal, event: e.InvoiceIssued) -> Asked:
    """Send an invoice and tell the account of it; one that comes while the order is cancelled goes nowhere.

    But what was delivered stays owed.
    """
    if deal.stage is Stage.CANCELLING and not event.owed:
        return ()
    customer_id = deal.customer.customer_id
    receivable = f.OpenReceivable(
        entity=deal.entity,
        customer_id=customer_id,
        currency=deal.currency,
        number=event.number,
        deal_id=deal.deal_id,
        gross=event.payable,
    )
    sending = f.SendInvoice(customer_id=customer_id, number=event.number, entity=deal.entity)
    return (("invoice", sending), ("account", receivable))


def credit_invoice(deal: Deal, event: e.CreditRequired) -> Asked:
    """Credit what is left of an invoice."""
    crediting = f.CreditInvoice(
        deal_id=deal.deal_id,
        customer_id=deal.customer.customer_id,
        entity=deal.entity,
        currency=deal.currency,
        number=event.number,
        reason=deal.cancel_reason or _NOT_DEDUCTED.of(deal.customer.language),
        issue_on=today_of(deal),
    )
    return (("billing", crediting),)


def credit_amounts(deal: Deal, event: e.ReductionRequired) -> Asked:
    """Credit what was invoiced beyond what is ordered now."""
    crediting = f.CreditInvoice(
        deal_id=deal.deal_id,
        customer_id=deal.customer.customer_id,
        entity=deal.entity,
        currency=deal.currency,
        number="",
        reason=event.reason,
        issue_on=today_of(deal),
        amounts=event.amounts,
        items=event.items,
        service=event.service,
        price_includes_tax=terms_of(deal).billing.price_includes_tax,
        by=event.by,
    )
    return (("billing", crediting),)
