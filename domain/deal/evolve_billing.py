"""What the facts of recurring items and of amendments to what is billed make of a deal; what it keeps is bounded."""

from collections.abc import Callable
from datetime import datetime

from domain.deal import events as e
from domain.deal.recurring import KEPT_SETTLED
from domain.deal.state import BillingItem, Deal
from domain.local_time import local_day
from domain.terms import PartKind, Trigger
from domain.value import Value


def _started(deal: Deal, event: e.RecurringStarted, at: datetime) -> Deal:
    if deal.terms is None:
        return deal
    today = local_day(deal.terms.zone, at)
    return _recurring(deal, event.item, started_on=today, since=at, billed_until=today, priced_from=today)


def _ended(deal: Deal, event: e.RecurringEnded, at: datetime) -> Deal:
    return _recurring(deal, event.item, ends_on=event.on, since=at)


def _period_due(deal: Deal, event: e.PeriodDue, at: datetime) -> Deal:
    billed = _recurring(deal, event.part, billed_until=event.until, priced_from=event.start)
    return _with_item(billed, event.item, event.part)


def _delta_due(deal: Deal, event: e.DeltaDue, at: datetime) -> Deal:
    changed = deal
    if event.upto is not None:
        changed = _recurring(deal, event.part, billed_until=event.upto, priced_from=event.upto)
    return _with_item(changed, event.item, event.part)


def _recurring(deal: Deal, item_id: str, **changes: object) -> Deal:
    items = tuple(item.model_copy(update=changes) if item.id == item_id else item for item in deal.recurring)
    return deal.model_copy(update={"recurring": items})


def _with_item(deal: Deal, item_id: str, part: str) -> Deal:
    found = next((item for item in deal.recurring if item.id == part), None)
    new = BillingItem(
        id=item_id,
        share_bp=0,
        upon=Trigger.ORDERED if found is None else found.upon,
        status="requested",
        kind=PartKind.MILESTONE if found is None else PartKind.RECURRING,
        due=None if found is None else found.due,
        part=part,
    )
    return deal.model_copy(update={"billing": (*_bounded(deal.billing), new)})


def _bounded(items: tuple[BillingItem, ...]) -> tuple[BillingItem, ...]:
    """Forget the oldest of the settled invoices of recurring items: the ledger has them."""
    settled = [
        item.id
        for item in items
        if item.kind is PartKind.RECURRING and item.status == "issued" and not (item.open_minor or item.disputed_minor)
    ]
    gone = set(settled[:-KEPT_SETTLED])
    return tuple(item for item in items if item.id not in gone)


def amended(deal: Deal, at: datetime) -> Deal:
    """Return a deal whose order was amended: what is billed in advance is at the new prices from this day on."""
    if deal.terms is None:
        return deal
    today = local_day(deal.terms.zone, at)
    items = tuple(
        item.model_copy(update={"priced_from": max(today, item.priced_from)})
        if item.priced_from is not None and not item.arrears
        else item
        for item in deal.recurring
    )
    return deal.model_copy(update={"recurring": items})


BILLING_CHANGES: dict[type[Value], Callable[..., Deal]] = {
    e.RecurringStarted: _started,
    e.RecurringEnded: _ended,
    e.PeriodDue: _period_due,
    e.DeltaDue: _delta_due,
}
