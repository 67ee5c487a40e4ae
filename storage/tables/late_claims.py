"""Fees and interest: what a notice claims, the debit note that claims it once the notice is out, and corrections."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from storage.tables.columns import METADATA, minor, word
from storage.tables.ledger import CREDIT_NOTE, INSTALMENT, INVOICE, NOTICE
from storage.tables.records import ACCOUNT

LATE_CLAIM = Table(
    "late_claim",
    METADATA,
    Column("notice_id", Text, ForeignKey(NOTICE.c.notice_id), nullable=False),
    Column("position", Integer, nullable=False),
    Column("account_id", BigInteger, ForeignKey(ACCOUNT.c.id), nullable=False),
    Column("instalment_id", BigInteger, ForeignKey(INSTALMENT.c.id), nullable=False),
    Column("level", Integer, nullable=False),
    word("component"),
    minor(),
    minor("base_minor"),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    Column("days", Integer, nullable=False),
    Column("rate_bp", Integer, nullable=False),
    word("per"),
    Column("debit_note_id", BigInteger, ForeignKey(INVOICE.c.id), nullable=True),
    PrimaryKeyConstraint("notice_id", "position"),
    CheckConstraint("minor > 0", name="positive"),
    Index(None, "instalment_id"),
    Index(None, "debit_note_id"),
)
"""``debit_note_id`` is null until the notice went out; ``position`` is that of the item on the debit note."""

LATE_CORRECTION = Table(
    "late_correction",
    METADATA,
    Column("notice_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("credit_note_id", BigInteger, ForeignKey(CREDIT_NOTE.c.id), nullable=False),
    minor(),
    PrimaryKeyConstraint("notice_id", "position", "credit_note_id"),
    ForeignKeyConstraint(["notice_id", "position"], [LATE_CLAIM.c.notice_id, LATE_CLAIM.c.position]),
    CheckConstraint("minor > 0", name="positive"),
    Index(None, "credit_note_id"),
)
"""So much of a claim was credited, since it was not owed."""
