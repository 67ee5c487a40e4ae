"""How many statements a receipt costs is fixed: nothing is read twice, and none comes with each item of the account."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, event

from domain.account import effects as account
from domain.due_dates import CashDiscount, DiscountStep, DueRule, PaymentTerms
from domain.receivables.entries import Allocation, CaseView
from domain.terms import PromiseTerms
from storage.database import Database
from storage.operations.accounts import find_account, hold_account
from storage.operations.books import Books
from storage.operations.cases import case_of
from storage.operations.items import HeldItem, open_items
from storage.operations.ledger import LedgerBooks
from storage.operations.statements import insert_one
from storage.tables.ledger import RECEIPT
from tests.storage.samples import CURRENCY, CUSTOMER, ENTITY, HASH, KEY, at, imported, issue, opened, receipt, terms

ITEMS = [f"X-{nth}" for nth in range(1, 31)]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that are run inside, without those that begin a transaction."""
    seen: list[str] = []

    def collect(*run: object) -> None:
        if not str(run[2]).startswith("BEGIN"):
            seen.append(str(run[2]))

    event.listen(Engine, "before_cursor_execute", collect)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", collect)


async def filled(ledger: LedgerBooks, unit: str, items: int) -> None:
    await opened(ledger, unit=unit)
    for nth, number in enumerate(ITEMS[:items]):
        await ledger.operate(f"import {number}", at(3), imported(number, 10_000 + 7 * nth))


async def offered(ledger: LedgerBooks) -> list[str]:
    """Issue two invoices with a discount for early payment."""
    step = DiscountStep(rate_bp=200, within=DueRule.parse("issue+20d"))
    terms = PaymentTerms.single("skonto", "issue+30d").model_copy(update={"discount": CashDiscount(steps=(step,))})
    effects = [issue(item=item, minor=10_000, payment=terms) for item in ("i1", "i2")]
    return [(await ledger.issue_invoice(effect.item, at(3), effect)).number for effect in effects]


async def paid(
    ledger: LedgerBooks, minor: int, named: Sequence[str] = (), reference: str = ""
) -> tuple[int, list[str], CaseView]:
    """Return the statements that a receipt took, the invoices that it settled and the case after it."""
    with counted() as seen:
        moved = await ledger.operate("r", at(20), receipt("b1", minor, named, reference))
    return len(seen), sorted(change.number for change in moved.changes if not change.open_minor), moved.case


@pytest.mark.parametrize("items", [4, 30])
@pytest.mark.parametrize(("unit", "more"), [("customer", 0), ("invoice", 1)])
async def test_an_applied_receipt_costs_as_many_statements_whatever_is_open(
    ledger: LedgerBooks, items: int, unit: str, more: int
) -> None:
    await filled(ledger, unit, items)
    assert (await paid(ledger, 10_000, named=["X-1"]))[:2] == (12 + more, ["X-1"])


@pytest.mark.parametrize("items", [4, 30])
@pytest.mark.parametrize("unit", ["customer", "invoice"])
async def test_invoices_found_in_a_reference_cost_one_look_at_what_is_paid(
    ledger: LedgerBooks, items: int, unit: str
) -> None:
    await filled(ledger, unit, items)
    assert (await paid(ledger, 20_007, reference="for X-1 and X-2"))[:2] == (13, ["X-1", "X-2"])


async def test_an_amount_alone_is_matched_by_what_is_read_for_the_case(ledger: LedgerBooks) -> None:
    await filled(ledger, "customer", 4)
    assert (await paid(ledger, 20_007))[:2] == (12, ["X-1", "X-2"])


async def test_money_that_pays_nothing_changes_no_item(ledger: LedgerBooks) -> None:
    await filled(ledger, "customer", 4)
    count, settled, after = await paid(ledger, 5)
    assert (count, settled, after.unapplied_minor, after.open_minor) == (10, [], 5, 40_042)


async def test_only_an_account_with_claims_is_asked_for_them(ledger: LedgerBooks) -> None:
    await filled(ledger, "customer", 4)
    dispute = account.OpenDispute(number="X-2", minor=100, reason="price", terms_hash=HASH, **KEY)
    await ledger.operate("d", at(4), dispute)
    promise = account.MakePromise(
        number="X-3", minor=None, on=date(2026, 3, 25), rules=PromiseTerms(), terms_hash=HASH, **KEY
    )
    await ledger.operate("p", at(4), promise)
    count, settled, after = await paid(ledger, 10_000, named=["X-1"])
    assert (count, settled, after.disputed_minor, after.promises) == (15, ["X-1"], 100, 1)


async def test_a_discount_costs_one_look_at_what_was_paid_before(ledger: LedgerBooks) -> None:
    await opened(ledger, unit="customer")
    numbers = await offered(ledger)
    count, settled, after = await paid(ledger, 19_600, reference=" ".join(numbers))
    assert (count, settled, after.open_minor, after.unapplied_minor) == (14, numbers, 0, 0)


async def test_an_item_with_a_discount_is_known_after_a_part_is_paid(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger, unit="customer")
    numbers = await offered(ledger)
    await ledger.operate("first", at(19), receipt("b0", 4_000, numbers[:1]))
    known, read = await database.write(paid_in_part, numbers)
    assert known == read
    assert [[day.day for day, _ in one.item.cash] for one in known] == [[9, 20], [9]]


def paid_in_part(connection: Connection, numbers: list[str]) -> tuple[list[HeldItem] | None, list[HeldItem]]:
    """Return what is open after a part of each is paid: as it is known, and as it is read."""
    day = date(2026, 3, 9)
    books = Books(connection, hold_account(connection, ENTITY, CUSTOMER, CURRENCY), "r", at(20), day)
    row = {
        "account_id": books.account.id, "source": "bank", "external_id": "b1", "minor": 2_000, "currency": CURRENCY,
        "value_date": day, "received_at": at(20), "payer": "", "reference": "", "invoices": "[]", "digest": "",
        "match": "{}",
    }  # fmt: skip
    books.open_items()
    books.touch(numbers)
    parts = [Allocation(number=number, instalment=1, kind="cash", minor=1_000) for number in numbers]
    books.allocate(parts, day, receipt_id=insert_one(connection, RECEIPT, row))
    return books.still_open(), open_items(connection, books.account.id)


@pytest.mark.parametrize("named", [["X-1"], ["X-2", "X-1"], ["X-9"], []])
@pytest.mark.parametrize("unit", ["customer", "invoice"])
async def test_what_was_not_read_again_is_what_the_database_holds(
    ledger: LedgerBooks, database: Database, unit: str, named: list[str]
) -> None:
    await filled(ledger, unit, 4)
    await ledger.operate("first", at(19), receipt("b0", 4_000, ["X-1"]))
    _, _, after = await paid(ledger, 9_000, named)
    assert after == await database.read(read_again, unit)


def read_again(connection: Connection, unit: str) -> CaseView:
    held = find_account(connection, ENTITY, CUSTOMER, CURRENCY)
    assert held is not None
    return case_of(connection, held, terms(unit), at(20))
