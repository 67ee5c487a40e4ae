"""The journal has every posting once with its document, and a trial balance is its sum, on any day."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from connectors.bookkeeping.beancount import beancount_lines
from domain.account import effects as account
from domain.receivables.journal import balances_of
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.book_tables import TABLES, book_table
from storage.queries.journal import journal, trial_balance
from tests.bean_check import bean_check
from tests.storage.samples import HASH, KEY, NOW, at, cny, credit_all, imported, issue, opened, receipt


@pytest.fixture
async def busy(database: Database, ledger: LedgerBooks) -> Database:
    """Books with everything in them that moves money."""
    await opened(ledger)
    numbers = [(await ledger.issue_invoice(f"k{n}", NOW, issue(item=f"i{n}"))).number for n in range(3)]
    await ledger.operate("o", NOW, imported("OLD-1", 700))
    await ledger.operate("r1", at(20), receipt("b1", 12_000, numbers[:1]))
    await ledger.operate("r2", at(20), receipt("b2", 4_000, numbers[1:2]))
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(500), reason="R", terms_hash=HASH, **KEY
    )
    await ledger.operate("x", at(21), bounce)
    await ledger.credit_invoice("c", at(21), credit_all(numbers[1], at(21).date()))
    off = account.WriteOff(number=numbers[2], minor=1_000, reason="r", terms_hash=HASH, **KEY)
    await ledger.operate("w", at(22), off)
    return database


def found(database: Database, on: date | None = None, entity: str = "") -> dict[str, tuple[int, int]]:
    lines = database.look(trial_balance, entity, "", on)
    assert sum(line.balance_minor for line in lines) == 0
    return {line.account: (line.debit_minor, line.credit_minor) for line in lines}


def rows_of(database: Database, table: str, entity: str = "") -> list[list[str]]:
    rows: list[list[str]] = []

    def take(row: Sequence[str]) -> None:
        rows.append(list(row))

    assert database.look(book_table, table, entity, take) == len(rows) - 1
    return rows


async def test_a_trial_balance_is_what_is_posted_up_to_the_day(busy: Database) -> None:
    issued = {"receivable": (30_700, 0), "revenue": (0, 26_550), "tax": (0, 3_450), "opening": (0, 700)}
    assert found(busy, date(2026, 3, 1)) == {}
    assert found(busy, date(2026, 3, 19)) == issued
    assert found(busy) == {
        "bad_debt": (1_000, 0),
        "cash": (16_000, 500),
        "opening": (0, 700),
        "receivable": (34_700, 25_000),
        "revenue": (8_850, 26_550),
        "tax": (1_150, 3_450),
        "unapplied": (14_500, 20_000),
    }
    assert found(busy, entity="DE01") == {}


async def test_every_change_has_its_document_and_deal(busy: Database) -> None:
    entries = busy.look(lambda connection: list(journal(connection)))
    assert [(one.on.day, one.what, one.document, one.deals) for one in entries] == [
        (2, "invoice", "INV-2026-000001", ("d1",)), (2, "invoice", "INV-2026-000002", ("d1",)),
        (2, "invoice", "INV-2026-000003", ("d1",)), (2, "invoice", "OLD-1", ()),
        (20, "allocation", "bank/b1", ("d1",)), (20, "allocation", "bank/b2", ("d1",)),
        (20, "receipt", "bank/b1", ("d1",)), (20, "receipt", "bank/b2", ("d1",)),
        (21, "bounce", "bank/b1", ()), (21, "credit_note", "CN-2026-000001", ("d1",)),
        (21, "release", "CN-2026-000001", ("d1",)), (22, "write_off", "INV-2026-000003", ("d1",)),
    ]  # fmt: skip
    assert {one.customer_id for one in entries} == {"c-1"}
    assert balances_of(entries) == busy.look(trial_balance)


async def test_bean_check_finds_the_balances_that_we_have(busy: Database, tmp_path: Path) -> None:
    entries = busy.look(lambda connection: list(journal(connection)))
    lines = list(beancount_lines(entries))
    assert bean_check(tmp_path, lines) == ""
    assert [line for line in lines if " balance " in line] == [
        f"2026-03-23 balance {name}  {amount} ~ 0 CNY"
        for name, amount in (
            ("Expenses:CN01:BadDebt", "10.00"), ("Assets:CN01:Cash", "155.00"), ("Equity:CN01:Opening", "-7.00"),
            ("Assets:CN01:Receivable", "97.00"), ("Income:CN01:Revenue", "-177.00"), ("Liabilities:CN01:Tax", "-23.00"),
            ("Liabilities:CN01:Unapplied", "-55.00"),
        )
    ]  # fmt: skip


async def test_the_tables_have_every_row_and_their_amounts_add_up(busy: Database) -> None:
    tables = {name: rows_of(busy, name) for name in TABLES}
    assert {name: len(rows) - 1 for name, rows in tables.items()} == {
        "invoices": 4, "receipts": 2, "allocations": 5, "postings": 28,
    }  # fmt: skip
    header, *rows = tables["invoices"]
    assert [row[header.index("open")] for row in rows] == ["0.00", "0.00", "90.00", "7.00"]
    assert [row[header.index("gross")] for row in rows] == ["100.00", "100.00", "100.00", "7.00"]
    assert [row[header.index("deal_id")] for row in rows] == ["d1", "d1", "d1", ""]
    header, *rows = tables["receipts"]
    used, back = header.index("applied"), header.index("returned")
    assert [(row[used], row[back]) for row in rows] == [("100.00", "5.00"), ("0.00", "0.00")]
    assert rows_of(busy, "postings", "DE01") == [tables["postings"][0]]
