"""Months are closed and opened again on the command line as by the API: in order, and by two people of finance."""

import asyncio
from pathlib import Path

import pytest

from cli import run
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.ledger import LedgerBooks
from tests.storage import samples
from tests.workflows.harness import settings_of

MARCH = "CN01-2026-03"
BY, OTHER = ("--by", "wu.ting"), ("--by", "lin.hao")


@pytest.fixture
def folder(tmp_path: Path) -> list[str]:
    """The option that names a data folder with an invoice of March."""
    settings_of("127.0.0.1:1", tmp_path, "q", console=True).remember()
    upgrade(f"sqlite:///{tmp_path / 'ltc.db'}")
    asyncio.run(_filled(f"sqlite:///{tmp_path / 'ltc.db'}"))
    return ["--data-dir", str(tmp_path)]


async def _filled(url: str) -> None:
    async with Database(url) as database:
        ledger = LedgerBooks(database)
        await samples.opened(ledger)
        await ledger.issue_invoice("k", samples.NOW, samples.issue())


def test_a_month_is_closed_listed_and_opened_again(folder: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["period", "close", MARCH, *BY, *folder]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == [MARCH, "closed", "wu.ting", "100.00", "CNY"]
    assert run(["period", "reopen", MARCH, *BY, "--evidence", "letter 7", *folder]) == 1
    assert "E_SOD" in capsys.readouterr().err
    assert run(["period", "reopen", MARCH, *OTHER, "--evidence", "letter 7", *folder]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == [MARCH, "open", "lin.hao:", "letter", "7"]
    assert run(["period", "list", "--entity", "CN01", *folder]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == [MARCH, "open", "lin.hao:", "letter", "7"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["close", "CN01-2026-04", *BY], 1, "2026-03 is still open in the books of CN01"),
        (["close", "XX-2026-03", *BY], 2, "names no month of the books; write e.g. CN01-2026-03, of one of CN01"),
        (["close", "CN01-2026-13", *BY], 2, "'2026-13' is no month"),
        (["close", MARCH, "--by", "liu.yang"], 2, "liu.yang is not of finance; name one of "),
        (["reopen", MARCH, *OTHER, "--evidence", "letter 7"], 1, "none is closed"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    folder: list[str], words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["period", *words, *folder]) == code
    shown = capsys.readouterr()
    assert (said in shown.err, shown.err.count("\n"), shown.out) == (True, 1, ""), shown.err
