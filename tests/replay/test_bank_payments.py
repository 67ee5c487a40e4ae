"""Payments by the bank do exactly what the same payments do as receipts; without a reference none goes wrong."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.replay.test_replay import ROOT, ltc

FIRST = date(2025, 1, 6)
CUSTOMERS = ("Acme Ltd", "Beta & Söhne GmbH", "示例贸易有限公司")
ALLOCATED = """
    SELECT i.number, n.position, a.kind, a.minor, a.value_date FROM allocation a
    JOIN instalment n ON n.id = a.instalment_id JOIN invoice i ON i.id = n.invoice_id ORDER BY 1, 2, 3, 5, 4
"""
NOTICES = """
    SELECT i.number, o.stage, o.level, o.outcome, substr(o.at, 1, 13), m.open_minor FROM notice o
    JOIN notice_item m ON m.notice_id = o.notice_id JOIN instalment n ON n.id = m.instalment_id
    JOIN invoice i ON i.id = n.invoice_id ORDER BY 1, 5, 3
"""
OPEN = "SELECT customer_name, open_minor, unapplied_minor FROM account WHERE customer_id <> 'unidentified' ORDER BY 1"


def recorded() -> Iterator[str]:
    """Write invoices of three customers: paid early, late, in parts, on one day, disputed, some of one amount."""
    yield "ts,deal_id,event,amount,attrs,currency"
    rows: list[tuple[str, str]] = []
    for place in range(18):
        customer, number = CUSTOMERS[place % 3], f"00{4700 + place}"
        issued = FIRST + timedelta(days=place // 3)
        amount = 100 + 25 * (place % 5)
        attrs = json.dumps({"customer": customer, "due": str(issued + timedelta(days=30))}, ensure_ascii=False)
        rows.append((f"{issued}T09:00:00Z", f"{number},invoice_issued,{amount}.50,{quoted(attrs)},USD"))
        paid = issued + timedelta(days=(5, 31, 34, 41, 52, 61)[place % 6])
        if place % 4 == 1:
            rows.append((f"{paid - timedelta(days=3)}T12:00:00Z", f"{number},dispute_raised,{amount}.50,,USD"))
        if place % 8 == 6:
            rows.append((f"{paid}T08:00:00Z", f"{number},payment_received,40.00,,USD"))
            rows.append((f"{paid + timedelta(days=9)}T08:00:00Z", f"{number},payment_received,{amount - 40}.50,,USD"))
        elif place != 17:
            hour = "18" if place % 5 == 0 else "08"
            rows.append((f"{paid}T{hour}:00:00Z", f"{number},payment_received,{amount}.50,,USD"))
    yield from (f"{at},{rest}" for at, rest in sorted(rows))


def quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


PAYMENTS = sum("payment_received" in row for row in recorded())
BARE = PAYMENTS // 2


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bank") / "events.csv"
    path.write_text("\n".join(recorded()) + "\n")
    return path


_RUNS = count()


def replayed(events: Path, *options: str) -> tuple[Path, str]:
    """Replay into a folder of its own; returns it with what was printed."""
    folder = events.parent / f"run{next(_RUNS)}"
    policy = str(ROOT / "policies" / "ref1.yaml")
    done = ltc(
        "replay", str(events), "--policy", policy, "--until", "2025-04-30", "--data-dir", str(folder), *options
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


@pytest.fixture(scope="module")
def by_bank(events: Path) -> tuple[Path, str]:
    return replayed(events, "--by-bank")


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "ltc.db")) as connection:
        return connection.execute(query).fetchall()


def test_the_bank_gives_the_same_allocations_figures_and_dunning(events: Path, by_bank: tuple[Path, str]) -> None:
    receipts, _ = replayed(events)
    bank, said = by_bank

    assert "0 rows set aside, 0 refused" in said
    assert len(rows(bank, ALLOCATED)) == PAYMENTS
    for query in (ALLOCATED, NOTICES, OPEN):
        assert rows(bank, query) == rows(receipts, query)
    assert len(rows(bank, NOTICES)) > 15
    as_receipts, as_bank = (json.loads(ltc("figures", "--data-dir", str(one)).stdout) for one in (receipts, bank))
    assert as_bank["ar"] == as_receipts["ar"]
    assert {row[0] for row in rows(bank, "SELECT DISTINCT source FROM receipt")} == {"bank"}
    assert {row[0] for row in rows(bank, "SELECT DISTINCT status FROM bank_statement")} == {"posted"}
    assert rows(bank, "SELECT count(*) FROM bank_line WHERE flagged OR status <> 'posted'") == [(0,)]
    assert "everything holds" in ltc("verify", "--data-dir", str(bank)).stdout


def test_the_same_recording_again_changes_nothing(events: Path, by_bank: tuple[Path, str]) -> None:
    folder, _ = by_bank
    before = rows(folder, "SELECT workflow_id, seq, hash FROM event ORDER BY 1, 2")
    policy = str(ROOT / "policies" / "ref1.yaml")

    again = ltc(
        "replay", str(events), "--policy", policy, "--until", "2025-04-30", "--data-dir", str(folder), "--by-bank"
    )  # fmt: skip

    assert again.returncode == 0, again.stdout + again.stderr
    assert rows(folder, "SELECT workflow_id, seq, hash FROM event ORDER BY 1, 2") == before
    assert rows(folder, "SELECT count(*) FROM receipt") == [(PAYMENTS,)]


def test_without_a_reference_a_payment_is_matched_right_or_left_to_people(events: Path) -> None:
    folder, said = replayed(events, "--by-bank", "--unreferenced", "2")

    found = re.search(
        r"(\d+) payments without a reference: (\d+) unique matches, (\d+) questions, (\d+) unapplied", said
    )
    assert found is not None, said
    every, unique, questions, unapplied = (int(number) for number in found.groups())
    assert (every, unique + questions + unapplied) == (BARE, BARE)
    assert min(unique, questions) > 0
    assert ", 0 wrong" in said
    bare = "SELECT external_id FROM bank_line WHERE reference = ''"
    assert len(rows(folder, bare)) == BARE
    paid = rows(
        folder,
        f"""SELECT count(DISTINCT r.external_id) FROM receipt r JOIN allocation a ON a.receipt_id = r.id
        WHERE r.external_id IN ({bare})""",
    )
    assert paid == [(unique,)]
    assert rows(folder, "SELECT count(*) FROM question WHERE status = 'open'") == [(questions,)]


def test_references_are_left_out_of_bank_statements_only(events: Path) -> None:
    policy = str(ROOT / "policies" / "ref1.yaml")
    wrong = ltc("replay", str(events), "--policy", policy, "--unreferenced", "2")
    assert (wrong.returncode, "give --by-bank" in wrong.stderr) == (2, True)
