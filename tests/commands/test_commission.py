"""A statement adds up to what the ledger gives, and a policy without rules says so."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import run
from domain.deal.events import LeadAssigned
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from tests.sources import ROOT
from tests.storage import samples
from tests.workflows.harness import settings_of

STANDARD = str(ROOT / "policies" / "standard.yaml")


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A data directory with one invoice of Bob's that is paid."""
    upgrade(f"sqlite:///{tmp_path / 'ltc.db'}")
    asyncio.run(_filled(f"sqlite:///{tmp_path / 'ltc.db'}"))
    return tmp_path


async def _filled(url: str) -> None:
    async with Database(url) as database:
        ledger = LedgerBooks(database)
        await samples.opened(ledger)
        await Log(database).append_deal(samples.deal_record("d1", [LeadAssigned(owner="bob")]))
        number = (await ledger.issue_invoice("k", samples.NOW, samples.issue())).number
        await ledger.operate("r", datetime(2026, 3, 31, 18, tzinfo=UTC), samples.receipt("b1", 10_000, [number]))


def test_a_statement_for_people_and_for_machines(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["commission", "--policy", STANDARD, "--data-dir", str(books)]
    assert run([*call, "--agent", "bob"]) == 0
    shown = capsys.readouterr().out
    assert "bank/b1" in shown
    assert "2.66 CNY" in shown
    assert "1 lines by standard@" in shown
    # 18:00 UTC on the last of March is April in Shanghai.
    assert run([*call, "--to", "2026-03-31", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"] == []
    assert run([*call, "--from", "2026-04-01", "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)["lines"]
    assert (line["on"], line["agent"], line["base_minor"], line["minor"]) == ("2026-04-01", "bob", 8_850, 266)


def test_a_policy_without_rules_is_told_what_to_write(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = str(ROOT / "policies" / "ref1.yaml")
    assert run(["commission", "--policy", policy, "--data-dir", str(books)]) == 1
    assert "has no commission rules; write commission" in capsys.readouterr().err


def test_the_rules_are_those_that_up_ran_with_in_that_folder(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["commission", "--data-dir", str(books)]) == 1
    assert "./ltc up never ran in" in (said := capsys.readouterr().err)
    assert "--policy FILE" in said
    settings_of("127.0.0.1:1", books, "q", console=True).remember()
    assert run(["commission", "--data-dir", str(books), "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)["lines"]
    assert (line["agent"], line["minor"]) == ("bob", 266)
