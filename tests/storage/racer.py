"""One of several processes that move the same money at the same time: ``python -m tests.storage.racer URL NAME``."""

import asyncio
import sys

from domain.account import effects as account
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from tests.storage.samples import HASH, KEY, NOW, at, issue, receipt

ROUNDS = 8
NUMBERS = ("INV-2026-000001", "INV-2026-000002")
OWN_MINOR, SHARED_MINOR = 100, 50


async def race(url: str, name: str) -> None:
    """Issue, pay, pay what the other pays too, take back and put again."""
    async with Database(url) as database:
        ledger = LedgerBooks(database)
        for nth in range(ROUNDS):
            await ledger.issue_invoice(f"{name}-{nth}", NOW, issue(item=f"{name}-{nth}", deal="race"))
            own, shared = f"{name}-{nth}", f"shared-{nth}"
            await ledger.operate(f"{name}/own/{nth}", at(20), receipt(own, OWN_MINOR, NUMBERS[:1]))
            await ledger.operate(f"{name}/shared/{nth}", at(20), receipt(shared, SHARED_MINOR, NUMBERS[1:]))
            back = account.UnallocateReceipt(
                source="bank", external_id=own, numbers=(), reason="race", terms_hash=HASH, **KEY
            )
            await ledger.operate(f"{name}/back/{nth}", at(21), back)
            again = account.AllocateReceipt(
                source="bank", external_id=own, shares=((NUMBERS[0], OWN_MINOR),), terms_hash=HASH, **KEY
            )
            await ledger.operate(f"{name}/again/{nth}", at(22), again)


if __name__ == "__main__":
    asyncio.run(race(*sys.argv[1:]))
