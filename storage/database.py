"""A transaction is one function: on SQLite all writers share one thread, on PostgreSQL they share a small pool."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from mendable import Mendable

P = ParamSpec("P")
R = TypeVar("R")
Work = Callable[Concatenate[Connection, P], R]

ATTEMPTS = 6
"""How often a transaction that lost a race or its connection is run: every write is safe to repeat."""
PAUSE_S = 0.01
BUSY_S = 10.0
SQLITE_READERS = 4
WRITING, READING = "BEGIN IMMEDIATE", "BEGIN"
POSTGRESQL_THREADS = 8
# A serialization failure, a deadlock, a lock waited for too long, and a row that another inserted first.
_RACES = frozenset({"40001", "40P01", "55P03", "23505"})
# The server goes down or comes up, the connection broke, no more are taken, the disk is full.
_GONE = ("57P0", "08", "53")
_SQLITE_GONE = ("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_READONLY")


class DatabaseAway(Mendable):
    """The database does not answer; nothing is known to be written, and a repeat is safe by its business key."""

    def __init__(self, url: URL, cause: BaseException) -> None:
        super().__init__(f"the database {url.render_as_string(hide_password=True)} is away: {cause}; is it running?")


def normalised(url: str) -> URL:
    """Return the URL with the driver LTC uses; `Mendable` for other databases and for SQLite in memory."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Mendable(f"{url!r} is no database URL; write sqlite:///ltc.db or postgresql://user@host/name") from error
    match parsed.get_backend_name():
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite")
        case "sqlite":
            raise Mendable("SQLite in memory cannot be shared between threads; name a file, e.g. sqlite:///ltc.db")
        case other:
            raise Mendable(f"{other} is not supported; use SQLite or PostgreSQL")


def engine_of(url: URL, begin: str = WRITING, threads: int = 1) -> Engine:
    """Return an engine whose transactions take the write lock first (SQLite) or wait in UTC (PostgreSQL)."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=threads, max_overflow=0, connect_args={"timeout": BUSY_S})
        _prepare_sqlite(engine, begin)
        return engine
    options = "-c timezone=UTC -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s"
    engine = create_engine(
        url, pool_size=threads, max_overflow=0, connect_args={"options": options, "connect_timeout": 5}
    )
    # Rows that are written together are one statement, not one each.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    return engine


def _prepare_sqlite(engine: Engine, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def connected(dbapi: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        # Without this the driver begins by itself, too late to keep two processes from losing each other's updates.
        dbapi.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
            dbapi.execute(f"PRAGMA {pragma}")
        if begin == READING:
            dbapi.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


class Database:
    """LTC's own tables, as one object per process.

    Attributes:
        url: the database with the driver LTC uses.
    """

    def __init__(self, url: str) -> None:
        self.url = normalised(url)
        if self.url.get_backend_name() == "sqlite":
            self._writing = engine_of(self.url)
            self._reading = engine_of(self.url, READING, SQLITE_READERS)
            self._writers = ThreadPoolExecutor(1, "ltc-write")
            self._readers = ThreadPoolExecutor(SQLITE_READERS, "ltc-read")
        else:
            self._writing = engine_of(self.url, threads=POSTGRESQL_THREADS)
            # One snapshot for all statements of a read, as SQLite gives it.
            self._reading = engine_of(self.url, threads=POSTGRESQL_THREADS).execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._writers = ThreadPoolExecutor(POSTGRESQL_THREADS, "ltc-write")
            self._readers = ThreadPoolExecutor(POSTGRESQL_THREADS, "ltc-read")

    async def write(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one transaction; it is run again when it lost a race, so it must do nothing but read and write rows.

        Raises:
            DatabaseAway: no connection, or none that lived long enough.
        """
        run = asyncio.get_running_loop().run_in_executor
        return await run(self._writers, lambda: self.transact(work, *args, **kwargs))

    async def read(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run reads that all see the same moment; `DatabaseAway` as for `write`."""
        run = asyncio.get_running_loop().run_in_executor
        return await run(self._readers, lambda: self.look(work, *args, **kwargs))

    def transact(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one transaction on this thread, as `write` does; for commands without an event loop."""
        return self._attempt(self._writing, work, *args, **kwargs)

    def look(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run reads on this thread, as `read` does."""
        return self._attempt(self._reading, work, *args, **kwargs)

    def _attempt(self, engine: Engine, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        for nth in range(ATTEMPTS):
            try:
                with engine.begin() as connection:
                    return work(connection, *args, **kwargs)
            except PoolTimeoutError as error:
                raise DatabaseAway(self.url, error) from error
            except DBAPIError as error:
                fault = _fault(error)
                if fault is Fault.BUG or (fault is Fault.RACE and nth + 1 == ATTEMPTS):
                    raise
                if fault is Fault.AWAY or nth + 1 == ATTEMPTS:
                    raise DatabaseAway(self.url, error.orig or error) from error
                time.sleep(PAUSE_S * (nth + 1) ** 2)
        raise AssertionError("the loop returns or raises")

    def close(self) -> None:
        """Let what runs finish, then close all connections."""
        self._writers.shutdown()
        self._readers.shutdown()
        self._writing.dispose()
        self._reading.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)


class Fault(Enum):
    """What an error of the driver means for the transaction that met it."""

    RACE = auto()
    DROPPED = auto()
    AWAY = auto()
    BUG = auto()


def _fault(error: DBAPIError) -> Fault:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # BEGIN IMMEDIATE has waited for its turn already.
        return Fault.AWAY if getattr(cause, "sqlite_errorname", "").startswith(_SQLITE_GONE) else Fault.BUG
    state = getattr(cause, "sqlstate", None)
    if state in _RACES:
        return Fault.RACE
    if error.connection_invalidated:
        return Fault.DROPPED
    if isinstance(error, OperationalError) and (state is None or state.startswith(_GONE)):
        return Fault.AWAY
    return Fault.BUG
