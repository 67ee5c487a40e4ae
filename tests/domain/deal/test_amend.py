"""An order changes at once within what was approved, else once that is approved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approval.events import ApprovalRequested
from domain.billing_periods import Every
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.adjusting import check_kept
from domain.deal.decide_quote import measures_of
from domain.deal.events import OrderAmended
from domain.deal.events_amend import AmendmentRequested
from domain.deal.machine import decide
from domain.money import LARGEST_MINOR, Money
from domain.quotes import QuoteLine
from domain.quoting import totals_of
from domain.refusal import Code, Refused
from domain.terms import BillingPart, ContractTerms, DealTerms, Trigger
from tests.domain.deal.driver import SALES, Driver, cny, line
from tests.domain.deal.terms_fixture import TERMS, terms

DEPOSIT = TERMS.billing.model_copy(
    update={
        "parts": (
            BillingPart(id="deposit", share_bp=3000, upon=Trigger.ORDERED),
            BillingPart(id="rest", share_bp=7000, upon=Trigger.ACCEPTED),
        )
    }
)


def amend(*lines: QuoteLine) -> c.Amend:
    return c.Amend(lines=lines, reason="the customer asked")


def test_an_amendment_replaces_the_order_before_billing() -> None:
    d = Driver().booked(line(), line(2, "5"))
    d.do(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="4"),)))

    refused = d.refused(c.Amend(lines=(line(quantity="3"),), reason="less"), Code.AMOUNT)
    assert ("delivered", "4") in [(detail.name, detail.value) for detail in refused.details]
    d.refused(c.Amend(lines=(line(2, "5"),), reason="the first line is gone"), Code.AMOUNT)
    assert d.do(c.Amend(lines=(line(quantity="6"),), reason="less")) == ("order_amended",)

    order = d.deal.order
    assert order is not None
    assert (order.revision, order.total, len(order.lines)) == (2, cny("54000.00"), 1)
    assert order.lines[0].delivered == "4"
    booking = d.waiting("create_order").effect
    assert isinstance(booking, f.CreateOrder)
    assert (booking.revision, booking.total) == (2, cny("54000.00"))
    assert d.do(c.RecordDelivery()) == ("delivery_recorded",)


def test_an_amendment_to_what_is_delivered_completes_the_order() -> None:
    upon = TERMS.billing.model_copy(update={"parts": (BillingPart(id="all", share_bp=10_000, upon=Trigger.DELIVERED),)})
    d = Driver(terms(billing=upon)).booked()
    d.do(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="4"),)))
    assert d.do(c.Amend(lines=(line(quantity="4"),), reason="the rest is not wanted")) == (
        "order_amended",
        "billing_item_due",
    )
    assert d.deal.fulfilment.complete


@pytest.mark.parametrize("policy", [terms(billing=DEPOSIT)])
def test_what_is_billed_is_not_amended(policy: DealTerms) -> None:
    d = Driver(policy).booked()
    d.refused(c.Amend(lines=(line(),), reason="x"), Code.STATE)


@pytest.mark.parametrize(
    ("wanted", "measure"),
    [
        (line(net="0.01"), "max_discount_bp"),
        (line(net="8999.99"), "max_discount_bp"),
        (line(quantity="11"), "total_minor"),
        (line(net="9000.01"), "total_minor"),
    ],
)
def test_what_was_not_approved_is_asked_for_while_the_order_stands(wanted: QuoteLine, measure: str) -> None:
    d = Driver().booked()
    order, approved = d.deal.order, dict(measures_of(d.deal.quotes[-1].totals))
    assert d.do(amend(wanted)) == ("amendment_requested", "approval_requested")
    assert d.deal.order == order
    assert d.deal.approval is not None
    subject = d.deal.approval.subject
    assert (d.deal.approval.id, subject.kind, subject.reference) == ("D-1-a1", "amendment", "amendment 1")
    assert dict(subject.measures)[measure] > approved[measure]


def test_a_discount_on_the_whole_does_not_grow_by_leaving_out_the_dear_line() -> None:
    d = Driver().booked(line(), line(2, net="10000.00"))
    assert d.do(amend(line())) == ("amendment_requested", "approval_requested")
    d = Driver().booked(line(), line(2, net="10000.00"))
    assert d.do(amend(line(2, net="10000.00"))) == ("order_amended",)


def test_an_amendment_is_measured_against_the_accepted_quote_not_against_the_last_amendment() -> None:
    d = Driver().booked()
    assert d.do(amend(line(quantity="2"))) == ("order_amended",)
    d.done("create_order", c.Booked(erp_reference="SO-2"))
    assert d.do(amend(line(quantity="10"))) == ("order_amended",)
    d.done("create_order", c.Booked(erp_reference="SO-3"))
    assert d.do(amend(line(quantity="10", net="9000.01"))) == ("amendment_requested", "approval_requested")


@pytest.mark.parametrize(
    "other",
    [
        {"sku": "SKU-9"},
        {"description": "something dearer"},
        {"unit": "box of 100"},
        {"list_price": cny("9000.00")},
        {"tax_code": "Z"},
        {"position": 2},
    ],
)
def test_an_amendment_keeps_the_articles_of_the_order(other: dict[str, object]) -> None:
    d = Driver().booked()
    d.refused(amend(line().model_copy(update=other)), Code.GATE)


def test_an_amendment_above_the_largest_amount_is_none() -> None:
    free = line(listed="10000000.00", net="0.00")
    d = Driver().booked(free)
    most = LARGEST_MINOR // 1_000_000_000
    d.refused(amend(line(quantity=f"{most + 1}", listed="10000000.00", net="0.00")), Code.AMOUNT)


@given(
    quantities=st.lists(st.integers(1, 30), min_size=2, max_size=2),
    nets=st.lists(st.integers(0, 1_500_000), min_size=2, max_size=2),
)
def test_an_amendment_is_taken_if_no_measure_is_worse_than_approved(quantities: list[int], nets: list[int]) -> None:
    d = _TWO_LINES
    lines = tuple(
        old.model_copy(
            update={"quantity": str(quantity), "net_price": Money(minor=net, currency="CNY"), "tax_code": "S13"}
        )
        for old, quantity, net in zip((line(), line(2, "5")), quantities, nets, strict=True)
    )
    approved = dict(measures_of(d.deal.quotes[-1].totals))
    totals = totals_of(lines, d.terms.billing.rates, price_includes_tax=False)
    worse = [name for name, value in measures_of(totals) if value > approved[name]]
    if worse:
        requested, asked = decide(d.deal, amend(*lines), SALES, d.now)
        assert isinstance(requested, AmendmentRequested)
        assert isinstance(asked, ApprovalRequested)
        assert (requested.quote.totals, asked.subject.content_hash) == (totals, requested.quote.content_hash)
    else:
        (amended,) = decide(d.deal, amend(*lines), SALES, d.now)
        assert isinstance(amended, OrderAmended)
        assert amended.quote.totals == totals


_TWO_LINES = Driver(terms(contract=ContractTerms())).booked(line(), line(2, "5"))


@pytest.mark.parametrize(
    ("first", "what"), [(None, "once"), (Every.MONTH, "every month"), (Every.QUARTER, "every quarter")]
)
def test_the_first_line_that_would_be_left_out_as_the_last_of_its_kind_is_named(first: Every | None, what: str) -> None:
    others = [every for every in (Every.QUARTER, None, Every.MONTH) if every is not first]
    ordered = [
        line(place).model_copy(update={"every": every}) for place, every in enumerate((first, *others, Every.YEAR), 1)
    ]
    with pytest.raises(Refused, match=f"nothing would be left that is billed {what}:") as refused:
        check_kept(ordered, ordered[3:])
    assert refused.value.code is Code.GATE
    check_kept(ordered, ordered)
