"""The kept steps give the answer that asking every item would give, whatever happens to the account."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from domain.account import effects as account
from domain.business_calendar import CompiledCalendar
from domain.receivables.entries import CaseView, Instalment, NextStep
from domain.receivables.invoicing import imported_invoice
from domain.span import Span
from domain.terms import AccountTerms
from storage.database import Database
from storage.operations.accounts import HeldAccount, find_account
from storage.operations.cases import case_after, case_of
from storage.operations.ledger import LedgerBooks
from storage.operations.steps import MANY_ITEMS, next_kept_step
from tests.storage.samples import CURRENCY, CUSTOMER, ENTITY, HASH, KEY, NOW, at, cny, imported, opened, receipt, terms


def held(connection: Connection) -> HeldAccount:
    found = find_account(connection, ENTITY, CUSTOMER, CURRENCY)
    assert found is not None
    return found


def both(connection: Connection, rules: AccountTerms, now: datetime) -> tuple[NextStep | None, NextStep | None]:
    kept = next_kept_step(connection, held(connection), rules, HASH, now)
    return kept, case_of(connection, held(connection), rules, now).next


def in_two(number: str, minor: int, due: date) -> account.ImportInvoice:
    parts: Sequence[Instalment] = (
        Instalment(index=1, due_on=due, amount=cny(minor)),
        Instalment(index=2, due_on=due + timedelta(days=20), amount=cny(minor)),
    )
    invoice = imported_invoice(number, (ENTITY, CUSTOMER, CURRENCY), date(2026, 2, 1), parts)
    return account.ImportInvoice(invoice=invoice, terms_hash=HASH, **KEY)


class Life:
    """A few weeks of an account, drawn by chance from a seed."""

    def __init__(self, ledger: LedgerBooks, seed: int) -> None:
        self.ledger = ledger
        self.chance = random.Random(seed)
        self.now = NOW
        self.done = 0
        self.disputed = ""

    async def live(self) -> None:
        """Let a little time pass, then do one thing."""
        self.now += timedelta(hours=self.chance.choice([1, 5, 24, 60]))
        self.done += 1
        number = f"OLD-{self.chance.randrange(6)}"
        key = f"k{self.done}"
        match self.chance.randrange(5):
            case 0:
                money = receipt(key, self.chance.choice([50, 100, 300]), [number])
                await self.ledger.operate(key, self.now, money)
            case 1:
                await self._dispute(key, number)
            case _:
                await self._step(key)

    async def _dispute(self, key: str, number: str) -> None:
        view = (await self._refreshed(f"{key}/case")).disputed_minor
        effect: account.LedgerEffect = account.OpenDispute(
            number=number, minor=None, reason="p", terms_hash=HASH, **KEY
        )
        if view:
            effect = account.ResolveDispute(
                number=self.disputed, outcome="reject", reason="r", issue_on=self.now.date(), terms_hash=HASH, **KEY
            )
        elif not await self._is_open(number):
            return
        self.disputed = number if not view else ""
        await self.ledger.operate(key, self.now, effect)

    async def _is_open(self, number: str) -> bool:
        money = receipt(f"probe-{number}-{self.done}", 1, [number])
        return bool((await self.ledger.operate(f"probe-{self.done}", self.now, money)).allocations)

    async def _step(self, key: str) -> None:
        step = (await self._refreshed(f"{key}/case")).next
        if step is None or step.at > self.now:
            return
        if step.action == "skip":
            await self.ledger.operate(key, self.now, account.SkipLevel(step=step, terms_hash=HASH, **KEY))
            return
        effect = account.SendNotice(step=step, terms_hash=HASH, **KEY)
        if await self.ledger.plan_notice(key, self.now, effect) is not None:
            await self.ledger.record_notice(key, self.now, effect, "email")

    async def _refreshed(self, key: str) -> CaseView:
        return (await self.ledger.operate(key, self.now, account.RefreshCase(terms_hash=HASH, **KEY))).case


def ruled(hold: str, contact: str) -> AccountTerms:
    rules = terms(hold=hold)
    ladder: dict[str, object] = {"pre_due": (Span.parse("-5d"), Span.parse("0d")), "min_gap": Span.parse("2d")}
    if contact == "contact hours":
        ladder["contact"] = CompiledCalendar.always()
    if contact == "levels left out":
        ladder["catch_up"] = "skip"
    return rules.model_copy(update={"dunning": rules.dunning.model_copy(update=ladder)})


@pytest.mark.parametrize("contact", ["at any time", "contact hours", "levels left out"])
@pytest.mark.parametrize("hold", ["pause", "skip", "none"])
@pytest.mark.parametrize("seed", [1])
async def test_kept_steps_are_those_of_all_items(
    database: Database, ledger: LedgerBooks, hold: str, contact: str, seed: int
) -> None:
    rules = ruled(hold, contact)
    await ledger.load_case(account.LoadCase(**KEY), NOW, rules, HASH, "示例客户")
    for nth in range(6):
        due = date(2026, 2, 10) + timedelta(days=7 * nth)
        effect = in_two(f"OLD-{nth}", 300, due) if nth % 2 else imported(f"OLD-{nth}", 400, due, date(2026, 2, 1))
        await ledger.operate(f"i{nth}", NOW, effect)
    life = Life(ledger, seed)
    for _ in range(25):
        kept, asked = database.transact(both, rules, life.now)
        assert kept == asked
        await life.live()


async def test_an_account_of_many_items_is_summed_up_the_same_way(database: Database, ledger: LedgerBooks) -> None:
    await opened(ledger)
    for nth in range(MANY_ITEMS + 5):
        due = date(2026, 2, 10) + timedelta(days=nth % 40)
        moved = await ledger.operate(f"i{nth}", NOW, imported(f"OLD-{nth:03}", 400 + nth, due, date(2026, 2, 1)))
    await ledger.operate(
        "d", at(20), account.OpenDispute(number="OLD-003", minor=7, reason="p", terms_hash=HASH, **KEY)
    )
    moved = await ledger.operate("r", at(21), receipt("b", 900, ["OLD-001", "OLD-002"]))
    asked = database.look(lambda c: case_of(c, held(c), terms(), at(21)))
    assert moved.case == asked
    assert (asked.items, asked.disputed_minor, asked.overdue_minor > 0) == (MANY_ITEMS + 3, 7, True)
    again = database.transact(lambda c: case_after(c, held(c), terms(), HASH, at(21)))
    assert again == asked
