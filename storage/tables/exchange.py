"""What currencies were worth, and what rates have brought; append-only, as all money is."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, Table

from storage.tables.columns import METADATA, currency, identity, minor, moment, word
from storage.tables.ledger import INSTALMENT, RECEIPT
from storage.tables.records import ACCOUNT


def _key(name: str, table: Table) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(table.c.id), primary_key=True, autoincrement=False)


EXCHANGE_RATE = Table(
    "exchange_rate",
    METADATA,
    identity(),
    word("unit"),
    word("quote"),
    Column("on_day", Date, nullable=False),
    word("rate"),
    word("source"),
    word("recorded_by"),
    moment("at"),
    Index(None, "unit", "quote", "on_day"),
)
"""What one ``unit`` is worth in ``quote`` on a day; of several the last one counts.

What was posted by another before stays.
"""

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
