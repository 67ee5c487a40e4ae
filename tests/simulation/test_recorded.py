"""Rows that cannot be right are reported with their line and set aside; none is dropped, none stops the rest."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.mapped_tables.events import EventMap
from connectors.mapped_tables.forms import load_map
from connectors.policy_files.loading import load
from domain.money import Money
from domain.refusal import Refused
from simulation import steps
from simulation.recorded import Recording, UnreadableRecording, read_mapped, read_recording

HEAD = "ts,deal_id,event,amount,attrs,currency\n"
GOOD = (
    '2026-01-05T09:00:00Z,D1,lead_created,,"{""agent"":""Ann"",""account"":NaN,""list_price"":550}",USD\n'
    "2026-01-06T09:00:00Z,D1,lead_qualified,,,USD\n"
    '2026-01-07T11:00:00Z,D1,quote_sent,97.6,"{""discount"":0.1}",USD\n'
)


def recorded(tmp_path: Path, rows: str, head: str = HEAD) -> Recording:
    place = tmp_path / "events.csv"
    place.write_text(head + rows)
    return read_recording(place)


def test_good_rows_are_read_exactly(tmp_path: Path) -> None:
    recording = recorded(tmp_path, GOOD)

    assert recording.set_aside == ()
    lead, _, quote = recording.events
    assert lead.attributes == (("agent", "Ann"), ("list_price", "550"))
    assert lead.attribute("account") == ""
    assert lead.amount is None
    assert quote.at == datetime(2026, 1, 7, 11, tzinfo=UTC)
    assert quote.amount == Money(minor=9760, currency="USD")
    assert not recording.imports_invoices


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-01-08T00:00:00Z,D1,teleported,,,USD", "unknown event 'teleported'"),
        ("yesterday,D1,quote_accepted,,,USD", "Invalid isoformat string: 'yesterday'"),
        ("2026-01-08T00:00:00,D1,quote_accepted,,,USD", "'2026-01-08T00:00:00' names no time zone"),
        ("2026-01-08T00:00:00Z,,quote_accepted,,,USD", "'' is no deal id"),
        ("2026-01-08T00:00:00Z,a/b,lead_created,,,USD", "'a/b' is no deal id"),
        ("2026-01-08T00:00:00Z,D1,quote_sent,-1,,USD", "quote_sent needs an amount above zero, not '-1'"),
        ("2026-01-08T00:00:00Z,D1,payment_received,0,,USD", "payment_received needs an amount above zero, not '0'"),
        ("2026-01-08T00:00:00Z,D1,quote_sent,NaN,,USD", "'NaN' is no amount"),
        ("2026-01-08T00:00:00Z,D1,quote_sent,1.005,,USD", "1.005 has more decimal places than USD allows"),
        ("2026-01-08T00:00:00Z,D1,quote_sent,10.5,,JPY", "10.5 has more decimal places than JPY allows"),
        ("2026-01-08T00:00:00Z,D1,quote_sent,1O.5,,USD", "'1O.5' is no amount"),
        ('2026-01-08T00:00:00Z,D1,quote_sent,10,"{""discount"":""much""}",USD', "'much' is no discount"),
        ('2026-01-08T00:00:00Z,D1,quote_sent,10,"{""discount"":1}",USD', "'1' is no discount"),
        ('2026-01-08T00:00:00Z,D1,quote_sent,10,"{""list_price"":""10 $""}",USD', "'10 $' is no amount"),
        ('2026-01-08T00:00:00Z,D1,quote_sent,10,"{""list_price"":-1}",USD', "'-1' is no list price"),
        ("2026-01-08T00:00:00Z,D1,quote_accepted,,[1],USD", "attrs is no JSON object: '[1]'"),
        ("2026-01-08T00:00:00Z,D1,goods_issued,,,USD", "goods_issued before its cause quote_accepted"),
        ("2026-01-08T00:00:00Z,D1,invoice_issued,5,,USD", "invoice_issued before its cause goods_issued"),
        ("2026-01-04T00:00:00Z,D1,lead_qualified,,,USD", "lead_qualified before its cause lead_created"),
        ("2026-01-08T00:00:00Z,D1,lead_created,,,USD", "duplicate: D1 has this lead_created already"),
        ("2026-01-08T00:00:00Z,D2,deal_lost,,,USD", "deal_lost before its cause lead_created"),
    ],
)
def test_a_row_that_cannot_be_right_is_set_aside_with_its_line(tmp_path: Path, row: str, why: str) -> None:
    recording = recorded(tmp_path, GOOD + row + "\n2026-01-09T10:00:00Z,D1,quote_accepted,,,USD\n")

    found = [aside for aside in recording.set_aside if aside.why.startswith(why)]
    if "lead_qualified before" in why:
        # The early one is set aside; the one in its place then counts.
        assert [aside.line for aside in found] == [5]
    else:
        assert [aside.line for aside in recording.set_aside] == [5]
        assert len(found) == 1
    assert [event.event for event in recording.events][-1] == "quote_accepted"


def test_part_payments_are_no_duplicates_but_the_same_payment_twice_is(tmp_path: Path) -> None:
    head = '2026-01-05T09:00:00Z,I1,invoice_issued,100,"{""due"":""2026-02-04""}",USD\n'
    pay = "2026-01-08T08:00:00Z,I1,payment_received,40,,USD\n"

    recording = recorded(tmp_path, head + pay + pay + "2026-01-09T08:00:00Z,I1,payment_received,40,,USD\n")

    assert recording.imports_invoices
    assert [event.line for event in recording.events] == [2, 3, 5]
    assert [(aside.line, aside.why) for aside in recording.set_aside] == [
        (4, "duplicate: I1 has this payment_received already")
    ]


def test_events_are_put_in_order_of_time_and_gzip_is_read(tmp_path: Path) -> None:
    rows = GOOD.splitlines(keepends=True)
    place = tmp_path / "events.csv.gz"
    place.write_bytes(gzip.compress((HEAD + rows[2] + rows[0] + rows[1]).encode()))

    recording = read_recording(place)

    assert [event.event for event in recording.events] == ["lead_created", "lead_qualified", "quote_sent"]
    assert recording.set_aside == ()


def test_a_file_without_a_currency_column_is_in_dollars(tmp_path: Path) -> None:
    recording = recorded(tmp_path, "2026-01-05T09:00:00Z,D1,lead_created,,\n", "ts,deal_id,event,amount,attrs\n")

    assert recording.events[0].currency == "USD"


def test_what_is_no_recording_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecording, match="lacks the column event, amount, attrs"):
        recorded(tmp_path, "", "ts,deal_id\n")
    with pytest.raises(UnreadableRecording, match="cannot be read as CSV"):
        read_recording(tmp_path / "nowhere.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"no gzip")
    with pytest.raises(UnreadableRecording, match="cannot be read as CSV"):
        read_recording(broken)


MAP = """
case: {column: case}
currency: {default: EUR}
events:
  - event: invoice_issued
    on: {column: day}
    at: "09:00"
    amount: {column: claim}
    days: {due: {column: day, plus_days: 30}}
    attributes: {customer: {column: case}}
  - event: charge_added
    on: {column: fined}
    at: "10:00"
    amount: {column: fee}
    attributes: {charge: {default: fee}}
  - event: payment_received
    on: {column: paid}
    at: "12:00"
    amount: {column: claim}
"""


def test_cases_in_other_columns_are_recorded_events_with_places_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP)
    rows = "A1,2026-01-05,36.0,2026-01-05,2.5,2026-01-05\nA2,2026-01-06,-3,,,\nA3,2026-01-06,4,nonsense,1,\n"
    (tmp_path / "cases.csv").write_text("case,day,claim,fined,fee,paid\n" + rows)

    recording = read_mapped(tmp_path / "cases.csv", load_map(tmp_path / "map.yaml", EventMap))

    assert [(one.event, one.place, one.amount) for one in recording.events] == [
        ("invoice_issued", (2, 0), Money(minor=3600, currency="EUR")),
        ("charge_added", (2, 1), Money(minor=250, currency="EUR")),
        ("payment_received", (2, 2), Money(minor=3600, currency="EUR")),
        ("invoice_issued", (4, 0), Money(minor=400, currency="EUR")),
    ]
    assert recording.imports_invoices
    assert [(aside.line, aside.why) for aside in recording.set_aside] == [
        (3, "invoice_issued needs an amount above zero, not '-3.00'"),
        (4, "'nonsense' is no day of the form YYYY-MM-DD"),
    ]
    first, fee, paid, _ = recording.events
    assert steps.open_item(first).instalments[0].due_on == date(2026, 2, 4)
    assert (steps.charge(fee, 1).number, steps.charge(fee, 1).instalments[0].due_on) == ("A1-fee", date(2026, 1, 5))
    assert steps.receipt(paid, ("A1", "A1-fee"), 1).invoices == ("A1", "A1-fee")


def test_an_imported_invoice_without_a_due_date_is_refused_and_stops_nothing(tmp_path: Path) -> None:
    recording = recorded(tmp_path, "2026-01-05T09:00:00Z,I1,invoice_issued,100,,USD\n")

    with pytest.raises(Refused, match="names its due date"):
        steps.open_item(recording.events[0])


def test_a_charge_may_come_after_a_payment_but_not_before_its_invoice(tmp_path: Path) -> None:
    head = '2026-01-05T09:00:00Z,I1,invoice_issued,100,"{""due"":""2026-02-04""}",USD\n'
    rows = "2026-01-08T08:00:00Z,I1,payment_received,40,,USD\n2026-01-09T08:00:00Z,I1,charge_added,5,,USD\n"

    recording = recorded(tmp_path, head + rows + "2026-01-04T08:00:00Z,I1,charge_added,5,,USD\n")

    assert [event.event for event in recording.events] == ["invoice_issued", "payment_received", "charge_added"]
    assert [aside.why for aside in recording.set_aside] == ["charge_added before its cause invoice_issued"]


CASES = """
case: {column: case}
currency: {default: EUR}
events:
  - event: invoice_issued
    when: [{column: what, one_of: [Claim]}]
    on: {column: day}
    at: "09:00"
    amount: {column: amount}
  - event: payment_received
    when: [{column: what, one_of: [Paid]}]
    on: {column: day}
    at: "09:00"
    amount: {column: amount}
    running: paid
    attributes: {id: {column: id}}
  - event: noted
    when: [{column: what, one_of: [Letter, Appeal]}]
    on: {column: day}
    at: "09:00"
    attributes: {what: {column: what}}
  - event: handed_over
    when: [{column: what, one_of: [Collector]}]
    on: {column: day}
    at: "09:00"
"""


def mapped(tmp_path: Path, rows: str) -> Recording:
    (tmp_path / "map.yaml").write_text(CASES)
    (tmp_path / "cases.csv").write_text("case,what,day,amount,id\n" + rows)
    return read_mapped(tmp_path / "cases.csv", load_map(tmp_path / "map.yaml", EventMap))


def test_payments_of_one_amount_and_day_are_two_where_their_totals_or_ids_differ(tmp_path: Path) -> None:
    recording = mapped(
        tmp_path,
        "A,Claim,2026-01-05,40,1\nA,Paid,2026-01-06,10,2\nA,Paid,2026-01-06,20,2\n"
        "A,Paid,2026-01-06,20,3\nA,Paid,2026-01-06,20,4\nA,Paid,2026-01-06,20,4\n",
    )
    assert [(one.line, one.event, one.amount and one.amount.minor) for one in recording.events] == [
        (2, "invoice_issued", 4000), (3, "payment_received", 1000), (4, "payment_received", 1000),
        (5, "payment_repeated", 0), (6, "payment_repeated", 0),
    ]  # fmt: skip
    assert [(aside.line, aside.why) for aside in recording.set_aside] == [
        (7, "duplicate: A has this payment_repeated already")
    ]


def test_notes_of_one_day_are_two_where_they_are_about_two_things_and_a_case_is_handed_over_once(
    tmp_path: Path,
) -> None:
    recording = mapped(
        tmp_path,
        "A,Letter,2026-01-04,,\nA,Claim,2026-01-05,40,\nA,Letter,2026-01-06,,\nA,Appeal,2026-01-06,,\n"
        "A,Letter,2026-01-06,,\nA,Paid,2026-01-07,5,1\nA,Collector,2026-01-08,,\nA,Collector,2026-01-09,,\n"
        "A,Letter,2026-01-10,,\n",
    )
    assert [one.line for one in recording.events] == [3, 4, 5, 7, 8, 10]
    assert [(aside.line, aside.why) for aside in recording.set_aside] == [
        (2, "noted before its cause invoice_issued"),
        (6, "duplicate: A has this noted already"),
        (9, "duplicate: A has this handed_over already"),
    ]


def test_what_a_case_is_noted_about_must_be_said(tmp_path: Path) -> None:
    recording = recorded(
        tmp_path,
        "2026-01-05T09:00:00Z,I1,invoice_issued,100,,USD\n"
        "2026-01-06T09:00:00Z,I1,noted,,,USD\n"
        '2026-01-07T09:00:00Z,I1,noted,,"{""what"":""letter"",""activity"":""Insert Letter""}",USD\n',
    )
    _, nothing, letter = recording.events
    with pytest.raises(Refused, match="a note says what happened"):
        steps.note(nothing)
    assert (steps.note(letter).what, steps.note(letter).text) == ("letter", "Insert Letter")
    assert steps.hand_over(nothing).reason == "as recorded"


POLICY = Path(__file__).parents[2] / "policies" / "ref1-cases.yaml"
TRAFFIC_FINES = POLICY.parent / "examples" / "traffic-fines-map.yaml"
FINES = """case_id,activity,timestamp,amount,expense,totalpaymentamount,activity_instance_id
F1,Create Fine,2010-01-04,36.0,,0.0,1
F1,Send Fine,2010-03-01,,11.0,,2
F1,Insert Fine Notification,2010-03-05,,,,3
F1,Add penalty,2010-05-04,74.0,,,4
F1,Payment,2010-06-01,,,50.0,5
F1,Payment,2010-06-01,,,80.0,6
F1,Insert Date Appeal to Prefecture,2010-06-02,,,,7
F1,Send for Credit Collection,2012-01-02,,,,8
"""


def test_the_map_of_traffic_fines_tells_claims_charges_and_part_payments(tmp_path: Path) -> None:
    (tmp_path / "fines.csv").write_text(FINES)
    read = read_mapped(tmp_path / "fines.csv", load_map(TRAFFIC_FINES, EventMap))
    assert (read.set_aside, read.imports_invoices) == ((), True)
    assert [
        (one.at.date().isoformat(), one.event, one.amount.minor if one.amount else None) for one in read.events
    ] == [
        ("2010-01-04", "invoice_issued", 3600),
        ("2010-03-01", "charge_added", 1100),
        ("2010-03-05", "noted", None),
        ("2010-05-04", "charge_added", 3800),  # the claim grew from 36 to 74
        ("2010-06-01", "payment_received", 5000),
        ("2010-06-01", "payment_received", 3000),  # 80 in all
        ("2010-06-02", "noted", None),
        ("2010-06-02", "dispute_raised", None),
        ("2012-01-02", "handed_over", None),
    ]
    reasons = {one.attribute("reason") for one in read.events if one.event == "dispute_raised"}
    assert reasons == {"appeal"} <= set(load(POLICY).policy.dunning.dispute.reasons)


def test_what_a_part_payment_leaves_may_be_disputed_and_nothing_else_may(tmp_path: Path) -> None:
    paid_up = FINES.replace("80.0,6", "85.0,6")
    (tmp_path / "fines.csv").write_text(paid_up)
    read = read_mapped(tmp_path / "fines.csv", load_map(TRAFFIC_FINES, EventMap))
    assert [(row.line, row.why) for row in read.set_aside] == [(8, "dispute_raised after the deal had ended")]
    assert "dispute_raised" not in {one.event for one in read.events}
