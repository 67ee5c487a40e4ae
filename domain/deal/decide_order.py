"""A won quote becomes an order once: after its contract is signed and its credit is cleared, in that order."""

from datetime import datetime

from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.billable import items_of, recurring_of
from domain.deal.clocks import deadline
from domain.deal.reading import Events, quote_of, terms_of
from domain.deal.state import Deal, Stage
from domain.machine import Actor
from domain.quotes import Quote
from domain.refusal import Code, refuse
from domain.terms import DealTerms, Trigger


def accept_quote(deal: Deal, command: c.AcceptQuote, actor: Actor, now: datetime) -> Events:
    """The customer accepts exactly what was sent (E_STALE), in time (E_EXPIRED)."""
    terms, quote = terms_of(deal), quote_of(deal)
    if command.content_hash != quote.content_hash:
        raise refuse(
            Code.STALE,
            f"the quote sent is version {quote.version} with content {quote.content_hash[:12]}: accept that one",
            f"已发送的报价为第 {quote.version} 版（{quote.content_hash[:12]}）：请接受该版本",
            current=quote.content_hash,
        )
    if quote.valid_until is not None and now >= quote.valid_until:
        raise refuse(Code.EXPIRED, "the quote has expired: create a new version", "报价已过期：请创建新版本")
    if terms.billing.po_required and not command.po_reference.strip():
        raise refuse(
            Code.GATE,
            "this customer's invoices need a purchase order: give its po_reference",
            "该客户开票需要采购订单号：请填写 po_reference",
            missing="po_reference",
        )
    accepted = e.QuoteAccepted(
        version=quote.version,
        content_hash=quote.content_hash,
        accepted_by=command.accepted_by,
        evidence=command.evidence,
        po_reference=command.po_reference,
    )
    over = terms.contract.required_over
    if over is None or not quote.totals.total.exceeds(over):
        return (accepted, *_signed(deal, terms, quote))
    # A clock that starts now has no hold behind it.
    due = None if terms.contract.sign_due is None else deadline(_unheld(deal), terms, now, terms.contract.sign_due)
    return (
        accepted,
        e.ContractRequired(sign_due=due, content_hash=quote.content_hash, two_sided=terms.contract.two_sided),
    )


def sign_contract(deal: Deal, command: c.SignContract, actor: Actor, now: datetime) -> Events:
    """Record a signature; with the last one that is needed the order goes on."""
    contract, terms = deal.contract, terms_of(deal)
    if contract is None or (contract.ours if command.side == "ours" else contract.theirs):
        raise refuse(Code.DECIDED, "this side has signed already", "该方已签署", side=command.side)
    signed = e.ContractSigned(side=command.side, signed_by=command.signed_by, evidence=command.evidence)
    ours = contract.ours or command.side == "ours"
    theirs = contract.theirs or command.side == "theirs"
    if theirs and (ours or not terms.contract.two_sided):
        return (signed, *_signed(deal, terms, quote_of(deal)))
    return (signed,)


def held_back(deal: Deal) -> Events:
    """Return the order that only the hold has kept back."""
    if deal.stage is Stage.CONTRACT and deal.credit_cleared:
        return ordered(deal)
    return ()


def ordered(deal: Deal) -> Events:
    """Return the order of the accepted quote, with what is billed upon it."""
    return _ordered(terms_of(deal), quote_of(deal))


def _signed(deal: Deal, terms: DealTerms, quote: Quote) -> Events:
    if terms.order.credit_check and not deal.credit_cleared:
        return (e.CreditCheckRequired(order=quote.totals.gross),)
    return _ordered(terms, quote)


def _ordered(terms: DealTerms, quote: Quote) -> Events:
    created = e.OrderCreated(quote_version=quote.version, total=quote.totals.total, gross=quote.totals.gross)
    parts = terms.billing.parts if quote.totals.gross.minor else ()
    once = (item.id for item in items_of(parts, quote.lines) if item.upon is Trigger.ORDERED)
    again = (item.id for item in recurring_of(parts, quote.lines) if item.upon is Trigger.ORDERED)
    return (
        created,
        *(e.BillingItemDue(item=item, trigger=Trigger.ORDERED) for item in once),
        *(e.RecurringStarted(item=item) for item in again),
    )


def _unheld(deal: Deal) -> Deal:
    return deal.model_copy(update={"held": ()}) if deal.held else deal
