"""A deposit is a liability until it is deducted, and never deducted beyond what was paid of it (M6)."""

from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from domain.account import effects as account
from domain.deal.effects import CreditInvoice, IssueInvoice, LineAmount
from domain.refusal import Code, Refused
from domain.terms import Tolerance
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from storage.tables.billing import DEDUCTION
from storage.tables.ledger import INVOICE, POSTING
from tests.storage.samples import HASH, KEY, NOW, at, cny, credit_all, issue, opened, receipt

DEPOSIT: dict[str, Any] = {"item": "deposit", "share_bp": 3_000, "purpose": "deposit"}
"""30.00 of 100.00, of which 3.45 are tax."""


def part(item: str, share_bp: int, before_bp: int) -> IssueInvoice:
    return issue(item).model_copy(
        update={
            "share_bp": share_bp, "shares_before_bp": before_bp, "whole_bp": 7_000, "deposit_item": "deposit",
            "deduct_upto_bp": before_bp + share_bp,
        }
    )  # fmt: skip


def reduced(minor: int) -> CreditInvoice:
    """Return the credit of what an order became less than what was invoiced as ``all``."""
    return CreditInvoice(
        deal_id="d1", number="", reason="amended", issue_on=at(23).date(), items=("all",), price_includes_tax=True,
        amounts=(LineAmount(position=1, minor=minor),), **KEY,
    )  # fmt: skip


def balances(database: Database) -> dict[str, int]:
    query = select(POSTING.c.account, func.sum(POSTING.c.minor)).group_by(POSTING.c.account)
    return {row[0]: int(row[1]) for row in database.look(lambda connection: connection.execute(query).all()) if row[1]}


def broken(database: Database) -> list[str]:
    return [check.name for check in database.look(invariants) if not check.holds]


@pytest.fixture
async def deposit(ledger: LedgerBooks) -> str:
    await opened(ledger)
    return (await ledger.issue_invoice("d", NOW, issue(**DEPOSIT))).number


async def test_what_is_paid_is_a_liability_until_the_order_is_billed(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    assert balances(database) == {"cash": 3_000, "deposits": -2_655, "tax": -345}

    first = await ledger.issue_invoice("1", at(21), part("one", 3_000, 0))
    assert (first.gross, first.deducted, first.payable) == (cny(4_286), cny(1_286), cny(3_000))
    last = await ledger.issue_invoice("2", at(22), part("two", 4_000, 3_000))
    assert (last.gross, last.deducted, last.payable, last.undeducted) == (cny(5_714), cny(1_714), cny(4_000), "")

    # 100.00 with 11.51 of tax in three invoices of 3.45, 4.93 - 1.48 and 6.57 - 1.97.
    assert balances(database) == {"cash": 3_000, "receivable": 7_000, "revenue": -8_850, "tax": -1_150}
    assert broken(database) == []


async def test_what_is_not_paid_is_not_deducted_and_its_claim_is_credited_with_the_last_invoice(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 1_000, [deposit]))
    first = await ledger.issue_invoice("1", at(21), part("one", 3_000, 0))
    assert first.deducted == cny(1_000)
    await ledger.operate("r2", at(21), receipt("b2", 500, [deposit]))
    last = await ledger.issue_invoice("2", at(22), part("two", 4_000, 3_000))
    assert (last.deducted, last.undeducted) == (cny(500), deposit)
    again = await ledger.issue_invoice("another key", at(22), part("two", 4_000, 3_000))
    assert again == last

    await ledger.operate("r3", at(22), receipt("b3", 200, [deposit]))
    credited = await ledger.credit_invoice("c", at(22), credit_all(deposit, at(22).date()))
    assert credited.amount == cny(1_500), "the 2.00 that came after the last invoice are credited, too"
    case = (await ledger.operate("x", at(23), account.RefreshCase(terms_hash=HASH, **KEY))).case
    assert (case.open_minor, case.unapplied_minor) == (10_000 - 1_500, 200)
    assert balances(database)["revenue"] == -8_850
    assert "deposits" not in balances(database)
    assert broken(database) == []


async def test_a_deposit_is_credited_only_as_far_as_it_is_not_deducted(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    await ledger.issue_invoice("1", at(21), part("one", 3_000, 0))
    too_much = account.CreditNote(
        number=deposit, minor=1_715, reason="r", issue_on=at(22).date(), terms_hash=HASH, **KEY
    )
    with pytest.raises(Refused) as refused:
        await ledger.operate("c", at(22), too_much)
    assert refused.value.code is Code.AMOUNT
    done = await ledger.operate("c2", at(22), too_much.model_copy(update={"minor": 1_714}))
    assert done.case.unapplied_minor == 1_714
    assert broken(database) == []


async def test_an_invoice_that_is_credited_whole_makes_its_deduction_free_again(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    billed = await ledger.issue_invoice("1", at(21), part("one", 7_000, 0))
    assert billed.payable == cny(7_000)
    credited = await ledger.credit_invoice("c1", at(22), credit_all(billed.number, at(22).date()))
    assert credited.amount == cny(10_000)
    assert balances(database) == {"cash": 3_000, "deposits": -2_655, "tax": -345}
    back = await ledger.credit_invoice("c2", at(22), credit_all(deposit, at(22).date()))
    assert back.amount == cny(3_000)
    assert balances(database) == {"cash": 3_000, "unapplied": -3_000}
    nothing = await ledger.credit_invoice("c3", at(22), credit_all(billed.number, at(22).date()))
    assert (nothing.credit_note, nothing.amount) == ("", cny(0))
    assert broken(database) == []


async def test_a_reduction_that_reaches_into_the_deposit_is_a_question_and_takes_nothing(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    last = await ledger.issue_invoice("1", at(21), part("all", 7_000, 0))
    assert (last.deducted, last.payable) == (cny(3_000), cny(7_000))
    await ledger.operate("r2", at(22), receipt("b2", 7_000, [last.number]))
    before = balances(database)

    with pytest.raises(Refused) as refused:
        await ledger.credit_invoice("c", at(23), reduced(8_000))
    assert refused.value.code is Code.AMOUNT
    assert balances(database) == before

    credited = await ledger.credit_invoice("c2", at(23), reduced(7_000))
    assert [note.amount for note in credited.notes] == [cny(7_000)]
    assert broken(database) == []


async def test_an_invoice_that_the_deposit_pays_whole_has_nothing_open_and_can_be_credited(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    small = part("one", 1_000, 0).model_copy(update={"deduct_upto_bp": 7_000})
    billed = await ledger.issue_invoice("1", at(21), small)
    assert (billed.gross, billed.deducted) == (cny(1_429), cny(1_429))
    assert (await ledger.operate("x", at(22), account.RefreshCase(terms_hash=HASH, **KEY))).case.items == 0
    assert (await ledger.credit_invoice("c", at(22), credit_all(billed.number, at(22).date()))).amount == cny(1_429)
    assert balances(database)["deposits"] == -2_655
    assert broken(database) == []


async def test_a_shortfall_that_is_forgiven_counts_as_paid(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 2_990, [deposit], tolerance=Tolerance(minor=10, bp=100)))
    last = await ledger.issue_invoice("1", at(21), part("one", 7_000, 0))
    assert (last.deducted, last.undeducted) == (cny(3_000), "")
    assert broken(database) == []


async def test_a_deposit_that_bounces_is_claimed_again_and_stays_deducted(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    await ledger.issue_invoice("1", at(21), part("one", 7_000, 0))
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(3_000), reason="R", terms_hash=HASH, **KEY
    )
    case = (await ledger.operate("x", at(22), bounce)).case
    assert case.open_minor == 10_000
    nothing = await ledger.credit_invoice("c", at(22), credit_all(deposit, at(22).date()))
    assert nothing.amount == cny(0)
    assert broken(database) == []


async def test_a_deduction_beyond_what_was_paid_is_found(ledger: LedgerBooks, database: Database, deposit: str) -> None:
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    await ledger.issue_invoice("1", at(21), part("one", 3_000, 0))
    await database.write(lambda connection: connection.execute(update(DEDUCTION).values(paid_minor=1_285)))
    assert broken(database) == ["M6 deposits"]
    await database.write(lambda connection: connection.execute(update(DEDUCTION).values(paid_minor=3_000)))
    row = {"account_id": 1, "invoice_id": 2, "deposit_id": 1, "net_minor": 0, "minor": 1, "paid_minor": 3_000}
    await database.write(lambda connection: connection.execute(insert(DEDUCTION), row | {"at": NOW}))
    assert broken(database) == ["M6 deposits"], "the invoice does not state it"
    await database.write(lambda connection: connection.execute(update(INVOICE).values(purpose="standard")))
    assert broken(database) == ["M6 deposits", "deposits"]


def off(number: str, minor: int | None = None) -> account.WriteOff:
    return account.WriteOff(number=number, minor=minor, reason="insolvent", terms_hash=HASH, **KEY)


async def test_a_deposit_that_is_written_off_is_owed_to_nobody(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    """Nothing was earned, so only the tax is lost that its invoice states; money that comes after all is owed again."""
    await ledger.operate("w", at(20), off(deposit))
    assert balances(database) == {"bad_debt": 345, "tax": -345}
    assert broken(database) == []

    await ledger.operate("r", at(21), receipt("b1", 1_000, [deposit]))
    assert balances(database) == {
        "bad_debt": 345, "bad_debt_recovered": -115, "cash": 1_000, "deposits": -885, "tax": -345,
    }  # fmt: skip
    first = await ledger.issue_invoice("1", at(22), part("one", 3_000, 0))
    assert first.deducted == cny(1_000)
    assert "deposits" not in balances(database)
    last = await ledger.issue_invoice("2", at(23), part("two", 4_000, 3_000))
    assert (last.deducted, last.undeducted) == (None, ""), "nothing of it is left to be credited"
    assert broken(database) == []


async def test_what_is_written_off_of_a_deposit_leaves_what_was_paid(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 1_001, [deposit]))
    await ledger.operate("w1", at(21), off(deposit, 777))
    await ledger.issue_invoice("1", at(21), part("one", 3_000, 0))
    await ledger.operate("w2", at(22), off(deposit))
    assert "deposits" not in balances(database)
    credited = await ledger.credit_invoice("c", at(23), credit_all(deposit, at(23).date()))
    assert (credited.credit_note, broken(database)) == ("", [])


async def test_a_deposit_that_was_deducted_bounced_and_written_off_is_a_loss_until_its_invoice_is_credited(
    ledger: LedgerBooks, database: Database, deposit: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    first = await ledger.issue_invoice("1", at(21), part("one", 3_000, 0))
    assert first.deducted == cny(1_286)
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(3_000), reason="R", terms_hash=HASH, **KEY
    )
    await ledger.operate("x", at(22), bounce)
    await ledger.operate("w", at(23), off(deposit))
    # 12.86 with 1.48 of tax had become revenue; of the 17.14 behind it only the tax of 1.97 is lost.
    assert balances(database)["bad_debt"] == 1_286 + 197
    assert "deposits" not in balances(database)
    assert broken(database) == []

    await ledger.credit_invoice("c", at(24), credit_all(first.number, at(24).date()))
    assert balances(database) == {"bad_debt": 345, "tax": -345}
    assert broken(database) == []
