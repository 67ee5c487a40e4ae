"""Amounts, rates, quantities and days are written exactly, in both languages."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from domain import figures
from domain.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        ("12500.00", "CNY", "en", "12,500.00 CNY"),
        ("12500.00", "CNY", "zh-CN", "¥12,500.00"),
        ("-20000.00", "CNY", "zh", "-¥20,000.00"),
        ("12500.00", "USD", "zh", "12,500.00 USD"),
        ("12500", "JPY", "zh", "12,500 JPY"),
        ("1.234", "KWD", "en", "1.234 KWD"),
    ],
)
def test_an_amount_names_its_currency(amount: str, currency: str, language: str, written: str) -> None:
    assert figures.amount(Money.of(amount, currency), language) == written


@pytest.mark.parametrize(
    ("rate_bp", "written"), [(1300, "13%"), (725, "7.25%"), (0, "0%"), (10000, "100%"), (5, "0.05%")]
)
def test_a_rate_is_written_without_needless_zeros(rate_bp: int, written: str) -> None:
    assert figures.percent(rate_bp) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("10", "10"), ("1200", "1,200"), ("2.50", "2.5"), ("0.001", "0.001"), ("1000000", "1,000,000")],
)
def test_a_quantity_is_written_exactly(value: str, written: str) -> None:
    assert figures.quantity(Decimal(value)) == written


def test_a_day_and_an_instant() -> None:
    morning = datetime(2026, 3, 5, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    assert figures.day(date(2026, 3, 5), "en") == "5 Mar 2026"
    assert figures.day(date(2026, 3, 5), "zh-TW") == "2026年3月5日"
    assert figures.instant(morning, "en") == "5 Mar 2026 09:30 (UTC+08:00)"
    assert figures.instant(morning.astimezone(UTC), "zh") == "2026年3月5日 01:30 (UTC)"


# The first five are the examples of the People's Bank's rules for filling in payment papers (annex 1), with 整.
@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10.00", "壹拾元整"),
        ("100000.00", "壹拾万元整"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("1000100.00", "壹佰万零壹佰元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("100010000.00", "壹亿零壹万元整"),
        ("1234567890.12", "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分"),
        ("-20000.00", "负贰万元整"),
    ],
)
def test_renminbi_in_capitals(amount: str, written: str) -> None:
    assert figures.capitals(Money.of(amount, "CNY")) == written


def test_only_renminbi_has_capitals() -> None:
    with pytest.raises(ValueError, match="only CNY has"):
        figures.capitals(Money.of("1.00", "USD"))
