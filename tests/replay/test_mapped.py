"""Recorded cases in other columns run through the real workflows: what was charged on top is owed and paid, too."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.replay.test_replay import ltc
from tests.sources import ROOT

MAP = """
case: {column: case}
currency: {default: EUR}
events:
  - event: invoice_issued
    when: [{column: activity, one_of: [Create]}]
    on: {column: day}
    at: "09:00"
    amount: {column: amount}
    running: claim
    days: {due: {column: day, plus_days: 60}}
    attributes: {customer: {column: case}}
  - event: charge_added
    when: [{column: activity, one_of: [Penalty]}]
    on: {column: day}
    at: "10:00"
    amount: {column: amount}
    running: claim
    attributes: {charge: {default: penalty}}
  - event: payment_received
    when: [{column: activity, one_of: [Payment]}]
    on: {column: day}
    at: "12:00"
    amount: {column: paid}
    running: paid
"""
CASES = """case,activity,day,amount,paid
A1,Create,2025-03-09,36.00,
A2,Create,2025-03-09,20.00,
A1,Payment,2025-03-20,,10.00
A1,Penalty,2025-06-01,74.00,
A1,Payment,2025-06-09,,50.00
A2,Payment,2025-06-09,,25.00
"""


def test_part_payments_and_charges_are_owed_and_paid_as_recorded(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP)
    (tmp_path / "cases.csv").write_text(CASES)
    call = (
        "replay", str(tmp_path / "cases.csv"), "--map", str(tmp_path / "map.yaml"),
        "--policy", str(ROOT / "policies" / "ref1.yaml"), "--data-dir", str(tmp_path / "data"),
    )  # fmt: skip
    done = ltc(*call)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 rows set aside, 0 refused" in done.stdout
    with closing(sqlite3.connect(tmp_path / "data" / "ltc.db")) as connection:
        paid = connection.execute(
            "SELECT i.number, i.gross_minor, SUM(a.minor) FROM invoice i JOIN instalment p ON p.invoice_id = i.id"
            " LEFT JOIN allocation a ON a.instalment_id = p.id GROUP BY i.id ORDER BY i.number"
        ).fetchall()
        (left,) = connection.execute("SELECT -SUM(minor) FROM posting WHERE account = 'unapplied'").fetchone()
    # The case owes 74: 50 came, the invoice first. The other paid 5 too much.
    assert paid == [("A1", 3600, 3600), ("A1-penalty", 3800, 1400), ("A2", 2000, 2000)]
    assert left == 500
