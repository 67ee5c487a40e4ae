"""The tables in the code are those of the migrations, on both databases."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from domain.account import effects as account
from mendable import Mendable
from storage.database import Database
from storage.migrate import MIGRATIONS, differences, downgrade, require_current, upgrade
from storage.operations.ledger import LedgerBooks
from storage.tables.ledger import ALLOCATION
from tests.storage.samples import HASH, KEY, NOW, at, cny, issue, opened, receipt

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
NEWEST = SCRIPTS.get_current_head()


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


async def test_allocations_outlive_the_step_that_lets_discounts_in(database_url: str) -> None:
    upgrade(database_url)
    rows = select(ALLOCATION).order_by(ALLOCATION.c.id)
    async with Database(database_url) as database:
        ledger = LedgerBooks(database)
        await opened(ledger)
        number = (await ledger.issue_invoice("i", NOW, issue())).number
        await ledger.operate("r", at(20), receipt("b1", 4_000, [number]))
        bounce = account.ReverseReceipt(
            source="bank", external_id="b1", amount=cny(500), reason="R", terms_hash=HASH, **KEY
        )
        await ledger.operate("x", at(21), bounce)
        before = database.look(lambda connection: connection.execute(rows).all())
    downgrade(database_url, str(SCRIPTS.get_revision("0010").down_revision))
    upgrade(database_url)
    async with Database(database_url) as database:
        assert database.look(lambda connection: connection.execute(rows).all()) == before
        assert [(row.minor, row.tax_minor) for row in before] == [(4_000, 0), (-500, 0)]
        assert differences(database) == []
        orphan = update(ALLOCATION).values(kind="discount", receipt_id=None)
        with pytest.raises(IntegrityError):
            await database.write(lambda connection: connection.execute(orphan))


async def test_every_step_can_be_taken_back(database_url: str) -> None:
    upgrade(database_url)
    downgrade(database_url)
    async with Database(database_url) as database:
        with pytest.raises(Mendable, match="the tables are at nothing"):
            require_current(database)
