"""A rate that a bank states is what its two amounts say, or a question; never taken against them."""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.receivables.exchange import Rate
from domain.statements.told_exchange import ToldExchange, rate_told
from domain.value import Text

USD = Money(minor=100_000, currency="USD")
CNY = Money(minor=712_345, currency="CNY")


def told(rate: str, source: str = "", target: str = "", unit: str = "", gross: int | None = None) -> ToldExchange:
    before = None if gross is None else Money(minor=gross, currency="CNY")
    return ToldExchange(rate=rate, source=source, target=target, unit=unit, gross=before)


@pytest.mark.parametrize(
    "one",
    [
        told("7.12345"), told("7.1235"), told("7.123"), told("7.12"), told("7.1234500000", "USD", "CNY", "USD"),
        told("7.12345", "CNY", "USD"), told("0.140381", unit="CNY"), told("0.140381"), told("0.140381", "USD", "CNY"),
    ],
)  # fmt: skip
def test_a_rate_that_the_amounts_have_within_its_rounding_is_theirs(one: ToldExchange) -> None:
    assert str(rate_told((one,), USD, CNY)) == "1 USD = 7.12345 CNY (bank: 1,000.00 USD instructed)"


@pytest.mark.parametrize(
    "one",
    [
        told("7.1236"), told("7.124"), told("7.1"), told("7"), told("7.12345", unit="CNY"),
        told("0.140381", unit="USD"),
        told("7.12345", "EUR", "CNY"), told("7.12345", "USD", "USD"), told("7.12345", unit="XAU"), told("712.345"),
        told(""), told("0"), told("."), told("-7.12345"), told("NaN"), told("7,12345"), told("1e1"), told("٧"),
        told("7.2", gross=712_346), told("7.1", gross=710_000),
    ],
)  # fmt: skip
def test_any_other_is_a_question_that_says_both(one: ToldExchange) -> None:
    found = rate_told((one,), USD, CNY)
    assert isinstance(found, Text)
    assert "by which 1,000.00 USD is not 7,123.45 CNY" in found.en
    assert "1,000.00 USD 与 7,123.45 CNY" in found.zh


def test_of_two_that_are_stated_both_must_fit() -> None:
    assert isinstance(rate_told((told("7.12345"), told("0.140381")), USD, CNY), Rate)
    assert isinstance(rate_told((told("7.12345"), told("7.2")), USD, CNY), Text)


def test_what_charges_took_away_is_not_of_the_rate() -> None:
    less = Money(minor=710_000, currency="CNY")
    found = rate_told((told("7.12345", gross=712_345),), USD, less)
    assert str(found) == "1 USD = 7.12345 CNY (bank: 1,000.00 USD instructed, 7,123.45 CNY before charges)"
    euros = told("7.12345").model_copy(update={"gross": Money(minor=712_345, currency="EUR")})
    assert isinstance(rate_told((euros,), USD, less), Text)


def test_a_bank_that_states_none_has_that_of_its_amounts() -> None:
    assert str(rate_told((), USD, CNY)) == "1 USD = 7.12345 CNY (bank: 1,000.00 USD instructed)"


@given(st.integers(1, 10**9), st.integers(1, 10**7), st.integers(2, 6), st.sampled_from(["USD", "JPY", "KWD"]))
def test_what_a_bank_reckons_by_its_own_rate_never_is_a_question_and_what_is_off_always_is(
    minor: int, digits: int, places: int, currency: str
) -> None:
    instructed, rate = Money(minor=minor, currency=currency), Decimal(digits).scaleb(-places)
    cents = (Decimal(instructed.plain) * rate * 100).to_integral_value(ROUND_HALF_UP)
    one = told(f"{rate:f}", currency, "CNY", currency)
    assert one.fits(instructed, Money(minor=int(cents), currency="CNY"))
    rounded_up = Decimal(Money(minor=minor + 1, currency=currency).plain)
    beyond = (rounded_up * rate * 100 * Decimal("1.002")).to_integral_value(ROUND_CEILING) + 1
    assert not one.fits(instructed, Money(minor=int(beyond), currency="CNY"))
