"""What others wrote never becomes a formula in a spreadsheet, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.spreadsheet import harmless

FORMULAS = ["=cmd|x", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_computes_is_a_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "INV-1", "示例客户", "1,000.00", "a=b", "'=1", "2026-01-05"])
def test_what_it_does_not_compute_stays(text: str) -> None:
    assert harmless(text) == text


@given(st.text() | st.sampled_from(FORMULAS))
def test_no_text_begins_as_a_formula_and_none_is_lost(text: str) -> None:
    found = harmless(text)
    assert not found.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert found in (text, f"'{text}")
