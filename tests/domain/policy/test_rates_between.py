"""What the policy's rates say of two currencies is a rate that can be written, rounded half up, or none."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.policy.rates import rate_between
from tests.domain.policy.shipped import changed

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def between(one: str, other: str, **rates: str) -> Decimal | None:
    """Return what one currency is worth in another where the policy has just these rates, in yuan."""
    listed = [{"currency": code, "rate": rate, "on": "2026-01-01"} for code, rate in rates.items()]
    found = rate_between(changed((("rates",), listed)), one, other, NOW)
    return None if found is None else found.rate


@pytest.mark.parametrize(
    ("one", "other", "worth"),
    [
        ("USD", "CNY", "7.1"), ("CNY", "USD", "0.140845070423"), ("EUR", "USD", "1.105633802817"),
        ("CNY", "CNY", None), ("GBP", "CNY", None), ("CNY", "GBP", None),
    ],
)  # fmt: skip
def test_a_rate_goes_over_the_policys_own_currency(one: str, other: str, worth: str | None) -> None:
    assert between(one, other, USD="7.1", EUR="7.85") == (None if worth is None else Decimal(worth))


def test_the_half_of_the_last_place_is_rounded_up() -> None:
    assert between("USD", "EUR", USD="0.0000001", EUR="40000") == Decimal("0.000000000003")


def test_what_cannot_be_written_as_a_rate_is_none() -> None:
    assert between("USD", "EUR", USD="999999999", EUR="0.000000001") is None
    assert between("EUR", "USD", USD="999999999", EUR="0.000000001") is None
