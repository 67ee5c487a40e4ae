"""What a deal tells the account of its customer when it has credited an invoice, as `workflows.words` sends it."""

from collections.abc import Iterator

from domain.account import commands as a
from domain.deal import commands as c
from domain.deal import effects as f
from domain.value import Value


def credit_words(effect: Value, result: Value, cause: str) -> Iterator[tuple[str, a.InvoiceCreditedByDeal]]:
    """Yield each word with its id; none for what credits nothing."""
    if isinstance(effect, f.CreditInvoice) and isinstance(result, c.Credited) and result.waits is None:
        notes = result.notes
        yield (
            cause,
            a.InvoiceCreditedByDeal(
                number=result.number or next((note.number for note in notes), ""),
                deal_id=effect.deal_id,
                credit_note=result.credit_note or next((note.credit_note for note in notes), ""),
            ),
        )
    if isinstance(effect, f.CancelBilling) and isinstance(result, c.BillingCancelled):
        for note in result.notes:
            told = a.InvoiceCreditedByDeal(
                number=note.number,
                deal_id=effect.deal_id,
                credit_note=note.credit_note,
                refund=note.freed,
                reason=effect.reason,
                by=effect.by,
            )
            yield f"{cause}/{note.credit_note}", told
