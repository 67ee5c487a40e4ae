"""What of a deal's effects waits for what: the effects of one document go in order, a parked one holds no other."""

from domain.deal import effects as f
from domain.deal.effects import DealEffect
from domain.deal.state import Deal
from domain.machine import Pending, heads_of

DealPending = Pending[DealEffect]


def heads(deal: Deal) -> dict[str, DealPending]:
    """Return what each lane does next, by lane."""
    return heads_of(deal.pending, holds)


def holds(parked: DealPending, later: DealPending) -> bool:
    """Tell whether an effect that waits for a person holds a later one of its lane back: same document, same order."""
    if isinstance(parked.effect, f.ExtendCalendar):
        return isinstance(later.effect, f.IssueInvoice)
    if isinstance(parked.effect, f.IssueInvoice) and parked.effect.purpose == "deposit":
        # What is billed before its deposit would never deduct it.
        return isinstance(later.effect, f.IssueInvoice)
    document = _document(parked.effect)
    return bool(document) and document == _document(later.effect)


def _document(effect: DealEffect) -> str:
    """Name what an effect is about within its lane; empty for a message that stands by itself."""
    match effect:
        case f.Notify():
            return ""
        case f.TellCustomer():
            return "" if effect.quote is None else f"quote {effect.quote.version}"
        case f.SendQuote():
            return f"quote {effect.version}"
        case f.ResolveApproval() | f.CheckSigner():
            return effect.approval_id
        case f.IssueInvoice():
            return f"item {effect.item}"
        case f.CreditInvoice() if effect.amounts:
            return "the deal"
        case f.SendInvoice() | f.OpenReceivable() | f.CreditInvoice():
            return effect.number
        case _:
            # The lead, the contract, the order and what the CRM knows of the deal: each lane is about one of them.
            return "the deal"
