"""What a cancellation asks of the ledger: what was delivered stays owed, what runs ends today, the rest is credited."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from domain.billing_periods import Period, period_at
from domain.cancellation import Delivered, Stopped, UndeliveredLine
from domain.deal.consequences_billing import final_invoice, service_invoice
from domain.deal.effects import CancelBilling, CreditInvoice, IssueInvoice, LineAmount, ServiceEnd, ServicePeriod
from domain.deal.reading import order_lines, terms_of
from domain.deal.recurring import apart, billed_in, for_days, lines_of
from domain.deal.state import Deal, OrderLine, Recurring
from domain.quoting import amounts_of
from domain.refusal import Code, refuse


def cancel_billing(deal: Deal, delivered: Delivered, reason: str, today: date) -> CancelBilling:
    """Return what the ledger is to do when the order is cancelled on a day."""
    owed = delivered == "owed"
    delivered_amounts = kept_amounts(deal)
    running = [(item, last_day(item, today)) for item in running_of(deal)]
    arrears = [one for item, on in running for one in _unbilled(deal, item, on, today)]
    return CancelBilling(
        deal_id=deal.deal_id,
        customer_id=deal.customer.customer_id,
        entity=deal.entity,
        currency=deal.currency,
        reason=reason,
        issue_on=today,
        delivered=delivered,
        kept=delivered_amounts if owed else (),
        forgone=() if owed else delivered_amounts,
        final=final_invoice(deal, today) if delivered_amounts else None,
        ends=tuple(ServiceEnd(item=item.id, on=on) for item, on in running),
        ended=tuple(one for item, on in running for one in _beyond(deal, item, on, reason, today)),
        arrears=tuple(arrears),
        stopped=_stopped(deal),
        price_includes_tax=terms_of(deal).billing.price_includes_tax,
    )


def check_cancellable(deal: Deal, delivered: Delivered) -> None:
    """Refuse to cancel what is delivered whole and is to stay owed: nothing of it is left to cancel (E_GATE)."""
    lines = () if deal.order is None else deal.order.lines
    open_lines = any(_open_quantity(ordered) > 0 or ordered.line.every is not None for ordered in lines)
    if delivered == "owed" and lines and not open_lines:
        raise refuse(
            Code.GATE,
            "everything is delivered, so nothing is left to cancel: to credit what was delivered, too, say "
            "`delivered`: `credited` (--delivered credited)",
            "已全部交付，没有可取消的内容：如需连同已交付部分一并红冲，请指定 "
            "`delivered`: `credited`（--delivered credited）",
        )


def running_of(deal: Deal) -> tuple[Recurring, ...]:
    """Return the services that have begun and are not billed to their end."""
    return tuple(item for item in deal.recurring if item.started_on is not None and not item.over)


def last_day(item: Recurring, today: date) -> date:
    """Return the first day without a service that ends today, or that was to end before."""
    first = today
    if item.billed_until is not None and not item.arrears and item.priced_from is not None:
        first = max(today, item.priced_from)
    return first if item.ends_on is None else min(first, item.ends_on)


def kept_amounts(deal: Deal) -> tuple[LineAmount, ...]:
    """Return what was delivered of every line that is billed once, at the order's prices."""
    ordered = [one for one in (deal.order.lines if deal.order else ()) if one.line.every is None]
    parts = [one.line.model_copy(update={"quantity": _delivered(one)}) for one in ordered if Decimal(_delivered(one))]
    amounts = amounts_of(parts) if parts else ()
    return tuple(
        LineAmount(position=line.position, minor=amount.minor)
        for line, amount in zip(parts, amounts, strict=True)
        if amount.minor > 0
    )


def _delivered(ordered: OrderLine) -> str:
    """Return how much stays delivered: more than was ordered is not billed."""
    return min(ordered.delivered, ordered.line.quantity, key=Decimal)


def _open_quantity(ordered: OrderLine) -> Decimal:
    return Decimal(ordered.line.quantity) - Decimal(ordered.delivered)


def _stopped(deal: Deal) -> Stopped:
    lines = () if deal.order is None else deal.order.lines
    return Stopped(
        deliveries=tuple(
            UndeliveredLine(position=ordered.line.position, quantity=f"{_open_quantity(ordered):f}")
            for ordered in lines
            if ordered.line.every is None and _open_quantity(ordered) > 0
        ),
        billing=tuple(item.id for item in deal.billing if item.status == "waiting"),
        recurring=tuple(item.id for item in deal.recurring if not item.over),
    )


def _beyond(deal: Deal, item: Recurring, on: date, reason: str, today: date) -> Iterator[CreditInvoice]:
    """Yield the credit of days that are billed beyond the end of a service."""
    until = item.billed_until
    if until is None or on >= until:
        return
    days = Period(start=on, until=until)
    _, less = apart({}, for_days(lines_of(order_lines(deal), item.every), item.every, days))
    if less:
        yield CreditInvoice(
            deal_id=deal.deal_id,
            customer_id=deal.customer.customer_id,
            entity=deal.entity,
            currency=deal.currency,
            number="",
            reason=reason,
            issue_on=today,
            amounts=less,
            items=billed_in(deal, item, on),
            service=ServicePeriod(every=item.every, days=days),
            price_includes_tax=terms_of(deal).billing.price_includes_tax,
        )


def _unbilled(deal: Deal, item: Recurring, on: date, today: date) -> Iterator[IssueInvoice]:
    """Yield the invoices of days up to the end of a service that are not billed, one for each period."""
    start = item.billed_until
    while start is not None and start < on:
        until = min(period_at(item.every, start).until, on)
        days = ServicePeriod(every=item.every, days=Period(start=start, until=until))
        yield service_invoice(deal, item, days, today)
        start = until
