"""What currencies were worth, and what rates have brought; append-only, as all money is."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Table, UniqueConstraint

from storage.tables.columns import METADATA, added_word, currency, identity, minor, moment, word
from storage.tables.ledger import INSTALMENT, RECEIPT
from storage.tables.records import ACCOUNT


def _key(name: str, table: Table) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(table.c.id), primary_key=True, autoincrement=False)


def _told_rate() -> tuple[Column[Any], ...]:
    """Return the columns of what somebody says a currency was worth on a day."""
    return (
        identity(), word("unit"), word("quote"), Column("on_day", Date, nullable=False), word("rate"), word("source"),
        word("recorded_by"), moment("at"),
    )  # fmt: skip


EXCHANGE_RATE = Table(
    "exchange_rate",
    METADATA,
    *_told_rate(),
    added_word("entity"),
    added_word("confirmed_by"),
    Index(None, "unit", "quote", "on_day"),
)
"""What one ``unit`` is worth in ``quote`` on a day; of several the last one counts.

What was posted by another before stays. ``entity`` is empty for a rate of the whole company; of a day the legal
entity's own comes before it. ``confirmed_by`` is the second person, where one was needed.
"""

EXCHANGE_RATE_OFFER = Table(
    "exchange_rate_offer",
    METADATA,
    *_told_rate(),
    word("entity"),
    Index(None, "unit", "quote", "on_day"),
)
"""A rate far off what is known, that counts when a second person has offered the same; it is gone then."""

RECEIPT_RATE = Table(
    "receipt_rate",
    METADATA,
    _key("receipt_id", RECEIPT),
    word("unit"),
    word("quote"),
    word("rate"),
    word("source"),
)
"""The rate that was stated with a receipt."""

RECEIPT_WORTH = Table(
    "receipt_worth",
    METADATA,
    _key("receipt_id", RECEIPT),
    minor(),
    currency(),
    word("rate"),
)
"""What a receipt was worth on its value date in the currency of the books; ``rate`` is the sentence that says why."""

ITEM_WORTH = Table(
    "item_worth",
    METADATA,
    _key("instalment_id", INSTALMENT),
    minor(),
    currency(),
    word("rate"),
    CheckConstraint("minor > 0", name="positive"),
)
"""What an open item was worth when it was issued, kept when money first pays it."""

DIFFERENCE = Table(
    "exchange_difference",
    METADATA,
    identity(),
    Column("account_id", BigInteger, ForeignKey(ACCOUNT.c.id), nullable=False),
    Column("instalment_id", BigInteger, ForeignKey(INSTALMENT.c.id), nullable=False),
    minor(),
    currency(),
    moment("at"),
    Index(None, "instalment_id"),
    Index(None, "account_id"),
)
"""By how much each transaction changed what an item has brought by rates, a gain above zero; each is posted once."""

RECEIPT_EXCHANGE = Table(
    "receipt_exchange",
    METADATA,
    identity(),
    Column("from_receipt_id", BigInteger, ForeignKey(RECEIPT.c.id), nullable=False),
    Column("to_receipt_id", BigInteger, ForeignKey(RECEIPT.c.id), nullable=False),
    word("external_id"),
    minor("given_minor"),
    word("given_currency"),
    minor("got_minor"),
    word("got_currency"),
    word("rate"),
    word("by"),
    moment("at"),
    Index(None, "from_receipt_id"),
    Index(None, "to_receipt_id"),
    UniqueConstraint("external_id"),
)
"""Cash of a receipt that became a receipt of the customer's account in another currency, known there by the same id."""

EXCHANGE_UNDONE = Table(
    "exchange_undone",
    METADATA,
    Column("exchange_id", BigInteger, ForeignKey(RECEIPT_EXCHANGE.c.id), primary_key=True, autoincrement=False),
    word("reason"),
    word("opened"),
    Column("told", Boolean, nullable=False),
    moment("at"),
)
"""An exchange that was taken back, whole; ``opened`` says what was open before of each invoice that it had paid.

``told`` is whether the account in which they are has recorded it.
"""
