"""An order changes only within what was approved and accepted: what goes beyond it is a deal of its own.

Approval, contract and credit were decided on the accepted quote. An amendment that is no worse in any measure needs
none of them again; one that is worse would, and is refused.
"""

from datetime import datetime
from decimal import Decimal

from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.decide_billing import falls_due
from domain.deal.decide_quote import measures_of, priced, totals_within_reach
from domain.deal.reading import Events, order_lines, quote_of, terms_of
from domain.deal.state import Deal, Order
from domain.deal.whole import in_letters
from domain.machine import Actor
from domain.quotes import Quote, QuoteLine, Totals
from domain.quoting import content_hash
from domain.refusal import Code, refuse


def amend(deal: Deal, command: c.Amend, actor: Actor, now: datetime) -> Events:
    """Change the order before any of it is billed.

    Raises:
        Refused: E_AMOUNT (below what is delivered), E_GATE (other articles than were ordered), E_LIMIT
            (worse than what was approved), E_STATE.
    """
    terms, order = terms_of(deal), deal.order
    if order is None or any(item.status in ("requested", "issued") for item in deal.billing):
        raise refuse(
            Code.STATE,
            "part of the order is billed already: credit the invoice, or cancel the deal",
            "订单已部分开票：请红冲发票或取消订单",
        )
    approved = quote_of(deal)
    if in_letters(deal, approved.version) or any(one.effect.kind == "create_order" for one in deal.pending):
        raise refuse(
            Code.STATE,
            "the quote or the order is still on its way out, try again in a moment",
            "报价或订单正在发出，请稍后再试",
        )
    lines = priced(command.lines, terms, deal.currency)
    totals = totals_within_reach(lines, terms)
    _check_articles(order_lines(deal), lines)
    _check_envelope(approved.totals, totals)
    _check_not_below(order, lines)
    quote = Quote(
        version=approved.version,
        status="accepted",
        lines=lines,
        totals=totals,
        content_hash=content_hash(lines, terms, approved.nonstandard_terms),
        editor=actor.id,
    )
    amended = e.OrderAmended(revision=order.revision + 1, quote=quote, reason=command.reason)
    delivered = {ordered.line.position: Decimal(ordered.delivered) for ordered in order.lines}
    complete = all(delivered.get(line.position, Decimal(0)) >= Decimal(line.quantity) for line in lines)
    if complete and not deal.fulfilment.complete:
        return (amended, *falls_due(deal, terms, delivered=True))
    return (amended,)


def _check_articles(ordered: tuple[QuoteLine, ...], lines: tuple[QuoteLine, ...]) -> None:
    """Refuse whatever changes more of a line than its quantity and net price.

    Discounts are measured against the list price, and deliveries count by position: neither may become another one.
    """
    known = {line.position: _article(line) for line in ordered}
    for line in lines:
        if known.get(line.position) != _article(line):
            raise refuse(
                Code.GATE,
                f"line {line.position} is not the order's: an amendment changes quantities and net prices, or leaves "
                "lines out; sell other articles in a new deal",
                f"第 {line.position} 行与订单不符：变更只能修改数量与净价或删除行，其他商品请另建商机",
                line=line.position,
            )


def _article(line: QuoteLine) -> tuple[object, ...]:
    return (line.sku, line.description, line.unit, line.list_price, line.tax_code)


def _check_envelope(approved: Totals, wanted: Totals) -> None:
    """Refuse what is worse than the accepted quote in any measure that approval rules may compare."""
    limits = dict(measures_of(approved))
    for name, value in measures_of(wanted):
        if value > limits[name]:
            raise refuse(
                Code.LIMIT,
                f"{name} would be {value}, {limits[name]} was approved: an amendment stays within what was approved, "
                "sell the rest in a new deal",
                f"{name} 将为 {value}，已批准的为 {limits[name]}：变更不得超出已批准的范围，超出部分请另建商机",
                measure=name,
                approved=limits[name],
            )


def _check_not_below(order: Order, lines: tuple[QuoteLine, ...]) -> None:
    wanted = {line.position: Decimal(line.quantity) for line in lines}
    for ordered in order.lines:
        position = ordered.line.position
        if Decimal(ordered.delivered) > wanted.get(position, Decimal(0)):
            raise refuse(
                Code.AMOUNT,
                f"of line {position}, {ordered.delivered} is delivered already: order at least that",
                f"第 {position} 行已交付 {ordered.delivered}：数量不得低于此数",
                position=position,
                delivered=ordered.delivered,
            )
