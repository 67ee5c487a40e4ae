"""No other system's number may be one that a series of ours gives out, now or later."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.receivables.numbering import Series, is_ours, number_of


@given(st.sampled_from(Series), st.dates(min_value=date(1000, 1, 1)), st.integers(1, 10**9))
def test_every_number_of_a_series_is_ours_however_it_is_written(series: Series, on: date, n: int) -> None:
    number = number_of(series, on, n)

    assert is_ours(number)
    assert is_ours(f" {number.lower()} ")
    assert not is_ours(f"OLD-{number}")


def test_the_number_has_the_series_the_year_and_six_digits() -> None:
    assert number_of(Series.INVOICES, date(2026, 9, 7), 14) == "INV-2026-000014"
    assert number_of(Series.DEBIT_NOTES, date(2026, 9, 7), 1) == "DN-2026-000001"
    assert number_of(Series.CREDIT_NOTES, date(2026, 9, 7), 1_234_567) == "CN-2026-1234567"


@pytest.mark.parametrize(
    "number", ["007", "INV-14", "INV-2026-14", "INV/2026/000014", "SINV-2026-000014", "2026-000014"]
)
def test_numbers_of_others_are_not_ours(number: str) -> None:
    assert not is_ours(number)
