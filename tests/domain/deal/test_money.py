"""A deal closes when nothing is open, opens again when a payment comes back, and pays no attention to strangers."""

import pytest

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import row_of
from domain.deal.reading import open_minor
from domain.deal.state import Stage
from domain.machine import SYSTEM, Actor
from domain.refusal import Code
from domain.terms import BillingPart, BillingTerms, Trigger
from tests.domain.deal.driver import Driver, line
from tests.domain.deal.terms_fixture import TERMS, terms

WORD = Actor(id="system", via="workflow")
DEPOSIT = TERMS.billing.model_copy(
    update={
        "parts": (
            BillingPart(id="deposit", share_bp=3000, upon=Trigger.ORDERED),
            BillingPart(id="rest", share_bp=7000, upon=Trigger.ACCEPTED),
        )
    }
)
IN_ADVANCE = TERMS.billing.model_copy(update={"parts": (BillingPart(id="all", share_bp=10_000, upon=Trigger.ORDERED),)})


def test_the_invoice_is_kept_by_number_and_amount() -> None:
    d = Driver().billed()
    item = d.deal.billing[0]
    assert (item.status, item.number, item.gross_minor, item.open_minor, item.due_on) == (
        "issued",
        "INV-1",
        10_170_000,
        10_170_000,
        "2026-10-09",
    )


def test_the_last_payment_closes_the_deal() -> None:
    d = Driver().billed()
    assert d.paid(open_minor=1) == ("invoice_open_changed",)
    assert open_minor(d.deal) == 1
    assert d.paid() == ("invoice_open_changed", "deal_closed")
    assert d.stage() is Stage.PAID


def test_a_dispute_keeps_the_deal_open() -> None:
    d = Driver().billed()
    d.paid(open_minor=500, disputed_minor=500)
    assert (d.deal.disputed_minor, row_of(d.deal, d.now).overlay) == (500, "disputed")
    assert d.paid() == ("invoice_open_changed", "deal_closed")
    assert d.deal.disputed_minor == 0


def test_what_is_written_off_closes_as_such() -> None:
    d = Driver().billed()
    assert d.paid(written_off=True) == ("invoice_open_changed", "deal_closed")
    assert d.stage() is Stage.WRITTEN_OFF


def test_bad_debt_that_is_paid_after_all_reopens_the_deal_for_its_income() -> None:
    d = Driver().billed()
    d.paid(written_off=True)

    again = d.paid(recovered_minor=4_000_000, written_off=True)
    assert again == ("deal_reopened", "invoice_open_changed", "debt_recovered", "deal_closed")
    assert (d.stage(), d.deal.billing[0].written_off, d.deal.reopened) == (Stage.WRITTEN_OFF, True, True)

    assert d.paid(recovered_minor=6_170_000)[-2:] == ("debt_recovered", "deal_closed")
    assert (d.stage(), d.deal.billing[0].written_off) == (Stage.PAID, False)
    assert d.deal.timeline[-2].note == "INV-1 61,700.00 CNY"


def test_a_recovery_while_something_else_is_open_is_told_and_keeps_the_deal_open() -> None:
    d = Driver(terms(billing=DEPOSIT)).booked()
    d.issue("deposit", "INV-1", "30510.00")
    d.paid(written_off=True)
    assert d.paid(recovered_minor=5) == ("invoice_open_changed", "debt_recovered")
    assert (d.stage(), d.deal.billing[0].written_off) == (Stage.ACTIVE, False)


def test_all_items_must_be_billed_and_paid() -> None:
    d = Driver(terms(billing=DEPOSIT)).booked()
    d.issue("deposit", "INV-1", "30510.00")
    assert d.paid() == ("invoice_open_changed",)
    d.do(c.RecordDelivery())
    d.do(c.AcceptDelivery(accepted_by="x"))
    d.issue("rest", "INV-2", "71190.00")
    assert d.stage() is Stage.ACTIVE
    assert d.paid("INV-2") == ("invoice_open_changed", "deal_closed")


def test_paid_in_advance_the_acceptance_closes_the_deal() -> None:
    d = Driver(terms(billing=IN_ADVANCE)).booked()
    d.issue("all", "INV-1", "101700.00")
    assert d.paid() == ("invoice_open_changed",)
    assert d.do(c.RecordDelivery()) == ("delivery_recorded",)
    assert d.do(c.AcceptDelivery(accepted_by="x")) == ("delivery_accepted", "deal_closed")


def test_an_invoice_over_nothing_is_settled_when_it_is_issued() -> None:
    d = Driver().delivered()
    d.do(c.AcceptDelivery(accepted_by="x"))
    assert d.issue("all", "INV-1", "0.00") == ("invoice_issued", "deal_closed")


def test_a_returned_payment_opens_the_deal_again() -> None:
    d = Driver().billed()
    d.paid()
    assert d.paid(open_minor=10_170_000) == ("deal_reopened", "invoice_open_changed")
    assert (d.stage(), d.deal.reopened, open_minor(d.deal)) == (Stage.ACTIVE, True, 10_170_000)
    told = [pending.effect for pending in d.deal.pending if isinstance(pending.effect, f.Notify)]
    assert told[-1].template == "deal_reopened"
    assert d.paid() == ("invoice_open_changed", "deal_closed")


@pytest.mark.parametrize("number", ["INV-9", ""])
def test_an_invoice_of_another_deal_is_not_ours(number: str) -> None:
    d = Driver().billed()
    d.refused(c.ReceivableChanged(number=number, open_minor=0), Code.NOTFOUND, WORD)


def test_a_closed_deal_takes_nothing_that_changes_nothing() -> None:
    d = Driver().billed()
    d.paid()
    d.refused(c.ReceivableChanged(number="INV-1", open_minor=0), Code.STATE, WORD)
    d.refused(c.Cancel(reason="x"), Code.STATE)
    d.refused(c.FollowUp(channel="call", note="x"), Code.STATE)
    d.refused(c.OrgChanged(), Code.STATE, SYSTEM)
    d.refused(c.HoldDeal(reason="x"), Code.STATE)


def test_a_refusal_of_the_ledger_waits_for_a_person() -> None:
    d = Driver().delivered()
    d.do(c.AcceptDelivery(accepted_by="x"))
    refusal = c.DealRefusal.model_validate(
        {"code": "E_PERIOD", "text": {"en": "September is closed", "zh": "九月已关账"}}
    )
    assert d.done("issue_invoice", refusal) == ("attention_needed",)
    assert d.waiting("issue_invoice").parked == "E_PERIOD: September is closed"
    assert row_of(d.deal, d.now).attention


@pytest.mark.parametrize("billing", [TERMS.billing, DEPOSIT, IN_ADVANCE])
def test_an_order_that_costs_nothing_is_delivered_and_closed_without_an_invoice(billing: BillingTerms) -> None:
    d = Driver(terms(billing=billing)).booked(line(net="0.00"))
    d.do(c.RecordDelivery())
    assert d.do(c.AcceptDelivery(accepted_by="客户")) == ("delivery_accepted", "deal_closed")
    assert d.stage() is Stage.PAID
    kinds = {fact.event.kind for fact in d.facts}
    assert kinds.isdisjoint({"billing_item_due", "invoice_issued"})
    assert [one for one in d.deal.pending if one.effect.kind == "issue_invoice"] == []


def test_an_order_that_comes_to_cost_something_is_billed() -> None:
    d = Driver().booked(line(net="0.00"))
    d.do(c.Amend(lines=(line(net="1.00"),), reason="no longer free"))
    d.done("resolve_approval", c.Resolved(approval_id="D-1-a1", steps=()))
    d.do(c.RecordDelivery())
    assert d.do(c.AcceptDelivery(accepted_by="客户")) == ("delivery_accepted", "billing_item_due")
