"""Money: parts add up, rounding is by name and by sign alike, and what is not an exact amount is refused."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import LARGEST_MINOR, Money, Rounding, exponent, round_minor, total
from domain.refusal import Code, Refused


def cny(minor: int) -> Money:
    return Money(minor=minor, currency="CNY")


def test_g1_the_largest_remainder_wins_and_the_first_wins_a_tie() -> None:
    assert [part.minor for part in Money.of("100.00", "CNY").allocate([1, 1, 1])] == [3334, 3333, 3333]
    assert [part.minor for part in Money.of("100", "JPY").allocate([1, 1, 1])] == [34, 33, 33]


def test_a_larger_remainder_goes_before_an_earlier_part() -> None:
    assert [part.minor for part in cny(100).allocate([1, 2, 3])] == [17, 33, 50]
    assert [part.minor for part in cny(101).allocate([33, 33, 34])] == [33, 33, 35]
    assert [part.minor for part in cny(5).allocate([0, 1, 0])] == [0, 5, 0]


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any))
def test_allocated_parts_add_up_and_lie_within_one_unit_of_the_exact_share(minor: int, weights: list[int]) -> None:
    parts = cny(minor).allocate(weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)
        assert weight or part.minor == 0
    assert [part.minor for part in cny(-minor).allocate(weights)] == [-part.minor for part in parts]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1], [-1]])
def test_weights_that_share_nothing_out_are_refused(weights: list[int]) -> None:
    with pytest.raises(Refused) as refused:
        cny(100).allocate(weights)
    assert refused.value.code is Code.AMOUNT


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("100", "CNY", 10_000),
        ("0.01", "CNY", 1),
        ("-0.01", "CNY", -1),
        ("-0.00", "CNY", 0),
        ("1.50000", "CNY", 150),
        ("100", "JPY", 100),
        ("1.234", "KWD", 1234),
        ("0.0001", "CLF", 1),
        (Decimal("1E+2"), "CNY", 10_000),
        ("10000000000000.00", "CNY", LARGEST_MINOR),
    ],
)
def test_an_amount_is_read_exactly(amount: str | Decimal, currency: str, minor: int) -> None:
    assert Money.of(amount, currency) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("amount", "currency", "en", "zh"),
    [
        ("0.001", "CNY", "0.001 has more decimal places than CNY allows, 2", "0.001 的小数位数超过 CNY 允许的 2 位"),
        ("0.5", "JPY", "0.5 has more decimal places than JPY allows, 0", "0.5 的小数位数超过 JPY 允许的 0 位"),
        (
            "10000000000000.01", "CNY", "10000000000000.01 is above the largest amount, 10,000,000,000,000.00 CNY",
            "10000000000000.01 超过允许的最大金额 10,000,000,000,000.00 CNY",
        ),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_told_what_one_may_be(amount: str, currency: str, en: str, zh: str) -> None:
    with pytest.raises(Refused) as refused:
        Money.of(amount, currency)
    assert (refused.value.code, refused.value.text.en, refused.value.text.zh) == (Code.AMOUNT, en, zh)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0.001", "CNY"),
        ("0.5", "JPY"),
        ("1.2345", "KWD"),
        ("1.0000000000000000000000000000001", "CNY"),
        ("NaN", "CNY"),
        ("sNaN", "CNY"),
        ("Infinity", "CNY"),
        ("-inf", "CNY"),
        (Decimal("NaN"), "CNY"),
        (Decimal("-Infinity"), "CNY"),
        ("1e3", "CNY"),
        ("1E+999999", "CNY"),
        (Decimal("1E+999999"), "CNY"),
        (Decimal("1E-999999"), "CNY"),
        ("1_000", "CNY"),
        ("1,000.00", "CNY"),
        ("１００", "CNY"),
        (" 1", "CNY"),
        ("", "CNY"),
        ("ten", "CNY"),
        ("10000000000000.01", "CNY"),
        ("9" * 5000, "CNY"),
    ],
)
def test_what_is_not_an_exact_amount_is_refused(amount: str | Decimal, currency: str) -> None:
    with pytest.raises(Refused) as refused:
        Money.of(amount, currency)
    assert refused.value.code is Code.AMOUNT


def test_a_policy_amount_names_its_currency() -> None:
    assert Money.parse(" 100000.00 CNY ") == cny(10_000_000)
    for text in ("100", "100 cny", "100 CNYX", "100  CNY", "100 CNY EUR", "CNY 100", "100 ÄÖÜ"):
        with pytest.raises(Refused) as refused:
            Money.parse(text)
        assert refused.value.code is Code.CCY, text
    with pytest.raises(Refused) as refused:
        Money.parse("abc CNY")
    assert refused.value.code is Code.AMOUNT


def test_currencies_do_not_mix() -> None:
    euro = Money(minor=1, currency="EUR")
    for combine in (cny(1).plus, cny(1).minus, cny(1).exceeds):
        with pytest.raises(Refused) as refused:
            combine(euro)
        assert refused.value.code is Code.CCY
    with pytest.raises(Refused) as refused:
        total([cny(1), euro], "CNY")
    assert refused.value.code is Code.CCY


def test_sums_and_comparisons() -> None:
    assert cny(1).plus(cny(2)) == cny(3)
    assert cny(1).minus(cny(2)) == cny(-1)
    assert total([], "CNY") == cny(0)
    assert total([cny(1), cny(2)], "CNY") == cny(3)
    assert cny(2).exceeds(cny(1))
    assert not cny(2).exceeds(cny(2))


@pytest.mark.parametrize(
    ("exact", "half_up", "half_even", "down", "up"),
    [("0.5", 1, 0, 0, 1), ("1.5", 2, 2, 1, 2), ("2.4", 2, 2, 2, 3), ("2.6", 3, 3, 2, 3), ("7", 7, 7, 7, 7)],
)
def test_rounding_is_by_name_and_alike_for_both_signs(
    exact: str, half_up: int, half_even: int, down: int, up: int
) -> None:
    rules = [Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.DOWN, Rounding.UP]
    assert [round_minor(Decimal(exact), rule) for rule in rules] == [half_up, half_even, down, up]
    assert [round_minor(-Decimal(exact), rule) for rule in rules] == [-half_up, -half_even, -down, -up]


def test_a_product_is_rounded_once() -> None:
    just_below_half = Decimal("0.4999999999999999999999999999")
    assert cny(10**15 + 1).times(just_below_half, Rounding.HALF_UP).minor == 500_000_000_000_000
    with localcontext() as context:
        context.prec = 6
        assert cny(123_456_789).times(Decimal("1.13"), Rounding.HALF_UP).minor == 139_506_172


def test_g2_tax_on_the_category_sum() -> None:
    assert total([cny(69_622)] * 2, "CNY").times(Decimal("0.25"), Rounding.HALF_UP) == cny(34_811)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (cny(10_000_000), "100,000.00 CNY"),
        (cny(-5), "-0.05 CNY"),
        (cny(0), "0.00 CNY"),
        (Money(minor=-1234, currency="JPY"), "-1,234 JPY"),
        (Money(minor=1234567, currency="KWD"), "1,234.567 KWD"),
    ],
)
def test_money_reads_as_a_person_writes_it(money: Money, text: str) -> None:
    assert str(money) == text


def test_exponents() -> None:
    assert [exponent(currency) for currency in ("CNY", "EUR", "JPY", "KWD", "CLF")] == [2, 2, 0, 3, 4]
