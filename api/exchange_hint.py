"""Money of one currency does not pay what is owed in another by itself: who reports it is told which call does."""

from collections.abc import Sequence

from domain.value import Text
from storage.queries.receipts import ReceiptLine


def how_to_exchange(line: ReceiptLine, owed: Sequence[str]) -> Text | None:
    """Say by which call the unapplied cash of a receipt pays what its customer owes in other currencies.

    Args:
        line: the receipt.
        owed: the currencies; none if there is none.
    """
    if not owed:
        return None
    call, named = f"POST /api/receipts/{line.receipt_id}/exchanges", ", ".join(owed)
    body = f'{{"currency": "{owed[0]}"}}'
    return Text(
        en=f"{line.unapplied} pays nothing by itself of what the customer owes in {named}: {call} {body} exchanges it",
        zh=f"{line.unapplied} 不会自动核销客户的 {named} 欠款：请通过 {call} {body} 折算",
    )


def exchange_later(owed: Sequence[str]) -> Text:
    """Say what to do with invoices that a report names and that are owed in other currencies; empty for none."""
    if not owed:
        return Text(en="", zh="")
    call, named = "POST /api/receipts/{id}/exchanges", ", ".join(owed)
    return Text(
        en=f"; what is owed in {named} is paid by {call} once the money is booked",
        zh=f"；{named} 的欠款请在登记收款后通过 {call} 折算支付",
    )
