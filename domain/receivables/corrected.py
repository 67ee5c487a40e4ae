"""What an operation on the ledger put right beside what it was asked for."""

from domain.value import Value


class Corrected(Value):
    """A credit note against a debit note, over interest that was not owed."""

    number: str
    credit_note: str
    minor: int
    reason: str
