"""A cancellation always ends closed: invoices are credited, what is in flight is awaited, nothing is sent any more."""

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import agenda, explain
from domain.deal.state import Stage
from domain.machine import SYSTEM
from domain.refusal import Code
from domain.terms import BillingPart, ContractTerms, Trigger
from tests.domain.deal.driver import OPS, Driver, cny
from tests.domain.deal.terms_fixture import TERMS, terms

CANCEL = c.Cancel(reason="the customer withdrew")
CREDITED = c.Credited(number="INV-1", credit_note="CN-1", amount=cny("101700.00"))
DEPOSIT = TERMS.billing.model_copy(
    update={
        "parts": (
            BillingPart(id="deposit", share_bp=3000, upon=Trigger.ORDERED),
            BillingPart(id="rest", share_bp=7000, upon=Trigger.ACCEPTED),
        )
    }
)


def kinds(d: Driver) -> list[str]:
    return [pending.effect.kind for pending in d.deal.pending]


def test_before_the_order_is_anywhere_else_it_ends_at_once() -> None:
    contract = ContractTerms(required_over=cny("0.00"))
    d = Driver(terms(contract=contract)).quoted()
    d.accept()

    assert d.do(CANCEL) == ("cancel_requested", "deal_cancelled")

    assert d.stage() is Stage.CANCELLED
    crm = d.waiting("sync_crm").effect
    assert isinstance(crm, f.SyncCrm)
    assert (crm.outcome, crm.reason) == ("cancelled", "the customer withdrew")


def test_the_order_is_taken_back_in_the_erp() -> None:
    d = Driver().booked()
    assert d.do(CANCEL) == ("cancel_requested",)
    assert (d.stage(), [item.status for item in d.deal.billing]) == (Stage.CANCELLING, ["cancelled"])
    assert agenda(d.deal) == ()
    d.refused(c.RecordDelivery(), Code.STATE)
    d.refused(CANCEL, Code.STATE)
    d.refused(c.HoldDeal(reason="x"), Code.STATE)
    assert [blocker.who for blocker in explain(d.deal, d.now).waiting] == ["ltc"]

    assert d.done("cancel_order") == ("effect_completed", "deal_cancelled")
    assert d.stage() is Stage.CANCELLED


def test_an_order_that_is_being_booked_is_taken_back_when_it_is_there() -> None:
    d = Driver().ordered()
    d.do(CANCEL)
    assert "cancel_order" not in kinds(d)
    assert d.done("create_order", c.Booked(erp_reference="SO-1")) == ("order_booked",)
    taken_back = d.waiting("cancel_order").effect
    assert isinstance(taken_back, f.CancelOrder)
    assert taken_back.erp_reference == "SO-1"
    assert d.done("cancel_order")[-1] == "deal_cancelled"


def test_an_issued_invoice_is_credited() -> None:
    d = Driver().billed()
    d.quiet()
    d.done("open_receivable")

    assert d.do(CANCEL) == ("cancel_requested", "credit_required")
    credit = d.waiting("credit_invoice")
    assert isinstance(credit.effect, f.CreditInvoice)
    assert (credit.effect.number, credit.effect.reason, credit.lane) == ("INV-1", CANCEL.reason, "billing")
    assert d.done("cancel_order") == ("effect_completed",)
    assert d.done("credit_invoice", CREDITED) == ("invoice_credited", "deal_cancelled")
    assert (d.deal.billing[0].credited, d.deal.billing[0].open_minor) == (True, 0)


def test_an_invoice_in_flight_is_awaited_credited_and_sent_to_nobody() -> None:
    d = Driver(terms(billing=DEPOSIT)).ordered()
    d.done("create_order", c.Booked(erp_reference="SO-1"))

    assert d.do(CANCEL) == ("cancel_requested",)
    assert [item.status for item in d.deal.billing] == ["requested", "cancelled"]
    d.done("cancel_order")
    assert d.stage() is Stage.CANCELLING
    assert d.issue("deposit", "INV-1", "30510.00") == ("invoice_issued", "credit_required")
    assert kinds(d) == ["credit_invoice"]
    assert d.done("credit_invoice", CREDITED) == ("invoice_credited", "deal_cancelled")


def test_the_account_may_speak_meanwhile() -> None:
    d = Driver().billed()
    d.do(CANCEL)
    assert d.paid(open_minor=5) == ("invoice_open_changed",)


def test_what_fails_is_tried_again_or_skipped_and_still_ends_closed() -> None:
    d = Driver().billed()
    d.done("open_receivable")
    d.do(CANCEL)
    d.done("cancel_order")
    credit = d.waiting("credit_invoice")
    assert d.do(c.EffectFailed(effect_id=credit.id, error="away"), SYSTEM, credit.id) == ("attention_needed",)
    d.refused(c.AbortEffect(effect_id=credit.id, reason="x"), Code.STATE, OPS)
    assert d.do(c.RetryEffect(effect_id=credit.id), OPS) == ("effect_retried",)
    d.do(c.EffectFailed(effect_id=credit.id, error="away"), SYSTEM, credit.id)

    skipped = d.do(c.SkipEffect(effect_id=credit.id, reason="credited by hand"), OPS)

    assert skipped == ("effect_skipped", "deal_cancelled")
    assert not d.deal.billing[0].credited


def test_an_invoice_that_never_comes_is_skipped_and_its_item_cancelled() -> None:
    d = Driver(terms(billing=DEPOSIT)).booked()
    d.do(CANCEL)
    d.done("cancel_order")
    issuing = d.waiting("issue_invoice")
    d.do(c.EffectFailed(effect_id=issuing.id, error="away"), SYSTEM, issuing.id)
    assert d.do(c.SkipEffect(effect_id=issuing.id, reason="never issued"), OPS)[-1] == "deal_cancelled"
    assert [item.status for item in d.deal.billing] == ["cancelled", "cancelled"]


def test_giving_up_an_effect_cancels_the_order() -> None:
    d = Driver().ordered()
    booking = d.waiting("create_order")
    d.do(c.EffectFailed(effect_id=booking.id, error="refused"), SYSTEM, booking.id)
    found = d.do(c.AbortEffect(effect_id=booking.id, reason="no stock"), OPS)
    assert found == ("effect_skipped", "cancel_requested", "deal_cancelled")
    assert (d.stage(), d.deal.cancel_reason) == (Stage.CANCELLED, "no stock")


def test_giving_up_before_the_order_loses_the_deal() -> None:
    d = Driver().drafted()
    d.do(c.SubmitQuote())
    asking = d.waiting("resolve_approval")
    d.do(c.EffectFailed(effect_id=asking.id, error="away"), SYSTEM, asking.id)
    found = d.do(c.AbortEffect(effect_id=asking.id, reason="no policy"), OPS)
    assert found == ("effect_skipped", "approval_recalled", "quote_not_approved", "deal_lost")
    assert (d.stage(), d.deal.lost_reason) == (Stage.LOST, "aborted")
