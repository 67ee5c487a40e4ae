"""Deliveries never pass the order, acceptance is given or deemed after a notice, each makes its invoices due once."""

from datetime import datetime

import pytest

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import agenda
from domain.deal.state import Stage
from domain.machine import Actor
from domain.refusal import Code
from domain.terms import BillingPart, FulfilmentTerms, Trigger
from tests.domain.deal.driver import Driver, line
from tests.domain.deal.terms_fixture import TERMS, span, terms

THREE = TERMS.billing.model_copy(
    update={
        "parts": (
            BillingPart(id="deposit", share_bp=3000, upon=Trigger.ORDERED),
            BillingPart(id="delivery", share_bp=3000, upon=Trigger.DELIVERED),
            BillingPart(id="rest", share_bp=4000, upon=Trigger.ACCEPTED),
        )
    }
)
NO_ACCEPTANCE = terms(fulfilment=FulfilmentTerms(), billing=THREE)


def some(position: int, quantity: str) -> c.RecordDelivery:
    return c.RecordDelivery(lines=(c.DeliveredLine(position=position, quantity=quantity),))


def delivered_of(d: Driver) -> list[str]:
    assert d.deal.order is not None
    return [ordered.delivered for ordered in d.deal.order.lines]


def test_partial_deliveries_add_up_to_the_order() -> None:
    d = Driver().booked(line(), line(2, "2.5"))

    d.do(some(1, "4"))
    assert (delivered_of(d), d.deal.fulfilment.complete) == (["4", "0"], False)
    d.do(some(2, "2.5"))
    d.do(c.RecordDelivery())

    assert (delivered_of(d), d.deal.fulfilment.complete) == (["10", "2.5"], True)
    d.refused(c.RecordDelivery(), Code.STATE)


def test_more_than_ordered_only_within_the_tolerance() -> None:
    d = Driver().booked()
    refused = d.refused(some(1, "11.1"), Code.AMOUNT)
    assert ("most", "11") in [(detail.name, detail.value) for detail in refused.details]
    d.refused(some(9, "1"), Code.NOTFOUND)
    d.refused(some(1, "0"), Code.AMOUNT)
    d.refused(some(1, "many"), Code.AMOUNT)
    d.do(some(1, "11"))
    assert d.deal.fulfilment.complete
    twice = c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="6"),) * 2)
    Driver().booked().refused(twice, Code.AMOUNT)


def test_delivery_and_acceptance_each_make_their_items_due_once() -> None:
    d = Driver(terms(billing=THREE)).booked()
    assert d.do(some(1, "9")) == ("delivery_recorded",)
    assert d.do(some(1, "1")) == ("delivery_recorded", "billing_item_due")
    assert d.do(some(1, "1")) == ("delivery_recorded",)
    assert d.do(c.AcceptDelivery(accepted_by="客户")) == ("delivery_accepted", "billing_item_due")

    asked = [pending.effect for pending in d.deal.pending if isinstance(pending.effect, f.IssueInvoice)]
    assert [(one.item, one.share_bp, one.shares_before_bp) for one in asked] == [
        ("deposit", 3000, 0),
        ("delivery", 3000, 3000),
        ("rest", 4000, 6000),
    ]
    assert {pending.lane for pending in d.deal.pending if pending.effect.kind == "issue_invoice"} == {"billing"}


def test_where_nothing_need_be_accepted_a_complete_delivery_is_enough() -> None:
    d = Driver(NO_ACCEPTANCE).booked()
    assert d.do(c.RecordDelivery()) == ("delivery_recorded", "billing_item_due", "billing_item_due")
    assert agenda(d.deal) == ()
    d.refused(c.AcceptDelivery(accepted_by="x"), Code.STATE)


def test_a_count_is_set_right_as_long_as_nothing_is_billed_upon_it() -> None:
    d = Driver().delivered()
    right = c.CorrectDelivery(lines=(c.DeliveredLine(position=1, quantity="7"),), reason="counted again")
    d.refused(c.CorrectDelivery(lines=(), reason="x"), Code.GATE)
    d.refused(right.model_copy(update={"lines": (c.DeliveredLine(position=1, quantity="12"),)}), Code.AMOUNT)
    assert d.do(right) == ("delivery_corrected",)
    assert (delivered_of(d), d.deal.fulfilment.complete) == (["7"], False)
    assert d.do(c.RecordDelivery()) == ("delivery_recorded",)
    assert delivered_of(d) == ["10"]

    nothing = right.model_copy(update={"lines": (c.DeliveredLine(position=1, quantity="0"),)})
    assert d.do(nothing) == ("delivery_corrected",)

    billed = Driver(terms(billing=THREE)).delivered()
    billed.refused(right, Code.STATE)


def test_a_refused_acceptance_is_reworked() -> None:
    d = Driver().delivered()
    assert d.do(c.RejectDelivery(reason="scratched"), Actor(id="x", via="link")) == ("delivery_rejected",)
    assert agenda(d.deal) == ()
    d.refused(c.RejectDelivery(reason="again"), Code.STATE)
    d.wait(days=3)
    assert d.do(c.RecordDelivery(reference="rework")) == ("delivery_recorded",)
    assert d.deal.fulfilment.rework == ""
    assert [due.command.what for due in agenda(d.deal)] == ["acceptance_notice"]
    assert d.do(c.AcceptDelivery(accepted_by="x"))[0] == "delivery_accepted"


def test_acceptance_in_spite_of_a_rejection() -> None:
    d = Driver().delivered()
    d.do(c.RejectDelivery(reason="scratched"))
    assert d.do(c.AcceptDelivery(accepted_by="x"))[0] == "delivery_accepted"


def test_silence_counts_as_acceptance_after_a_notice() -> None:
    d = Driver().delivered()

    assert d.tick() == ("acceptance_noticed",)
    assert d.now == datetime.fromisoformat("2026-09-16T10:00:00+08:00"), "ten business days less three"
    told = d.waiting("tell_customer").effect
    assert isinstance(told, f.TellCustomer)
    assert (told.template, dict(told.facts)["deemed_at"]) == ("acceptance_notice", "2026-09-21T02:00:00+00:00")
    assert d.tick() == ("delivery_accepted", "billing_item_due")
    assert d.now == datetime.fromisoformat("2026-09-21T10:00:00+08:00")
    assert d.deal.fulfilment.deemed


def test_without_a_rule_silence_is_never_acceptance() -> None:
    d = Driver(terms(fulfilment=FulfilmentTerms(acceptance_required=True))).delivered()
    assert agenda(d.deal) == ()


def test_silence_without_a_notice_where_none_is_agreed() -> None:
    fulfilment = FulfilmentTerms(acceptance_required=True, deemed_after=span("5bd"))
    d = Driver(terms(fulfilment=fulfilment)).delivered()
    assert d.tick() == ("delivery_accepted", "billing_item_due")


@pytest.mark.parametrize(
    "command", [c.RecordDelivery(), c.AcceptDelivery(accepted_by="x"), c.RejectDelivery(reason="x")]
)
def test_after_acceptance_nothing_is_delivered(command: c.RecordDelivery) -> None:
    d = Driver().billed()
    assert d.stage() is Stage.ACTIVE
    d.refused(command, Code.STATE)
