"""An invoice adds up by itself, and all invoices of an order add up to the order."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_calendar import CompiledCalendar, Roll
from domain.deal.effects import IssueInvoice
from domain.due_dates import DueRule, PaymentTerms
from domain.due_dates import Instalment as Part
from domain.money import Money
from domain.quotes import QuoteLine
from domain.receivables.billed import share_of
from domain.receivables.entries import Instalment, Invoice
from domain.receivables.invoicing import imported_invoice, invoice_of
from domain.refusal import Code, Refused
from domain.terms import TaxRate

RATES = (TaxRate(code="S13", rate_bp=1300), TaxRate(code="S6", rate_bp=600))
THIRDS = PaymentTerms(
    id="thirds",
    instalments=tuple(
        Part(share_bp=share, due=DueRule.parse(due))
        for share, due in ((3334, "issue"), (3333, "issue+30d"), (3333, "issue+60d"))
    ),
)


def line(position: int, net: int, quantity: str = "1", code: str = "S13", listed: int | None = None) -> QuoteLine:
    return QuoteLine(
        position=position,
        sku=f"P{position}",
        quantity=quantity,
        list_price=Money(minor=net if listed is None else listed, currency="CNY"),
        net_price=Money(minor=net, currency="CNY"),
        tax_code=code,
    )


def ask(*lines: QuoteLine, **changes: Any) -> IssueInvoice:
    rest: dict[str, Any] = {
        "deal_id": "d1",
        "item": "all",
        "entity": "CN01",
        "customer_id": "c1",
        "issue_on": date(2026, 3, 2),
        "supplied_on": date(2026, 3, 1),
        "lines": lines,
        "share_bp": 10_000,
        "shares_before_bp": 0,
        "rates": RATES,
        "price_includes_tax": False,
        "payment": PaymentTerms.single("net30", "issue+30d"),
    }
    return IssueInvoice(**(rest | changes))


def adds_up(invoice: Invoice) -> bool:
    nets = sum(each.net.minor for each in invoice.lines)
    taxes = sum(part.tax.minor for part in invoice.taxes)
    parts = sum(part.amount.minor for part in invoice.instalments)
    return (nets, nets + taxes, parts) == (invoice.net.minor, invoice.gross.minor, invoice.gross.minor)


def test_the_standard_invoice() -> None:
    invoice = invoice_of(ask(line(1, 69622), line(2, 69622), rates=(TaxRate(code="S13", rate_bp=2500),)), "INV-1")
    assert (invoice.number, invoice.net.minor, invoice.gross.minor) == ("INV-1", 139244, 174055)
    assert [(part.code, part.base.minor, part.tax.minor) for part in invoice.taxes] == [("S13", 139244, 34811)]
    assert [(part.index, part.due_on) for part in invoice.instalments] == [(1, date(2026, 4, 1))]


@given(
    st.lists(st.tuples(st.integers(0, 10**8), st.sampled_from(["S13", "S6"])), min_size=1, max_size=6),
    st.lists(st.integers(1, 3000), min_size=1, max_size=3),
    st.booleans(),
)
def test_all_parts_together_are_the_order(prices: list[tuple[int, str]], shares: list[int], includes_tax: bool) -> None:
    lines = [line(place, minor, code=code) for place, (minor, code) in enumerate(prices, 1)]
    shares = [*shares, 10_000 - sum(shares)]
    before, billed = 0, [0] * len(lines)
    for share in shares:
        asked = ask(*lines, share_bp=share, shares_before_bp=before, price_includes_tax=includes_tax, payment=THIRDS)
        invoice = invoice_of(asked, "n")
        assert adds_up(invoice)
        for place, each in enumerate(invoice.lines):
            billed[place] += each.net.minor if not includes_tax else 0
        before += share
    assert includes_tax or billed == [minor for minor, _ in prices]


def test_shares_of_a_cent_are_not_lost() -> None:
    assert [share_of(100, 3333, 0), share_of(100, 3333, 3333), share_of(100, 3334, 6666)] == [33, 34, 33]
    assert sum(share_of(1, 1, before) for before in range(10_000)) == 1


def test_a_line_shows_its_list_price_with_the_discount_and_a_surcharge_as_its_price() -> None:
    invoice = invoice_of(ask(line(1, 9000, listed=10000, quantity="3"), line(2, 11000, listed=10000)), "n")
    shown = [(each.unit_price.minor, each.discount_bp, each.net.minor) for each in invoice.lines]
    assert shown == [(10000, 1000, 27000), (11000, 0, 11000)]


def test_instalments_add_up_and_are_numbered_from_one() -> None:
    invoice = invoice_of(ask(line(1, 100), rates=(), payment=THIRDS), "n")
    parts = [(part.index, part.amount.minor, part.due_on) for part in invoice.instalments]
    assert parts == [(1, 33, date(2026, 3, 2)), (2, 33, date(2026, 4, 1)), (3, 34, date(2026, 5, 1))]


def test_terms_that_roll_need_the_calendar() -> None:
    rolling = PaymentTerms.single("net30", "issue+30d", Roll.FOLLOWING)
    with pytest.raises(Refused) as refused:
        invoice_of(ask(line(1, 100), payment=rolling), "n")
    assert refused.value.code == Code.STATE
    invoice = invoice_of(ask(line(1, 100), payment=rolling, calendar=CompiledCalendar.always()), "n")
    assert invoice.instalments[0].due_on == date(2026, 4, 1)


@pytest.mark.parametrize(("share", "before"), [(0, 0), (5000, 5001), (-1, 0), (1, -1)])
def test_what_is_no_share_of_the_order_is_refused(share: int, before: int) -> None:
    with pytest.raises(Refused) as refused:
        invoice_of(ask(line(1, 100), share_bp=share, shares_before_bp=before), "n")
    assert refused.value.code == Code.AMOUNT


def test_an_imported_item_keeps_its_number_and_dates() -> None:
    parts = [
        Instalment(index=7, due_on=date(2026, 5, 1), amount=Money(minor=40, currency="CNY")),
        Instalment(index=3, due_on=date(2026, 4, 1), amount=Money(minor=60, currency="CNY")),
    ]
    invoice = imported_invoice("000123", ("CN01", "c1", "CNY"), date(2026, 3, 1), parts)
    assert (invoice.number, invoice.gross.minor, invoice.deal_id) == ("000123", 100, "")
    assert [(part.index, part.amount.minor) for part in invoice.instalments] == [(1, 60), (2, 40)]


@pytest.mark.parametrize(("minor", "currency", "code"), [(0, "CNY", Code.AMOUNT), (1, "USD", Code.CCY)])
def test_an_imported_item_of_nothing_or_of_another_currency_is_refused(minor: int, currency: str, code: Code) -> None:
    part = Instalment(index=1, due_on=date(2026, 4, 1), amount=Money(minor=minor, currency=currency))
    with pytest.raises(Refused) as refused:
        imported_invoice("1", ("CN01", "c1", "CNY"), date(2026, 3, 1), [part])
    assert refused.value.code == code
