"""A cancellation always ends closed: invoices are credited, what is in flight is awaited, nothing is sent any more."""

import pytest

from domain.cancellation import CancellationPreview
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.decide_cancel import nothing_billed
from domain.deal.machine import agenda, explain
from domain.deal.state import Stage
from domain.machine import SYSTEM, Actor
from domain.refusal import Code
from domain.terms import BillingPart, ContractTerms, Trigger
from domain.value import Text
from tests.domain.deal.driver import OPS, Driver, cny, line
from tests.domain.deal.terms_fixture import STEPS, TERMS, terms

CANCEL = c.Cancel(reason="the customer withdrew")
ALL = c.Cancel(reason="the machine does not fit", delivered="credited")
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


@pytest.mark.parametrize("roles", [(), ("sales",), ("sales_manager", "ops"), ("credit",), ("customer",)])
def test_who_may_not_refund_does_not_cancel_with_a_refund(roles: tuple[str, ...]) -> None:
    d = Driver().booked()
    refused = d.refused(CANCEL.model_copy(update={"paid_part": "refund"}), Code.AUTH, Actor(id="li", roles=roles))
    assert "paid_part unapplied" in refused.text.en
    assert "paid_part: unapplied" in refused.text.zh


@pytest.mark.parametrize("role", ["finance", "admin"])
def test_who_may_refund_cancels_with_a_refund(role: str) -> None:
    d = settled()
    d.do(ALL.model_copy(update={"paid_part": "refund"}), Actor(id="fin", roles=(role,)))
    assert asked(d).paid_part == "refund"
    assert asked(d).by == "fin"


def preview(credited: str = "101700.00", content_hash: str = "h1") -> CancellationPreview:
    some = cny(credited)
    return CancellationPreview(
        deal_id="D-1", delivered="credited", credited=some, owed=cny("0.00"), in_all=some, content_hash=content_hash
    )


def done(**more: object) -> c.BillingCancelled:
    note = c.CreditedPart(number="INV-1", credit_note="CN-1", amount=cny("101700.00"), left_minor=0)
    return c.BillingCancelled(preview=preview(), notes=(note,), whole=("INV-1",)).model_copy(update=more)


def settled() -> Driver:
    d = Driver().billed()
    d.quiet()
    d.done("open_receivable")
    return d


def asked(d: Driver) -> f.CancelBilling:
    effect = d.waiting("cancel_billing").effect
    assert isinstance(effect, f.CancelBilling)
    return effect


def test_an_issued_invoice_is_credited_by_the_ledger_before_anything_else_happens() -> None:
    d = settled()

    assert d.do(ALL) == ("cancellation_asked",)
    assert (d.stage(), d.waiting("cancel_billing").lane) == (Stage.ACTIVE, "billing")
    effect = asked(d)
    assert (effect.reason, effect.kept, effect.expected) == (ALL.reason, (), "")
    assert effect.forgone == (f.LineAmount(position=1, minor=9_000_000),)
    for command in (c.CorrectDelivery(lines=(), reason="x"), CANCEL, c.HoldDeal(reason="x")):
        d.refused(command, Code.STATE)

    found = d.done("cancel_billing", done())

    assert found == ("cancel_requested", "invoice_credited")
    assert (d.stage(), d.deal.cancellation, kinds(d)) == (Stage.CANCELLING, None, ["cancel_order"])
    assert (d.deal.billing[0].credited, d.deal.billing[0].open_minor) == (True, 0)
    assert d.done("cancel_order") == ("effect_completed", "deal_cancelled")


def test_what_is_delivered_whole_is_not_cancelled_unless_it_is_credited_too() -> None:
    d = settled()
    d.refused(CANCEL, Code.GATE)


def test_what_was_delivered_stays_owed_is_billed_and_goes_out() -> None:
    d = Driver().booked(line(1, "10"), line(2, "4", net="9999.99"))
    d.do(
        c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="2.5"), c.DeliveredLine(position=2, quantity="4")))
    )

    assert d.do(CANCEL) == ("cancellation_asked",)
    effect = asked(d)
    assert [(one.position, one.minor) for one in effect.kept] == [(1, 2_250_000), (2, 3_999_996)]
    assert effect.final is not None
    assert (effect.final.item, effect.final.purpose, len(effect.final.lines)) == ("cancellation", "standard", 2)
    assert [(one.position, one.quantity) for one in effect.stopped.deliveries] == [(1, "7.5")]
    assert effect.stopped.billing == ("all",)

    gross = cny("70625.00")
    issued = c.Issued(item="cancellation", number="INV-1", net=gross, gross=gross, due_on="2026-10-09")
    found = d.done("cancel_billing", done(notes=(), whole=(), issued=(issued,)))

    assert found == ("cancel_requested", "invoice_issued")
    assert sorted(kinds(d)) == ["cancel_order", "open_receivable", "send_invoice"]
    d.done("cancel_order")
    d.quiet()
    assert d.done("open_receivable") == ("receivable_opened", "deal_cancelled")
    assert [(item.id, item.status, item.open_minor) for item in d.deal.billing] == [
        ("all", "cancelled", 0),
        ("cancellation", "issued", gross.minor),
    ]


def test_what_would_be_done_otherwise_by_now_is_refused_and_the_order_stands() -> None:
    d = settled()
    d.do(ALL.model_copy(update={"preview": "h0"}))
    assert asked(d).expected == "h0"
    stale = c.DealRefusal(code="E_STALE", text=Text(en="changed", zh="已变化"))

    assert d.done("cancel_billing", stale) == ("cancellation_dropped",)

    assert (d.stage(), d.deal.cancellation, kinds(d)) == (Stage.ACTIVE, None, [])
    assert d.do(ALL) == ("cancellation_asked",)


def test_where_nothing_is_billed_the_hash_is_known_at_once() -> None:
    d = Driver().booked()
    d.refused(CANCEL.model_copy(update={"preview": "h0"}), Code.STALE)
    seen = nothing_billed(d.deal, CANCEL, d.now)
    assert (seen.credited.minor, seen.stopped.billing) == (0, ("all",))
    assert [(one.position, one.quantity) for one in seen.stopped.deliveries] == [(1, "10")]
    d.do(CANCEL.model_copy(update={"preview": seen.content_hash}))
    assert d.stage() is Stage.CANCELLING


def test_above_the_amount_a_second_person_agrees_to_exactly_what_was_shown() -> None:
    d = settled()
    d.do(ALL)
    waits = c.BillingCancelled(preview=preview(), waits=True)
    assert d.done("cancel_billing", waits) == ("cancellation_weighed", "approval_requested")
    approval = d.deal.approval
    assert approval is not None
    assert (approval.id, approval.subject.kind, approval.subject.content_hash) == ("D-1-c1", "cancellation", "h1")
    assert (approval.subject.requester, approval.subject.amount) == ("li", cny("101700.00"))
    d.refused(ALL, Code.STATE)
    d.refused(c.Amend(lines=(line(),), reason="x"), Code.STATE)
    d.done("resolve_approval", c.Resolved(approval_id="D-1-c1", steps=STEPS[:1]))
    assert [blocker.who for blocker in explain(d.deal, d.now).waiting if "cancellation" in blocker.what.en]
    # The customer may pay meanwhile: the deal waits for the decision.
    assert d.paid() == ("invoice_open_changed",)

    agreed = d.vote(STEPS[0].seats[0].candidates[0].person)

    assert agreed[-1] == "cancellation_agreed"
    assert (asked(d).expected, asked(d).agreed) == ("h1", "D-1-c1")
    assert d.done("cancel_billing", done()) == ("cancel_requested", "invoice_credited")


@pytest.mark.parametrize(("verdict", "outcome"), [("reject", "rejected"), ("return", "returned")])
def test_what_is_not_agreed_to_does_not_happen_and_who_asked_is_told(verdict: str, outcome: str) -> None:
    d = settled()
    d.do(ALL)
    d.done("cancel_billing", c.BillingCancelled(preview=preview(), waits=True))
    d.done("resolve_approval", c.Resolved(approval_id="D-1-c1", steps=STEPS[:1]))
    d.quiet()
    found = d.vote(STEPS[0].seats[0].candidates[0].person, verdict, "no")

    assert found[-1] == "cancellation_dropped"
    assert (d.stage(), d.deal.cancellation) == (Stage.ACTIVE, None)
    told = d.waiting("notify").effect
    assert isinstance(told, f.Notify)
    assert (told.template, dict(told.facts)["outcome"], told.people) == ("cancellation_dropped", outcome, ("li",))
    assert d.paid() == ("invoice_open_changed", "deal_closed")


def test_a_deal_paid_while_its_cancellation_was_decided_closes_when_it_is_recalled() -> None:
    d = settled()
    d.do(ALL)
    d.done("cancel_billing", c.BillingCancelled(preview=preview(), waits=True))
    d.done("resolve_approval", c.Resolved(approval_id="D-1-c1", steps=STEPS[:1]))
    assert d.paid() == ("invoice_open_changed",)
    found = d.do(c.Recall(approval_id="D-1-c1", reason="paid"))
    assert found == ("approval_recalled", "cancellation_dropped", "deal_closed")
    assert d.stage() is Stage.PAID


def test_while_an_invoice_is_on_its_way_beside_one_that_is_there_it_is_refused() -> None:
    d = Driver(terms(billing=DEPOSIT)).booked()
    d.issue("deposit", "INV-1", "30510.00")
    d.done("open_receivable")
    d.quiet()
    d.do(c.RecordDelivery())
    d.do(c.AcceptDelivery(accepted_by="客户"))
    d.refused(ALL, Code.STATE)
    issuing = d.waiting("issue_invoice")
    d.do(c.EffectFailed(effect_id=issuing.id, error="away"), SYSTEM, issuing.id)
    assert d.do(c.AbortEffect(effect_id=issuing.id, reason="no way"), OPS) == ("cancellation_asked",)
    assert [one.parked for one in d.deal.pending] == ["away", None]
    found = d.done("cancel_billing", done())
    assert found == ("effect_skipped", "cancel_requested", "invoice_credited")
    assert d.done("cancel_order") == ("effect_completed", "deal_cancelled")


def test_what_the_ledger_does_not_answer_is_given_up_and_the_order_stands() -> None:
    d = settled()
    d.do(ALL)
    effect = d.waiting("cancel_billing")
    d.do(c.EffectFailed(effect_id=effect.id, error="away"), SYSTEM, effect.id)
    d.wait(days=1)
    d.do(c.RetryEffect(effect_id=effect.id), OPS)
    assert str(asked(d).issue_on) == "2026-09-08", "what is tried again is dated again"
    d.do(c.EffectFailed(effect_id=effect.id, error="away"), SYSTEM, effect.id)
    found = d.do(c.SkipEffect(effect_id=effect.id, reason="not now"), OPS)
    assert found == ("effect_skipped", "cancellation_dropped")
    assert (d.stage(), d.deal.cancellation) == (Stage.ACTIVE, None)


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
    d = settled()
    d.do(ALL)
    assert d.paid(open_minor=5) == ("invoice_open_changed",)
    d.done("cancel_billing", done())
    assert d.paid(open_minor=0) == ("invoice_open_changed",)


def test_what_fails_is_tried_again_or_skipped_and_still_ends_closed() -> None:
    d = Driver(terms(billing=DEPOSIT)).ordered()
    d.done("create_order", c.Booked(erp_reference="SO-1"))
    d.do(CANCEL)
    d.done("cancel_order")
    d.issue("deposit", "INV-1", "30510.00")
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
