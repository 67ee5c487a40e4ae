"""An order changes at once within what was approved; what goes beyond it is approved first (ATAC).

Approval and credit were decided on the accepted quote. An amendment that is no worse in any measure needs neither
again. One that is worse waits for its approval and, where the order grows, for a credit check, while the order runs on
as it was approved. A contract is not signed again here.
"""

from datetime import datetime
from decimal import Decimal

from domain.approval import machine as approvals
from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.adjusting import adjustments, check_kept
from domain.deal.amending import amended
from domain.deal.decide_billing import closing, falls_due
from domain.deal.decide_quote import measures_of, priced, subject_of, totals_within_reach
from domain.deal.decide_recurring import check_caught_up, check_settled
from domain.deal.events_amend import AmendmentApproved, AmendmentDropped, AmendmentRequested
from domain.deal.reading import Events, order_lines, quote_of, terms_of
from domain.deal.state import Amendment, Deal, Order
from domain.deal.whole import in_letters
from domain.local_time import local_day
from domain.machine import Actor
from domain.money import Money
from domain.quotes import Quote, QuoteLine, Totals
from domain.quoting import content_hash
from domain.refusal import Code, Refused, refuse
from domain.terms import DealTerms


def amend(deal: Deal, command: c.Amend, actor: Actor, now: datetime) -> Events:
    """Change the order, at once or once what goes beyond the approved one is approved.

    What is billed of it already is billed more, or credited, by the difference (M6).

    Raises:
        Refused: E_AMOUNT (below what is delivered), E_GATE (other articles than were ordered), E_LIMIT (more than may
            be ordered without a contract), E_STATE.
    """
    terms, order = terms_of(deal), _amendable(deal, now)
    if deal.amendment is not None:
        raise refuse(
            Code.STATE,
            f"amendment {deal.amendment.nth} is being decided: recall it first",
            f"第 {deal.amendment.nth} 次变更正在审批：请先撤回",
        )
    lines = priced(command.lines, terms, deal.currency)
    totals = totals_within_reach(lines, terms, now)
    _check_articles(order_lines(deal), lines)
    _check_not_below(order, lines)
    check_kept(order_lines(deal), lines)
    accepted, nth = quote_of(deal), deal.amendments + 1
    quote = Quote(
        version=accepted.version,
        status="accepted",
        lines=lines,
        totals=totals,
        content_hash=content_hash(lines, terms, accepted.nonstandard_terms),
        nonstandard_terms=accepted.nonstandard_terms,
        approval_id=f"{deal.deal_id}-a{nth}",
        editor=actor.id,
        editors=tuple(dict.fromkeys((*accepted.editors, actor.id))),
    )
    if _within(order.approved or accepted.totals, totals):
        return _effective(deal, order, quote, command.reason, now)
    _check_contract(terms, order, totals)
    subject = subject_of(deal, quote, terms, actor.id, now)
    subject = subject.model_copy(update={"kind": "amendment", "reference": f"amendment {nth}"})
    requested = AmendmentRequested(nth=nth, quote=quote, reason=command.reason, by=actor.id)
    return (requested, *approvals.request(quote.approval_id, subject, terms.approval))


def granted(deal: Deal, now: datetime) -> Events:
    """Return what the approval of the amendment makes true: it takes effect, is checked for credit, or is overtaken."""
    asked, order = deal.amendment, deal.order
    if asked is None or order is None:
        raise AssertionError("only an amendment that is under way is approved")
    increase = asked.quote.totals.gross.minor - order.gross.minor
    if terms_of(deal).order.credit_check and increase > 0:
        return (AmendmentApproved(nth=asked.nth, increase=Money(minor=increase, currency=deal.currency)),)
    return _unless_overtaken(deal, asked, now)


def amendment_checked(deal: Deal, result: c.CreditDecision, now: datetime) -> Events:
    """Let an approved amendment take effect if the credit bears it; nothing when there is none any more."""
    asked = deal.amendment
    if asked is None or not asked.approved:
        return ()
    if result.blocked:
        return (AmendmentDropped(nth=asked.nth, outcome="credit", reason=result.blocked),)
    return _unless_overtaken(deal, asked, now)


def _unless_overtaken(deal: Deal, asked: Amendment, now: datetime) -> Events:
    quote = amended(deal, asked)
    try:
        order = _amendable(deal, now)
        _check_not_below(order, quote.lines)
    except Refused as overtaken:
        return (AmendmentDropped(nth=asked.nth, outcome="overtaken", reason=overtaken.text.en),)
    return _effective(deal, order, quote, asked.reason, now)


def _amendable(deal: Deal, now: datetime) -> Order:
    """Return the order, if it can be changed now (E_STATE)."""
    order = deal.order
    if order is None:
        raise refuse(Code.STATE, "there is no order to amend", "没有可变更的订单")
    check_settled(deal)
    check_caught_up(deal, terms_of(deal), now)
    if in_letters(deal, quote_of(deal).version) or any(one.effect.kind == "create_order" for one in deal.pending):
        raise refuse(
            Code.STATE,
            "the quote or the order is still on its way out, try again in a moment",
            "报价或订单正在发出，请稍后再试",
        )
    return order


def _effective(deal: Deal, order: Order, quote: Quote, reason: str, now: datetime) -> Events:
    today, revision = local_day(terms_of(deal).zone, now), order.revision + 1
    changed = e.OrderAmended(revision=revision, quote=quote, reason=reason)
    delivered = {ordered.line.position: Decimal(ordered.delivered) for ordered in order.lines}
    complete = all(delivered.get(line.position, Decimal(0)) >= Decimal(line.quantity) for line in quote.lines)
    adjusted = adjustments(deal, quote.lines, revision, today, reason, quote.editor)
    return (changed, *adjusted, *_completed(deal, complete, bool(adjusted)))


def _completed(deal: Deal, complete: bool, adjusted: bool) -> Events:
    """Return what falls due, or ends, when an amendment leaves only what is delivered already."""
    if not complete or deal.fulfilment.complete:
        return ()
    settled = deal.model_copy(update={"amendment": None})
    due = falls_due(settled, terms_of(deal), delivered=True)
    if due or adjusted:
        return due
    done = deal.fulfilment.model_copy(update={"complete": True})
    return closing(settled.model_copy(update={"fulfilment": done}), deal.billing)


def _within(approved: Totals, wanted: Totals) -> bool:
    """Tell whether no measure that approval rules may compare is worse than what was approved."""
    limits = dict(measures_of(approved))
    return all(value <= limits[name] for name, value in measures_of(wanted))


def _check_contract(terms: DealTerms, order: Order, wanted: Totals) -> None:
    """Refuse an order that grows beyond what may be ordered without a contract: the one there is says less."""
    most = terms.contract.required_over
    if most is not None and wanted.total.minor > max(most.minor, order.total.minor):
        raise refuse(
            Code.LIMIT,
            f"an order above {most} needs a contract of its own: sell the rest in a new deal",
            f"超过 {most} 的订单须另签合同：超出部分请另建商机",
            most=str(most),
        )


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
    return (line.sku, line.description, line.unit, line.list_price, line.tax_code, line.every)


def _check_not_below(order: Order, lines: tuple[QuoteLine, ...]) -> None:
    wanted = {line.position: Decimal(line.quantity) for line in lines}
    for ordered in order.lines:
        position = ordered.line.position
        # Of what recurs, days that have passed are billed; less of it may be wanted from now on.
        if ordered.line.every is None and Decimal(ordered.delivered) > wanted.get(position, Decimal(0)):
            raise refuse(
                Code.AMOUNT,
                f"of line {position}, {ordered.delivered} is delivered already: order at least that",
                f"第 {position} 行已交付 {ordered.delivered}：数量不得低于此数",
                position=position,
                delivered=ordered.delivered,
            )
