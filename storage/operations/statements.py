"""What both databases know, each under its own name: an upsert, built once per table, a new row, a table held alone."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


class Upsert:
    """Insert a row, or change the one with the same key.

    Attributes:
        changes: the columns to change; none at all leaves the row that is there as it is.
        newer: a column that must be larger in the new row for a change to happen.
    """

    def __init__(
        self, table: Table, key: Sequence[str], changes: Sequence[str] | None = None, newer: str | None = None
    ) -> None:
        self._by_dialect: dict[str, Insert] = {
            "sqlite": _built(sqlite.insert(table), table, key, changes, newer),
            "postgresql": _built(postgresql.insert(table), table, key, changes, newer),
        }

    def of(self, connection: Connection) -> Insert:
        """Return the statement for this connection's database."""
        return self._by_dialect[connection.dialect.name]


def _built(
    statement: Insert, table: Table, key: Sequence[str], changes: Sequence[str] | None, newer: str | None
) -> Insert:
    names = [c.name for c in table.columns if c.name not in key] if changes is None else list(changes)
    if not names:
        return statement.on_conflict_do_nothing(index_elements=list(key))
    guard = None if newer is None else _column(table, newer) < statement.excluded[newer]
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={name: statement.excluded[name] for name in names}, where=guard
    )


def _column(table: Table, name: str) -> Column[object]:
    return table.columns[name]


def insert_one(connection: Connection, table: Table, row: Mapping[str, object]) -> int:
    """Insert a row and return the number the database gave it."""
    key = connection.execute(table.insert(), dict(row)).inserted_primary_key
    if key is None:
        raise AssertionError(f"the database gave a row of {table.name} no key")
    return int(key[0])


def one_at_a_time(connection: Connection, table: Table) -> None:
    """Let nobody else write to a table before this transaction ends, so that what it has read of it stays true.

    On SQLite every writing transaction is alone already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
