"""A number counts only as a whole token, with its zeros, beside any script and any separator."""

import pytest

from domain.receivables.naming import named_in, stands_in


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("INV-2026-000123", "INV-2026-000123"),
        ("INV-2026-000123", "pays inv-2026-000123."),
        ("INV-2026-000123", "发票INV-2026-000123号"),
        ("INV-1", "INV-1/INV-2"),
        ("INV-2", "INV-1/INV-2"),
        ("000123", "(000123)"),
        ("000123", "Rg. 000123, 000124"),
    ],
)
def test_it_stands_there(number: str, text: str) -> None:
    assert stands_in(number, text)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("000123", "123"),
        ("123", "000123"),
        ("000123", "INV-2026-000123"),
        ("INV-1", "INV-10"),
        ("INV-1", "INV-1-2"),
        ("INV-1", "XINV-1"),
        ("12", "12.50"),
    ],
)
def test_it_does_not(number: str, text: str) -> None:
    assert not stands_in(number, text)


def test_a_piece_of_a_longer_number_is_not_named() -> None:
    assert named_in("RE/2026/12", ["12", "RE/2026/12", "RE"]) == ("RE/2026/12",)
    assert named_in("RE/2026/12 + 12", ["12", "RE/2026/12"]) == ("12", "RE/2026/12")
