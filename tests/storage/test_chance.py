"""Whatever people do with money, in whatever order, everything still adds up and nothing is refused half-way."""

import random

import pytest

from domain.account import effects as account
from domain.refusal import Code, Refused
from domain.terms import Tolerance
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from tests.storage.samples import HASH, KEY, NOW, at, cny, credit_all, issue, opened, receipt

STEPS = 80


class Finance:
    """Somebody who does what comes to mind, wrong amounts included."""

    def __init__(self, ledger: LedgerBooks, seed: int) -> None:
        self.ledger = ledger
        self.chance = random.Random(seed)
        self.numbers: list[str] = []
        self.money: list[str] = []
        self.refused: list[Code] = []

    async def act(self, nth: int) -> None:
        """Do one thing; what the rules refuse is noted."""
        key, deeds = (
            f"k{nth}",
            (self.bill, self.earn, self.earn, self.put, self.take, self.bounce, self.lower, self.cancel),
        )
        try:
            await self.chance.choice(deeds)(key)
        except Refused as refused:
            self.refused.append(refused.code)

    async def bill(self, key: str) -> None:
        minor = self.chance.randrange(100, 5_000)
        self.numbers.append((await self.ledger.issue_invoice(key, NOW, issue(item=key, minor=minor))).number)

    async def earn(self, key: str) -> None:
        named = self.chance.sample(self.numbers, min(len(self.numbers), self.chance.randrange(3)))
        minor = self.chance.randrange(1, 4_000)
        effect = receipt(key, minor, named, tolerance=Tolerance(minor=50, bp=500))
        self.money.append(key)
        await self.ledger.operate(key, at(20), effect)

    async def put(self, key: str) -> None:
        shares = ((self.number(), self.chance.randrange(1, 2_000)),)
        effect = account.AllocateReceipt(source="bank", external_id=self.paid(), shares=shares, terms_hash=HASH, **KEY)
        await self.ledger.operate(key, at(21), effect)

    async def take(self, key: str) -> None:
        effect = account.UnallocateReceipt(
            source="bank", external_id=self.paid(), numbers=(), reason="wrong", terms_hash=HASH, **KEY
        )
        await self.ledger.operate(key, at(21), effect)

    async def bounce(self, key: str) -> None:
        amount = cny(self.chance.randrange(1, 3_000))
        effect = account.ReverseReceipt(
            source="bank", external_id=self.paid(), amount=amount, reason="R01", terms_hash=HASH, **KEY
        )
        await self.ledger.operate(key, at(22), effect)

    async def lower(self, key: str) -> None:
        minor, number = self.chance.randrange(1, 3_000), self.number()
        effect: account.LedgerEffect = account.WriteOff(number=number, minor=minor, reason="r", terms_hash=HASH, **KEY)
        if self.chance.random() < 0.5:
            effect = account.CreditNote(
                number=number, minor=minor, reason="r", issue_on=at(23).date(), terms_hash=HASH, **KEY
            )
        await self.ledger.operate(key, at(23), effect)

    async def cancel(self, key: str) -> None:
        await self.ledger.credit_invoice(key, at(23), credit_all(self.number(), at(23).date()))

    def number(self) -> str:
        return self.chance.choice(self.numbers or ["nothing yet"])

    def paid(self) -> str:
        return self.chance.choice(self.money or ["nothing yet"])


@pytest.mark.parametrize("seed", [3, 4])
async def test_everything_adds_up_after_every_step(database: Database, ledger: LedgerBooks, seed: int) -> None:
    await opened(ledger)
    finance = Finance(ledger, seed)
    for nth in range(STEPS):
        await finance.act(nth)
        assert [check for check in database.look(invariants) if not check.holds] == []
    # It was a life with both kinds of answers.
    assert 5 < len(finance.refused) < STEPS * 3 // 4
    assert set(finance.refused) <= {Code.AMOUNT, Code.NOTFOUND}
    assert len(finance.numbers) > 3
