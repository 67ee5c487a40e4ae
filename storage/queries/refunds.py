"""What is on its way back to its payers, and what became of it."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from domain.money import Money
from domain.value import Value
from storage.tables.ledger import RECEIPT
from storage.tables.refunds import REFUND, REFUND_OUTCOME


class RefundLine(Value):
    """One refund; ``outcome`` is empty while nobody knows.

    Attributes:
        agreed: the approval by which it was taken, empty where one person was enough.
        reference: the provider's.
    """

    refund_id: str
    amount: Money
    payer: str
    reason: str
    asked_by: str
    agreed: str
    at: datetime
    outcome: str
    reference: str


def refunds_of_receipt(connection: Connection, source: str, external_id: str) -> tuple[RefundLine, ...]:
    """Return the refunds of a receipt, oldest first."""
    rows = connection.execute(
        select(
            REFUND,
            func.coalesce(REFUND_OUTCOME.c.outcome, "").label("outcome"),
            func.coalesce(REFUND_OUTCOME.c.reference, "").label("reference"),
        )
        .join(RECEIPT, RECEIPT.c.id == REFUND.c.receipt_id)
        .outerjoin(REFUND_OUTCOME, REFUND_OUTCOME.c.refund_id == REFUND.c.refund_id)
        .where(RECEIPT.c.source == source, RECEIPT.c.external_id == external_id)
        .order_by(REFUND.c.id)
    )
    return tuple(
        RefundLine.model_validate(row._asdict() | {"amount": Money(minor=row.minor, currency=row.currency)})
        for row in rows
    )
