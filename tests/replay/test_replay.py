"""Recorded events go through the real workflows; every figure follows from the event log and the ledger alone."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EVENTS = """\
ts,deal_id,event,amount,attrs,currency
2025-01-06T09:00:00Z,D1,lead_created,,"{""agent"":""Ann"",""product"":""P1"",""account"":""Acme"",""list_price"":1200}",USD
2025-01-06T09:00:00Z,D2,lead_created,,"{""agent"":""Bob"",""product"":""P1"",""account"":""Acme"",""list_price"":1000}",USD
2025-01-06T09:30:00Z,D3,lead_created,,"{""agent"":""Ann"",""product"":""P2"",""account"":NaN,""list_price"":800.0}",USD
2025-01-07T09:00:00Z,D4,lead_created,,"{""agent"":""Bob"",""product"":""P2"",""account"":""Zeta"",""list_price"":550}",USD
2025-01-07T09:00:00Z,D9,teleported,,,USD
2025-01-06T09:00:00Z,D5,lead_created,,"{""agent"":""Cid"",""product"":""P1"",""account"":""Again""}",USD
2025-01-06T10:00:00Z,D5,lead_qualified,,,USD
2025-01-06T11:00:00Z,D5,quote_sent,100.0,,USD
2025-01-08T10:00:00Z,D5,quote_accepted,100.0,,USD
2025-01-08T10:05:00Z,D5,order_created,100.0,,USD
2025-01-08T17:00:00Z,D5,goods_issued,,,USD
2025-01-08T18:00:00Z,D5,invoice_issued,100.0,,USD
2025-01-09T08:00:00Z,D5,payment_received,100.0,,USD
2025-01-06T09:00:00Z,D6,lead_created,,"{""agent"":""Cid"",""product"":""P1"",""account"":""Again""}",USD
2025-01-06T10:00:00Z,D6,lead_qualified,,,USD
2025-01-06T11:00:00Z,D6,quote_sent,200.0,,USD
2025-01-08T10:00:00Z,D6,quote_accepted,200.0,,USD
2025-01-08T10:05:00Z,D6,order_created,200.0,,USD
2025-01-22T17:00:00Z,D6,goods_issued,,,USD
2025-01-22T18:00:00Z,D6,invoice_issued,200.0,,USD
2025-01-30T08:00:00Z,D6,payment_received,200.0,,USD
2025-01-07T10:00:00Z,D1,lead_qualified,,,USD
2025-01-07T10:00:00Z,D2,lead_qualified,,,USD
2025-01-08T10:00:00Z,D4,lead_qualified,,,USD
2025-01-09T11:00:00Z,D1,quote_sent,1000.0,"{""discount"":0.166667}",USD
2025-01-09T11:01:00Z,D1,approval_requested,1000.0,,USD
2025-01-09T15:00:00Z,D1,approval_granted,1000.0,,USD
2025-01-09T11:00:00Z,D2,quote_sent,990.5,"{""discount"":0.0095}",USD
2025-01-10T10:00:00Z,D1,quote_accepted,1000.0,,USD
2025-01-10T10:05:00Z,D1,order_created,1000.0,,USD
2025-01-10T10:00:00Z,D2,quote_accepted,990.5,,USD
2025-01-10T10:05:00Z,D2,order_created,990.5,,USD
2025-01-10T14:00:00Z,D4,deal_lost,,,USD
2025-01-10T14:00:00Z,D4,deal_lost,,,USD
2025-01-13T17:00:00Z,D1,goods_issued,,,USD
2025-01-13T18:00:00Z,D1,invoice_issued,1000.0,,USD
2025-01-14T17:00:00Z,D2,goods_issued,,,USD
2025-01-14T18:00:00Z,D2,invoice_issued,990.5,,USD
2025-01-14T19:00:00Z,D2,dispute_raised,990.5,,USD
2025-02-20T13:00:00Z,D2,dispute_resolved,990.5,,USD
2025-02-24T08:00:00Z,D2,payment_received,990.5,,USD
2025-02-26T08:00:00Z,D1,payment_received,1000.0,,USD
"""
# By hand: D1 due 02-12, paid 14 days late: reminder 02-15 and L1 02-22 sent. D2 due 02-13, in dispute until 02-20:
# its reminder of 02-16 falls into the dispute, L1 of 02-23 is sent, paid 02-24. D5 and D6 are paid before they are due;
# between them nothing of their customer is open, so its account ends and runs again.
CHECK = {
    "dataset": "by hand",
    "events": {
        "lead_created": 6,
        "lead_qualified": 5,
        "quote_sent": 4,
        "approval_requested": 1,
        "approval_granted": 1,
        "quote_accepted": 4,
        "order_created": 4,
        "goods_issued": 4,
        "invoice_issued": 4,
        "dispute_raised": 1,
        "dispute_resolved": 1,
        "payment_received": 4,
        "deal_lost": 1,
    },
    "deals": 6,
    "won": 4,
    "first_event": "2025-01-06T09:00:00Z",
    "last_event": "2025-02-26T08:00:00Z",
    "ar": {
        "run_date": "2025-02-28",
        "totals": {
            "invoices": 4,
            "amount": 2290.5,
            "settled": 4,
            "open": 0,
            "late": 2,
            "mean_days_late": 6.25,
            "median_days_to_settle": 24.5,
        },
        "first_issued": "2025-01-08",
        "last_settled": "2025-02-26",
        "customers": 2,
    },
}


def ltc(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person does; its output is kept."""
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments], capture_output=True, text=True, timeout=240, check=False
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the events, the check and the data of one replay."""
    folder = tmp_path_factory.mktemp("replay")
    (folder / "events.csv").write_text(EVENTS)
    (folder / "check.json").write_text(json.dumps(CHECK))
    done = replayed(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "said.txt").write_text(done.stdout)
    return folder


def replayed(folder: Path) -> subprocess.CompletedProcess[str]:
    policy = str(ROOT / "policies" / "ref1.yaml")
    return ltc(
        "replay",
        str(folder / "events.csv"),
        "--policy",
        policy,
        "--until",
        "2025-02-28",
        "--data-dir",
        str(folder / "data"),
    )


def checked(database: Path, check: Path) -> subprocess.CompletedProcess[str]:
    return ltc("figures", "--check", str(check), "--data-dir", str(database.parent))


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def altered(files: Path, name: str, *statements: str) -> Path:
    """Return a copy of the database after some statements."""
    folder = files / name
    folder.mkdir()
    for part in ("ltc.db", "ltc.db-wal"):
        if (files / "data" / part).exists():
            shutil.copy(files / "data" / part, folder / part)
    with closing(sqlite3.connect(folder / "ltc.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return folder / "ltc.db"


def test_rows_that_cannot_be_right_are_named_and_the_rest_is_replayed(files: Path) -> None:
    said = (files / "said.txt").read_text()

    assert "line 6 set aside: unknown event 'teleported'" in said
    assert "line 35 set aside: duplicate: D4 has this deal_lost already" in said
    assert "2 rows set aside, 0 refused" in said
    assert "USD: 0 differences between what was recorded and what was produced" in said


def test_every_figure_follows_from_the_event_log_and_the_ledger(files: Path) -> None:
    (files / "events.csv").rename(files / "away.csv")
    try:
        found = checked(files / "data" / "ltc.db", files / "check.json")
    finally:
        (files / "away.csv").rename(files / "events.csv")

    assert found.returncode == 0, found.stdout
    assert ", 0 differ" in found.stdout
    assert rows(
        files / "data" / "ltc.db",
        "SELECT json_extract(data, '$.stage'), substr(at, 1, 13) FROM event WHERE kind = 'notice_sent' ORDER BY at",
    ) == [("reminder", "2025-02-15 09"), ("L1", "2025-02-22 09"), ("L1", "2025-02-23 09")]


def test_what_is_open_is_worth_its_list_price(files: Path) -> None:
    sales = {
        "dataset": "opportunities by hand",
        "totals": {"n": 6, "won": 4, "lost": 1, "prospecting": 1, "open_list_value": 800.0},
        "pipeline_open": {"n": 1, "list_value": 800.0, "with_account": 0},
        "by_agent": {"Ann": {"open_list_value": 800.0}, "Bob": {"open_list_value": 0.0}},
    }
    (files / "sales.json").write_text(json.dumps(sales))

    found = checked(files / "data" / "ltc.db", files / "sales.json")

    assert found.returncode == 0, found.stdout
    assert "10 figures met, 0 differ" in found.stdout


@pytest.mark.parametrize(
    ("name", "statements", "path"),
    [
        ("allocation", ["DELETE FROM allocation WHERE id = (SELECT max(id) FROM allocation)"], "ar.totals.settled"),
        ("amount", ["UPDATE invoice SET gross_minor = gross_minor + 1 WHERE id = 1"], "ar.totals.amount"),
        ("event", ["DELETE FROM event WHERE kind = 'lead_qualified' AND subject = 'D4'"], "events.lead_qualified"),
    ],
)  # fmt: skip
def test_a_changed_row_is_found(files: Path, name: str, statements: list[str], path: str) -> None:
    found = checked(altered(files, name, *statements), files / "check.json")

    assert found.returncode == 1
    assert path in found.stdout


def test_a_removed_dunning_event_is_found(files: Path) -> None:
    sent = ltc("figures", "--data-dir", str(files / "data"))
    dunning = json.loads(sent.stdout)["ar"]["dunning"]
    (files / "dunning.json").write_text(json.dumps({"ar": {"run_date": "2025-02-28", "dunning": dunning}}))

    whole = checked(files / "data" / "ltc.db", files / "dunning.json")
    cut = checked(
        altered(
            files,
            "notice",
            "DELETE FROM notice_item WHERE notice_id = (SELECT max(notice_id) FROM notice WHERE outcome = 'sent')",
        ),
        files / "dunning.json",
    )

    assert whole.returncode == 0, whole.stdout
    assert cut.returncode == 1
    assert "dunning" in cut.stdout


def test_a_deleted_event_row_is_found_by_verify(files: Path) -> None:
    whole = ltc("verify", "--data-dir", str(files / "data"))
    cut = ltc(
        "verify",
        "--data-dir",
        str(altered(files, "cut", "DELETE FROM event WHERE workflow_id = 'deal/D1' AND seq = 7").parent),
    )

    assert whole.returncode == 0, whole.stdout
    assert "everything holds" in whole.stdout
    assert cut.returncode == 1
    assert "broken: S3" in cut.stdout


def test_the_same_file_again_changes_nothing(files: Path) -> None:
    database = files / "data" / "ltc.db"
    before = rows(database, "SELECT workflow_id, seq, hash FROM event ORDER BY 1, 2")

    again = replayed(files)

    assert again.returncode == 0, again.stdout + again.stderr
    assert rows(database, "SELECT workflow_id, seq, hash FROM event ORDER BY 1, 2") == before


def test_a_new_temporal_with_the_old_database_changes_nothing(files: Path) -> None:
    database = files / "data" / "ltc.db"
    before = rows(database, "SELECT workflow_id, seq, hash FROM event ORDER BY 1, 2")
    shutil.rmtree(files / "data" / "temporal")

    again = replayed(files)

    assert again.returncode == 0, again.stdout + again.stderr
    assert rows(database, "SELECT workflow_id, seq, hash FROM event ORDER BY 1, 2") == before
    assert checked(database, files / "check.json").returncode == 0
