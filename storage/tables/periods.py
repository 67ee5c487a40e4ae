"""Closed months of a legal entity: how far its books are closed, and what stood in each month when it was."""

from sqlalchemy import BigInteger, Column, Date, Index, PrimaryKeyConstraint, Table, Text

from storage.tables.columns import METADATA, identity, moment, word

ENTITY_BOOKS = Table(
    "entity_books",
    METADATA,
    Column("entity", Text, primary_key=True),
    Column("closed_until", Date, nullable=True),
)
"""Whoever posts holds the row of the entity shared, whoever closes a month holds it alone; null is nothing closed."""

PERIOD = Table(
    "period",
    METADATA,
    word("entity"),
    Column("month", Date, nullable=False),
    word("closed_by"),
    moment("closed_at"),
    Column("last_posting", BigInteger, nullable=False),
    word("lines"),
    PrimaryKeyConstraint("entity", "month"),
)
"""``month`` is its first day; ``lines`` are the account balances of the month, ``last_posting`` the newest posting."""

REOPENING = Table(
    "period_reopening",
    METADATA,
    identity(),
    word("entity"),
    Column("month", Date, nullable=False),
    word("closed_by"),
    moment("closed_at"),
    word("lines"),
    word("evidence"),
    word("reopened_by"),
    moment("reopened_at"),
    Index(None, "entity", "month"),
)
"""Each time a closed month was opened again: what stood in it at its close, by whom, by what evidence; append-only."""
