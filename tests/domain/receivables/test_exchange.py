"""Amounts at rates, half up and both ways round; what rates bring is a function of what is allocated."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import LARGEST_MINOR, Money, exponent
from domain.receivables.differences import ItemValue, gain_and_loss, worth_of_parts
from domain.receivables.exchange import Rate, exchange_name, exchanged, pays, rate_between
from domain.receivables.postings import of_differences
from domain.receivables.refunding import refund_name
from domain.refusal import Code, Refused

CURRENCIES = st.sampled_from(["USD", "CNY", "JPY", "KWD", "VND"])
RATES = st.decimals(Decimal("0.000001"), Decimal("99999"), places=6)
AMOUNTS = st.integers(1, 10**9)


def rate(text: str, unit: str = "USD", quote: str = "CNY") -> Rate:
    return Rate(unit=unit, quote=quote, rate=Decimal(text))


@pytest.mark.parametrize(
    ("amount", "told", "into"),
    [
        ("100.00 USD", rate("7.1035"), "710.35 CNY"),
        ("710.35 CNY", rate("7.1035"), "100.00 USD"),
        ("0.07 CNY", rate("7"), "0.01 USD"),
        ("0.03 CNY", rate("7"), "0.00 USD"),
        ("1000 JPY", rate("0.0485", "JPY"), "48.50 CNY"),
        ("1.234 KWD", rate("23.1", "KWD"), "28.51 CNY"),
        ("0.05 USD", rate("0.1", "USD", "EUR"), "0.01 EUR"),
        ("-0.05 USD", rate("0.1", "USD", "EUR"), "-0.01 EUR"),
        ("5.00 CNY", rate("7"), "5.00 CNY"),
    ],
)
def test_an_amount_is_exchanged_half_up_in_the_places_of_its_currency(amount: str, told: Rate, into: str) -> None:
    expected = Money.parse(into)
    assert exchanged(Money.parse(amount), told, expected.currency) == expected


def test_what_a_rate_does_not_say_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        exchanged(Money.parse("1.00 EUR"), rate("7"), "CNY")
    assert refused.value.code is Code.CCY
    with pytest.raises(Refused) as refused:
        exchanged(Money(minor=LARGEST_MINOR, currency="USD"), rate("7"), "CNY")
    assert refused.value.code is Code.AMOUNT


@pytest.mark.parametrize("bad", ["0", "-1", "NaN", "Infinity", "0.0000000000001"])
def test_what_is_no_rate_is_none(bad: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        rate(bad)


@pytest.mark.parametrize(
    ("paid", "owed", "told", "enough"),
    [
        # One cent is 1.63 yen: no payment in cents is just 1,002 yen.
        ("6.14 EUR", "1002 JPY", rate("163.1", "EUR", "JPY"), True),
        ("6.14 EUR", "1003 JPY", rate("163.1", "EUR", "JPY"), False),
        ("6.14 EUR", "1001 JPY", rate("163.1", "EUR", "JPY"), True),
        ("6.14 EUR", "1000 JPY", rate("163.1", "EUR", "JPY"), False),
        ("7099.97 CNY", "1000.00 USD", rate("7.10"), True),
        ("7099.96 CNY", "1000.00 USD", rate("7.10"), False),
        ("7100.03 CNY", "1000.00 USD", rate("7.10"), True),
        ("7100.04 CNY", "1000.00 USD", rate("7.10"), False),
    ],
)
def test_an_amount_within_the_rounding_of_either_side_pays(paid: str, owed: str, told: Rate, enough: bool) -> None:
    assert pays(Money.parse(paid), Money.parse(owed), told) is enough


@given(AMOUNTS, CURRENCIES, CURRENCIES, RATES)
def test_what_is_owed_at_a_rate_and_is_paid_at_it_pays(minor: int, one: str, other: str, number: Decimal) -> None:
    if one == other:
        return
    told, owed = Rate(unit=one, quote=other, rate=number), Money(minor=minor, currency=one)
    paid = exchanged(owed, told, other)
    assert pays(paid, owed, told)
    exact = Fraction(minor) * Fraction(number) * Fraction(10) ** (exponent(other) - exponent(one))
    assert abs(paid.minor - exact) <= Fraction(1, 2)


@given(AMOUNTS, AMOUNTS, st.data())
def test_an_item_is_open_in_both_currencies_or_in_neither(amount: int, worth: int, data: st.DataObject) -> None:
    allocated = data.draw(st.integers(0, amount))
    cash = data.draw(st.integers(0, allocated))
    item = ItemValue(amount_minor=amount, worth_minor=worth, allocated_minor=allocated, cash_minor=cash)
    assert (item.open_worth_minor == 0) == (allocated == amount)
    assert 0 <= item.paid_worth_minor <= worth - item.open_worth_minor
    assert abs(item.paid_worth_minor - Fraction(worth * cash, amount)) < 1
    whole = ItemValue(amount_minor=amount, worth_minor=worth, allocated_minor=amount, cash_minor=amount)
    assert whole.paid_worth_minor == worth


@given(AMOUNTS, st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_parts_of_a_receipt_that_are_all_of_it_are_worth_all_of_it(worth: int, parts: list[int]) -> None:
    each = worth_of_parts(sum(parts), worth, parts)
    assert sum(each) == worth
    assert all(abs(got - Fraction(worth * part, sum(parts))) < 1 for got, part in zip(each, parts, strict=True))


@given(st.lists(st.tuples(st.integers(-1_000, 1_000), st.integers(-1_000, 1_000)), max_size=5))
def test_gains_and_losses_are_posted_apart_and_balance(changes: list[tuple[int, int]]) -> None:
    legs = {leg.account: leg.minor for leg in of_differences(changes, "CNY")}
    assert sum(legs.values()) == 0
    before = [gain_and_loss(one) for one, _ in changes]
    after = [gain_and_loss(other) for _, other in changes]
    assert legs.get("exchange_gain", 0) == sum(gain for gain, _ in before) - sum(gain for gain, _ in after)
    assert legs.get("exchange_loss", 0) == sum(loss for _, loss in after) - sum(loss for _, loss in before)


@given(AMOUNTS, AMOUNTS)
def test_the_rate_between_two_amounts_leads_from_one_to_the_other(given_minor: int, got_minor: int) -> None:
    one, other = Money(minor=given_minor, currency="USD"), Money(minor=got_minor, currency="EUR")
    told = rate_between(one, other, "bank")
    assert told is not None
    # Twelve places of a rate are exact to the cent where an amount has no more than as many.
    assert abs(exchanged(one, told, "EUR").minor - other.minor) <= 1
    assert pays(one, other, told) or given_minor > 10**8


def test_a_rate_that_cannot_be_written_is_none() -> None:
    huge, small = Money(minor=10**15, currency="USD"), Money(minor=1, currency="EUR")
    assert rate_between(huge, small, "bank") is None
    assert rate_between(small, huge, "bank") is None


WORDS = st.text("a/%2FX-R1", min_size=1, max_size=6)


@given(WORDS, WORDS, WORDS, WORDS)
def test_two_receipts_never_share_the_name_of_an_exchange_or_a_refund(a: str, b: str, c: str, d: str) -> None:
    for name in (exchange_name, refund_name):
        assert (name(a, b, 1) == name(c, d, 1)) == ((a, b) == (c, d))
    assert exchange_name("a/b", "c", 1) == "a%2Fb/c-X1"
    assert exchange_name("bank", "b1", 2) == "bank/b1-X2"
