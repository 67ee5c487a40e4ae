"""A credit that an order became smaller by waits for a second person, and its effect with it."""

import pytest

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import explain
from domain.deal.state import Stage
from domain.receivables.second_person import Weighed
from domain.refusal import Code
from domain.terms import BillingPart, Trigger
from tests.domain.deal.driver import OPS, Driver, cny, line
from tests.domain.deal.terms_fixture import STEPS, TERMS, terms

WAITS = c.Credited(
    number="", credit_note="", amount=cny("0.00"), waits=Weighed(minor=5_085_000, in_all_minor=6_000_000)
)
PART = c.CreditedPart(number="INV-1", credit_note="CN-1", amount=cny("50850.00"), left_minor=5_085_000)
DONE = c.Credited(number="", credit_note="", amount=cny("0.00"), notes=(PART,))
BILLING = TERMS.billing.model_copy(update={"parts": (BillingPart(id="all", share_bp=10_000, upon=Trigger.ORDERED),)})


def amended() -> Driver:
    d = Driver(terms(billing=BILLING)).booked()
    d.issue("all", "INV-1", "101700.00")
    d.done("open_receivable")
    d.quiet()
    assert d.do(c.Amend(lines=(line(quantity="5"),), reason="half of it")) == ("order_amended", "reduction_required")
    d.done("create_order", c.Booked(erp_reference="SO-2"))
    return d


def asked(d: Driver) -> f.CreditInvoice:
    effect = d.waiting("credit_invoice").effect
    assert isinstance(effect, f.CreditInvoice)
    return effect


def weighed() -> Driver:
    d = amended()
    assert asked(d).by == "li"
    assert d.done("credit_invoice", WAITS) == ("reduction_weighed", "approval_requested")
    d.done("resolve_approval", c.Resolved(approval_id="D-1-r1", steps=STEPS[:1]))
    d.quiet()
    return d


def test_small_ones_are_credited_as_before() -> None:
    assert amended().done("credit_invoice", DONE) == ("invoice_credited",)


def test_the_ledger_is_asked_again_when_somebody_has_agreed() -> None:
    d = weighed()
    approval = d.deal.approval
    assert approval is not None
    assert (approval.subject.kind, approval.subject.amount, approval.subject.requester) == (
        "credit_note",
        cny("50850.00"),
        "li",
    )
    assert any("decide on a credit of 50,850.00 CNY" in blocker.what.en for blocker in explain(d.deal, d.now).waiting)
    d.refused(c.Amend(lines=(line(quantity="4"),), reason="x"), Code.STATE)
    d.refused(c.Cancel(reason="x"), Code.STATE)
    assert d.deal.billing[0].open_minor == 10_170_000

    d.wait(days=1)
    assert d.vote(STEPS[0].seats[0].candidates[0].person)[-1] == "reduction_agreed"
    effect = asked(d)
    assert (effect.agreed, effect.agreed_minor, str(effect.issue_on)) == ("D-1-r1", 6_000_000, "2026-09-08")
    assert d.done("credit_invoice", DONE) == ("invoice_credited",)
    assert (d.deal.reduction, d.deal.billing[0].open_minor) == (None, 5_085_000)


@pytest.mark.parametrize(("verdict", "outcome"), [("reject", "rejected"), ("return", "returned")])
def test_without_agreement_the_invoice_stands_and_who_asked_is_told(verdict: str, outcome: str) -> None:
    d = weighed()
    found = d.vote(STEPS[0].seats[0].candidates[0].person, verdict, "no")
    assert found[-2:] == ("effect_skipped", "reduction_dropped")
    assert (d.deal.reduction, d.deal.billing[0].open_minor) == (None, 10_170_000)
    told = d.waiting("notify").effect
    assert isinstance(told, f.Notify)
    assert (told.template, dict(told.facts)["outcome"], told.people) == ("reduction_dropped", outcome, ("li",))
    assert "credit_invoice" not in [one.effect.kind for one in d.deal.pending]


def test_a_deal_that_is_paid_whole_meanwhile_waits_for_the_decision() -> None:
    d = weighed()
    d.do(c.RecordDelivery())
    d.do(c.AcceptDelivery(accepted_by="客户"))
    assert d.paid() == ("invoice_open_changed",)
    found = d.do(c.Recall(approval_id="D-1-r1", reason="paid"))
    assert found[-3:] == ("effect_skipped", "reduction_dropped", "deal_closed")
    assert d.stage() is Stage.PAID


def test_operations_that_try_it_again_meanwhile_change_nothing() -> None:
    d = weighed()
    effect = d.waiting("credit_invoice")
    d.refused(c.SkipEffect(effect_id=effect.id, reason="by hand"), Code.STATE, OPS)
    d.do(c.RetryEffect(effect_id=effect.id), OPS)
    assert d.done("credit_invoice", WAITS) == ("attention_needed",)
    assert d.vote(STEPS[0].seats[0].candidates[0].person)[-1] == "reduction_agreed"
    assert d.done("credit_invoice", DONE) == ("invoice_credited",)
