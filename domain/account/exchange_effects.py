"""What exchanges ask of the ledger: one transaction over the two accounts of a customer."""

from typing import Literal

from domain.account.ledger_effect import GivenAway, LedgerEffect
from domain.receivables.exchange import Rate
from domain.receivables.plausible import RateChecks


class ExchangeReceipt(GivenAway):
    """Take cash out of a receipt and put it, exchanged, into the customer's account of another currency.

    Attributes:
        policy: whose rates and bounds a stated rate is compared with.
        checks: what that policy says, as it is when it is done; none where a second person has agreed.
        compared: what the second person was shown.
    """

    kind: Literal["exchange_receipt"] = "exchange_receipt"
    source: str
    external_id: str
    into: str
    minor: int | None
    rate: Rate | None
    numbers: tuple[str, ...]
    by: str
    policy: str = ""
    checks: RateChecks | None = None
    compared: str = ""


class UndoReceiptExchange(LedgerEffect):
    """Take an exchange back, with whatever it pays."""

    kind: Literal["undo_receipt_exchange"] = "undo_receipt_exchange"
    source: str
    external_id: str
    exchange: str
    reason: str
