"""``./ltc statement`` over files of all kinds, the readable ones beside one that is not."""

import getpass
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli import run
from commands.statement import poster
from commands.statement_report import FileReport, StatementReport, table_of
from mendable import WrongCall
from tests.sources import ROOT
from tests.workflows.harness import settings_of

MT = ":20:REF\n:25:DE89\n:28C:1/1\n:60F:C260105EUR10,\n:61:2601050105C7,77NTRFNONREF\n:86:x\n:62F:C260105EUR{}\n-\n"
CAMT = (
    '<Document><BkToCstmrDbtCdtNtfctn><Ntfctn><Id>N-1</Id><Ntry><Amt Ccy="EUR">1.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Sts>BOOK</Sts><ValDt><Dt>2026-01-05</Dt></ValDt></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
)


def ltc(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "statement", *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "one.sta").write_text(MT.format("17,77") + MT.format("17,78"))
    (tmp_path / "two").write_text(CAMT)
    (tmp_path / "cut.xml").write_text(CAMT[:150])
    return [str(tmp_path / name) for name in ("one.sta", "cut.xml", "two")]


def test_the_figures_of_every_readable_statement_are_printed_as_json(files: list[str]) -> None:
    ended = ltc("--figures", "--json", *files)
    assert ended.returncode == 1
    report = json.loads(ended.stdout)
    assert report["totals"] == {
        "files": 3, "statements": 3, "entries": 3, "balance_ok": 1, "balance_wrong": 1, "balance_unknown": 1,
        "not_wellformed": [files[1]],
    }  # fmt: skip
    swift, cut, camt = report["files"]
    assert [(one["credits"], one["opening"], one["closing"], one["posting"]) for one in swift["statements"]] == [
        ("7.77", "10.00", "17.77", "post"), ("7.77", "10.00", "17.78", "quarantine"),
    ]  # fmt: skip
    assert (cut["wellformed"], cut["problem"]["kind"], cut["problem"]["place"]) == (
        False, "incomplete", "line 1, column 151",
    )  # fmt: skip
    assert (camt["kind"], camt["statements"][0]["id"], camt["statements"][0]["posting"]) == ("camt.054", "N-1", "post")


def test_a_person_reads_a_line_a_statement_and_the_reasons(files: list[str]) -> None:
    ended = ltc("--figures", files[0], files[2])
    assert ended.returncode == 0
    assert "the statement does not add up: 10.00 EUR + 7.77 ≠ 17.78 EUR" in ended.stdout
    assert "对账单不平" in ended.stdout
    # What is piped is as wide as it must be: no amount is cut.
    assert ("…" in ended.stdout, "17.77" in ended.stdout, "17.78" in ended.stdout) == (False, True, True)


def test_an_amount_is_never_cut_however_narrow_the_window() -> None:
    shown: dict[str, Any] = {
        "id": "S-2026-03", "account": "DE89370400440532013000", "ccy": "EUR", "entries": 1, "bad_entries": 0,
        "credits_n": 1, "credits": "1234567890123.45", "debits_n": 0, "debits": "0.00",
        "opening": "1234567890123.45", "closing": "2469135780246.90", "balance_ok": True, "posting": "post",
    }  # fmt: skip
    figures = StatementReport.model_construct(**shown)
    printed = StringIO()
    Console(width=60, file=printed).print(table_of(FileReport(file="x", wellformed=True, statements=(figures,))))
    assert "…" not in printed.getvalue()


def test_wrong_calls_say_what_to_do(files: list[str], tmp_path: Path) -> None:
    nowhere = ltc("--data-dir", str(tmp_path / "none"), files[0])
    assert (nowhere.returncode, "run ./ltc up here once" in nowhere.stderr) == (1, True)
    wrong = ltc("--figures", "--profile", "none", files[0])
    assert (wrong.returncode, "use one of cn-two-columns" in wrong.stderr) == (2, True)
    missing = ltc("--figures", "/nowhere.xml")
    assert (missing.returncode, "/nowhere.xml cannot be read" in missing.stderr) == (1, True)


def test_statements_are_posted_in_the_name_of_finance_or_of_the_computers_user(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of("127.0.0.1:1", tmp_path, "q", console=True)
    settings.remember()
    assert poster("wu.ting", settings) == "wu.ting"
    assert poster("", settings) == getpass.getuser()
    with pytest.raises(WrongCall, match=r"liu\.yang is not of finance; name one of .*wu\.ting"):
        poster("liu.yang", settings)
    assert run(["statement", "--by", "liu.yang", "--data-dir", str(tmp_path), files[0]]) == 2
    assert "liu.yang is not of finance" in capsys.readouterr().err
