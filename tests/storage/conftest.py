"""A database whose tables are those of the migrations, of each kind in turn; PostgreSQL's is emptied for each test."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import upgrade
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from tests.storage.emptying import empty


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "ltc.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
async def emptied_postgres(postgres_url: Callable[[], Awaitable[str]]) -> Callable[[], Awaitable[str]]:
    """A function that returns the URL of one PostgreSQL database with all tables and no row."""
    urls: list[str] = []

    async def emptied() -> str:
        if not urls:
            urls.append(await postgres_url())
            upgrade(urls[0])
        async with Database(urls[0]) as database:
            await database.write(empty)
        return urls[0]

    return emptied


@pytest.fixture(params=["sqlite", "postgresql"])
async def migrated_url(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    migrated_file: Path,
    emptied_postgres: Callable[[], Awaitable[str]],
) -> str:
    if request.param == "postgresql":
        return await emptied_postgres()
    shutil.copy(migrated_file, tmp_path / "ltc.db")
    return f"sqlite:///{tmp_path / 'ltc.db'}"


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    async with Database(migrated_url) as database:
        yield database


@pytest.fixture
def ledger(database: Database) -> LedgerBooks:
    return LedgerBooks(database)


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database)
