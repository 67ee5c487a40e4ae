"""A receipt leaves an account for another, or comes in from one."""

from typing import Literal

from domain.receivables.entries import Match
from domain.value import Value


class ReceiptClaimed(Value):
    """A receipt was found to be another customer's money; it left this account for theirs."""

    kind: Literal["receipt_claimed"] = "receipt_claimed"
    source: str
    external_id: str
    minor: int
    entity: str
    customer_id: str
    evidence: str


class ReceiptTakenOver(Value):
    """A receipt that was claimed for this customer came in from another account."""

    kind: Literal["receipt_taken_over"] = "receipt_taken_over"
    source: str
    external_id: str
    minor: int
    match: Match
    unapplied_minor: int
