"""What invoices take off for deposits; append-only, as all money is."""

from sqlalchemy import BigInteger, Column, ColumnElement, ForeignKey, Index, Table

from storage.tables.columns import METADATA, identity, minor, moment
from storage.tables.ledger import CREDIT_NOTE, INVOICE
from storage.tables.records import ACCOUNT

PAYABLE: ColumnElement[int] = INVOICE.c.gross_minor - INVOICE.c.deducted_minor
"""What of an invoice was to be paid when it was issued."""

DEDUCTION = Table(
    "deduction",
    METADATA,
    identity(),
    Column("account_id", BigInteger, ForeignKey(ACCOUNT.c.id), nullable=False),
    Column("invoice_id", BigInteger, ForeignKey(INVOICE.c.id), nullable=False),
    Column("deposit_id", BigInteger, ForeignKey(INVOICE.c.id), nullable=False),
    minor("net_minor"),
    minor(),
    minor("paid_minor"),
    Column("credit_note_id", BigInteger, ForeignKey(CREDIT_NOTE.c.id), nullable=True),
    moment("at"),
    Index(None, "invoice_id"),
    Index(None, "deposit_id"),
    Index(None, "account_id"),
)
"""``minor`` with tax, ``net_minor`` without; negative where a credit note restores it.

``paid_minor`` is what was paid of the deposit when it was deducted, the cap it was held to.
"""
