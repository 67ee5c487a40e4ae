"""What is exported is the books and nothing else, twice the same, and a wrong call says what to do."""

import asyncio
import csv
import json
from pathlib import Path

import pytest

from cli import run
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.ledger import LedgerBooks
from tests.bean_check import bean_check
from tests.sources import ROOT
from tests.storage import samples


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A data directory with one invoice that is paid in part."""
    upgrade(f"sqlite:///{tmp_path / 'ltc.db'}")
    asyncio.run(_filled(f"sqlite:///{tmp_path / 'ltc.db'}"))
    return tmp_path


async def _filled(url: str) -> None:
    async with Database(url) as database:
        ledger = LedgerBooks(database)
        await samples.opened(ledger)
        number = (await ledger.issue_invoice("k", samples.NOW, samples.issue())).number
        await ledger.operate("r", samples.at(20), samples.receipt("b1", 4_000, [number]))


def test_the_trial_balance_is_a_table_for_people(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "trial-balance", "--data-dir", str(books)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert rows == [
        ["CN01", "CNY", "cash", "40.00", "0.00", "40.00"],
        ["CN01", "CNY", "receivable", "100.00", "40.00", "60.00"],
        ["CN01", "CNY", "revenue", "0.00", "88.50", "-88.50"],
        ["CN01", "CNY", "tax", "0.00", "11.50", "-11.50"],
        ["CN01", "CNY", "unapplied", "40.00", "40.00", "0.00"],
        ["CN01", "CNY", "total", "合计", "180.00", "180.00", "0.00"],
    ]


def test_the_trial_balance_of_a_day_is_one_document_for_machines(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", "trial-balance", "--data-dir", str(books), "--on", "2026-03-19", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(one["account"], one["debit_minor"], one["credit_minor"]) for one in found] == [
        ("receivable", 10_000, 0), ("revenue", 0, 8_850), ("tax", 0, 1_150),
    ]  # fmt: skip


def test_the_beancount_file_is_the_same_each_time(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "beancount", "--data-dir", str(books)]) == 0
    shown = capsys.readouterr().out
    assert run(["export", "beancount", "--data-dir", str(books), "--output", str(books / "a.bean")]) == 0
    assert (books / "a.bean").read_text(encoding="utf-8") == shown
    assert bean_check(books, shown.splitlines()) == ""
    assert '  document: "INV-2026-000001"' in shown
    assert run(["export", "beancount", "--data-dir", str(books), "--entity", "CN01"]) == 0
    assert capsys.readouterr().out == shown


def test_the_csv_files_are_read_back(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "csv", str(books / "out"), "--data-dir", str(books)]) == 0
    assert "1 invoices" in capsys.readouterr().err
    with (books / "out" / "invoices.csv").open(encoding="utf-8", newline="") as file:
        (invoice,) = csv.DictReader(file)
    assert (invoice["number"], invoice["gross"], invoice["open"], invoice["currency"]) == (
        "INV-2026-000001", "100.00", "60.00", "CNY",
    )  # fmt: skip
    with (books / "out" / "postings.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 7


def test_no_text_of_the_csv_files_is_a_formula_and_amounts_are_numbers(
    books: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_with_formulas(f"sqlite:///{books / 'ltc.db'}"))
    assert run(["export", "csv", str(books / "out"), "--data-dir", str(books)]) == 0
    capsys.readouterr()
    tables = {}
    for place in sorted((books / "out").iterdir()):
        with place.open(encoding="utf-8", newline="") as file:
            tables[place.stem] = list(csv.DictReader(file))
    assert [one["number"] for one in tables["invoices"]] == ["INV-2026-000001", "'=cmd|x"]
    assert [(one["external_id"], one["reference"]) for one in tables["receipts"]][-1] == ("'@x", "'+1")
    begins = {text[:1] for rows in tables.values() for row in rows for name, text in row.items() if name not in NUMBERS}
    assert begins.isdisjoint("=+-@")
    assert "-88.50" in [one["amount"] for one in tables["postings"]]


NUMBERS = {"net", "gross", "amount", "open", "applied", "returned"}


async def _with_formulas(url: str) -> None:
    async with Database(url) as database:
        ledger = LedgerBooks(database)
        await ledger.operate("k1", samples.at(20), samples.imported("=cmd|x", 10_000))
        await ledger.operate("r1", samples.at(20), samples.receipt("@x", 1_000, reference="+1"))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["export", "trial-balance", "--entity", "XX"], "XX"),
        (["export", "trial-balance", "--currency", "EUR"], "EUR"),
        (["export", "trial-balance", "--entity", "CN01", "--currency", "EUR"], "CN01 EUR"),
        (["export", "beancount", "--entity", "XX"], "XX"),
        (["export", "csv", "out", "--entity", "XX"], "XX"),
        (["commission", "--policy", str(ROOT / "policies" / "standard.yaml"), "--entity", "XX"], "XX"),
    ],
)
def test_what_the_books_have_nothing_of_is_refused(
    books: Path, words: list[str], named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(books)
    assert run([*words, "--data-dir", str(books)]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"ltc: nothing is kept of {named}; the database holds CN01 CNY\n")
    assert not (books / "out").exists()


def test_what_cannot_be_written_is_said_in_a_sentence(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (books / "taken").write_text("")
    for arguments in (["csv", str(books / "taken")], ["beancount", "--output", str(books / "no" / "file")]):
        assert run(["export", *arguments, "--data-dir", str(books)]) == 1
        told = capsys.readouterr().err
        assert told.startswith("ltc: ")
        assert told.count("\n") == 1
