"""Every sum of an electronic invoice is exact to the cent, whichever way the prices were given."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.einvoice.amounts import apportioned, exclusive, half_up, inclusive, net_of
from domain.einvoice.checks import check
from domain.einvoice.codes import InvoiceType, TaxCategory
from domain.einvoice.model import (
    Adjustment,
    AdjustmentKind,
    DocumentAdjustment,
    Draft,
    EInvoice,
    Exemption,
    Header,
    Item,
    Preceding,
    Treatment,
)
from domain.money import Money
from tests.einvoice_samples import HAMBURG, ISSUED, STANDARD, VIENNA, sample


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def header(**changed: object) -> Header:
    plain = Header(
        number="INV-1", issued_on=ISSUED, type=InvoiceType.INVOICE, currency="EUR", seller=HAMBURG, buyer=VIENNA,
        payment_terms="30 days net",
    )  # fmt: skip
    return plain.model_copy(update=changed)


def item(price: str, quantity: str = "1", treatment: Treatment = STANDARD, *adjustments: Adjustment) -> Item:
    return Item(
        id="1", name="A", quantity=Decimal(quantity), price=Decimal(price), treatment=treatment, adjustments=adjustments
    )


def totals(invoice: EInvoice) -> list[str]:
    sums = invoice.totals
    return [str(amount).removesuffix(" EUR") for amount in (sums.net, sums.tax, sums.gross, sums.payable)]


def test_tax_is_on_the_sum_of_the_category() -> None:
    """G2: 25 % on two lines of 696.22 is 348.11; rounded line by line it would be 348.12."""
    quarter = Treatment(category=TaxCategory.STANDARD, rate_bp=2500)
    invoice = exclusive(Draft(header=header(), items=(item("696.22", "1", quarter), item("696.22", "1", quarter))))
    assert totals(invoice) == ["1,392.44", "348.11", "1,740.55", "1,740.55"]
    assert len(invoice.breakdown) == 1


def test_a_credit_is_positive_and_its_tax_rounds_as_the_invoices_did() -> None:
    """G3: a credit of 7,612.50 at 19 % is a 381 with a tax of 1,446.38."""
    original = (Preceding(number="INV-0"),)
    credit = header(type=InvoiceType.CREDIT_NOTE, preceding=original)
    invoice = exclusive(Draft(header=credit, items=(item("7612.50"),)))
    assert totals(invoice) == ["7,612.50", "1,446.38", "9,058.88", "9,058.88"]
    assert check(invoice) == ()


def test_prices_with_tax_keep_their_gross_sum() -> None:
    """Three times 9.99 with 19 % are 29.97, of which 4.79 are tax; no unit price in cents could say that."""
    invoice = inclusive(Draft(header=header(), items=(item("9.99", "3"),)))
    assert totals(invoice) == ["25.18", "4.79", "29.97", "29.97"]
    line = invoice.lines[0]
    assert (line.price, line.price_quantity, str(line.net)) == (Decimal("25.18"), Decimal(3), "25.18 EUR")


def test_allowances_and_charges_of_line_and_document() -> None:
    off = Adjustment(
        kind=AdjustmentKind.ALLOWANCE, amount=eur("10.00"), reason="10 %", base=eur("100.00"), percent_bp=1000
    )
    freight = DocumentAdjustment(kind=AdjustmentKind.CHARGE, amount=eur("5.00"), reason="Freight", treatment=STANDARD)
    rebate = DocumentAdjustment(kind=AdjustmentKind.ALLOWANCE, amount=eur("1.00"), reason="Rebate", treatment=STANDARD)
    draft = Draft(header=header(), items=(item("100.00", "1", STANDARD, off),), adjustments=(freight, rebate))
    invoice = exclusive(draft)
    sums = invoice.totals
    assert [str(one) for one in (sums.lines, sums.charges, sums.allowances)] == ["90.00 EUR", "5.00 EUR", "1.00 EUR"]
    assert totals(invoice) == ["94.00", "17.86", "111.86", "111.86"]


@pytest.mark.parametrize(
    ("price", "quantity", "per", "net"),
    [
        ("0.005", "1", "1", "0.01"),
        ("0.005", "-1", "1", "-0.01"),
        ("12.3456", "3", "1", "37.04"),
        ("10", "1", "3", "3.33"),
    ],
)
def test_a_line_is_quantity_times_price(price: str, quantity: str, per: str, net: str) -> None:
    line = item(price, quantity).model_copy(update={"price_quantity": Decimal(per)})
    assert net_of(line, "EUR") == eur(net)


def test_why_there_is_no_tax_comes_from_the_company_or_the_category() -> None:
    exempt, reverse = Treatment(category=TaxCategory.EXEMPT), Treatment(category=TaxCategory.REVERSE_CHARGE)
    given_reason = Exemption(category=TaxCategory.EXEMPT, reason="§ 4 Nr. 21 UStG")
    draft = Draft(
        header=header(language="zh-CN"),
        items=(item("1", "1", exempt), item("1", "1", reverse)),
        exemptions=(given_reason,),
    )
    stated = [(part.reason, part.reason_code) for part in exclusive(draft).breakdown]
    assert stated == [("§ 4 Nr. 21 UStG", ""), ("反向征税：由购买方缴纳税款", "VATEX-EU-AE")]


@given(st.decimals(-(10**9), 10**9, places=6))
@settings(deadline=None)
def test_half_goes_away_from_zero(exact: Decimal) -> None:
    assert half_up(Fraction(exact)) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8), st.sampled_from([0, 600, 725, 1900, 2700]))
@settings(deadline=None)
def test_shares_add_up_and_each_is_within_a_cent(grosses: list[int], rate_bp: int) -> None:
    base = half_up(Fraction(sum(grosses) * 10_000, 10_000 + rate_bp))
    shares = apportioned(base, grosses, rate_bp)
    assert sum(shares) == base
    for share, gross in zip(shares, grosses, strict=True):
        assert abs(share - Fraction(gross * 10_000, 10_000 + rate_bp)) <= 1


PRICES = st.lists(
    st.tuples(
        st.decimals("0.01", "99999", places=2), st.decimals("0.001", "999", places=3), st.sampled_from([1900, 700, 1])
    ),
    min_size=1,
    max_size=6,
)


@given(PRICES)
@settings(deadline=None)
def test_prices_with_tax_add_up_to_what_was_agreed(prices: list[tuple[Decimal, Decimal, int]]) -> None:
    items = tuple(
        Item(id=str(n), name="A", quantity=q, price=p, treatment=Treatment(category=TaxCategory.STANDARD, rate_bp=r))
        for n, (p, q, r) in enumerate(prices)
    )
    agreed = sum(net_of(one, "EUR").minor for one in items)
    invoice = inclusive(Draft(header=header(), items=items))
    assert invoice.totals.gross.minor == agreed
    assert [finding for finding in check(invoice) if agreed] == []


@pytest.mark.parametrize("seed", range(0, 400, 7))
def test_nothing_is_wrong_with_what_is_made(seed: int) -> None:
    assert check(sample(seed)) == ()
