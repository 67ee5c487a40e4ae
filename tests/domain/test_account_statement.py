"""A statement adds up or is not built, and every day past due has its band."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.account_statement import aged
from tests.connectors.document_samples import cny, statement

TODAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("late", "band"), [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (4000, 4)]
)
def test_a_day_is_in_one_band(late: int, band: int) -> None:
    bands = aged([(TODAY - timedelta(days=late), 7)], TODAY, "CNY")
    assert [one.open.minor for one in bands] == [7 if place == band else 0 for place in range(5)]
    assert [(one.from_days, one.to_days) for one in bands] == [(None, 0), (1, 30), (31, 60), (61, 90), (91, None)]


@given(st.lists(st.tuples(st.dates(), st.integers(1, 10**9))))
def test_the_bands_are_all_that_is_open(items: list[tuple[date, int]]) -> None:
    assert sum(band.open.minor for band in aged(items, TODAY, "CNY")) == sum(minor for _, minor in items)


@pytest.mark.parametrize("field", ["total_open", "unapplied", "balance", "left_out_open"])
def test_what_does_not_add_up_cannot_be_built(field: str) -> None:
    sound = statement().statement
    with pytest.raises(ValidationError, match="C-1: "):
        type(sound).model_validate(dict(sound) | {field: cny("1.23")})


def test_it_is_numbered_by_the_day_in_the_zone_of_who_sells() -> None:
    late = statement().statement.model_copy(update={"as_of": datetime(2026, 3, 5, 23, tzinfo=UTC)})
    assert statement().number == "C-1-CNY-20260305"
    assert statement().model_copy(update={"statement": late}).issued_on == TODAY
