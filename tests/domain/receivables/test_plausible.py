"""How far a rate may be off the one that is known, either way round, to the basis point."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.receivables.exchange import Rate
from domain.receivables.plausible import is_near, weighed_at
from domain.receivables.second_person import Second
from domain.refusal import Code, Refused

NUMBERS = st.decimals(Decimal("0.0001"), Decimal("90000"), places=4)
SECOND = Second(over_minor=0, by="wu.ting")


def rate(text: str | Decimal, unit: str = "EUR", quote: str = "CNY") -> Rate:
    return Rate(unit=unit, quote=quote, rate=Decimal(text))


def money(minor: int, currency: str) -> Money:
    return Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("told", "near"),
    [
        (rate("7.80"), True), (rate("8.58"), True), (rate("8.5801"), False), (rate("7.0910"), True),
        (rate("7.0909"), False), (rate("50000000"), False), (rate("0.1282", "CNY", "EUR"), True),
        (rate("7.80", "CNY", "EUR"), False),
    ],
)  # fmt: skip
def test_ten_per_cent_are_ten_per_cent_of_the_smaller_one(told: Rate, near: bool) -> None:
    assert is_near(told, rate("7.80"), 1_000) is near


@given(one=NUMBERS, other=NUMBERS, bp=st.integers(0, 20_000))
def test_near_is_the_same_from_both_sides_and_grows_with_the_bound(one: Decimal, other: Decimal, bp: int) -> None:
    here, there = rate(one), rate(other)
    assert is_near(here, there, bp) == is_near(there, here, bp)
    assert is_near(here, here, 0)
    assert not is_near(here, there, bp) or is_near(here, there, bp + 1)


def test_one_cent_that_pays_half_a_million_is_weighed_as_what_it_would_have_cost() -> None:
    waits = weighed_at(money(1, "EUR"), money(50_000_000, "CNY"), rate("50000000"), rate("7.80"), 1_000, SECOND)
    assert waits is not None
    assert (waits.minor, waits.in_all_minor) == (1, 6_410_256)
    assert waits.compared.startswith("1 EUR = 50000000 CNY; known is 1 EUR = 7.8 CNY / 1 EUR = 50000000 CNY；")


def test_a_near_rate_asks_nobody_and_an_unknown_pair_always_asks() -> None:
    sums = (money(100, "EUR"), money(800, "CNY"))
    assert weighed_at(*sums, rate("8"), rate("7.80"), 1_000, SECOND) is None
    waits = weighed_at(*sums, rate("8"), None, 1_000, SECOND)
    assert waits is not None
    assert waits.compared.startswith("1 EUR = 8 CNY; no rate is known to compare it with")


@pytest.mark.parametrize("second", [None, SECOND.model_copy(update={"full": True})])
def test_where_nobody_can_be_asked_it_is_refused_with_the_mend(second: Second | None) -> None:
    with pytest.raises(Refused) as refused:
        weighed_at(money(1, "EUR"), money(9, "CNY"), rate("9"), rate("7.80"), 1_000, second)
    assert refused.value.code is Code.LIMIT
    assert ("POST /api/exchange-rates" in refused.value.text.en) is (second is None)
