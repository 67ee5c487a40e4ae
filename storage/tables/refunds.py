"""Money on its way back to its payers: a refund is taken once, and has one outcome, which somebody has said."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text

from storage.tables.columns import METADATA, currency, identity, minor, moment, word
from storage.tables.ledger import RECEIPT
from storage.tables.records import ACCOUNT

REFUND = Table(
    "refund",
    METADATA,
    identity(),
    Column("account_id", BigInteger, ForeignKey(ACCOUNT.c.id), nullable=False),
    Column("receipt_id", BigInteger, ForeignKey(RECEIPT.c.id), nullable=False),
    Column("refund_id", Text, nullable=False, unique=True),
    minor(),
    currency(),
    word("payer"),
    word("reason"),
    word("asked_by"),
    word("agreed"),
    moment("at"),
    CheckConstraint("minor > 0", name="positive"),
    Index(None, "receipt_id"),
    Index(None, "account_id"),
)
"""``agreed`` is the approval by which it was taken, empty where one person was enough."""

REFUND_OUTCOME = Table(
    "refund_outcome",
    METADATA,
    Column("refund_id", Text, ForeignKey(REFUND.c.refund_id), primary_key=True),
    word("outcome"),
    word("reference"),
    word("reason"),
    moment("at"),
)
"""``done`` or ``failed``; a refund without a row is under way."""
