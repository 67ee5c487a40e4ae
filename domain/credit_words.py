"""What a deal tells the account of its customer of what it has credited: a word for each credit note."""

from collections.abc import Iterator

from domain.account.commands import InvoiceCreditedByDeal
from domain.deal.commands import BillingCancelled, Credited, CreditedPart
from domain.deal.effects import CancelBilling, CreditInvoice
from domain.value import Value


def credit_words(effect: Value, result: Value, cause: str) -> Iterator[tuple[str, InvoiceCreditedByDeal]]:
    """Yield each word with its id; none for what credits nothing yet, one without a note where nothing was left.

    Args:
        cause: the id of the effect; a word about one of several credit notes has an id of its own.
    """
    if isinstance(effect, CreditInvoice) and isinstance(result, Credited) and result.waits is None:
        if not result.notes:
            told = InvoiceCreditedByDeal(number=result.number, deal_id=effect.deal_id, credit_note=result.credit_note)
            yield cause, told
        for note in result.notes:
            yield f"{cause}/{note.credit_note}", _told(effect.deal_id, note)
    if isinstance(effect, CancelBilling) and isinstance(result, BillingCancelled):
        in_all = sum(cash.minor for note in result.notes for cash in note.freed)
        for note in result.notes:
            asked = {"refund": note.freed, "refund_minor": in_all, "reason": effect.reason, "by": effect.by}
            yield f"{cause}/{note.credit_note}", _told(effect.deal_id, note).model_copy(update=asked)


def _told(deal_id: str, note: CreditedPart) -> InvoiceCreditedByDeal:
    return InvoiceCreditedByDeal(number=note.number, deal_id=deal_id, credit_note=note.credit_note)
