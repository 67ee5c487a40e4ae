"""Tax is by code on its sum, at the rate of the day of supply; gross prices stay exact; no tax has its reason."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.einvoice.codes import TaxCategory
from domain.receivables.entries import Invoice
from domain.receivables.invoicing import invoice_of
from domain.receivables.taxation import Amount, rates_on, taxed
from domain.refusal import Code, Refused
from domain.terms import TaxRate
from tests.domain.receivables.test_invoicing import adds_up, ask, line

# German rates of 2020: 19 % and 7 %, from July to December 16 % and 5 %.
CHANGING = tuple(
    TaxRate(code=code, rate_bp=rate, since=since)
    for code, rates in (("S", (1900, 1600, 1900)), ("L", (700, 500, 700)))
    for rate, since in zip(rates, (None, date(2020, 7, 1), date(2021, 1, 1)), strict=True)
)


def billed(supplied_on: date, issued_on: date, **changes: Any) -> Invoice:
    lines = (line(1, 10_000, code="S"), line(2, 10_000, code="L"))
    return invoice_of(ask(*lines, rates=CHANGING, supplied_on=supplied_on, issue_on=issued_on, **changes), "a")


@pytest.mark.parametrize(
    ("supplied_on", "expected"),
    [
        (date(2020, 6, 30), [1900, 700]),
        (date(2020, 7, 1), [1600, 500]),
        (date(2020, 12, 31), [1600, 500]),
        (date(2021, 1, 1), [1900, 700]),
    ],
)
def test_the_rate_is_that_of_the_day_of_supply_whenever_the_invoice_is_issued(
    supplied_on: date, expected: list[int]
) -> None:
    invoice = billed(supplied_on, date(2021, 3, 1))
    assert [part.rate_bp for part in invoice.taxes] == expected
    assert [part.tax.minor for part in invoice.taxes] == expected
    assert adds_up(invoice)


def test_a_code_that_begins_later_is_no_code_before() -> None:
    later = (TaxRate(code="S", rate_bp=500, since=date(2027, 1, 1)),)
    assert rates_on(later, date(2026, 12, 31)) == ()
    with pytest.raises(Refused) as refused:
        taxed((Amount(tax_code="N", minor=1),), rates_on((*CHANGING, *later), date(2026, 1, 1)), "EUR")
    assert refused.value.code is Code.NOTFOUND


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=6), st.sampled_from([500, 600, 1300, 1900, 2000]))
def test_a_gross_price_list_gives_an_invoice_of_exactly_its_prices(prices: list[int], rate_bp: int) -> None:
    lines = [line(place, price) for place, price in enumerate(prices, 1)]
    rates = (TaxRate(code="S13", rate_bp=rate_bp),)
    invoice = invoice_of(ask(*lines, rates=rates, price_includes_tax=True), "a")
    assert invoice.gross.minor == sum(prices)
    assert adds_up(invoice)


def test_what_bears_no_tax_keeps_category_and_reason_on_the_invoice() -> None:
    free = TaxRate.model_validate(
        {"code": "S13", "rate_bp": 0, "category": "AE", "reason": {"en": "Reverse charge", "zh": "反向征税"}}
    )
    (part,) = invoice_of(ask(line(1, 10_000), rates=(free,)), "a").taxes
    assert (part.category, part.tax.minor, part.reason) == (TaxCategory.REVERSE_CHARGE, 0, free.reason)
