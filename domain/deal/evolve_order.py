"""What the facts of orders, deliveries, invoices, holds and endings make of a deal."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from domain.deal import events as e
from domain.deal.billable import items_of, recurring_of
from domain.deal.events_amend import AmendmentApproved, AmendmentDropped, AmendmentRequested
from domain.deal.events_credit import AccountHoldBegan, AccountHoldEnded
from domain.deal.evolve_billing import BILLING_CHANGES, amended
from domain.deal.evolve_cancel import CANCELLATION_CHANGES
from domain.deal.evolve_reduction import REDUCTION_CHANGES
from domain.deal.reading import all_delivered, forgotten
from domain.deal.state import AmendedLine, Amendment, BillingItem, Deal, Fulfilment, Held, Hold, Order, OrderLine, Stage
from domain.terms import Trigger
from domain.value import Value


def _credit_cleared(deal: Deal, event: e.CreditCleared, at: datetime) -> Deal:
    stage = Stage.CONTRACT if deal.stage is Stage.CREDIT_HOLD else deal.stage
    return deal.model_copy(update={"credit_cleared": True, "credit_blocked": "", "stage": stage})


def _credit_released(deal: Deal, event: e.CreditReleased, at: datetime) -> Deal:
    return deal.model_copy(update={"credit_cleared": True, "credit_blocked": "", "account_holds": ()})


def _account_hold_began(deal: Deal, event: AccountHoldBegan, at: datetime) -> Deal:
    others = (hold for hold in deal.account_holds if hold.account != event.hold.account)
    return deal.model_copy(update={"account_holds": (*others, event.hold)})


def _account_hold_ended(deal: Deal, event: AccountHoldEnded, at: datetime) -> Deal:
    left = tuple(hold for hold in deal.account_holds if hold.account != event.account)
    return deal.model_copy(update={"account_holds": left})


def _credit_held(deal: Deal, event: e.CreditHeld, at: datetime) -> Deal:
    return deal.model_copy(update={"stage": Stage.CREDIT_HOLD, "credit_blocked": event.why})


def _ordered(deal: Deal, event: e.OrderCreated, at: datetime) -> Deal:
    if not deal.quotes:
        return deal
    quote = deal.quotes[-1]
    order = Order(
        revision=1,
        lines=tuple(OrderLine(line=line) for line in quote.lines),
        total=event.total,
        gross=event.gross,
        ordered_at=at,
        accepted_by=quote.accepted_by,
        evidence=quote.evidence,
        po_reference=quote.po_reference,
    )
    parts = deal.terms.billing.parts if deal.terms else ()
    return deal.model_copy(
        update={
            "stage": Stage.ACTIVE,
            "order": order,
            "billing": items_of(parts, quote.lines),
            "recurring": recurring_of(parts, quote.lines),
            # The order holds the lines from here on; its frozen snapshot may be amended, the quote's record may not.
            "quotes": (*deal.quotes[:-1], quote.model_copy(update={"lines": ()})),
        }
    )


def _booked(deal: Deal, event: e.OrderBooked, at: datetime) -> Deal:
    if deal.order is None:
        return deal
    return deal.model_copy(update={"order": deal.order.model_copy(update={"erp_reference": event.erp_reference})})


def _amended(deal: Deal, event: e.OrderAmended, at: datetime) -> Deal:
    if deal.order is None:
        return deal
    delivered = {ordered.line.position: ordered.delivered for ordered in deal.order.lines}
    lines = tuple(OrderLine(line=line, delivered=delivered.get(line.position, "0")) for line in event.quote.lines)
    order = deal.order.model_copy(
        update={
            "revision": event.revision,
            "lines": lines,
            "total": event.quote.totals.total,
            "gross": event.quote.totals.gross,
            # An amendment within the envelope leaves the envelope as it is.
            "approved": deal.order.approved if deal.amendment is None else event.quote.totals,
        }
    )
    settled = amended(deal, at).model_copy(update={"amendment": None})
    return _with_deliveries(settled, order, deal.fulfilment.delivered_at or at)


def _amendment_requested(deal: Deal, event: AmendmentRequested, at: datetime) -> Deal:
    lines = tuple(
        AmendedLine(position=line.position, quantity=line.quantity, net_minor=line.net_price.minor)
        for line in event.quote.lines
    )
    bare = event.quote.model_copy(update={"lines": ()})
    asked = Amendment(nth=event.nth, quote=bare, lines=lines, reason=event.reason, by=event.by)
    return deal.model_copy(update={"amendment": asked, "amendments": event.nth})


def _amendment_approved(deal: Deal, event: AmendmentApproved, at: datetime) -> Deal:
    asked = deal.amendment
    return deal if asked is None else deal.model_copy(update={"amendment": asked.model_copy(update={"approved": True})})


def _amendment_dropped(deal: Deal, event: AmendmentDropped, at: datetime) -> Deal:
    return deal.model_copy(update={"amendment": None})


def _with_deliveries(deal: Deal, order: Order, at: datetime) -> Deal:
    complete = all_delivered(order.lines)
    fulfilment = Fulfilment(delivered_at=at, complete=complete)
    return deal.model_copy(update={"order": order, "fulfilment": fulfilment})


def _delivered(deal: Deal, event: e.DeliveryRecorded, at: datetime) -> Deal:
    if deal.order is None:
        return deal
    brought = {line.position: Decimal(line.quantity) for line in event.lines}
    lines = tuple(
        ordered.model_copy(update={"delivered": f"{Decimal(ordered.delivered) + brought[ordered.line.position]:f}"})
        if ordered.line.position in brought
        else ordered
        for ordered in deal.order.lines
    )
    return _with_deliveries(deal, deal.order.model_copy(update={"lines": lines}), at)


def _corrected(deal: Deal, event: e.DeliveryCorrected, at: datetime) -> Deal:
    if deal.order is None:
        return deal
    right = {line.position: line.quantity for line in event.lines}
    lines = tuple(
        ordered.model_copy(update={"delivered": right.get(ordered.line.position, ordered.delivered)})
        for ordered in deal.order.lines
    )
    return _with_deliveries(deal, deal.order.model_copy(update={"lines": lines}), at)


def _fulfilment(deal: Deal, **changes: object) -> Deal:
    return deal.model_copy(update={"fulfilment": deal.fulfilment.model_copy(update=changes)})


def _noticed(deal: Deal, event: e.AcceptanceNoticed, at: datetime) -> Deal:
    return _fulfilment(deal, noticed=True, noticed_at=at, deemed_at=event.deemed_at)


def _accepted(deal: Deal, event: e.DeliveryAccepted, at: datetime) -> Deal:
    return _fulfilment(deal, accepted_at=at, deemed=event.deemed, rework="")


def _rejected(deal: Deal, event: e.DeliveryRejected, at: datetime) -> Deal:
    return _fulfilment(deal, rework=event.reason, noticed=False, noticed_at=None, deemed_at=None)


def _items(deal: Deal, items: tuple[BillingItem, ...]) -> Deal:
    return deal.model_copy(update={"billing": items, "disputed_minor": sum(item.disputed_minor for item in items)})


def _item(deal: Deal, item_id: str, **changes: object) -> Deal:
    return _items(deal, tuple(item.model_copy(update=changes) if item.id == item_id else item for item in deal.billing))


def _due(deal: Deal, event: e.BillingItemDue, at: datetime) -> Deal:
    return _item(deal, event.item, status="requested")


def _issued(deal: Deal, event: e.InvoiceIssued, at: datetime) -> Deal:
    gross = event.payable.minor
    if event.owed:
        # It bills what no item of the order does: what was delivered when the order was cancelled.
        new = BillingItem(id=event.item, share_bp=0, upon=Trigger.DELIVERED)
        deal = deal.model_copy(update={"billing": (*deal.billing, new)})
    return _item(
        deal, event.item, status="issued", number=event.number, gross_minor=gross, open_minor=gross, due_on=event.due_on
    )


def _open_changed(deal: Deal, event: e.InvoiceOpenChanged, at: datetime) -> Deal:
    known = any(item.number == event.number for item in deal.billing)
    billing = deal.billing if known else (*deal.billing, forgotten(event.number))
    changes = {"open_minor": event.open_minor, "disputed_minor": event.disputed_minor}
    return _items(
        deal,
        tuple(
            item.model_copy(update=changes | {"written_off": event.written_off or item.written_off})
            if item.number == event.number
            else item
            for item in billing
        ),
    )


def _recovered(deal: Deal, event: e.DebtRecovered, at: datetime) -> Deal:
    known = next((item.id for item in deal.billing if item.number == event.number), "")
    return _item(deal, known, written_off=event.written_off)


def _credited(deal: Deal, event: e.InvoiceCredited, at: datetime) -> Deal:
    return _items(
        deal,
        tuple(
            item.model_copy(update=_after_credit(item, event)) if item.number == event.number else item
            for item in deal.billing
        ),
    )


def _after_credit(item: BillingItem, event: e.InvoiceCredited) -> dict[str, object]:
    if event.left_minor is not None:
        return {"open_minor": event.left_minor}
    return {"credited": True, "open_minor": max(0, item.open_minor - event.amount.minor)}


def _cancel_requested(deal: Deal, event: e.CancelRequested, at: datetime) -> Deal:
    asked = {pending.effect.item for pending in deal.pending if pending.effect.kind == "issue_invoice"}
    billing = tuple(
        item.model_copy(update={"status": "cancelled"})
        if item.status == "waiting" or (item.status == "requested" and item.id not in asked)
        else item
        for item in deal.billing
    )
    return deal.model_copy(
        update={
            "stage": Stage.CANCELLING,
            "cancel_reason": event.reason,
            "billing": billing,
            "hold": None,
            "cancellation": None,
        }
    )


def _cancelled(deal: Deal, event: e.DealCancelled, at: datetime) -> Deal:
    billing = tuple(
        item.model_copy(update={"status": "cancelled"}) if item.status == "requested" else item for item in deal.billing
    )
    return deal.model_copy(update={"stage": Stage.CANCELLED, "billing": billing})


def _held(deal: Deal, event: e.DealHeld, at: datetime) -> Deal:
    by = deal.timeline[-1].actor if deal.timeline else ""
    return deal.model_copy(update={"hold": Hold(reason=event.reason, by=by, since=at, until=event.until)})


def _released(deal: Deal, event: e.DealReleased, at: datetime) -> Deal:
    if deal.hold is None:
        return deal
    return deal.model_copy(update={"hold": None, "held": (*deal.held, Held(since=deal.hold.since, until=at))})


def _closed(deal: Deal, event: e.DealClosed, at: datetime) -> Deal:
    stage = Stage.PAID if event.outcome == "paid" else Stage.WRITTEN_OFF
    return deal.model_copy(update={"stage": stage, "hold": None})


def _reopened(deal: Deal, event: e.DealReopened, at: datetime) -> Deal:
    return deal.model_copy(update={"stage": Stage.ACTIVE, "reopened": True})


ORDER_CHANGES: dict[type[Value], Callable[..., Deal]] = {
    **BILLING_CHANGES,
    **CANCELLATION_CHANGES,
    **REDUCTION_CHANGES,
    e.CreditCleared: _credit_cleared,
    e.CreditReleased: _credit_released,
    AccountHoldBegan: _account_hold_began,
    AccountHoldEnded: _account_hold_ended,
    e.CreditHeld: _credit_held,
    e.OrderCreated: _ordered,
    e.OrderBooked: _booked,
    e.OrderAmended: _amended,
    AmendmentRequested: _amendment_requested,
    AmendmentApproved: _amendment_approved,
    AmendmentDropped: _amendment_dropped,
    e.DeliveryRecorded: _delivered,
    e.DeliveryCorrected: _corrected,
    e.AcceptanceNoticed: _noticed,
    e.DeliveryAccepted: _accepted,
    e.DeliveryRejected: _rejected,
    e.BillingItemDue: _due,
    e.InvoiceIssued: _issued,
    e.InvoiceOpenChanged: _open_changed,
    e.DebtRecovered: _recovered,
    e.InvoiceCredited: _credited,
    e.CancelRequested: _cancel_requested,
    e.DealCancelled: _cancelled,
    e.DealHeld: _held,
    e.DealReleased: _released,
    e.DealClosed: _closed,
    e.DealReopened: _reopened,
}
