"""The way from lead to cash: events as they were recorded, and calendar days between the milestones of won deals."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from domain.kpi import tree
from domain.kpi.facts import Facts
from domain.kpi.receivable import Receivable
from domain.kpi.spread import spread


def events(facts: Facts, kinds: Iterable[str]) -> tree.Section:
    """Count the events of the kinds asked for, and name the first and last moment over them.

    Without any kind asked for, all kinds count.
    """
    asked = list(kinds)
    numbers = Counter(event.kind for event in facts.events)
    moments = [event.at for event in facts.events if not asked or event.kind in asked]
    return tree.Section(
        {
            "events": tree.counts((kind, numbers[kind]) for kind in asked or numbers),
            "deals": tree.count(len(facts.deals)),
            "won": tree.count(sum(deal.accepted_at is not None for deal in facts.deals)),
            "first_event": tree.minute(min(moments, default=None)),
            "last_event": tree.minute(max(moments, default=None)),
        }
    )


def durations(facts: Facts, items: Iterable[Receivable]) -> tree.Section:
    """Return days lead to cash, order to cash and order to invoice; a deal is paid when its last invoice is settled."""
    owed: dict[str, list[Receivable]] = defaultdict(list)
    for item in items:
        owed[item.invoice.deal_id].append(item)
    lead_to_cash, order_to_cash, order_to_invoice = [], [], []
    for deal in facts.deals:
        invoices = owed.get(deal.deal_id, [])
        paid_on = _paid_on(invoices)
        if paid_on:
            lead_to_cash.append((paid_on - facts.day(deal.created_at)).days)
        if deal.order_created_at and invoices:
            ordered_on = facts.day(deal.order_created_at)
            order_to_invoice.append((min(item.invoice.issued_on for item in invoices) - ordered_on).days)
            if paid_on:
                order_to_cash.append((paid_on - ordered_on).days)
    return tree.Section(
        {
            "lead_to_cash_days": spread(lead_to_cash),
            "order_to_cash_days": spread(order_to_cash),
            "order_to_invoice_days": spread(order_to_invoice),
        }
    )


def _paid_on(invoices: Iterable[Receivable]) -> date | None:
    settled = [item.settled_on for item in invoices]
    days = [day for day in settled if day]
    return max(days) if days and len(days) == len(settled) else None
