"""A period is cut by days, and its parts together cost what it costs, wherever it is cut."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.billing_periods import Every, Period, months_of, period_at, prorated
from domain.receivables.deferral import later

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@pytest.mark.parametrize(
    ("every", "day", "start", "until"),
    [
        (Every.MONTH, "2026-02-28", "2026-02-01", "2026-03-01"),
        (Every.MONTH, "2028-12-01", "2028-12-01", "2029-01-01"),
        (Every.QUARTER, "2026-09-30", "2026-07-01", "2026-10-01"),
        (Every.QUARTER, "2026-10-01", "2026-10-01", "2027-01-01"),
        (Every.YEAR, "2028-02-29", "2028-01-01", "2029-01-01"),
    ],
)
def test_periods_are_those_of_the_calendar(every: Every, day: str, start: str, until: str) -> None:
    found = period_at(every, date.fromisoformat(day))
    assert (found.start.isoformat(), found.until.isoformat()) == (start, until)


def test_half_of_a_month_of_thirty_days_is_half_of_its_price() -> None:
    half = Period(start=date(2026, 9, 16), until=date(2026, 10, 1))
    assert (half.days, half.last) == (15, date(2026, 9, 30))
    assert prorated(300_000, Every.MONTH, half) == 150_000
    # 77 of 92 days are 753,260.87.
    assert prorated(900_000, Every.QUARTER, half) == 900_000 - 753_261


@given(minor=st.integers(0, 10**9), every=st.sampled_from(Every), day=DAYS, cuts=st.lists(st.integers(1, 364)))
def test_the_parts_of_a_period_are_the_whole(minor: int, every: Every, day: date, cuts: list[int]) -> None:
    whole = period_at(every, day)
    places = sorted({whole.start + timedelta(days=cut) for cut in cuts if cut < whole.days})
    edges = [whole.start, *places, whole.until]
    parts = [Period(start=a, until=b) for a, b in pairwise(edges)]
    assert sum(prorated(minor, every, part) for part in parts) == minor
    assert all(prorated(minor, every, part) >= 0 for part in parts)


@given(net=st.integers(-(10**9), 10**9), every=st.sampled_from(Every), day=DAYS, on=st.integers(-40, 400))
def test_what_is_deferred_is_earned_month_by_month_and_never_twice(net: int, every: Every, day: date, on: int) -> None:
    period = period_at(every, day)
    issued_on = period.start + timedelta(days=on)
    found = later(net, period, issued_on)
    assert all(issued_on < earned_on <= period.last for earned_on, _ in found)
    assert len({earned_on for earned_on, _ in found}) == len(found)
    everything = sum(minor for _, minor in later(net, period, period.start - timedelta(days=1)))
    assert everything == net
    months = months_of(period)
    assert [month.start for month in months] == [period.start, *(month.until for month in months[:-1])]
    assert months[-1].until == period.until
    if issued_on >= period.last:
        assert found == ()


def test_a_year_in_advance_is_earned_by_the_days_of_its_months() -> None:
    year = period_at(Every.YEAR, date(2026, 5, 5))
    found = later(36_500, year, date(2026, 1, 1))
    assert found[:3] == ((date(2026, 1, 31), 3_100), (date(2026, 2, 28), 2_800), (date(2026, 3, 31), 3_100))
    assert len(found) == 12
    assert later(36_500, None, date(2026, 1, 1)) == ()


def test_a_period_leads_forward() -> None:
    with pytest.raises(ValidationError, match="is no period"):
        Period(start=date(2026, 1, 1), until=date(2026, 1, 1))
