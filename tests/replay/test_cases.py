"""An event log of cases runs through the real workflows, and its figures follow from the ledger and the log alone."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.replay.test_replay import ltc
from tests.sources import ROOT

LOG = """case,activity,day,claimed,expense,paid so far
C1,Claim,2024-01-10,40.00,,
C1,Payment,2024-01-12,,,40.00
C2,Claim,2024-02-01,36.00,,
C3,Claim,2024-03-01,20.00,,
C2,Send,2024-05-01,,13.00,
C2,Letter,2024-05-10,,,
C3,Send,2024-06-01,,11.00,
C3,Letter,2024-06-10,,,
C2,Penalty,2024-07-09,74.00,,
C2,Payment,2024-08-01,,,50.00
C3,Penalty,2024-08-10,40.00,,
C2,Payment,2024-09-01,,,87.00
C3,Payment,2024-09-09,,,10.00
C4,Claim,2024-11-05,30.00,,
C4,Payment,2024-11-07,,,35.00
C5,Claim,2025-01-10,22.00,,
C5,Payment,2025-02-01,,,20.00
C6,Claim,2025-02-01,36.00,,
C7,Claim,2025-03-01,36.00,,
C7,Payment,2025-03-05,,,36.00
C7,Payment,2025-03-05,,,36.00
C8,Claim,2025-04-01,50.00,,
C5,Send,2025-04-01,,13.00,
C9,Claim,2025-04-02,36.00,,
C6,Send,2025-05-01,,13.00,
C5,Payment,2025-05-01,,,35.00
C6,Letter,2025-05-10,,,
C6,Appeal,2025-06-01,,,
C3,Collector,2025-06-01,,,
C9,Send,2025-06-01,,13.00,
C9,Appeal,2025-06-10,,,
C9,Payment,2025-06-20,,,49.00
C6,Penalty,2025-07-09,74.00,,
C6,Answer,2025-08-01,,,
C6,Court,2025-09-01,,,
"""
# By hand. C1 is paid; C2 in parts after a penalty; C3 in part, then goes to the collector; C4 pays too much; C5 before
# the expense comes; C6 appeals twice and pays nothing; C7's payment is told twice; C8 has nothing; C9 pays in dispute.
OF_2024: dict[str, Any] = {
    "cases": 4, "claim": 126.0, "total_due": 208.0, "paid": 172.0, "settled": 3, "partial": 1, "unpaid": 0,
    "sent": 2, "penalty": 2, "collection": 1, "appeal": 0, "appeal_judge": 0, "notified": 2, "multi_payment": 1,
}  # fmt: skip
OF_2025: dict[str, Any] = {
    "cases": 5, "claim": 180.0, "total_due": 257.0, "paid": 120.0, "settled": 3, "partial": 0, "unpaid": 2,
    "sent": 3, "penalty": 1, "collection": 0, "appeal": 2, "appeal_judge": 1, "notified": 1, "multi_payment": 2,
}  # fmt: skip
CHECK: dict[str, Any] = {
    "totals": {
        **{name: OF_2024[name] + OF_2025[name] for name in OF_2024},
        "never_seen": 0,
        "events": 35,
        "activities": {
            "Claim": 9, "Payment": 10, "Send": 5, "Penalty": 3, "Letter": 3, "Appeal": 2, "Answer": 1, "Court": 1,
            "Collector": 1,
        },
        "first": "2024-01-10",
        "last": "2025-09-01",
        "payments_per_case": {"0": 2, "1": 4, "2": 3},
    },
    "by_year": {"2024": OF_2024, "2025": OF_2025},
}  # fmt: skip
COUNTED = 14 * 3 + 4 + 9 + 3
"""The keys of the check: of the whole and of two years, and those of records alone."""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of one replay, and what it said."""
    folder = tmp_path_factory.mktemp("cases")
    (folder / "cases.csv").write_text(LOG)
    policies = ROOT / "policies"
    done = ltc(
        "replay", str(folder / "cases.csv"), "--map", str(policies / "examples" / "cases-map.yaml"),
        "--policy", str(policies / "ref1-cases.yaml"), "--data-dir", str(folder / "data"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "said.txt").write_text(done.stdout)
    return folder


def figures(folder: Path, check: dict[str, Any]) -> tuple[int, str]:
    (folder / "check.json").write_text(json.dumps(check))
    done = ltc("figures", "--cases", "--check", str(folder / "check.json"), "--data-dir", str(folder / "data"))
    return done.returncode, done.stdout


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "data" / "ltc.db")) as connection:
        return connection.execute(query).fetchall()


def test_every_figure_is_exact(replayed: Path) -> None:
    assert "0 rows set aside, 0 refused" in (replayed / "said.txt").read_text()
    code, said = figures(replayed, {"dataset": "by hand", "days": {"n": 1}, **CHECK})
    assert said.splitlines()[0] == "not figures of cases, not compared: dataset, days"
    assert (code, f"{COUNTED} figures met, 0 differ" in said.replace("\n", " ")) == (0, True), said


@pytest.mark.parametrize("name", ["paid", "collection", "multi_payment", "appeal_judge", "never_seen", "dismissed"])
def test_a_figure_that_differs_or_that_no_record_answers_fails(replayed: Path, name: str) -> None:
    wrong = {**CHECK, "totals": {**CHECK["totals"], name: CHECK["totals"].get(name, 0) + 1}}
    code, said = figures(replayed, wrong)
    assert (code, said.count(f"totals.{name}:"), " 1 differ" in said) == (1, 1, True)


def test_the_ledger_has_what_the_figures_say(replayed: Path) -> None:
    (came, much) = rows(replayed, "SELECT COUNT(*), SUM(minor) FROM receipt")[0]
    assert (came, much) == (9, 29_200)
    assert rows(replayed, "SELECT -SUM(minor) FROM posting WHERE account = 'unapplied'") == [(500,)]
    disputed = "SELECT i.number, d.reason, d.outcome FROM dispute d JOIN invoice i ON i.id = d.invoice_id ORDER BY d.id"
    assert rows(replayed, disputed) == [
        ("C6", "appeal", "reject"), ("C9", "appeal", "withdrawn"), ("C6", "court", ""),
    ]  # fmt: skip
    over = rows(
        replayed, "SELECT substr(at, 1, 10), json_extract(data, '$.reason') FROM event WHERE kind = 'handed_over'"
    )
    assert over == [("2025-06-01", "Collector")]
    assert rows(replayed, "SELECT COUNT(*) FROM notice") == [(0,)]
