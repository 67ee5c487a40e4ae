"""A receipt is in one account at a time: claimed, it leaves one and pays in the other, once."""

from typing import Any

import pytest

from domain.account import effects as account
from domain.receivables.entries import Allocation
from domain.refusal import Code, Refused
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import keep_customer
from storage.operations.ledger import LedgerBooks
from storage.operations.receipts import check_told_once
from storage.queries.invariants import invariants
from storage.queries.receipt_owner import AccountKey
from storage.queries.receipts import receipt as stored_receipt
from tests.storage.samples import CUSTOMER, ENTITY, HASH, KEY, NOW, at, imported, opened, receipt, terms

NOBODY: dict[str, Any] = {"entity": "CN01", "customer_id": "unidentified", "currency": "CNY"}


@pytest.fixture
async def books(ledger: LedgerBooks, database: Database) -> LedgerBooks:
    """The customer owes 10,000 on OLD-1; 10,000 came in from nobody known."""
    for customer_id in (CUSTOMER, "unidentified"):
        database.transact(keep_customer, CustomerCard(customer_id=customer_id, name=customer_id), NOW)
    await opened(ledger)
    await ledger.load_case(account.LoadCase(**NOBODY), NOW, terms(), HASH, "nobody")
    await ledger.operate("i", NOW, imported("OLD-1", 10_000))
    await ledger.operate("r", at(20), receipt("b1", 10_000).model_copy(update=NOBODY))
    return ledger


def move(to: str = CUSTOMER, **here: Any) -> account.MoveReceipt:
    return account.MoveReceipt(
        source="bank", external_id="b1", to_entity=ENTITY, to_customer_id=to, evidence="remittance advice",
        terms_hash=HASH, **(here or NOBODY),
    )  # fmt: skip


def take_over() -> account.TakeOverReceipt:
    return account.TakeOverReceipt(source="bank", external_id="b1", terms_hash=HASH, **KEY)


def healthy(database: Database) -> bool:
    return all(check.broken == 0 for check in database.look(invariants))


async def test_a_claimed_receipt_leaves_one_account_and_pays_in_the_other(
    books: LedgerBooks, database: Database
) -> None:
    moved = await books.operate("m", at(21), move())
    assert (moved.minor, moved.case.unapplied_minor, moved.changes) == (10_000, 0, ())
    assert healthy(database)
    taken = await books.operate("t", at(21), take_over())
    assert taken.allocations == (Allocation(number="OLD-1", instalment=1, kind="cash", minor=10_000),)
    assert (taken.minor, taken.case.open_minor, taken.case.unapplied_minor) == (10_000, 0, 0)
    line = database.look(stored_receipt, "bank", "b1")
    assert (line.customer_id, line.applied.minor, line.rule) == (CUSTOMER, 10_000, "covering_set")
    assert line.evidence[0] == "claimed: remittance advice / 认领：remittance advice"
    assert healthy(database)


async def test_the_same_claim_again_moves_nothing_more(books: LedgerBooks, database: Database) -> None:
    first = await books.operate("m", at(21), move())
    assert await books.operate("m", at(22), move()) == first
    with pytest.raises(Refused) as refused:
        await books.operate("m2", at(22), move())
    assert refused.value.code is Code.NOTFOUND
    own = await books.operate("m3", at(22), move(**KEY))
    assert (own.repeated, own.case.unapplied_minor) == (True, 10_000)
    await books.operate("t", at(22), take_over())
    again = await books.operate("t2", at(22), take_over())
    assert (again.allocations, again.minor, again.case.open_minor) == ((), 0, 0)
    assert healthy(database)


async def test_once_claimed_a_report_that_names_the_customer_repeats_it(books: LedgerBooks) -> None:
    with pytest.raises(Refused) as elsewhere:
        await books.operate("r2", at(20), receipt("b1", 10_000))
    assert elsewhere.value.code is Code.IDEM
    assert "booked for unidentified in CN01" in elsewhere.value.text.en
    assert "/claim" in elsewhere.value.text.zh
    await books.operate("m", at(21), move())
    again = await books.operate("r3", at(21), receipt("b1", 10_000))
    assert (again.repeated, again.unapplied_minor) == (True, 10_000)


async def test_before_a_report_is_handed_over_the_ledger_says_whether_it_is_news(
    books: LedgerBooks, database: Database
) -> None:
    reported, owner, nobody = receipt("b1", 10_000).receipt, AccountKey(**KEY), AccountKey(**NOBODY)
    database.look(check_told_once, reported, nobody)
    database.look(check_told_once, receipt("b2", 10_000).receipt, owner)
    with pytest.raises(Refused, match="booked for unidentified in CN01"):
        database.look(check_told_once, reported, owner)
    await books.operate("m", at(21), move())
    database.look(check_told_once, reported, owner)
    with pytest.raises(Refused, match="booked for c-1 in CN01"):
        database.look(check_told_once, reported, nobody)
    with pytest.raises(Refused, match="with other content"):
        database.look(check_told_once, receipt("b1", 9_999).receipt, owner)


async def test_what_pays_or_went_back_or_is_of_a_stranger_does_not_move(books: LedgerBooks, database: Database) -> None:
    with pytest.raises(Refused) as stranger:
        await books.operate("m", at(21), move("c-none"))
    assert stranger.value.code is Code.NOTFOUND
    await books.operate("m2", at(21), move())
    await books.operate("t", at(21), take_over())
    with pytest.raises(Refused) as pays:
        await books.operate("m3", at(21), move("unidentified", **KEY))
    assert (pays.value.code, "unallocate it first" in pays.value.text.en) == (Code.STATE, True)
    back = account.ReverseReceipt(
        source="bank", external_id="b1", amount=receipt("b1", 10_000).receipt.amount, reason="x",
        terms_hash=HASH, **KEY,
    )  # fmt: skip
    await books.operate("b", at(22), back)
    with pytest.raises(Refused) as gone:
        await books.operate("m4", at(22), move("unidentified", **KEY))
    assert gone.value.code is Code.STATE
    assert healthy(database)


async def test_what_is_left_after_a_part_went_back_moves(books: LedgerBooks, database: Database) -> None:
    part = receipt("b1", 3_000).receipt.amount
    back = account.ReverseReceipt(
        source="bank", external_id="b1", amount=part, reason="x", terms_hash=HASH, **NOBODY
    )  # fmt: skip
    await books.operate("b", at(20), back)
    moved = await books.operate("m", at(21), move())
    assert (moved.minor, moved.case.unapplied_minor) == (7_000, 0)
    taken = await books.operate("t", at(21), take_over())
    assert (taken.minor, taken.unapplied_minor, taken.case.unapplied_minor) == (7_000, 7_000, 7_000)
    assert healthy(database)
