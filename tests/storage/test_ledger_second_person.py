"""The ledger weighs what would be given away: above the amount it answers so, and nothing has moved."""

from typing import Any

import pytest
from sqlalchemy import Column, Connection, func, select

from domain.account import effects as account
from domain.ports import Ledger
from domain.receivables.second_person import Second, Weighed
from domain.refusal import Code, Refused
from domain.terms import PlanTerms
from simulation.ledger import MemoryLedger
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, NUMBER, POSTING, PROMISE
from tests.storage.samples import ENTITY, HASH, KEY, NOW, at, cny, issue, opened, receipt, terms

ALONE = Second(over_minor=1_000, by="wu.ting")


@pytest.fixture
async def number(ledger: LedgerBooks) -> str:
    await opened(ledger)
    return (await ledger.issue_invoice("k-issue", NOW, issue())).number


def off(number: str, minor: int | None, second: Second | None = ALONE, evidence: str = "file 7") -> account.WriteOff:
    return account.WriteOff(
        number=number, minor=minor, reason="insolvent", evidence=evidence, second=second, terms_hash=HASH, **KEY
    )


def credit(number: str, minor: int | None, second: Second | None = ALONE) -> account.CreditNote:
    return account.CreditNote(
        number=number, minor=minor, reason="damaged", issue_on=NOW.date(), second=second, terms_hash=HASH, **KEY
    )


def rows(database: Database) -> list[int]:
    tables = (POSTING.c.id, ALLOCATION.c.id, CREDIT_NOTE.c.id, NUMBER.c.document)
    return [database.look(count, one) for one in tables]


def count(connection: Connection, column: Column[Any]) -> int:
    return connection.execute(select(func.count(column))).scalar_one()


async def test_a_write_off_above_the_amount_moves_nothing_until_it_is_agreed_to(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    before = rows(database)
    waits = await ledger.operate("w1", at(20), off(number, 1_001))
    assert waits.waits == Weighed(minor=1_001, in_all_minor=1_001)
    assert (waits.allocations, waits.changes[0].open_minor, waits.case.open_minor) == ((), 10_000, 10_000)
    assert rows(database) == before
    done = await ledger.operate("w2", at(21), off(number, 1_001, None))
    assert (done.waits, done.minor, done.case.open_minor) == (None, 1_001, 8_999)


async def test_what_was_written_off_and_credited_before_counts_with_it(ledger: LedgerBooks, number: str) -> None:
    assert (await ledger.operate("w1", at(20), off(number, 600))).waits is None
    assert (await ledger.operate("w2", at(20), off(number, 401))).waits == Weighed(minor=401, in_all_minor=1_001)
    assert (await ledger.operate("c1", at(20), credit(number, 401))).waits == Weighed(minor=401, in_all_minor=1_001)
    assert (await ledger.operate("c2", at(20), credit(number, 400))).waits is None
    assert (await ledger.operate("c3", at(20), credit(number, 1))).waits == Weighed(minor=1, in_all_minor=1_001)
    assert (await ledger.operate("w3", at(20), off(number, 1))).waits == Weighed(minor=1, in_all_minor=1_001)


async def test_a_credit_above_the_amount_takes_no_number(ledger: LedgerBooks, database: Database, number: str) -> None:
    before = rows(database)
    assert (await ledger.operate("c1", at(20), credit(number, None))).waits == Weighed(
        minor=10_000, in_all_minor=10_000
    )
    assert rows(database) == before


async def test_an_accepted_dispute_stays_open_until_it_is_agreed_to(ledger: LedgerBooks, number: str) -> None:
    dispute = account.OpenDispute(number=number, minor=3_000, reason="price", terms_hash=HASH, **KEY)
    await ledger.operate("d", at(20), dispute)
    accept = account.ResolveDispute(
        number=number, outcome="accept", reason="right", issue_on=NOW.date(), second=ALONE, terms_hash=HASH, **KEY
    )
    waits = await ledger.operate("a1", at(20), accept)
    assert (waits.waits, waits.case.disputed_minor) == (Weighed(minor=3_000, in_all_minor=3_000, dispute=1), 3_000)
    less = accept.model_copy(update={"second": None, "minor": 2_999})
    with pytest.raises(Refused) as refused:
        await ledger.operate("a2", at(20), less)
    assert refused.value.code is Code.STALE
    done = await ledger.operate("a3", at(20), accept.model_copy(update={"second": None, "minor": 3_000}))
    assert (done.minor, done.case.disputed_minor, done.case.open_minor) == (3_000, 0, 7_000)


@pytest.mark.parametrize("kind", ["memory", "stored"])
async def test_what_was_agreed_for_one_dispute_accepts_no_other(ledger: LedgerBooks, kind: str) -> None:
    books: Ledger = MemoryLedger() if kind == "memory" else ledger
    await books.load_case(account.LoadCase(**KEY), NOW, terms(), HASH, "示例客户")
    about = {"number": (await books.issue_invoice("k-issue", NOW, issue())).number, "terms_hash": HASH, **KEY}
    ends = account.ResolveDispute(outcome="reject", reason="no", issue_on=NOW.date(), **about)
    accept = ends.model_copy(update={"outcome": "accept", "minor": 3_000, "dispute": 1})
    for key in ("1", "2"):
        await books.operate(f"d{key}", at(20), account.OpenDispute(minor=3_000, reason="price", **about))
        if key == "1":
            await books.operate("e1", at(20), ends)
    with pytest.raises(Refused) as refused:
        await books.operate("a1", at(21), accept)
    assert refused.value.code is Code.STALE
    done = await books.operate("a2", at(21), accept.model_copy(update={"dispute": 2}))
    assert (done.minor, done.case.disputed_minor, done.case.open_minor) == (3_000, 0, 7_000)


async def test_a_claim_above_the_amount_leaves_the_receipt_where_it_is(ledger: LedgerBooks, number: str) -> None:
    await ledger.operate("r", at(20), receipt("b1", 5_000, reference="?"))
    claim = account.MoveReceipt(
        source="bank", external_id="b1", to_entity=ENTITY, to_customer_id="nobody", evidence="advice", second=ALONE,
        terms_hash=HASH, **KEY,
    )  # fmt: skip
    moved = await ledger.operate("m1", at(20), claim)
    assert (moved.waits, moved.case.unapplied_minor) == (Weighed(minor=5_000, in_all_minor=5_000), 5_000)


@pytest.mark.parametrize(
    ("effect", "code"),
    [
        (lambda number: off(number, 1_001, evidence="  "), Code.GATE),
        (lambda number: off(number, 1_001, ALONE.model_copy(update={"full": True})), Code.LIMIT),
        (lambda number: off(number, 10_001), Code.AMOUNT),
    ],
)
async def test_what_cannot_be_asked_is_refused(ledger: LedgerBooks, number: str, effect: object, code: Code) -> None:
    with pytest.raises(Refused) as refused:
        await ledger.operate("w", at(20), effect(number))  # type: ignore[operator]  # a function of the number
    assert refused.value.code is code


async def test_a_receipt_above_the_amount_is_not_there_until_it_is_agreed_to(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    before = rows(database)
    reported = receipt("b1", 1_001, [number]).model_copy(update={"second": ALONE})
    waits = await ledger.operate("r1", at(20), reported)
    assert (waits.waits, waits.case.unapplied_minor) == (Weighed(minor=1_001, in_all_minor=1_001), 0)
    assert rows(database) == before
    agreed = reported.model_copy(update={"second": None, "minor": 1_001, "agreed": "a-1"})
    done = await ledger.operate("r2", at(21), agreed)
    assert (done.waits, done.case.open_minor) == (None, 8_999)
    assert (await ledger.operate("r3", at(21), reported)).repeated


async def test_a_reversal_above_the_amount_moves_nothing_and_small_ones_add_up(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 5_000, [number]))

    def reversal(minor: int, second: Second | None = ALONE) -> account.ReverseReceipt:
        return account.ReverseReceipt(
            source="bank", external_id="b1", amount=cny(minor), reason="R", second=second, terms_hash=HASH, **KEY
        )

    assert (await ledger.operate("x1", at(20), reversal(900))).waits is None
    before = rows(database)
    waits = await ledger.operate("x2", at(20), reversal(101))
    assert (waits.waits, waits.case.open_minor) == (Weighed(minor=101, in_all_minor=1_001), 5_900)
    assert rows(database) == before
    agreed = reversal(101, None).model_copy(update={"minor": 100})
    with pytest.raises(Refused) as refused:
        await ledger.operate("x3", at(21), agreed)
    assert refused.value.code is Code.STALE


async def test_a_plan_beyond_the_policy_stores_no_instalment_until_it_is_agreed_to(
    ledger: LedgerBooks, database: Database
) -> None:
    bounds = PlanTerms(max_instalments=1, first_within=10, max_days=60)
    made = terms("invoice", "pause").model_copy(update={"plan": bounds})
    await ledger.load_case(account.LoadCase(**KEY), NOW, made, HASH, "示例客户")
    number = (await ledger.issue_invoice("k-issue", NOW, issue())).number
    schedule = ((at(25).date(), 4_000), (at(28).date(), 6_000))
    asked = account.MakePlan(number=number, schedule=schedule, reason="season", second=ALONE, terms_hash=HASH, **KEY)
    waits = await ledger.operate("p1", at(20), asked)
    assert (waits.waits, database.look(count, PROMISE.c.promise_id)) == (Weighed(minor=10_000, in_all_minor=10_000), 0)
    agreed = asked.model_copy(update={"second": None, "agreed": "a.1", "minor": 10_000})
    done = await ledger.operate("p2", at(21), agreed)
    assert (done.waits, done.reference, done.minor) == (None, f"{number}-PL1", 10_000)
    assert database.look(count, PROMISE.c.promise_id) == 2
