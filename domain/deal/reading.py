"""What the rules read of a deal beyond its plain fields; nothing here decides anything."""

from decimal import Decimal

from domain.deal.effects import DealEffect
from domain.deal.state import BillingItem, Customer, Deal, Lead, OrderLine
from domain.machine import Pending
from domain.quotes import Quote, QuoteLine
from domain.refusal import Code, refuse
from domain.terms import DealTerms, PartKind, Trigger
from domain.value import Value

Events = tuple[Value, ...]


def blank(deal_id: str, entity: str, customer: Customer, currency: str) -> Deal:
    """Return a deal to which nothing has happened yet; its first command is `capture`."""
    return Deal(deal_id=deal_id, entity=entity, currency=currency, customer=customer, lead=Lead(source=""))


def terms_of(deal: Deal) -> DealTerms:
    """Return the deal's terms (E_STATE before they are compiled)."""
    if deal.terms is None:
        raise refuse(
            Code.STATE,
            "the deal is still being opened, try again in a moment",
            "商机正在建立，请稍后再试",
        )
    return deal.terms


def probability_bp(deal: Deal) -> int | None:
    """Return how likely an order is in basis points, by the stage of the opportunity; none before one and after."""
    if deal.terms is None or deal.order is not None or deal.stage.closed:
        return None
    stages = deal.terms.opportunity.stages
    return next((stage.probability_bp for stage in stages if stage.id == deal.opportunity.stage), None)


def quote_of(deal: Deal) -> Quote:
    """Return the latest version of the quote (E_STATE when there is none)."""
    if not deal.quotes:
        raise refuse(Code.STATE, "there is no quote yet, create one first", "还没有报价单，请先创建")
    return deal.quotes[-1]


def kept_back(deal: Deal) -> bool:
    """Tell whether deliveries wait for the customer to pay; rework of what is delivered does not."""
    return bool(deal.account_holds) and deal.order is not None and not deal.fulfilment.complete


def pending_of(deal: Deal, effect_id: str) -> Pending[DealEffect] | None:
    """Return the pending effect of this id, if its result is not in."""
    for pending in deal.pending:
        if pending.id == effect_id:
            return pending
    return None


def item_of(deal: Deal, number: str) -> BillingItem | None:
    """Return the billing item that this invoice bills."""
    for item in deal.billing:
        if item.number == number:
            return item
    return None


def forgotten(number: str) -> BillingItem:
    """Return the item of an invoice of a recurring one that was settled, and that a deal therefore forgot."""
    return BillingItem(
        id=number, share_bp=0, upon=Trigger.ORDERED, status="issued", number=number, kind=PartKind.RECURRING
    )


def order_lines(deal: Deal) -> tuple[QuoteLine, ...]:
    """Return the lines of the order; none before there is one."""
    return () if deal.order is None else tuple(ordered.line for ordered in deal.order.lines)


def all_delivered(lines: tuple[OrderLine, ...]) -> bool:
    """Tell whether of every line at least what was ordered is delivered."""
    return all(Decimal(ordered.delivered) >= Decimal(ordered.line.quantity) for ordered in lines)


def fulfilled(deal: Deal) -> bool:
    """Tell whether everything is delivered, and accepted where acceptance is agreed."""
    fulfilment = deal.fulfilment
    needed = deal.terms is not None and deal.terms.fulfilment.acceptance_required
    return fulfilment.complete and (fulfilment.accepted_at is not None or not needed)


def open_minor(deal: Deal) -> int:
    """Return what is open of all invoices of the deal, in minor units."""
    return sum(item.open_minor for item in deal.billing)
