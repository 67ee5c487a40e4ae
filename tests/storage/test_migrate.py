"""The tables in the code are those of the migrations, on both databases."""

import pytest

from mendable import Mendable
from storage.database import Database
from storage.migrate import MIGRATIONS, differences, downgrade, require_current, upgrade

NEWEST = max(file.name[:4] for file in (MIGRATIONS / "versions").glob("0*.py"))


async def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    assert differences(database) == []
    require_current(database)


async def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    upgrade(database_url)
    async with Database(database_url) as database:
        assert differences(database) == []


async def test_tables_that_are_behind_are_named(database_url: str) -> None:
    upgrade(database_url, "0002")
    async with Database(database_url) as database:
        with pytest.raises(Mendable, match=f"the tables are at 0002, this version needs {NEWEST}; run ./ltc migrate"):
            require_current(database)


async def test_every_step_can_be_taken_back(database_url: str) -> None:
    upgrade(database_url)
    downgrade(database_url)
    async with Database(database_url) as database:
        with pytest.raises(Mendable, match="the tables are at nothing"):
            require_current(database)
