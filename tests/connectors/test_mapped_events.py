"""Recorded cases in other columns give the events that a recording would have: one a row, or several."""

import json
import re
from pathlib import Path

import pytest

from connectors.mapped_tables.events import EventMap, EventRow, event_rows
from connectors.mapped_tables.forms import load_map
from connectors.mapped_tables.table import UnreadableTable
from connectors.policy_files.problems import PolicyError
from tests.sources import ROOT

CASES = """
day: MM/DD/YYYY
case: {column: invoice}
currency: {default: USD}
events:
  - event: invoice_issued
    on: {column: issued}
    at: "09:00"
    amount: {column: amount}
    days: {due: {column: due}}
    attributes: {customer: {column: who}, note: {column: note}}
  - event: payment_received
    on: {column: settled}
    at: "08:00"
    at_again: "18:00"
    amount: {column: amount}
"""
CASE_ROWS = """invoice,who,issued,due,amount,settled,note
007,Ace,1/2/2013,2/1/2013,55.94,1/15/2013,
008,Ace,1/2/2013,2/1/2013,10.50,1/2/2013,cash
009,Bee,1/3/2013,2/2/2013,7,,
"""
LOG = """
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
  - event: charge_added
    when: [{column: activity, one_of: [Penalty]}, {column: kind, one_of: [full, part]}]
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
LOG_ROWS = """case,activity,kind,day,amount,paid
A1,Create,,2007-03-09,36.0,
A1,Notify,,2007-08-02,,
A1,Payment,,2007-08-10,,10.0
A2,Create,,2007-08-11,20.0,
A1,Penalty,full,2007-10-01,74.0,
A1,Penalty,other,2007-10-02,99.0,
A1,Payment,,2008-09-09,,87.0
A1,Payment,,2008-09-09,,87.0
A1,Payment,,2008-09-10,,80.0
"""


def events(folder: Path, mapped: str, rows: str) -> list[EventRow]:
    (folder / "map.yaml").write_text(mapped, encoding="utf-8")
    (folder / "cases.csv").write_text(rows, encoding="utf-8")
    return list(event_rows(folder / "cases.csv", load_map(folder / "map.yaml", EventMap)))


def told(row: EventRow) -> tuple[int, int, str, str, str, str]:
    cells = dict(row.cells)
    return row.line, row.nth, cells["ts"], cells["deal_id"], cells["event"], cells["amount"]


def test_a_row_of_dates_gives_an_event_for_each(tmp_path: Path) -> None:
    found = events(tmp_path, CASES, CASE_ROWS)
    assert [told(row) for row in found] == [
        (2, 0, "2013-01-02T09:00:00Z", "007", "invoice_issued", "55.94"),
        (2, 1, "2013-01-15T08:00:00Z", "007", "payment_received", "55.94"),
        (3, 0, "2013-01-02T09:00:00Z", "008", "invoice_issued", "10.50"),
        (3, 1, "2013-01-02T18:00:00Z", "008", "payment_received", "10.50"),
        (4, 0, "2013-01-03T09:00:00Z", "009", "invoice_issued", "7.00"),
    ]
    attributes = [json.loads(dict(row.cells)["attrs"] or "null") for row in found[:4]]
    assert attributes == [
        {"customer": "Ace", "due": "2013-02-01"}, None,
        {"customer": "Ace", "note": "cash", "due": "2013-02-01"}, None,
    ]  # fmt: skip


def test_a_log_gives_its_running_totals_as_differences_of_each_case(tmp_path: Path) -> None:
    found = events(tmp_path, LOG, LOG_ROWS)
    assert [told(row)[2:] for row in found] == [
        ("2007-03-09T09:00:00Z", "A1", "invoice_issued", "36.00"),
        ("2007-08-10T12:00:00Z", "A1", "payment_received", "10.00"),
        ("2007-08-11T09:00:00Z", "A2", "invoice_issued", "20.00"),
        ("2007-10-01T10:00:00Z", "A1", "charge_added", "38.00"),
        ("2008-09-09T12:00:00Z", "A1", "payment_received", "77.00"),
        ("2008-09-09T12:00:00Z", "A1", "payment_repeated", "0.00"),
        ("2008-09-10T12:00:00Z", "A1", "payment_received", "-7.00"),
    ]
    assert json.loads(dict(found[0].cells)["attrs"]) == {"total": "36.00", "due": "2007-05-08"}
    assert json.loads(dict(found[3].cells)["attrs"]) == {"charge": "penalty", "total": "74.00"}


def test_the_map_that_the_documentation_shows_can_be_read(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(day.*?)```", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.DOTALL)
    rows = "invoiceNumber,customerID,InvoiceDate,DueDate,InvoiceAmount,Penalty,PenaltyDate,ClaimSoFar,SettledDate\n"
    found = events(tmp_path, shown, rows + "7,Ace,1/2/2013,2/1/2013,5.50,yes,3/1/2013,2.00,1/2/2013\n")
    assert [told(row)[2:] for row in found] == [
        ("2013-01-02T09:00:00Z", "7", "invoice_issued", "5.50"),
        ("2013-03-01T10:00:00Z", "7", "charge_added", "2.00"),
        ("2013-01-02T18:00:00Z", "7", "payment_received", "5.50"),
    ]


def test_a_row_that_cannot_be_read_says_why_and_the_others_go_on(tmp_path: Path) -> None:
    rows = CASE_ROWS.replace("1/15/2013", "13/15/2013").replace("10.50", "ten")
    wrong = [(row.line, row.nth, row.why) for row in events(tmp_path, CASES, rows) if row.why]
    assert wrong == [
        (2, 1, "'13/15/2013' is no day of the year: month must be in 1..12"),
        (3, 0, "'ten' is no amount"), (3, 1, "'ten' is no amount"),
    ]  # fmt: skip


def test_what_a_map_needs_and_may_not_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="lacks the column note, settled"):
        events(tmp_path, CASES, "invoice,who,issued,due,amount\n")
    for old, new, wrong in (
        ('at: "09:00"', "at: 9", "write a time of day"),
        ("days: {due: {column: due}}", "days: {due: {}}", "give a column, a default"),
        ("amount: {column: amount}\n    days", "amounts: {column: amount}\n    days", "there is no such key"),
    ):
        with pytest.raises(PolicyError, match=wrong):
            events(tmp_path, CASES.replace(old, new), CASE_ROWS)
