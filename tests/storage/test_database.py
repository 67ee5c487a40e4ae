"""A database that is away is named as such; a transaction that lost a race is run again."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, StatementError

from mendable import Mendable
from storage.database import Database, DatabaseAway, normalised
from storage.operations.edge import meta, put_meta
from storage.tables.edge import META

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql+asyncpg://u@h/d", "postgresql+psycopg"),
        ("sqlite+aiosqlite:///x.db", "sqlite"),
    ],
)
def test_every_url_gets_the_driver_we_use(given: str, driver: str) -> None:
    assert normalised(given).drivername == driver


@pytest.mark.parametrize(
    ("given", "mend"),
    [
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("mysql://h/d", "use SQLite or PostgreSQL"),
        ("nonsense", "write sqlite:///ltc.db"),
    ],
)
def test_other_databases_are_refused_with_the_mend(given: str, mend: str) -> None:
    with pytest.raises(Mendable, match=mend):
        normalised(given)


async def test_moments_come_back_in_utc_to_the_microsecond(database: Database) -> None:
    shanghai = datetime(2026, 3, 2, 17, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    database.transact(put_meta, "a", "b", shanghai)
    read = database.look(lambda connection: connection.execute(select(META.c.updated_at)).scalar_one())
    assert read == shanghai
    assert read.utcoffset() == timedelta(0)


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="has no zone"):
        database.transact(put_meta, "a", "b", naive)


async def test_what_fails_leaves_nothing(database: Database) -> None:
    def half(connection: Connection) -> None:
        put_meta(connection, "a", "b", NOW)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(half)
    assert await database.read(meta, "a", "nothing") == "nothing"


async def test_reads_cannot_write(database: Database) -> None:
    with pytest.raises((DatabaseAway, DBAPIError), match=r"read-?only"):
        await database.read(put_meta, "a", "b", NOW)
    assert await database.read(meta, "a", "nothing") == "nothing"


async def test_many_writers_in_one_process_lose_nothing(database: Database) -> None:
    def add_one(connection: Connection) -> None:
        key = {"lock": 1}
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), key)
        put_meta(connection, "n", str(int(meta(connection, "n", "0")) + 1), NOW)

    await asyncio.gather(*(database.write(add_one) for _ in range(20)))
    assert await database.read(meta, "n", "0") == "20"


async def test_a_unique_row_that_another_was_faster_with_is_seen_on_the_second_run(database: Database) -> None:
    if database.url.get_backend_name() == "sqlite":
        pytest.skip("SQLite has one writer at a time, so nobody is faster")
    runs: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> str:
        seen = meta(connection, "who", "nobody")
        runs.append(seen)
        if seen == "nobody":
            begun.set()
            go_on.wait(5)
            connection.execute(insert(META), {"name": "who", "value": "slow", "updated_at": NOW})
        return seen

    first = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(begun.wait, 5)
    await database.write(put_meta, "who", "fast", NOW)
    go_on.set()
    assert await first == "fast"
    assert runs == ["nobody", "fast"]


async def test_a_server_that_is_not_there_is_away() -> None:
    async with Database("postgresql://ltc@127.0.0.1:1/ltc") as database:
        with pytest.raises(DatabaseAway, match=r"the database postgresql\+psycopg://ltc@127.0.0.1:1/ltc is away"):
            await database.read(meta, "a", "")


async def test_a_password_is_not_told() -> None:
    async with Database("postgresql://ltc:secret@127.0.0.1:1/ltc") as database:
        with pytest.raises(DatabaseAway) as away:
            await database.read(meta, "a", "")
    assert "secret" not in str(away.value)


async def test_a_connection_that_was_cut_is_replaced(postgres_url: Callable[[], Awaitable[str]]) -> None:
    url = await postgres_url()
    async with Database(url) as database:
        one = text("SELECT 1")
        assert await database.read(lambda connection: connection.execute(one).scalar_one()) == 1
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await database.read(lambda connection: connection.execute(one).scalar_one()) == 1


async def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path / 'no such folder' / 'ltc.db'}") as database:
        with pytest.raises(DatabaseAway, match="unable to open database file"):
            await database.write(meta, "a", "")


async def test_sqlite_is_opened_for_many_readers_and_one_writer(tmp_path: Path) -> None:
    path = tmp_path / "ltc.db"
    async with Database(f"sqlite:///{path}") as database:
        await database.write(lambda connection: connection.execute(text("CREATE TABLE t (n INTEGER)")))
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    plain.close()
