"""What is delivered is never more than was ordered, and silence counts as acceptance only after a notice."""

from datetime import datetime
from decimal import Decimal

from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.decide_billing import closing, falls_due
from domain.deal.decide_credit import check_not_more, on_hold
from domain.deal.reading import Events, terms_of
from domain.deal.state import Deal, Order
from domain.machine import Actor
from domain.quoting import quantity_of
from domain.refusal import Code, refuse

_WHOLE_BP = 10_000
_NOTHING = Decimal(0)


def record_delivery(deal: Deal, command: c.RecordDelivery, actor: Actor, now: datetime) -> Events:
    """Record quantities delivered, or all that is left; after a rejection, that the rework is delivered."""
    terms, order, told = terms_of(deal), _order_of(deal), on_hold(deal, command, actor)
    delivered = _delivered_of(order)
    now_brought = {line.position: _NOTHING for line in command.lines}
    for line in command.lines:
        now_brought[line.position] += quantity_of(line.quantity)
    if not command.lines:
        now_brought = {
            ordered.line.position: left
            for ordered in order.lines
            if (left := Decimal(ordered.line.quantity) - delivered[ordered.line.position]) > _NOTHING
        }
    if not now_brought and not deal.fulfilment.rework:
        raise refuse(Code.STATE, "everything is delivered already", "已全部交付")
    for position, quantity in now_brought.items():
        _check_not_over(order, position, delivered.get(position, _NOTHING) + quantity, terms.order.over_delivery_bp)
        delivered[position] += quantity
    complete = _complete(order, delivered)
    recorded = e.DeliveryRecorded(lines=_lines(now_brought), complete=complete, reference=command.reference)
    return (*told, *_then(deal, recorded, complete))


def correct_delivery(deal: Deal, command: c.CorrectDelivery, actor: Actor, now: datetime) -> Events:
    """Set delivered quantities right, as long as no item they trigger is asked for (E_STATE)."""
    order = _order_of(deal)
    billed = [item.id for item in deal.billing if item.upon != "ordered" and item.status in ("requested", "issued")]
    billed += [item.id for item in deal.recurring if item.upon != "ordered" and item.started_on is not None]
    if billed:
        raise refuse(
            Code.STATE,
            f"{', '.join(billed)} is billed upon this delivery: credit the invoice instead",
            f"{'、'.join(billed)} 已按此交付开票：请改用红冲",
        )
    delivered = _delivered_of(order)
    set_right: dict[int, Decimal] = {}
    for line in command.lines:
        quantity = _NOTHING if line.quantity == "0" else quantity_of(line.quantity)
        _check_not_over(order, line.position, quantity, terms_of(deal).order.over_delivery_bp)
        set_right[line.position] = delivered[line.position] = quantity
    check_not_more(deal, set_right)
    if not set_right:
        raise refuse(Code.GATE, "name the lines to be corrected", "请指明要更正的行", missing="lines")
    complete = _complete(order, delivered)
    corrected = e.DeliveryCorrected(lines=_lines(set_right), complete=complete, reason=command.reason)
    return _then(deal, corrected, complete)


def accept_delivery(deal: Deal, command: c.AcceptDelivery, actor: Actor, now: datetime) -> Events:
    """The customer accepts what was delivered."""
    return accepted(deal, e.DeliveryAccepted(accepted_by=command.accepted_by, evidence=command.evidence))


def accepted(deal: Deal, event: e.DeliveryAccepted) -> Events:
    """Return an acceptance, by word or by silence, with what it makes due; paid in advance, it closes the deal."""
    due = falls_due(deal, terms_of(deal), accepted=True)
    fulfilment = deal.fulfilment.model_copy(update={"accepted_at": deal.fulfilment.delivered_at})
    return (event, *(due or closing(deal.model_copy(update={"fulfilment": fulfilment}), deal.billing)))


def reject_delivery(deal: Deal, command: c.RejectDelivery, actor: Actor, now: datetime) -> Events:
    """The customer refuses acceptance: rework, and the silence counts no more."""
    return (e.DeliveryRejected(reason=command.reason),)


def _then(deal: Deal, event: e.DeliveryRecorded | e.DeliveryCorrected, complete: bool) -> Events:
    if not complete or deal.fulfilment.complete:
        return (event,)
    due = falls_due(deal, terms_of(deal), delivered=True)
    fulfilment = deal.fulfilment.model_copy(update={"complete": True})
    return (event, *(due or closing(deal.model_copy(update={"fulfilment": fulfilment}), deal.billing)))


def _order_of(deal: Deal) -> Order:
    if deal.order is None:
        raise refuse(Code.STATE, "there is no order to deliver", "没有可交付的订单")
    return deal.order


def _delivered_of(order: Order) -> dict[int, Decimal]:
    return {ordered.line.position: Decimal(ordered.delivered) for ordered in order.lines}


def _check_not_over(order: Order, position: int, quantity: Decimal, tolerance_bp: int) -> None:
    for ordered in order.lines:
        if ordered.line.position == position:
            most = Decimal(ordered.line.quantity) * (_WHOLE_BP + tolerance_bp) / _WHOLE_BP
            if quantity > most:
                raise refuse(
                    Code.AMOUNT,
                    f"of line {position}, {most.normalize():f} may be delivered in all, not {quantity}",
                    f"第 {position} 行累计最多可交付 {most.normalize():f}，而不是 {quantity}",
                    position=position,
                    most=f"{most.normalize():f}",
                )
            return
    raise refuse(Code.NOTFOUND, f"the order has no line {position}", f"订单没有第 {position} 行", position=position)


def _complete(order: Order, delivered: dict[int, Decimal]) -> bool:
    return all(delivered[ordered.line.position] >= Decimal(ordered.line.quantity) for ordered in order.lines)


def _lines(quantities: dict[int, Decimal]) -> tuple[e.Delivered, ...]:
    return tuple(e.Delivered(position=position, quantity=f"{amount:f}") for position, amount in quantities.items())
