"""Bank statements: each is taken in once, each booking counts once, each of its payments has one outcome."""

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

from storage.tables.columns import METADATA, added_word, currency, identity, minor, moment, word

BANK_ACCOUNT = Table(
    "bank_account",
    METADATA,
    identity(),
    word("account"),
    word("entity"),
    moment("at"),
    UniqueConstraint("account"),
)
"""Whose bank account a number is; the row that those who take statements of it in lock."""

PAYER_ACCOUNT = Table(
    "payer_account",
    METADATA,
    word("account"),
    word("kind"),
    word("customer_id"),
    word("recorded_by"),
    moment("at"),
    PrimaryKeyConstraint("account", "kind", "customer_id"),
    Index(None, "customer_id"),
    CheckConstraint("kind IN ('payer', 'virtual')", name="kind"),
)
"""A number that a customer pays from (``payer``), or that is given to them alone to pay into (``virtual``)."""

BANK_STATEMENT = Table(
    "bank_statement",
    METADATA,
    identity(),
    Column("bank_account_id", BigInteger, ForeignKey(BANK_ACCOUNT.c.id), nullable=False),
    word("known_as"),
    word("workflow_id"),
    word("digest"),
    word("kind"),
    word("statement_id"),
    word("number"),
    word("status"),
    word("reasons"),
    word("body"),
    Column("entries", Integer, nullable=False),
    Column("booked", Integer, nullable=False),
    Column("repeated", Integer, nullable=False),
    word("file"),
    word("taken_by"),
    moment("taken_at"),
    word("decision"),
    word("decided_by"),
    word("decided_reason"),
    moment("decided_at", nullable=True),
    added_word("span"),
    Index(None, "file"),
    Index(
        "uq_bank_statement_known_as",
        "bank_account_id",
        "known_as",
        unique=True,
        sqlite_where=text("status <> 'discarded'"),
        postgresql_where=text("status <> 'discarded'"),
    ),
    Index(None, "status", "id"),
)
"""``status`` is posting, posted, quarantined, asked or discarded; ``body`` keeps what is held, to post it later;
``span`` are kind, number and balances of what was posted and is no report or advice."""

BANK_BOOKING = Table(
    "bank_booking",
    METADATA,
    identity(),
    Column("bank_account_id", BigInteger, ForeignKey(BANK_ACCOUNT.c.id), nullable=False),
    Column("statement_row", BigInteger, ForeignKey(BANK_STATEMENT.c.id), nullable=False),
    word("booking_id"),
    word("by_reference"),
    word("by_content"),
    word("by_day"),
    Column("entry_index", Integer, nullable=False),
    minor(),
    currency(),
    UniqueConstraint("booking_id"),
    Index(None, "bank_account_id", "by_reference"),
    Index(None, "bank_account_id", "by_content"),
    Index(None, "bank_account_id", "by_day"),
    Index(None, "statement_row"),
)
"""The booked entries of statements that were posted, under the keys by which another message repeats them."""

BANK_BOOKING_STAND = Table(
    "bank_booking_stand",
    METADATA,
    Column("booking_row", BigInteger, ForeignKey(BANK_BOOKING.c.id), nullable=False),
    Column("statement_row", BigInteger, ForeignKey(BANK_STATEMENT.c.id), nullable=False),
    PrimaryKeyConstraint("booking_row"),
)
"""In which statement with balances a booking stands that was posted from a report of the day or an advice."""

BANK_LINE = Table(
    "bank_line",
    METADATA,
    identity(),
    Column("statement_row", BigInteger, ForeignKey(BANK_STATEMENT.c.id), nullable=False),
    Column("booking_row", BigInteger, ForeignKey(BANK_BOOKING.c.id), nullable=False),
    Column("bank_account_id", BigInteger, ForeignKey(BANK_ACCOUNT.c.id), nullable=False),
    word("external_id"),
    word("movement"),
    minor(),
    currency(),
    Column("value_date", Date, nullable=False),
    word("payer_name"),
    word("payer_account"),
    word("own_account"),
    word("reference"),
    word("end_to_end_id"),
    word("servicer_reference"),
    word("return_code"),
    word("status"),
    word("entity"),
    word("customer_id"),
    word("rule"),
    word("evidence"),
    Column("flagged", Boolean, nullable=False),
    word("reason_en"),
    word("reason_zh"),
    word("chosen"),
    Column("answers", Integer, nullable=False),
    word("answered_by"),
    moment("answered_at", nullable=True),
    moment("at"),
    added_word("rate"),
    Column("told", Text, nullable=True),
    added_word("answer_key"),
    UniqueConstraint("external_id"),
    Index(None, "statement_row", "status", "id"),
    Index(None, "booking_row"),
    Index(None, "bank_account_id", "servicer_reference"),
    Index(None, "bank_account_id", "end_to_end_id"),
    Index(None, "bank_account_id", "minor"),
    Index(
        "ix_bank_line_asked",
        "id",
        sqlite_where=text("status = 'asked'"),
        postgresql_where=text("status = 'asked'"),
    ),
)
"""A payment of a booking; ``external_id`` is that of the receipt it becomes (source ``bank``), ``told`` names the
reported receipts that its question was about: of a line that is the ``same``, what it was said to be."""
