"""A preview tells every row and changes nothing."""

import csv
import os
from pathlib import Path

import pytest

from cli import run
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.ledger import LedgerBooks
from storage.queries.journal import trial_balance
from tests.sources import ROOT
from tests.storage import samples

MAP = """
entity: {column: company}
customer: {column: account}
number: {column: document}
issued_on: {column: posted}
due_on: {column: due}
currency: {default: CNY}
amount: {column: open}
"""
ROWS = """company,account,document,posted,due,open
CN01,c-1,INV-1,2026-03-02,2026-04-01,100.00
CN01,c-2,OLD-2,2026-03-02,2026-04-01,5.50
CN01,c-2,OLD-3,2026-03-02,2026-04-01,-1.00
US01,c-2,OLD-4,2026-03-02,2026-04-01,1.00
US01,c-2,=1+1,2026-03-02,2026-04-01,1.00
"""


@pytest.fixture
async def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory in which the first row is known already."""
    url = f"sqlite:///{tmp_path / 'ltc.db'}"
    for name in [name for name in os.environ if name.startswith("LTC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LTC_DATABASE_URL", url)
    monkeypatch.setenv("LTC_POLICY_FILE", str(ROOT / "policies" / "standard.yaml"))
    monkeypatch.setenv("LTC_DATA_DIR", str(tmp_path))
    usual = {
        "MAIL_URL": tmp_path.as_uri(), "PUBLIC_URL": "http://ltc", "SIGNING_KEY": "s" * 40, "CONSOLE_ALLOWED": "false",
    }  # fmt: skip
    for name, value in usual.items():
        monkeypatch.setenv(f"LTC_{name}", value)
    upgrade(url)
    async with Database(url) as database:
        await samples.opened(LedgerBooks(database))
        await LedgerBooks(database).operate("k1", samples.NOW, samples.imported("INV-1", 10_000))
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "items.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def test_a_preview_tells_every_row_and_changes_nothing(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = installation / "report.csv"
    call = ["import", "open-items", str(installation / "items.csv"), "--map", str(installation / "map.yaml")]
    database = Database(f"sqlite:///{installation / 'ltc.db'}")
    before = database.look(trial_balance)
    code, told = run([*call, "--report", str(place)]), capsys.readouterr()
    assert (code, told.err) == (1, "")
    shown = " ".join(told.out.split())
    assert "1 to be entered, 1 there already, 2 refused, 1 rows set aside" in shown
    assert "nothing is changed yet: give --apply to enter them" in shown
    with place.open(encoding="utf-8", newline="") as file:
        rows = [(row["line"], row["outcome"], row["number"], row["open"]) for row in csv.DictReader(file)]
    assert rows == [
        ("2", "known", "INV-1", "100.00"), ("3", "new", "OLD-2", "5.50"), ("4", "set aside", "", ""),
        ("5", "refused", "OLD-4", "1.00"), ("6", "refused", "'=1+1", "1.00"),
    ]  # fmt: skip
    assert database.look(trial_balance) == before
    database.close()
