"""Chinese tax data checks itself as far as it can: check digits, forms, sums, and the total in capitals."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.fiscal.identifiers import check_character, confirmation_fault, credit_code_fault, fiscal_number_fault
from domain.fiscal.invoices import FiscalInvoice, FiscalKind, FiscalLine, FiscalSeller, RedReason, RedRequest
from domain.money import Money
from tests.domain.fiscal.samples import BUYER, SELLER, cny, invoice, red

# The first is the example of GB 32100 itself; the others were computed by an independent implementation.
GOLDEN = ["91350100M000100Y43", "91110108551385082Q", "914403001922038216", "9144030071526726XG", "91330100799655058B"]
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", GOLDEN)
def test_the_check_digit_of_known_codes(code: str) -> None:
    assert check_character(code[:17]) == code[17]
    assert credit_code_fault(code) is None


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100M000100Y433", "91350100m000100Y43", "9135010OM000100Y43"]
)
def test_what_is_no_code_at_all(code: str) -> None:
    fault = credit_code_fault(code)
    assert fault is not None
    assert "18" in fault.en


@given(st.sampled_from(GOLDEN), st.integers(0, 17), st.sampled_from(ALPHABET))
@settings(deadline=None)
def test_one_mistyped_character_is_always_found(code: str, place: int, character: str) -> None:
    typed = code[:place] + character + code[place + 1 :]
    assert (credit_code_fault(typed) is None) == (typed == code)


@given(st.sampled_from(GOLDEN), st.integers(0, 16))
@settings(deadline=None)
def test_two_swapped_neighbours_are_always_found(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (credit_code_fault(swapped) is None) == (swapped == code)


def test_a_mistyped_code_is_told_with_its_check_digit() -> None:
    fault = credit_code_fault("91310115MA1K4B3C2X")
    assert fault is not None
    assert fault.en == "91310115MA1K4B3C2X ends in X, its check digit is 5: a character is mistyped"
    assert fault.zh == "91310115MA1K4B3C2X 的末位为 X，校验码应为 5：请核对是否有误"


@pytest.mark.parametrize(
    ("number", "sound"),
    [
        ("26312000000012345678", True),
        ("2631200000001234567", False),
        ("２６312000000012345678", False),
        ("2631200000001234567X", False),
    ],
)
def test_a_fiscal_number_has_twenty_digits(number: str, *, sound: bool) -> None:
    assert (fiscal_number_fault(number) is None) is sound


@pytest.mark.parametrize(
    ("number", "sound"),
    [("31011126031000000017", True), ("3101112603100000", True), ("310111260310000001", False), ("", False)],
)
def test_a_red_letter_confirmation_has_twenty_or_sixteen(number: str, *, sound: bool) -> None:
    assert (confirmation_fault(number) is None) is sound


def test_an_invoice_knows_its_total_in_capitals() -> None:
    assert str(invoice().gross) == "119,568.05 CNY"
    assert invoice().gross_in_capitals == "壹拾壹万玖仟伍佰陆拾捌元零伍分"


WRONG: dict[str, dict[str, object]] = {
    "in another currency": {
        "net": Money.of("105812.43", "USD"),
        "tax": Money.of("13755.62", "USD"),
        "gross": Money.of("119568.05", "USD"),
    },
    "no line": {"lines": ()},
    "nets do not add up": {"net": cny("105812.42")},
    "taxes do not add up": {"tax": cny("13755.61")},
    "net and tax are not": {"gross": cny("119568.04")},
    "needs the buyer's": {"buyer": BUYER.model_copy(update={"credit_code": None})},
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_right_cannot_be_built(what: str) -> None:
    with pytest.raises(ValidationError, match="in USD" if what == "in another currency" else what):
        FiscalInvoice.model_validate(dict(invoice()) | WRONG[what])


def test_a_line_is_taxed_at_its_rate() -> None:
    off = FiscalLine(goods_code="1" * 19, name="A", net=cny("105812.43"), rate_bp=600, tax=cny("13755.62"))
    with pytest.raises(ValidationError, match="more than a fen off its rate"):
        FiscalInvoice.model_validate(dict(invoice()) | {"lines": (off,)})


def test_a_wrong_credit_code_builds_no_seller() -> None:
    with pytest.raises(ValidationError, match="check digit is 5"):
        FiscalSeller(name="云帆", credit_code="91310115MA1K4B3C2X")


def test_a_person_buys_with_an_ordinary_invoice_and_no_code() -> None:
    person = BUYER.model_copy(update={"credit_code": None})
    ordinary = FiscalInvoice.model_validate(dict(invoice()) | {"buyer": person, "kind": FiscalKind.ORDINARY})
    assert ordinary.gross == invoice().gross


def test_a_red_letter_takes_back_at_most_what_there_was() -> None:
    with pytest.raises(ValidationError, match="more than 26312000000012345678 was for"):
        RedRequest.model_validate(dict(red()) | {"original_gross": cny("1129.99")})
    assert (red().gross, red().reason, SELLER.credit_code) == (cny("1130.00"), RedReason.RETURNED, GOLDEN[0])
    assert red().requested_on == date(2026, 3, 20)
    assert invoice().lines[0].quantity == Decimal(10)
