"""What was written off and is paid after all is recovered bad debt, to the cent; a promise let off is broken."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, func, select

from domain.account import effects as account
from domain.refusal import Code, Refused
from domain.terms import PromiseTerms
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from storage.tables.ledger import POSTING
from tests.storage.samples import HASH, KEY, NOW, at, issue, opened, receipt


@pytest.fixture
async def number(ledger: LedgerBooks) -> str:
    """An invoice of 10,000, of which 6,000 are written off."""
    await opened(ledger)
    number = (await ledger.issue_invoice("k-issue", NOW, issue())).number
    await ledger.operate("w", at(12), off(number, 6_000))
    return number


def off(number: str, minor: int) -> account.WriteOff:
    return account.WriteOff(number=number, minor=minor, reason="insolvent", terms_hash=HASH, **KEY)


def balances(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(POSTING.c.account, func.sum(POSTING.c.minor)).group_by(POSTING.c.account))
    return {name: int(minor) for name, minor in rows if minor}


async def test_money_that_names_the_invoice_pays_what_is_open_and_then_recovers(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    moved = await ledger.operate("r", at(20), receipt("b1", 7_000, [number]))
    assert [(part.kind, part.minor) for part in moved.allocations] == [("cash", 4_000), ("cash", 3_000)]
    (change,) = moved.changes
    assert (change.before_minor, change.open_minor, change.recovered_minor, change.written_off) == (
        4_000,
        0,
        3_000,
        True,
    )
    assert moved.unapplied_minor == 0
    found = database.look(balances)
    assert (found["bad_debt"], found["bad_debt_recovered"], found["cash"]) == (6_000, -3_000, 7_000)
    assert "receivable" not in found
    more = await ledger.operate("r2", at(21), receipt("b2", 3_500, reference=f"late, {number}"))
    assert [change.recovered_minor for change in more.changes] == [3_000]
    assert (more.changes[0].written_off, more.unapplied_minor) == (False, 500)
    assert "was written off, now recovered" in (more.match.evidence[-1] if more.match else "")
    assert [check for check in database.look(invariants) if check.broken] == []


async def test_a_person_allocates_cash_to_what_was_written_off_and_no_more(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 12_000, reference="?"))
    share = account.AllocateReceipt(source="bank", external_id="b1", shares=((number, 10_001),), terms_hash=HASH, **KEY)
    before = database.look(balances)
    with pytest.raises(Refused) as refused:
        await ledger.operate("a1", at(20), share)
    assert (refused.value.code, database.look(balances)) == (Code.AMOUNT, before)
    done = await ledger.operate("a2", at(20), share.model_copy(update={"shares": ((number, 10_000),)}))
    assert (done.unapplied_minor, done.changes[0].recovered_minor, done.changes[0].written_off) == (2_000, 6_000, False)


async def test_money_that_does_not_name_it_recovers_nothing(ledger: LedgerBooks, number: str) -> None:
    moved = await ledger.operate("r", at(20), receipt("b1", 6_000, reference="?"))
    assert (moved.allocations, moved.unapplied_minor) == ((), 6_000)


async def test_recovered_money_that_bounces_is_owed_again(ledger: LedgerBooks, database: Database, number: str) -> None:
    await ledger.operate("r", at(20), receipt("b1", 10_000, [number]))
    back = account.UnallocateReceipt(
        source="bank", external_id="b1", numbers=(), reason="wrong", terms_hash=HASH, **KEY
    )
    moved = await ledger.operate("u", at(21), back)
    assert (moved.changes[0].open_minor, moved.unapplied_minor) == (10_000, 10_000)
    assert [check for check in database.look(invariants) if check.broken] == []


@pytest.mark.parametrize(("written_off", "kept"), [(0, True), (1_000, False)])
async def test_a_promise_is_not_kept_by_being_let_off(
    ledger: LedgerBooks, number: str, written_off: int, kept: bool
) -> None:
    promise = account.MakePromise(
        number=number, minor=1_000, on=date(2026, 3, 20), rules=PromiseTerms(), terms_hash=HASH, **KEY
    )
    made = await ledger.operate("p", at(15), promise)
    if written_off:
        await ledger.operate("w2", at(16), off(number, written_off))
    else:
        await ledger.operate("r", at(16), receipt("b1", 1_000, [number]))
    judge = account.JudgePromise(promise_id=made.reference, terms_hash=HASH, **KEY)
    judged = await ledger.judge_promise("j", at(20) + timedelta(days=2), judge)
    assert (judged.kept, judged.let_off) == (kept, False)
