"""An invoice that several legal entities have a number for is explained once its entity is named."""

import asyncio
from pathlib import Path

import pytest

from cli import run
from domain.account.effects import LoadCase
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.ledger import LedgerBooks
from tests.storage import samples
from tests.workflows.harness import settings_of

NUMBER = "INV-2026-000001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with two legal entities, each with an invoice of the same number."""
    settings_of("127.0.0.1:1", tmp_path, "q", console=True).remember()
    upgrade(f"sqlite:///{tmp_path / 'ltc.db'}")
    asyncio.run(_filled(f"sqlite:///{tmp_path / 'ltc.db'}"))
    return tmp_path


async def _filled(url: str) -> None:
    async with Database(url) as database:
        ledger = LedgerBooks(database)
        for entity in ("DE01", "CN01"):
            case = LoadCase(**samples.KEY | {"entity": entity})
            await ledger.load_case(case, samples.NOW, samples.terms("invoice", "pause"), samples.HASH, "示例客户")
            issued = await ledger.issue_invoice(
                f"k/{entity}", samples.NOW, samples.issue(deal=f"d-{entity}", entity=entity)
            )
            assert issued.number == NUMBER


def test_it_is_refused_with_the_candidates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", NUMBER, "--data-dir", str(folder)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"CN01, DE01 each have an invoice {NUMBER}: name one of them as the entity (--entity CN01)" in told.err


@pytest.mark.parametrize("entity", ["CN01", "DE01"])
def test_with_its_entity_it_is_explained(folder: Path, entity: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", NUMBER, "--entity", entity, "--data-dir", str(folder)]) == 0
    assert f"account/{entity}/c-1/CNY" in capsys.readouterr().out


def test_an_unknown_entity_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", NUMBER, "--entity", "XX", "--data-dir", str(folder)]) == 2
    assert "nothing is kept of XX; the database holds CN01 CNY, DE01 CNY" in capsys.readouterr().err
