"""A database of PostgreSQL is emptied for each test; of SQLite every test has a file of its own."""

from sqlalchemy import Connection, select, text

from storage.tables.catalogue import METADATA


def empty(connection: Connection) -> None:
    """Leave no row in any table, and begin their ids anew."""
    used = [
        table.name
        for table in METADATA.sorted_tables
        if connection.execute(select(text("1")).select_from(table).limit(1)).first()
    ]
    if used:
        connection.execute(text(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE"))
