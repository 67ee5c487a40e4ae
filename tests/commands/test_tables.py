"""What commands print in tables can be read: nothing is cut, numbers are in line, and a pipe gets a line for a row."""

import asyncio
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from cli import run
from commands.statement_posting import PostedFile, PostedStatement, PostingReport
from commands.tables import name, number, show, table, text
from domain.money import Money
from domain.value import Text
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import verified
from tests.storage import samples
from tests.workflows.harness import settings_of

LARGE = "1,234,567,890,123.45"
WORDS = "what is promised of it goes on and on, as promises do"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PLACES = [pytest.param("80", True), pytest.param("200", True), pytest.param("80", False)]
"""A width, and whether it is a terminal's."""


def printed(width: int, terminal: bool, rows: int = 2) -> list[str]:
    found = table(name("account"), text("promise"), number("debit 借方"), number("credit"))
    for row in range(rows):
        found.add_row("Receivable:CN01", WORDS, LARGE if row else "1.00", f"-{LARGE} CNY")
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, color_system=None)
    show(found, console)
    assert console.width == width
    return COLOURS.sub("", file.getvalue()).splitlines()


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("terminal", [True, False])
def test_no_number_is_cut_and_all_end_in_one_column(width: int, terminal: bool) -> None:
    lines = printed(width, terminal)
    numbered = [line for line in lines if LARGE in line]
    assert len(numbered) == 2
    assert "…" not in "".join(lines)
    assert [line.count(LARGE) for line in numbered] == [1, 2]
    assert len({line.rindex(LARGE) for line in numbered}) == 1
    assert numbered[1].index(LARGE) + len(LARGE) == numbered[0].index("1.00") + len("1.00")
    assert all("Receivable:CN01" in line for line in numbered)
    assert " ".join(" ".join(lines).split()).count("promise") >= 1


def test_words_go_on_in_the_next_line_of_a_terminal_alone() -> None:
    assert len(printed(80, terminal=True)) > 3
    assert [WORDS in line for line in printed(80, terminal=False)] == [False, True, True]
    assert [WORDS in line for line in printed(200, terminal=True)] == [False, True, True]
    assert {len(line) <= 200 for line in printed(200, terminal=True)} == {True}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an invoice of a large amount."""
    folder = tmp_path_factory.mktemp("books")
    settings_of("127.0.0.1:1", folder, "q", console=True).remember()
    upgrade(f"sqlite:///{folder / 'ltc.db'}")
    asyncio.run(_filled(f"sqlite:///{folder / 'ltc.db'}"))
    return folder


async def _filled(url: str) -> None:
    async with Database(url) as database:
        ledger = LedgerBooks(database)
        await samples.opened(ledger)
        await ledger.issue_invoice("k", samples.NOW, samples.issue())
        large = Money.of("99999999999.99", "CNY")
        paid = samples.receipt("b1", large.minor, ())
        await ledger.operate("r", samples.at(20), paid)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Said":
    return Said(monkeypatch, capsys)


class Said:
    """Runs a command as in a terminal of a width, or as in a pipe."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, width: str, terminal: bool, *command: str, exit_code: int = 0) -> list[str]:
        self._monkeypatch.setenv("COLUMNS", width)
        if terminal:
            self._monkeypatch.setenv("FORCE_COLOR", "1")
        else:
            self._monkeypatch.delenv("FORCE_COLOR", raising=False)
        assert run(list(command)) == exit_code
        return COLOURS.sub("", self._capsys.readouterr().out).splitlines()


@pytest.mark.parametrize(("width", "terminal"), PLACES)
def test_the_trial_balance(said: Said, books: Path, width: str, terminal: bool) -> None:
    lines = said(width, terminal, "export", "trial-balance", "--data-dir", str(books))
    assert "…" not in "".join(lines)
    (cash,) = [line for line in lines if " cash " in line]
    assert cash.split() == ["CN01", "CNY", "cash", "99,999,999,999.99", "0.00", "99,999,999,999.99"]
    (tax,) = [line for line in lines if " tax " in line]
    assert [end.end() for end in re.finditer(r"[\d,]+\.\d\d", cash)] == [
        end.end() for end in re.finditer(r"-?[\d,]+\.\d\d", tax)
    ]


@pytest.mark.parametrize(("width", "terminal"), PLACES)
def test_the_recount(said: Said, books: Path, width: str, terminal: bool) -> None:
    lines = said(width, terminal, "verify", "--data-dir", str(books))
    database = Database(f"sqlite:///{books / 'ltc.db'}")
    try:
        checks = database.look(verified)
    finally:
        database.close()
    assert "…" not in "".join(lines)
    ends = set()
    for check in checks:
        (line,) = [one for one in lines if one.startswith(f"│ {check.name} ")]
        cells = line.strip("│").split("│")
        assert cells[2:4] == [f"{check.checked:>8} ".rjust(len(cells[2])), f"{check.broken} ".rjust(len(cells[3]))]
        ends.add(tuple(len(cell) for cell in cells))
        assert (check.promise.en in line) == (len(check.promise.en) < len(cells[1]))
    assert len(ends) == 1
    if width == "80" and terminal:
        assert max(len(line) for line in lines) == 80
    if not terminal:
        assert all(any(check.promise.en in line for line in lines) for check in checks)
    assert lines[-1].endswith("everything holds")


@pytest.mark.parametrize(("width", "terminal"), PLACES)
def test_the_months(said: Said, books: Path, width: str, terminal: bool) -> None:
    run(["period", "close", "CN01-2026-03", "--by", "wu.ting", "--data-dir", str(books)])
    said(width, terminal, "period", "list", "--data-dir", str(books))
    lines = said(width, terminal, "period", "list", "--entity", "CN01", "--data-dir", str(books))
    (march,) = [line for line in lines if "CN01-2026-03" in line]
    assert march.split()[:3] == ["CN01-2026-03", "closed", "wu.ting"]
    assert "…" not in "".join(lines)
    assert re.search(r"[\d,]+\.\d\d CNY", march)


@pytest.mark.parametrize(("width", "terminal"), PLACES)
def test_posted_statements_are_named_whole(width: str, terminal: bool) -> None:
    """A statement is looked up by its id, which many banks make long."""
    names = ("2026-11-20-DE89370400440532013000-0000012345", "DE89370400440532013000")
    refused = PostedStatement(statement_id=names[0], account=names[1], refusal=Text(en="no", zh="否"))
    file = io.StringIO()
    console = Console(file=file, width=int(width), force_terminal=terminal, color_system=None)
    PostingReport(files=(PostedFile(file="a.xml", statements=(refused,)),)).print(console)
    assert "…" not in file.getvalue()
    assert "counted before" in file.getvalue()
    (row,) = [line for line in file.getvalue().splitlines() if "refused" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")][:4] == [*names, "-", "refused"]


@pytest.mark.parametrize(("width", "terminal"), PLACES)
def test_differing_figures_are_one_line_each(said: Said, books: Path, width: str, terminal: bool) -> None:
    check = books / ("a check file of a long name, " * 4 + ".json")
    check.write_text(json.dumps({"totals": {"no_such_figure_of_this_name_or_any_other": 1}}))
    lines = said(width, terminal, "figures", "--check", str(check), "--data-dir", str(books), exit_code=1)
    assert len(lines) == 2
    assert "no_such_figure_of_this_name_or_any_other" in lines[0]
    assert lines[1].startswith("0 figures met, 1 differ")
    assert lines[1].endswith(str(check))
