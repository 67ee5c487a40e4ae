"""A quote's figures follow from its lines: tax on the category sum, the discount rounded up, one hash per content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.quotes import QuoteLine
from domain.quoting import content_hash, discount_bp, totals_of, with_tax_codes
from domain.refusal import Code, Refused
from domain.terms import DealTerms, TaxRate
from tests.domain.deal.terms_fixture import terms as deal_terms

RATES = (TaxRate(code="S25", rate_bp=2500), TaxRate(code="S13", rate_bp=1300), TaxRate(code="Z", rate_bp=0))


def line(net: int, listed: int | None = None, quantity: str = "1", code: str = "S25", position: int = 1) -> QuoteLine:
    return QuoteLine(
        position=position,
        sku="A",
        quantity=quantity,
        list_price=Money(minor=net if listed is None else listed, currency="CNY"),
        net_price=Money(minor=net, currency="CNY"),
        tax_code=code,
    )


def test_tax_is_computed_on_the_category_sum() -> None:
    """G2: two lines of 696.22 at 25 %; line by line it would be 348.12."""
    totals = totals_of([line(69622), line(69622, position=2)], RATES, False)
    assert (totals.total.minor, totals.gross.minor) == (139244, 139244 + 34811)


def test_a_price_with_tax_gives_up_its_tax() -> None:
    totals = totals_of([line(11300, code="S13"), line(200, code="Z", position=2)], RATES, True)
    assert (totals.total.minor, totals.gross.minor) == (10000 + 200, 11500)


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(["S25", "S13", "Z"])), min_size=1, max_size=8),
    st.booleans(),
)
def test_gross_is_what_was_agreed_when_prices_include_tax(amounts: list[tuple[int, str]], includes_tax: bool) -> None:
    totals = totals_of([line(minor, code=code) for minor, code in amounts], RATES, includes_tax)
    agreed = sum(minor for minor, _ in amounts)
    assert (totals.gross if includes_tax else totals.total).minor == agreed


@pytest.mark.parametrize(
    ("listed", "net", "expected"),
    [
        (10000, 9500, 500),
        (10000, 9499, 501),
        (30000, 28499, 501),
        (10000, 10000, 0),
        (10000, 10001, -1),
        (30000, 30001, 0),
        (0, 500, 0),
    ],
)
def test_a_discount_is_rounded_up_so_that_no_rule_is_missed(listed: int, net: int, expected: int) -> None:
    assert discount_bp(line(net, listed)) == expected


def test_the_largest_line_discount_counts_and_the_whole_is_weighted() -> None:
    totals = totals_of([line(8000, 10000), line(30000, 30000, position=2)], RATES, False)
    assert (totals.max_discount_bp, totals.discount_bp, totals.list_total.minor) == (2000, 500, 40000)


def test_a_quantity_may_have_decimals_and_is_rounded_once() -> None:
    assert totals_of([line(333, quantity="2.5", code="Z")], RATES, False).total.minor == 833


@pytest.mark.parametrize("quantity", ["0", "-1", "1e3", "", "1,5", "NaN", "0.0000001"])
def test_what_is_no_quantity_is_refused(quantity: str) -> None:
    with pytest.raises(Refused) as refused:
        totals_of([line(100, quantity=quantity)], RATES, False)
    assert refused.value.code == Code.AMOUNT


def test_two_currencies_an_unknown_category_and_no_line_are_refused() -> None:
    dollars = line(1).model_copy(update={"net_price": Money(minor=1, currency="USD")})
    for lines, code in (([line(1), dollars], Code.CCY), ([line(1, code="X")], Code.NOTFOUND), ([], Code.AMOUNT)):
        with pytest.raises(Refused) as refused:
            totals_of(lines, RATES, False)
        assert refused.value.code == code


def test_without_rates_nothing_is_taxed_and_a_default_fills_what_is_empty() -> None:
    assert totals_of([line(100, code="")], (), False).gross.minor == 100
    assert [each.tax_code for each in with_tax_codes([line(1, code=""), line(1, code="Z")], "S13")] == ["S13", "Z"]


def test_a_hash_changes_with_everything_material_and_with_nothing_else() -> None:
    terms: DealTerms = deal_terms()
    first = content_hash([line(100, quantity="2.50")], terms, False)
    assert first == content_hash([line(100, quantity="2.5")], terms.model_copy(update={"policy": "another"}), False)
    others = {
        content_hash([line(101, quantity="2.5")], terms, False),
        content_hash([line(100, listed=120, quantity="2.5")], terms, False),
        content_hash([line(100, quantity="3")], terms, False),
        content_hash([line(100, quantity="2.5", code="Z")], terms, False),
        content_hash([line(100, quantity="2.5")], terms, True),
        content_hash([line(100, quantity="2.5")], terms.model_copy(update={"currency": "USD"}), False),
    }
    assert len(others | {first}) == 7
