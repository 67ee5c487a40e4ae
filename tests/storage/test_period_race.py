"""Posting and closing at the same moment: what is posted is in the month when it is closed, or not in it at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select, text

from domain.receivables.closing import month_named
from storage.database import Database, engine_of
from storage.operations.accounts import hold_account
from storage.operations.books import Books
from storage.operations.ledger import LedgerBooks
from storage.operations.periods import close_period
from storage.operations.receipts import apply_receipt
from storage.queries.invariants import invariants
from storage.queries.periods import closed_period
from storage.tables.ledger import POSTING
from storage.tables.periods import PERIOD
from tests.storage.samples import CURRENCY, CUSTOMER, ENTITY, NOW, at, issue, opened, receipt

MARCH, TODAY, FIRST_OPEN = month_named("2026-03"), date(2026, 4, 2), date(2026, 4, 1)
AT_ONCE = 24
"""Receipts, three for each connection."""


def close(connection: Connection) -> None:
    close_period(connection, ENTITY, MARCH, TODAY, at(2, month=4), "fay")


def posted_on(database: Database, entry: str) -> set[date]:
    query = select(POSTING.c.posted_on).where(POSTING.c.entry == entry)
    return set(database.look(lambda connection: connection.execute(query).scalars().all()))


def broken(database: Database) -> list[str]:
    return [check.name for check in database.look(invariants) if not check.holds]


def cash_sealed(database: Database) -> int:
    lines = database.look(closed_period, ENTITY, MARCH).lines
    return sum(line.debit_minor for line in lines if line.account == "cash")


async def test_a_close_among_many_receipts_seals_what_is_in_the_month(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger)
    await ledger.issue_invoice("i", NOW, issue(minor=100_000))
    receipts = [ledger.operate(f"r{n}", at(20), receipt(f"b{n}", 100 + n)) for n in range(AT_ONCE)]
    await asyncio.gather(*receipts[: AT_ONCE // 2], database.write(close), *receipts[AT_ONCE // 2 :])
    found = {n: posted_on(database, f"receipt:r{n}") for n in range(AT_ONCE)}
    assert set().union(*found.values()) <= {date(2026, 3, 20), FIRST_OPEN}
    assert cash_sealed(database) == sum(100 + n for n, days in found.items() if days == {date(2026, 3, 20)})
    assert broken(database) == []


@pytest.fixture
async def postgres(emptied_postgres: Callable[[], Awaitable[str]]) -> str:
    url = await emptied_postgres()
    async with Database(url) as database:
        ledger = LedgerBooks(database)
        await opened(ledger)
        await ledger.issue_invoice("i", NOW, issue())
    return url


@contextmanager
def two_connections(url: str) -> Iterator[tuple[Engine, Database]]:
    """An engine for the transaction that stays open, and a database for the one that must wait for it."""
    database = Database(url)
    engine = engine_of(database.url, threads=2)
    try:
        yield engine, database
    finally:
        engine.dispose()
        database.close()


def run_behind(first: Connection, engine: Engine, second: Callable[[], Any]) -> None:
    """Begin a second transaction, see that it waits for the open one, and let the open one go."""
    holder = first.execute(text("SELECT pg_backend_pid()")).scalar_one()
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE :holder = ANY(pg_blocking_pids(pid))")
    with ThreadPoolExecutor(1) as thread, engine.connect() as watcher:
        behind = thread.submit(second)
        while not watcher.execute(waiting, {"holder": holder}).scalar_one():
            assert not behind.done(), "it did not wait"
            watcher.rollback()
        first.commit()
        behind.result()


def pay(connection: Connection, name: str) -> None:
    account = hold_account(connection, ENTITY, CUSTOMER, CURRENCY)
    apply_receipt(Books(connection, account, name, at(31), date(2026, 3, 31)), receipt(name, 700))


def test_a_close_waits_for_who_is_posting_and_has_it(postgres: str) -> None:
    with two_connections(postgres) as (engine, database):
        with engine.connect() as posting:
            pay(posting, "b1")
            run_behind(posting, engine, lambda: database.transact(close))
        assert (posted_on(database, "receipt:b1"), cash_sealed(database)) == ({date(2026, 3, 20)}, 700)
        assert broken(database) == []


def test_who_posts_waits_for_a_close_and_comes_after_it(postgres: str) -> None:
    with two_connections(postgres) as (engine, database):
        with engine.connect() as closing:
            close(closing)
            run_behind(closing, engine, lambda: database.transact(pay, "b1"))
        assert (posted_on(database, "receipt:b1"), cash_sealed(database)) == ({FIRST_OPEN}, 0)
        assert broken(database) == []


def test_of_two_who_close_the_second_finds_it_closed(postgres: str) -> None:
    with two_connections(postgres) as (engine, database):
        with engine.connect() as closing:
            close(closing)
            run_behind(closing, engine, lambda: database.transact(close))
        assert database.look(lambda c: c.execute(select(func.count()).select_from(PERIOD)).scalar_one()) == 1
        assert broken(database) == []
