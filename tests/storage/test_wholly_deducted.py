"""An invoice that deposits pay whole has no instalment, and is in every list of invoices all the same."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection

from domain.opening import KnownInvoice
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.book_tables import book_table
from storage.queries.figures import facts
from storage.queries.invoices import invoice, invoice_document, invoices_of_deal
from storage.queries.journal import journal
from storage.queries.opening import known_invoices
from storage.queries.receivable_lists import Days, ReceivableFilter, invoices
from tests.storage.samples import CURRENCY, ENTITY, NOW, at, cny, issue, opened, receipt

ISSUED = at(21).date()
DAYS = Days(today=date(2026, 6, 1))


def listed(connection: Connection) -> list[str]:
    return [line.number for line in invoices(connection, DAYS, ReceivableFilter()).invoices]


def paid(connection: Connection) -> list[str]:
    return [line.number for line in invoices(connection, DAYS, ReceivableFilter(customer="c-1"), "paid").invoices]


def exported(connection: Connection) -> list[str]:
    return [row["number"] for row in table(connection)]


def reckoned(connection: Connection) -> list[str]:
    return [one.number for one in facts(connection, ENTITY, CURRENCY).invoices]


def of_deal(connection: Connection) -> list[str]:
    return [one.number for one in invoices_of_deal(connection, "d1")]


def posted(connection: Connection) -> list[str]:
    return [one.document for one in journal(connection)]


def table(connection: Connection) -> list[dict[str, str]]:
    lines: list[list[str]] = []
    book_table(connection, "invoices", "", lambda line: lines.append(list(line)))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@pytest.fixture
async def covered(ledger: LedgerBooks) -> str:
    """The number of an invoice over 14.29, all of it deducted from a deposit of 30.00 that was paid."""
    await opened(ledger)
    asked = issue("deposit").model_copy(update={"share_bp": 3_000, "purpose": "deposit"})
    deposit = (await ledger.issue_invoice("d", NOW, asked)).number
    await ledger.operate("r", at(20), receipt("b1", 3_000, [deposit]))
    small = issue("one", on=ISSUED).model_copy(
        update={"share_bp": 1_000, "whole_bp": 7_000, "deposit_item": "deposit", "deduct_upto_bp": 7_000}
    )
    return (await ledger.issue_invoice("1", at(21), small)).number


@pytest.mark.parametrize("numbers", [listed, paid, exported, reckoned, of_deal, posted])
async def test_it_is_in_every_list(
    database: Database, covered: str, numbers: Callable[[Connection], list[str]]
) -> None:
    assert covered in database.look(numbers)


async def test_nothing_of_it_is_open_late_or_due(database: Database, covered: str) -> None:
    (line,) = (one for one in database.look(invoices, DAYS, ReceivableFilter()).invoices if one.number == covered)
    assert (line.total, line.open, line.overdue, line.due_on, line.days_late, line.level) == (
        cny(0), cny(0), cny(0), ISSUED, 0, 0,
    )  # fmt: skip
    for status in ("open", "overdue"):
        assert database.look(invoices, DAYS, ReceivableFilter(), status).invoices == ()
    shown = database.look(invoice, covered)
    assert (shown.open, shown.items, database.look(invoice_document, covered).payable) == (cny(0), (), cny(0))


async def test_its_row_of_the_table_adds_up(database: Database, covered: str) -> None:
    (row,) = (row for row in database.look(table) if row["number"] == covered)
    assert {name: row[name] for name in ("instalment", "due_on", "gross", "amount", "open")} == {
        "instalment": "", "due_on": "", "gross": "14.29", "amount": "0.00", "open": "0.00",
    }  # fmt: skip


async def test_it_counts_as_settled_on_the_day_of_its_issue(database: Database, covered: str) -> None:
    (one,) = (one for one in database.look(facts, ENTITY, CURRENCY).invoices if one.number == covered)
    assert (one.minor, one.issued_on, one.due_on) == (0, ISSUED, ISSUED)


async def test_its_number_is_taken_for_whoever_imports_open_items(database: Database, covered: str) -> None:
    (known,) = database.look(known_invoices, [covered])
    assert known == KnownInvoice(
        entity=ENTITY, number=covered, customer_id="c-1", issued_on=ISSUED, due_on=ISSUED, gross=cny(1_429),
        imported=False,
    )  # fmt: skip
