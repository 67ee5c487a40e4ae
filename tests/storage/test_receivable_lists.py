"""Lists of what is owed: exact sums as of today in each legal entity, no gap, no double, and along an index."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from domain.account import effects as account
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries import receivable_lists as lists
from storage.queries.paging import BadCursor
from storage.queries.receivable_lists import AccountLine, Days, ReceivableFilter
from tests.storage.samples import HASH, NOW, at, imported, opened, receipt, terms

TODAY = date(2026, 4, 10)
DAYS = Days(today=TODAY, of_entity={"CN01": TODAY, "DE01": TODAY - timedelta(days=5)})
ALL = ReceivableFilter()


def of(effect: Any, customer_id: str, entity: str = "CN01") -> Any:
    here = {"customer_id": customer_id, "entity": entity}
    if isinstance(effect, account.ImportInvoice):
        here["invoice"] = effect.invoice.model_copy(update=dict(here))  # type: ignore[assignment]  # a dict of anything
    return effect.model_copy(update=here)


@pytest.fixture
async def books(ledger: LedgerBooks) -> LedgerBooks:
    """c-1 owes A (due 1 April, half paid), B (due 20 April) and has paid C; c-2 owes D to DE01 (due 8 April)."""
    await opened(ledger)
    load = account.LoadCase(entity="DE01", customer_id="c-2", currency="CNY")
    await ledger.load_case(load, NOW, terms(), HASH, "Zweite GmbH")
    for number, due in (("A", date(2026, 4, 1)), ("B", date(2026, 4, 20)), ("C", date(2026, 4, 2))):
        await ledger.operate(number, NOW, imported(number, 1_000, due=due))
    await ledger.operate("D", NOW, of(imported("D", 700, due=date(2026, 4, 8)), "c-2", "DE01"))
    await ledger.operate("r1", at(20), receipt("1", 500, ["A"]))
    await ledger.operate("r2", at(20), receipt("2", 1_300, ["C"]))
    return ledger


def numbers(database: Database, status: Any, wanted: ReceivableFilter = ALL, limit: int = 1) -> list[str]:
    found, cursor = [], ""
    while True:
        page = database.look(lists.invoices, DAYS, wanted, status, cursor, limit)
        found += [line.number for line in page.invoices]
        cursor = page.next
        if not cursor:
            return found


@pytest.mark.parametrize(
    ("status", "wanted", "found"),
    [
        ("", ALL, ["D", "C", "B", "A"]),
        ("open", ALL, ["A", "D", "B"]),
        ("overdue", ALL, ["A"]),
        ("paid", ALL, ["C"]),
        ("open", ReceivableFilter(entity="DE01"), ["D"]),
        ("open", ReceivableFilter(customer="c-1"), ["A", "B"]),
        ("overdue", ReceivableFilter(customer="c-2"), []),
    ],
)
async def test_invoices_are_paged_by_what_is_asked(
    books: LedgerBooks, database: Database, status: Any, wanted: ReceivableFilter, found: list[str]
) -> None:
    """D is due on the 8th: overdue in China on the 10th, not where it is still the 5th."""
    assert [numbers(database, status, wanted, limit) for limit in (1, 2, 50)] == [found] * 3


async def test_an_overdue_invoice_shows_its_sums(books: LedgerBooks, database: Database) -> None:
    (line,) = database.look(lists.invoices, DAYS, ALL, "overdue").invoices
    sums = [money.minor for money in (line.total, line.open, line.overdue)]
    assert (line.number, sums, line.days_late, line.due_on) == ("A", [1_000, 500, 500], 9, date(2026, 4, 1))
    (paid,) = database.look(lists.invoices, DAYS, ALL, "paid").invoices
    assert (paid.open.minor, paid.days_late, paid.due_on) == (0, 0, date(2026, 4, 2))
    with pytest.raises(BadCursor):
        database.look(lists.invoices, DAYS, ALL, "open", "nonsense")


@pytest.mark.parametrize(
    ("status", "found"),
    [("", ["c-1", "c-2"]), ("open", ["c-1", "c-2"]), ("overdue", ["c-1"]), ("unapplied", ["c-1"])],
)
async def test_accounts_are_paged_with_their_sums(
    books: LedgerBooks, database: Database, status: Any, found: list[str]
) -> None:
    seen: list[AccountLine] = []
    cursor = ""
    while True:
        page = database.look(lists.accounts, DAYS, ALL, status, cursor, 1)
        seen += page.accounts
        cursor = page.next
        if not cursor:
            break
    assert [line.customer_id for line in seen] == found
    first = seen[0]
    sums = [money.minor for money in (first.open, first.overdue, first.unapplied)]
    assert (sums, first.oldest_due_on, first.days_late) == ([1_500, 500, 300], date(2026, 4, 1), 9)
    assert database.look(lists.accounts, DAYS, ReceivableFilter(entity="DE01")).accounts[0].customer_id == "c-2"


@pytest.mark.parametrize("status", ["open", "overdue"])
async def test_open_invoices_are_read_along_the_index_of_due_dates(migrated_file: Path, status: Any) -> None:
    """No page sorts what it reads: SQLite would say that it makes a temporary tree for the order."""
    async with Database(f"sqlite:///{migrated_file}") as database:
        plan = database.look(_plan, status)
    assert any("ix_instalment_due" in step for step in plan), plan
    assert not [step for step in plan if "FOR ORDER BY" in step], plan


def _plan(connection: Connection, status: Any) -> list[str]:
    query = lists.invoices_query(DAYS, ALL, status)
    asked = query.compile(connection, compile_kwargs={"literal_binds": True})
    return [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
