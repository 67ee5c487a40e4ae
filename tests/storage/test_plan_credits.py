"""A plan keeps its instalments when an older dispute of the same invoice is accepted, and is judged by what is paid."""

from datetime import timedelta

import pytest

from domain.account import effects as account
from domain.ports import Ledger
from domain.terms import PlanTerms
from simulation.ledger import MemoryLedger
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from tests.storage.samples import HASH, KEY, NOW, at, imported, receipt, terms

ABOUT = {"number": "A", "terms_hash": HASH, **KEY}


async def planned(ledger: Ledger) -> None:
    """100.00 open of which 20.00 are disputed, a plan over the other 80.00, and then the dispute is accepted."""
    made = terms("customer").model_copy(update={"plan": PlanTerms(max_instalments=4, first_within=60, max_days=90)})
    await ledger.load_case(account.LoadCase(**KEY), NOW, made, HASH, "示例客户")
    await ledger.operate("i", NOW, imported("A", 10_000))
    await ledger.operate("d", NOW, account.OpenDispute(minor=2_000, reason="price", **ABOUT))
    schedule = tuple((at(day).date(), 4_000) for day in (20, 27))
    await ledger.operate("p", NOW, account.MakePlan(schedule=schedule, **ABOUT))
    accept = account.ResolveDispute(outcome="accept", reason="price", issue_on=NOW.date(), **ABOUT)
    moved = await ledger.operate("a", NOW, accept)
    assert (moved.case.open_minor, moved.case.promised_minor, moved.case.disputed_minor) == (8_000, 8_000, 0)
    assert moved.case.judge is not None
    assert (moved.case.judge.stage, moved.case.judge.at) == ("A-PL1/01", at(21, hour=0))


@pytest.fixture(params=["memory", "stored"])
def books(request: pytest.FixtureRequest, ledger: LedgerBooks) -> Ledger:
    return MemoryLedger() if request.param == "memory" else ledger


async def judged(ledger: Ledger, part: str, day: int) -> tuple[bool, int]:
    effect = account.JudgePromise(promise_id=f"A-PL1/{part}", terms_hash=HASH, **KEY)
    told = await ledger.judge_promise(f"j{part}", at(day) + timedelta(days=1), effect)
    return told.kept, told.case.promised_minor


async def test_a_credit_of_what_was_disputed_keeps_no_instalment(books: Ledger) -> None:
    await planned(books)
    assert await judged(books, "01", 20) == (False, 0)


async def test_each_instalment_is_kept_by_what_is_paid_of_it(books: Ledger, database: Database) -> None:
    await planned(books)
    moved = await books.operate("r1", at(19), receipt("b1", 4_000, ["A"]))
    assert (moved.case.open_minor, moved.case.promised_minor) == (4_000, 4_000)
    assert await judged(books, "01", 20) == (True, 4_000)
    await books.operate("r2", at(26), receipt("b2", 4_000, ["A"]))
    assert await judged(books, "02", 27) == (True, 0)
    assert [check for check in database.look(invariants) if check.broken] == []
