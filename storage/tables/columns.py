"""Every column means the same on both databases: amounts are integers with a currency, moments come back aware."""

from datetime import UTC, datetime

from sqlalchemy import CHAR, BigInteger, Column, DateTime, Integer, MetaData, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """A moment: TIMESTAMPTZ on PostgreSQL, text in UTC on SQLite; a naive one is refused (ValueError)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the driver stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no zone, so it names no moment")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Identity = BigInteger().with_variant(Integer, "sqlite")
"""A number the database gives; SQLite counts only an INTEGER primary key."""


def identity() -> Column[int]:
    """Return the primary key of a table whose rows have no name of their own."""
    return Column("id", Identity, primary_key=True, autoincrement=True)


def minor(name: str = "minor") -> Column[int]:
    """Return a column of minor units; the table has a currency beside it."""
    return Column(name, BigInteger, nullable=False)


def currency() -> Column[str]:
    """Return the column of the ISO 4217 code."""
    return Column("currency", CHAR(3), nullable=False)


def word(name: str, default: str | None = None) -> Column[str]:
    """Return a text column that is never null; a default is filled in by us, the database knows none."""
    return Column(name, Text, nullable=False, default=default)


def added_word(name: str) -> Column[str]:
    """Return a text column that came to a table later: empty in the rows of before, and so by the database's default.

    SQLite takes a default from a column only by making the table anew, which what refers to it forbids.
    """
    return Column(name, Text, nullable=False, default="", server_default=text("''"))


def moment(name: str, nullable: bool = False) -> Column[datetime]:
    """Return a column of a moment."""
    return Column(name, Utc, nullable=nullable)
