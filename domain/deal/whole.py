"""An effect is kept without the lines and dates that the state knows anyway; it gets them back on its way out."""

from domain.business_calendar import CalendarEnded
from domain.deal import effects as f
from domain.deal.reading import order_lines
from domain.deal.recurring import lines_of
from domain.deal.state import Deal
from domain.machine import Pending
from domain.quotes import QuoteLine


def whole(deal: Deal, pending: Pending[f.DealEffect]) -> Pending[f.DealEffect]:
    """Return a pending effect with all that the outside needs of it.

    What is put back is what was there when the effect was asked for: an order is not amended while its booking, an
    invoice or a letter about its quote is pending, and a version that is replaced keeps its lines for its letter.
    """
    effect = pending.effect
    full: f.DealEffect
    match effect:
        case f.SendQuote():
            full = _quote(deal, effect)
        case f.TellCustomer() if effect.quote is not None:
            full = effect.model_copy(update={"quote": _quote(deal, effect.quote)})
        case f.ResolveApproval() if _unresolved(deal, effect):
            full = effect.model_copy(update={"lines": deal.quotes[-1].lines})
        case f.CreateOrder():
            full = effect.model_copy(update={"lines": order_lines(deal)})
        case f.IssueInvoice():
            full = _dated(deal, effect).model_copy(update={"lines": _billed_lines(deal, effect)})
        case f.CancelBilling():
            full = cancellation(deal, effect)
        case _:
            return pending
    return pending.model_copy(update={"effect": full})


def _unresolved(deal: Deal, effect: f.ResolveApproval) -> bool:
    """Tell whether this resolution is the first: prices are looked at when a quote is submitted, not again later."""
    current = deal.approval
    return current is not None and (current.id, current.status) == (effect.approval_id, "resolving")


def in_letters(deal: Deal, version: int) -> bool:
    """Tell whether a letter about this version of the quote is still to go out."""
    for pending in deal.pending:
        effect = pending.effect
        quote = effect.quote if isinstance(effect, f.TellCustomer) else effect
        if isinstance(quote, f.SendQuote) and quote.version == version:
            return True
    return False


def _dated(deal: Deal, effect: f.IssueInvoice) -> f.IssueInvoice:
    """Put due dates in the place of rules, so that no calendar need go along; beyond its end, it goes along."""
    if deal.terms is None:
        return effect
    calendar = deal.terms.calendar
    try:
        payment = effect.payment.dated(effect.issue_on, calendar)
    except CalendarEnded:
        return effect.model_copy(update={"calendar": calendar})
    return effect.model_copy(update={"payment": payment})


def cancellation(deal: Deal, effect: f.CancelBilling) -> f.CancelBilling:
    """Return what a cancellation asks of the ledger, with the lines and dates of the invoices that it may issue."""
    final = effect.final
    if final is not None:
        lines = lines_of(order_lines(deal), None)
        final = _dated(deal, final).model_copy(update={"lines": lines})
    arrears = tuple(_dated(deal, one).model_copy(update={"lines": _billed_lines(deal, one)}) for one in effect.arrears)
    return effect.model_copy(update={"final": final, "arrears": arrears})


def _quote(deal: Deal, effect: f.SendQuote) -> f.SendQuote:
    return effect.model_copy(update={"lines": _lines_of(deal, effect.version)})


def _billed_lines(deal: Deal, effect: f.IssueInvoice) -> tuple[QuoteLine, ...]:
    """Return the lines that an invoice bills: of amounts those that they name, else those of its period."""
    if effect.amounts:
        wanted = {amount.position for amount in effect.amounts}
        found = {line.position: line for line in (*order_lines(deal), *effect.lines) if line.position in wanted}
        return tuple(found[place] for place in sorted(found))
    return lines_of(order_lines(deal), None if effect.service is None else effect.service.every)


def _lines_of(deal: Deal, version: int) -> tuple[QuoteLine, ...]:
    for quote in deal.quotes:
        if quote.version == version and quote.lines:
            return quote.lines
    return order_lines(deal)
