"""A check meets the right file, and finds a changed cent, a lost allocation, a missing notice and an unknown key."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.kpi import tree
from domain.kpi.check import Comparison, Difference, compare
from domain.kpi.checkfile import CheckFileError, inputs_of, read_check
from domain.kpi.facts import Facts
from domain.kpi.monthly import Month
from domain.kpi.report import Figures, figures
from domain.money import exponent
from tests.domain.kpi.facts_made import FACTS, on

QUESTIONS = json.dumps({
    "dataset": "made", "side": "visible", "events": {"lead_created": 0, "quote_accepted": 0},
    "as_of": [{"date": "2026-01-31"}], "by_close_quarter": {}, "by_agent": {},
    "ar": {"run_date": "2026-03-10", "aging": [{"cutoff": "2026-02-20"}]},
})  # fmt: skip


def answers() -> dict[str, Any]:
    """Return the figures of the made facts as a check file would hold them."""
    found = figures(FACTS, inputs_of(read_check(QUESTIONS)))
    read: dict[str, Any] = json.loads(tree.write(found.root, exponent(found.currency)))
    return read | {"dataset": "made", "side": "visible"}


def check(expected: dict[str, Any], facts: Facts = FACTS) -> Comparison:
    """Compare facts with a check file."""
    asked = read_check(json.dumps(expected))
    return compare(figures(facts, inputs_of(asked)), asked)


def paths(comparison: Comparison) -> list[str]:
    return [difference.path for difference in comparison.differences]


def test_the_right_file_is_met_key_by_key() -> None:
    result = check(answers())
    assert result.differences == ()
    assert result.passed
    assert result.met > 400


def test_sections_may_stand_at_the_root_or_under_their_name() -> None:
    flat = answers()
    flat |= {**flat.pop("sales"), "aging": flat["ar"]["aging"], "run_date": "2026-03-10"}
    assert paths(check(flat)) == []


def test_a_changed_cent_is_found() -> None:
    first, *others = FACTS.invoices
    found = check(answers(), replace(FACTS, invoices=(replace(first, minor=first.minor + 1), *others)))
    assert Difference("ar.totals.amount", "1030.01", "1030.02") in found.differences
    assert not found.passed


def test_a_cent_in_the_file_is_found_and_named() -> None:
    wrong = answers()
    wrong["ar"]["totals"]["amount"] = 1030.02
    (difference,) = check(wrong).differences
    assert difference == Difference("ar.totals.amount", "1030.02", "1030.01")
    assert difference.text.en == "ar.totals.amount: expected 1030.02, got 1030.01"
    assert difference.text.zh == "ar.totals.amount：应为 1030.02，实际为 1030.01"


def test_a_lost_allocation_is_found() -> None:
    found = paths(check(answers(), replace(FACTS, allocations=FACTS.allocations[:-1])))
    assert "ar.totals.settled" in found
    assert "ar.monthly[2026-02].ar_end" in found
    assert "ar.monthly[2026-02].receipts" not in found


def test_a_missing_notice_is_found_where_it_was_sent_and_only_there() -> None:
    assert paths(check(answers(), replace(FACTS, notices=()))) == [
        "ar.dunning.dunning_no_disputed.reminder.n",
        "ar.dunning.dunning_no_disputed.reminder.amount",
        "ar.dunning.dunning_dispute_hold.reminder.n",
        "ar.dunning.dunning_dispute_hold.reminder.amount",
    ]


def test_a_missing_event_is_found() -> None:
    assert "events.lead_created" in paths(check(answers(), replace(FACTS, events=FACTS.events[1:])))


@pytest.mark.parametrize(
    ("expected", "path"),
    [
        ({"net_promoter": 4}, "net_promoter"),
        ({"by_agent": {"Nobody": {"n": 1}}}, "by_agent.Nobody.n"),
        ({"by_sector": {"steel": {"n": 1}}}, "by_sector.steel.n"),
        ({"ar": {"totals": {"written_off": 0}}}, "ar.totals.written_off"),
        (
            {"ar": {"aging": [{"cutoff": "2026-02-20", "buckets": {"soon": {"n": 0}}}]}},
            "ar.aging[2026-02-20].buckets.soon.n",
        ),
        ({"monthly": [{"sales": 1}]}, "monthly[0].sales"),
        ({"lead_to_cash_days": 50}, "lead_to_cash_days"),
        ({"deals": [4]}, "deals"),
        ({"surprise": []}, "surprise"),
        ({"surprise": {}}, "surprise"),
    ],
)
def test_a_key_passed_over_is_a_difference(expected: dict[str, Any], path: str) -> None:
    (difference,) = check(expected).differences
    assert (difference.path, difference.got) == (path, None)
    assert difference.text.en == f"{path}: not computed"


def test_an_empty_file_proves_nothing() -> None:
    assert not check({"dataset": "made", "side": "hidden"}).passed


@pytest.mark.parametrize(
    ("figure", "expected", "met"),
    [
        (tree.count(3), "3.0", True),
        (tree.count(1), "true", False),
        (tree.count(3), '"3"', False),
        (tree.money(10075), "100.75", True),
        (tree.money(10075), "100.7500001", False),
        (tree.mean(Decimal("0.3333333333")), "0.333333", True),
        (tree.mean(Decimal("0.333335")), "0.333333", False),
        (tree.money_mean(Decimal("33.33333")), "0.333333", True),
        (tree.dso(Decimal("27.71685")), "27.7168", True),
        (tree.dso(Decimal("27.71686")), "27.7168", False),
        (tree.dso(None), "null", True),
        (tree.dso(None), "NaN", True),
        (tree.dso(None), "0", False),
        (tree.dso(Decimal(0)), "null", False),
        (tree.text("2026-01-31"), '"2026-01-31"', True),
        (tree.text("2026-01-31"), '"2026-01-30"', False),
        (tree.minute(datetime(2026, 1, 5, 9, 7, 59, tzinfo=UTC)), '"2026-01-05T09:07:00Z"', True),
        (tree.minute(datetime(2026, 1, 5, 9, 8, tzinfo=UTC)), '"2026-01-05T09:07:59Z"', False),
        (tree.minute(datetime(2026, 1, 5, 9, 8, tzinfo=UTC)), '"soon"', False),
    ],
)
def test_the_unit_says_how_exactly_a_figure_is_met(figure: tree.Figure, expected: str, met: bool) -> None:
    found = compare(Figures(tree.Section({"x": figure}), "CNY"), read_check(f'{{"x": {expected}}}'))
    assert found.passed is met


def test_a_currency_without_cents_is_compared_in_whole_units() -> None:
    assert compare(Figures(tree.Section({"x": tree.money(500)}), "JPY"), read_check('{"x": 500}')).passed


def test_questions_are_taken_from_the_file_and_nothing_else_is() -> None:
    asked = inputs_of(read_check(json.dumps({
        "run_date": "2026-03-10", "late_interest_12pct": 1, "late_histogram": {"<=0": 0, "1+": 0},
        "monthly": [{"month": "2026-04"}], "approvals_by_discount": {">7%": {}},
        "by_channel": {}, "by_engage_month": {},
        "aging": [{"cutoff": "2026-02-01", "buckets": {"current": {}, ">0": {}}, "by_branch": {}}],
    })))  # fmt: skip
    assert asked.run_on == on(3, 10)
    assert asked.cutoffs == (on(2, 1),)
    assert asked.months == (Month(2026, 4),)
    assert asked.ageing_bands == ("current", ">0")
    assert asked.late_bands == ("<=0", "1+")
    assert asked.discount_percents == (7,)
    assert asked.interest_percents == (12,)
    assert asked.groups[-2:] == ("channel", "branch")
    assert asked.as_of == ()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"run_date": "soon"}', '{"monthly": [{"month": "2026-13"}]}'])
def test_a_file_that_cannot_be_read_says_what_to_write(text: str) -> None:
    with pytest.raises(CheckFileError, match=r"write|must be"):
        inputs_of(read_check(text))
