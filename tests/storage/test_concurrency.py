"""Two processes that move the same money lose nothing and double nothing."""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import func, select

from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import verified
from storage.queries.invoices import invoice
from storage.tables.ledger import NUMBER, RECEIPT
from tests.storage.racer import NUMBERS, OWN_MINOR, ROUNDS, SHARED_MINOR
from tests.storage.samples import NOW, issue, opened

ROOT = Path(__file__).resolve().parents[2]


async def racer(url: str, name: str) -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.storage.racer", url, name, cwd=ROOT)
    return await process.wait()


async def test_two_processes_on_the_same_invoices_lose_and_double_nothing(
    migrated_url: str, database: Database, ledger: LedgerBooks
) -> None:
    await opened(ledger)
    for item in ("one", "two"):
        await ledger.issue_invoice(item, NOW, issue(item=item))
    codes = await asyncio.gather(racer(migrated_url, "left"), racer(migrated_url, "right"))
    assert list(codes) == [0, 0]
    paid = [10_000 - database.look(invoice, number).open.minor for number in NUMBERS]
    assert paid == [2 * ROUNDS * OWN_MINOR, ROUNDS * SHARED_MINOR]
    receipts = database.look(lambda c: c.execute(select(func.count()).select_from(RECEIPT)).scalar_one())
    assert receipts == 3 * ROUNDS
    last = database.look(lambda c: c.execute(select(func.max(NUMBER.c.n))).scalar_one())
    assert last == 2 + 2 * ROUNDS
    assert [check.name for check in database.look(verified) if not check.holds] == []
