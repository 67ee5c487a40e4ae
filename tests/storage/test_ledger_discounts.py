"""Discounts for early payment in the tables of both databases: taken, posted with their tax, and gone with the cash."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from domain.account import effects as account
from domain.deal.effects import CreditInvoice, LineAmount
from domain.due_dates import CashDiscount, DiscountStep, DiscountTax, DueRule, OnPartial, PaymentTerms
from domain.einvoice.codes import TaxCategory
from domain.receivables.entries import Movement
from domain.terms import TaxRate
from domain.value import Text
from storage.database import Database
from storage.operations.invoices import find_invoice
from storage.operations.ledger import LedgerBooks
from storage.operations.stored_invoices import invoice_by_id
from storage.queries.invariants import verified
from storage.tables.ledger import ALLOCATION, INSTALMENT, INVOICE, POSTING, RECEIPT
from tests.storage.samples import HASH, KEY, NOW, at, cny, credit_all, issue, opened, receipt

EARLY, LATE = date(2026, 3, 10), date(2026, 3, 13)


def skonto(rate_bp: int = 200, **changes: Any) -> PaymentTerms:
    step = DiscountStep(rate_bp=rate_bp, within=DueRule.parse("issue+10d"))
    discount = CashDiscount(steps=(step,)).model_copy(update=changes)
    return PaymentTerms.single("skonto", "issue+30d").model_copy(update={"discount": discount})


async def billed(ledger: LedgerBooks, minor: int, rate_bp: int, item: str = "i1", **changes: Any) -> str:
    effect = issue(
        item=item, minor=minor, rates=(TaxRate(code="S13", rate_bp=rate_bp),), price_includes_tax=False,
        payment=skonto(**changes),
    )  # fmt: skip
    return (await ledger.issue_invoice(f"k-{item}", NOW, effect)).number


async def paid(ledger: LedgerBooks, name: str, minor: int, *invoices: str, on: date = EARLY) -> Movement:
    effect = receipt(name, minor, invoices)
    money = effect.receipt.model_copy(update={"value_date": on})
    return await ledger.operate(f"pay-{name}", at(20), effect.model_copy(update={"receipt": money}))


async def bounced(ledger: LedgerBooks, name: str, minor: int) -> Movement:
    effect = account.ReverseReceipt(
        source="bank", external_id=name, amount=cny(minor), reason="R", terms_hash=HASH, **KEY
    )
    return await ledger.operate(f"bounce-{name}", at(21), effect)


def balances(database: Database) -> dict[str, int]:
    query = select(POSTING.c.account, func.sum(POSTING.c.minor)).group_by(POSTING.c.account)
    rows = database.look(lambda connection: connection.execute(query).all())
    return {row[0]: int(row[1]) for row in rows if row[1]}


def broken(database: Database) -> set[str]:
    return {check.name for check in database.look(verified) if not check.holds}


async def test_a_deposit_paid_early_is_deducted_whole_and_its_discount_stands(
    database: Database, ledger: LedgerBooks
) -> None:
    await opened(ledger)
    asked = issue(item="deposit", share_bp=3_000, purpose="deposit", payment=skonto())
    deposit = (await ledger.issue_invoice("d", NOW, asked)).number
    await paid(ledger, "b1", 2_940, deposit)
    whole = {"share_bp": 7_000, "whole_bp": 7_000, "deposit_item": "deposit", "deduct_upto_bp": 7_000}
    last = await ledger.issue_invoice("l", at(21), issue(item="last").model_copy(update=whole))
    assert (last.deducted, last.payable, last.undeducted) == (cny(3_000), cny(7_000), "")
    await paid(ledger, "b2", 7_000, last.number, on=at(21).date())
    # 100.00 less 2 % of 30.00, of which 0.07 are tax.
    assert balances(database) == {"cash": 9_940, "revenue": -8_850, "tax": -1_143, "discounts": 53}
    assert broken(database) == set()


async def test_what_became_less_after_it_was_paid_early_leaves_nothing_open_and_frees_what_was_paid_of_it(
    database: Database, ledger: LedgerBooks
) -> None:
    """The deal was told that less than nothing was open: the discount that goes with the cash was not counted."""
    await opened(ledger)
    number = await billed(ledger, 10_000, 0)
    await paid(ledger, "b1", 9_800, number)
    less = CreditInvoice(
        deal_id="d1", number="", reason="amended", issue_on=at(21).date(), items=("i1",),
        amounts=(LineAmount(position=1, minor=5_000),), **KEY,
    )  # fmt: skip
    (note,) = (await ledger.credit_invoice("c", at(21), less)).notes
    assert (note.amount, note.left_minor) == (cny(5_000), 0)
    case = (await ledger.operate("x", at(22), account.RefreshCase(terms_hash=HASH, **KEY))).case
    assert (case.open_minor, case.unapplied_minor) == (0, 4_900)
    assert balances(database) == {"cash": 9_800, "unapplied": -4_900, "revenue": -5_000, "discounts": 100}
    assert broken(database) == set()


async def test_what_became_less_leaves_as_much_untaxed_as_its_invoice(database: Database, ledger: LedgerBooks) -> None:
    """A half of G4 in the mixed mode was credited with 950.00 of tax, of 1,862.00."""
    await opened(ledger)
    number = await billed(ledger, 1_000_000, 1900, tax=DiscountTax.MIXED)
    less = CreditInvoice(
        deal_id="d1", number="", reason="amended", issue_on=at(21).date(), items=("i1",),
        amounts=(LineAmount(position=1, minor=500_000),), **KEY,
    )  # fmt: skip
    (note,) = (await ledger.credit_invoice("c", at(21), less)).notes
    assert (note.amount, note.left_minor) == (cny(593_100), 593_100)
    assert balances(database) == {"receivable": 593_100, "revenue": -500_000, "tax": -93_100}
    rest = await ledger.credit_invoice("w", at(22), credit_all(number, at(22).date()))
    assert (rest.amount, balances(database)) == (cny(593_100), {})
    assert broken(database) == set()


@pytest.mark.parametrize(
    ("mode", "gross", "early", "tax"),
    [
        (DiscountTax.INCLUDED, 1_190_000, 1_166_200, 186_200),
        (DiscountTax.EXCLUDED, 1_190_000, 1_170_000, 190_000),
        (DiscountTax.MIXED, 1_186_200, 1_166_200, 186_200),
    ],
)
async def test_g4_is_settled_by_the_early_price_and_posted_with_the_tax_of_its_mode(
    database: Database, ledger: LedgerBooks, mode: DiscountTax, gross: int, early: int, tax: int
) -> None:
    await opened(ledger)
    number = await billed(ledger, 1_000_000, 1900, tax=mode)
    moved = await paid(ledger, "b1", early, number)
    assert [(part.kind, part.minor) for part in moved.allocations] == [("cash", early), ("discount", gross - early)]
    assert (moved.case.open_minor, moved.unapplied_minor) == (0, 0)
    assert balances(database) == {"cash": early, "revenue": -1_000_000, "tax": -tax, "discounts": 20_000}
    assert broken(database) == set()


@pytest.mark.parametrize(
    ("on_partial", "settles"), [(OnPartial.REMAINING, 49_000), (OnPartial.FULL, 48_000), (OnPartial.NONE, 50_000)]
)
async def test_g5_the_rest_is_settled_and_a_bounce_of_it_opens_it_again(
    database: Database, ledger: LedgerBooks, on_partial: OnPartial, settles: int
) -> None:
    await opened(ledger)
    number = await billed(ledger, 100_000, 0, on_partial=on_partial)
    half = await paid(ledger, "b1", 50_000, number)
    assert half.case.open_minor == 50_000
    rest = await paid(ledger, "b2", settles, number, on=date(2026, 3, 12))
    assert (rest.case.open_minor, rest.unapplied_minor) == (0, 0)
    assert balances(database).get("discounts", 0) == 50_000 - settles
    assert broken(database) == set()
    again = await bounced(ledger, "b2", settles)
    assert again.case.open_minor == 50_000
    assert balances(database) == {"cash": 50_000, "receivable": 50_000, "revenue": -100_000}
    assert broken(database) == set()


async def test_a_late_payment_of_the_early_price_leaves_the_rest_open(ledger: LedgerBooks) -> None:
    await opened(ledger)
    number = await billed(ledger, 100_000, 0)
    moved = await paid(ledger, "b1", 98_000, number, on=LATE)
    assert [part.kind for part in moved.allocations] == ["cash"]
    assert moved.case.open_minor == 2_000


async def test_where_the_whole_was_discounted_a_bounce_of_the_first_part_takes_it_back(
    database: Database, ledger: LedgerBooks
) -> None:
    await opened(ledger)
    number = await billed(ledger, 100_000, 1900, on_partial=OnPartial.FULL)
    await paid(ledger, "b1", 59_500, number)
    await paid(ledger, "b2", 57_120, number)
    assert balances(database)["discounts"] == 2_000
    again = await bounced(ledger, "b1", 59_500)
    assert [(part.kind, part.minor, part.tax_minor) for part in again.allocations] == [
        ("cash", 59_500, 0),
        ("discount", 2_380, 380),
    ]
    assert again.case.open_minor == 119_000 - 57_120
    assert broken(database) == set()


async def test_taken_back_and_put_on_again_is_as_before(database: Database, ledger: LedgerBooks) -> None:
    await opened(ledger)
    number = await billed(ledger, 100_000, 1900)
    await paid(ledger, "b1", 116_620, number)
    before = balances(database)
    own: dict[str, Any] = {"source": "bank", "external_id": "b1", "terms_hash": HASH, **KEY}
    off = await ledger.operate("u", at(21), account.UnallocateReceipt(numbers=(), reason="wrong", **own))
    assert (off.case.open_minor, off.unapplied_minor) == (119_000, 116_620)
    on = await ledger.operate("a", at(22), account.AllocateReceipt(shares=((number, 116_620),), **own))
    assert (on.case.open_minor, on.unapplied_minor) == (0, 0)
    assert balances(database) == before


async def test_a_credit_note_over_what_was_paid_early_gives_back_no_more_than_was_paid(
    database: Database, ledger: LedgerBooks
) -> None:
    await opened(ledger)
    number = await billed(ledger, 100_000, 1900)
    await paid(ledger, "b1", 116_620, number)
    part = account.CreditNote(
        number=number, minor=11_900, reason="r", issue_on=date(2026, 3, 21), terms_hash=HASH, **KEY
    )
    credited = await ledger.operate("c1", at(21), part)
    assert (credited.minor, credited.case.unapplied_minor, credited.case.open_minor) == (11_900, 11_662, 0)
    assert broken(database) == set()
    rest = await ledger.credit_invoice("c2", at(22), credit_all(number, date(2026, 3, 22)))
    assert rest.amount == cny(107_100)
    assert balances(database) == {"cash": 116_620, "unapplied": -116_620}
    assert broken(database) == set()


Tamper = Callable[[Connection], object]


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        pytest.param(lambda c: c.execute(update(RECEIPT).values(value_date=LATE)), {"M12"}, id="the money came late"),
        pytest.param(lambda c: c.execute(update(INSTALMENT).values(discount=None)), {"M12"}, id="nothing was offered"),
        pytest.param(
            lambda c: c.execute(update(ALLOCATION).where(ALLOCATION.c.kind == "discount").values(tax_minor=0)),
            {"discounts"},
            id="its tax is another",
        ),
        pytest.param(
            lambda c: c.execute(
                update(INVOICE).values(taxes=func.replace(INVOICE.c.taxes, '"rate_bp":1900', '"rate_bp":1800'))
            ),
            {"tax"},
            id="the rate is another",
        ),
        pytest.param(
            lambda c: c.execute(update(ALLOCATION).where(ALLOCATION.c.kind == "cash").values(minor=10)),
            {"M1", "M3", "M10", "M12"},
            id="the money did not cover it",
        ),
    ],
)
async def test_a_discount_that_was_not_earned_is_found(
    database: Database, ledger: LedgerBooks, tamper: Tamper, found: set[str]
) -> None:
    await opened(ledger)
    number = await billed(ledger, 100_000, 1900)
    await paid(ledger, "b1", 116_620, number)
    assert broken(database) == set()
    database.transact(tamper)
    assert broken(database) == found


async def test_what_bears_no_tax_is_kept_with_its_reason_and_read_back(database: Database, ledger: LedgerBooks) -> None:
    await opened(ledger)
    reason = Text(en="Reverse charge: the buyer owes the tax", zh="反向征税：由购买方缴纳税款")
    rate = TaxRate(code="S13", rate_bp=0, category=TaxCategory.REVERSE_CHARGE, reason=reason)
    number = (await ledger.issue_invoice("k", NOW, issue(rates=(rate,), price_includes_tax=False))).number
    (part,) = database.look(lambda connection: invoice_by_id(connection, _row(connection, number))).taxes
    assert (part.category, part.reason, part.tax.minor) == (TaxCategory.REVERSE_CHARGE, reason, 0)
    assert balances(database) == {"receivable": 10_000, "revenue": -10_000}
    assert broken(database) == set()


def _row(connection: Connection, number: str) -> int:
    row = find_invoice(connection, "CN01", number)
    assert row is not None
    return int(row.id)
