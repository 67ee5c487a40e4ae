"""A plan that a person ends leaves its invoice claimed as before it; what was kept of it stays kept."""

import pytest

from domain.account import effects as account
from domain.account.plan_effects import EndPlan
from domain.ports import Ledger
from domain.refusal import Code, Refused
from domain.terms import PlanTerms
from simulation.ledger import MemoryLedger
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.collecting_checks import collecting_checks
from storage.queries.invoices import invoice
from tests.storage.samples import HASH, KEY, NOW, at, imported, receipt, terms

ABOUT = {"number": "A", "terms_hash": HASH, **KEY}
END = EndPlan(reason="another one", **ABOUT)


async def planned(ledger: Ledger) -> None:
    made = terms("customer").model_copy(update={"plan": PlanTerms(max_instalments=4, first_within=60, max_days=90)})
    await ledger.load_case(account.LoadCase(**KEY), NOW, made, HASH, "示例客户")
    await ledger.operate("i", NOW, imported("A", 10_000))
    schedule = ((at(20).date(), 4_000), (at(27).date(), 6_000))
    await ledger.operate("p", NOW, account.MakePlan(schedule=schedule, **ABOUT))


@pytest.mark.parametrize("kind", ["memory", "stored"])
async def test_it_ends_once_and_another_takes_its_place(ledger: LedgerBooks, database: Database, kind: str) -> None:
    books: Ledger = MemoryLedger() if kind == "memory" else ledger
    await planned(books)
    await books.operate("r", at(19), receipt("b1", 4_000, ["A"]))
    first = account.JudgePromise(promise_id="A-PL1/01", terms_hash=HASH, **KEY)
    assert (await books.judge_promise("j", at(19), first)).kept
    moved = await books.operate("e", at(21), END)
    assert (moved.reference, moved.minor) == ("A-PL1", 6_000)
    assert (moved.case.open_minor, moved.case.promised_minor, moved.case.promises) == (6_000, 0, 0)
    assert moved.case.promises_broken == 0
    assert moved.case.next is not None
    assert moved.case.next.stage == "reminder"
    assert await books.operate("e", at(22), END) == moved
    with pytest.raises(Refused) as again:
        await books.operate("e2", at(22), END)
    assert again.value.code is Code.NOTFOUND
    second = account.JudgePromise(promise_id="A-PL1/02", terms_hash=HASH, **KEY)
    late = await books.judge_promise("j2", at(28), second)
    assert (late.over, late.kept, late.let_off, late.left, late.case.promises_broken) == (True, False, False, 0, 0)
    assert (late.case.judge, await books.judge_promise("j2", at(29), second)) == (None, late)
    new = account.MakePlan(schedule=((at(30).date(), 6_000),), **ABOUT)
    assert (await books.operate("p2", at(22), new)).reference == "A-PL3"
    if kind == "stored":
        outcomes = [one.outcome for one in database.look(lambda c: invoice(c, "A")).promises]
        assert outcomes == ["kept", "withdrawn", ""]
        assert [check for check in database.look(collecting_checks) if check.broken] == []
