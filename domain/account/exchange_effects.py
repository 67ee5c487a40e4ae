"""What exchanges ask of the ledger: one transaction over the two accounts of a customer."""

from typing import Literal

from domain.account.ledger_effect import LedgerEffect
from domain.receivables.exchange import Rate


class ExchangeReceipt(LedgerEffect):
    """Take cash out of a receipt and put it, exchanged, into the customer's account of another currency."""

    kind: Literal["exchange_receipt"] = "exchange_receipt"
    source: str
    external_id: str
    into: str
    minor: int | None
    rate: Rate | None
    numbers: tuple[str, ...]
    by: str


class UndoReceiptExchange(LedgerEffect):
    """Take an exchange back, with whatever it pays."""

    kind: Literal["undo_receipt_exchange"] = "undo_receipt_exchange"
    source: str
    external_id: str
    exchange: str
    reason: str
