"""The money: documents never change, movements are only added, and what is open is always a sum."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.tables.columns import METADATA, currency, identity, minor, moment, word
from storage.tables.records import ACCOUNT


def _account() -> Column[int]:
    return Column("account_id", BigInteger, ForeignKey(ACCOUNT.c.id), nullable=False)


SERIES = Table(
    "series",
    METADATA,
    word("entity"),
    word("series"),
    Column("year", Integer, nullable=False),
    Column("next", Integer, nullable=False),
    Column("last_on", Date, nullable=True),
    PrimaryKeyConstraint("entity", "series", "year"),
)

NUMBER = Table(
    "number",
    METADATA,
    word("entity"),
    word("series"),
    Column("year", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    word("document"),
    Column("issued_on", Date, nullable=False),
    PrimaryKeyConstraint("entity", "series", "year", "n"),
    UniqueConstraint("entity", "document"),
)

INVOICE = Table(
    "invoice",
    METADATA,
    identity(),
    _account(),
    word("entity"),
    word("number"),
    Column("deal_id", Text, nullable=True),
    word("item"),
    Column("issued_on", Date, nullable=False),
    Column("supplied_on", Date, nullable=False),
    minor("net_minor"),
    minor("gross_minor"),
    currency(),
    word("lines"),
    word("taxes"),
    word("attributes"),
    word("po_reference"),
    word("payment_terms"),
    moment("at"),
    Column("purpose", Text, nullable=False, server_default="standard"),
    Column("deducted_minor", BigInteger, nullable=False, server_default="0"),
    Column("deductions", Text, nullable=False, server_default="[]"),
    Column("period_from", Date, nullable=True),
    Column("period_until", Date, nullable=True),
    UniqueConstraint("entity", "number"),
    UniqueConstraint("deal_id", "item"),
    Index(None, "account_id"),
    Index(None, "number"),
)
"""``deal_id`` is null for an imported open item, so that one (deal, item) has one invoice (N1)."""

INSTALMENT = Table(
    "instalment",
    METADATA,
    identity(),
    Column("invoice_id", BigInteger, ForeignKey(INVOICE.c.id), nullable=False),
    _account(),
    Column("position", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    minor("amount_minor"),
    Column("settled", Boolean, nullable=False),
    Column("level", Integer, nullable=False),
    moment("last_notice_at", nullable=True),
    word("pre_due_sent"),
    word("skipped"),
    Column("discount", Text, nullable=True),
    word("step_terms", ""),
    moment("step_at", nullable=True),
    Column("step_order", Integer, nullable=False, default=0),
    Column("step_level", Integer, nullable=False, default=0),
    word("step_stage", ""),
    word("step_action", ""),
    Column("component", Text, nullable=True),
    Column("claim_of", Text, nullable=True),
    UniqueConstraint("invoice_id", "position"),
    CheckConstraint("amount_minor > 0", name="positive"),
    Index(
        "ix_instalment_open",
        "account_id",
        "due_on",
        sqlite_where=text("settled = 0"),
        postgresql_where=text("NOT settled"),
    ),
    Index(
        "ix_instalment_due",
        "due_on",
        "id",
        sqlite_where=text("settled = 0"),
        postgresql_where=text("NOT settled"),
    ),
    Index(
        "ix_instalment_step",
        "account_id",
        "step_at",
        sqlite_where=text("settled = 0"),
        postgresql_where=text("NOT settled"),
    ),
    Index(None, "account_id"),
)
"""``settled`` only keeps the indexes of open items small; `storage.queries.invariants` checks it against the sums.

SQLite uses such an index only for the very words of its condition, and a query says ``settled = 0`` there.

``step_…`` is the kept answer of `domain.receivables.dunning.item_step` under the terms of hash ``step_terms``; an
empty hash says that it must be asked again. See `storage.operations.steps`.

``component`` is null for principal; ``claim_of`` is the number of the invoice whose lateness is charged.
"""

RECEIPT = Table(
    "receipt",
    METADATA,
    identity(),
    _account(),
    word("source"),
    word("external_id"),
    minor(),
    currency(),
    Column("value_date", Date, nullable=False),
    moment("received_at"),
    word("payer"),
    word("reference"),
    word("invoices"),
    word("digest"),
    word("match"),
    UniqueConstraint("source", "external_id"),
    CheckConstraint("minor > 0", name="positive"),
    Index(None, "account_id"),
    Index(None, "value_date"),
)

RECEIPT_RETURN = Table(
    "receipt_return",
    METADATA,
    identity(),
    Column("receipt_id", BigInteger, ForeignKey(RECEIPT.c.id), nullable=False),
    word("kind"),
    minor(),
    word("reason"),
    moment("at"),
    CheckConstraint("(minor > 0) = (kind NOT IN ('refund_failed', 'exchange_undone')) AND minor <> 0", name="signed"),
    Index(None, "receipt_id"),
)
"""Money that left its receipt: ``kind`` is reversed, refunded (refund_failed takes one back), or exchanged.

What was exchanged is a receipt of another currency; exchange_undone brings it back, exchange_returned takes it from
there.
"""

CREDIT_NOTE = Table(
    "credit_note",
    METADATA,
    identity(),
    _account(),
    Column("invoice_id", BigInteger, ForeignKey(INVOICE.c.id), nullable=False),
    word("entity"),
    word("number"),
    Column("issued_on", Date, nullable=False),
    minor("net_minor"),
    minor("gross_minor"),
    minor("released_minor"),
    currency(),
    word("taxes"),
    word("reason"),
    moment("at"),
    Column("restored_minor", BigInteger, nullable=False, server_default="0"),
    Column("restored_net_minor", BigInteger, nullable=False, server_default="0"),
    Column("lines", Text, nullable=False, server_default="[]"),
    Column("period_from", Date, nullable=True),
    Column("period_until", Date, nullable=True),
    UniqueConstraint("entity", "number"),
    CheckConstraint("gross_minor > 0", name="positive"),
    Index(None, "invoice_id"),
    Index(None, "account_id"),
)

ALLOCATION = Table(
    "allocation",
    METADATA,
    identity(),
    _account(),
    Column("instalment_id", BigInteger, ForeignKey(INSTALMENT.c.id), nullable=False),
    Column("receipt_id", BigInteger, ForeignKey(RECEIPT.c.id), nullable=True),
    Column("credit_note_id", BigInteger, ForeignKey(CREDIT_NOTE.c.id), nullable=True),
    word("kind"),
    minor(),
    Column("tax_minor", BigInteger, nullable=False, server_default="0"),
    Column("value_date", Date, nullable=False),
    moment("at"),
    Column("reverses_id", BigInteger, ForeignKey("allocation.id"), nullable=True),
    word("reason"),
    CheckConstraint("(minor > 0) = (reverses_id IS NULL)", name="reversal_is_negative"),
    CheckConstraint("(kind IN ('cash', 'tolerance', 'discount')) = (receipt_id IS NOT NULL)", name="cash_has_receipt"),
    CheckConstraint("(kind = 'credit') = (credit_note_id IS NOT NULL)", name="credit_has_note"),
    Index(None, "instalment_id"),
    Index(None, "receipt_id"),
    Index(None, "account_id"),
    Index(None, "reverses_id"),
)
"""A reversal is a negative row that points to the one it takes back, all of it or a part; never more than that had.

``tax_minor`` is the part of a discount that corrects the tax.
"""

POSTING = Table(
    "posting",
    METADATA,
    identity(),
    word("entry"),
    _account(),
    word("account"),
    word("document", ""),
    minor(),
    currency(),
    Column("posted_on", Date, nullable=False),
    moment("at"),
    Index(None, "entry"),
    Index(None, "account_id", "account"),
    Index(None, "posted_on"),
)
"""``document`` is the number of an issued invoice; the answer of the movement says it of everything else."""

DISPUTE = Table(
    "dispute",
    METADATA,
    identity(),
    _account(),
    Column("invoice_id", BigInteger, ForeignKey(INVOICE.c.id), nullable=False),
    minor(),
    word("reason"),
    moment("opened_at"),
    moment("closed_at", nullable=True),
    word("outcome"),
    word("resolution"),
    Index(None, "invoice_id"),
    Index(None, "account_id"),
)

PROMISE = Table(
    "promise",
    METADATA,
    _account(),
    word("promise_id"),
    Column("invoice_id", BigInteger, ForeignKey(INVOICE.c.id), nullable=False),
    minor(),
    minor("open_at_most"),
    Column("credited_before", BigInteger, nullable=False, server_default="0"),
    Column("let_off_before", BigInteger, nullable=False, server_default="0"),
    Column("promised_on", Date, nullable=False),
    moment("until"),
    moment("made_at"),
    moment("closed_at", nullable=True),
    word("outcome"),
    Column("plan", Text, nullable=True),
    PrimaryKeyConstraint("account_id", "promise_id"),
    Index(None, "invoice_id"),
)
"""``plan`` names the payment plan of an instalment; where one is broken, the ``outcome`` of those after it is void.

``credited_before`` and ``let_off_before`` are what had been credited of the invoice and was bad debt as it was made:
what became more since is not paid, so it is no part of what keeps the promise.
"""

NOTICE = Table(
    "notice",
    METADATA,
    Column("notice_id", Text, primary_key=True),
    _account(),
    word("outcome"),
    word("action"),
    Column("level", Integer, nullable=False),
    word("stage"),
    Column("cycle", Integer, nullable=False),
    word("channel"),
    minor("open_minor"),
    currency(),
    moment("at"),
    Index(None, "account_id", "at"),
)
"""``outcome`` is planned until the notice is sent, skipped, void, held or undeliverable."""

NOTICE_ITEM = Table(
    "notice_item",
    METADATA,
    Column("notice_id", Text, ForeignKey(NOTICE.c.notice_id), nullable=False),
    Column("instalment_id", BigInteger, ForeignKey(INSTALMENT.c.id), nullable=False),
    minor("open_minor"),
    PrimaryKeyConstraint("notice_id", "instalment_id"),
    Index(None, "instalment_id"),
)

MOVEMENT = Table(
    "movement",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    word("kind"),
    word("digest"),
    word("answer"),
    moment("at"),
    Index(None, "account_id"),
)
"""The first answer to every operation on the ledger, so that a repeat gets it again (N1, N5)."""

QUESTION = Table(
    "question",
    METADATA,
    identity(),
    _account(),
    Column("receipt_id", BigInteger, ForeignKey(RECEIPT.c.id), nullable=False),
    word("text_en"),
    word("text_zh"),
    word("candidates"),
    word("status"),
    word("answer"),
    word("answered_by"),
    moment("asked_at"),
    moment("answered_at", nullable=True),
    UniqueConstraint("receipt_id"),
    Index(None, "status", "id"),
)
