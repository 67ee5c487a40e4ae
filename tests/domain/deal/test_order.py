"""A won quote becomes an order once, after contract and credit; an order changes only before it is billed."""

from datetime import timedelta

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.state import Stage
from domain.machine import Actor
from domain.money import Money
from domain.refusal import Code
from domain.terms import BillingPart, ContractTerms, OrderTerms, Trigger
from tests.domain.deal.driver import CREDIT, SALES, START, Driver, cny
from tests.domain.deal.terms_fixture import TERMS, span, terms

CONTRACT = ContractTerms(required_over=Money.of("89999.99", "CNY"), sign_due=span("10d"))
CREDIT_CHECK = OrderTerms(credit_check=True, credit_limit=Money.of("100000.00", "CNY"), overdue_block_days=30)
DEPOSIT = TERMS.billing.model_copy(
    update={
        "parts": (
            BillingPart(id="deposit", share_bp=3000, upon=Trigger.ORDERED),
            BillingPart(id="rest", share_bp=7000, upon=Trigger.ACCEPTED),
        )
    }
)


def checked(**more: object) -> Driver:
    d = Driver(terms(order=CREDIT_CHECK, **more)).quoted()
    d.accept()
    return d


def test_the_order_is_the_accepted_quote_frozen() -> None:
    d = Driver().quoted()
    quote = d.deal.quotes[-1]
    assert d.accept(evidence="PO.pdf") == ("quote_accepted", "order_created")

    order = d.deal.order
    assert order is not None
    assert tuple(ordered.line for ordered in order.lines) == quote.lines
    assert (order.total, order.gross, order.revision) == (cny("90000.00"), cny("101700.00"), 1)
    assert (order.accepted_by, order.evidence, order.ordered_at) == ("客户采购", "PO.pdf", d.now)
    assert [(item.id, item.share_bp, item.status) for item in d.deal.billing] == [("all", 10_000, "waiting")]
    assert {pending.effect.kind for pending in d.deal.pending} == {"create_order", "sync_crm"}
    crm = d.waiting("sync_crm").effect
    assert isinstance(crm, f.SyncCrm)
    assert (crm.outcome, crm.amount) == ("won", cny("90000.00"))
    d.refused(c.AcceptQuote(content_hash=quote.content_hash, accepted_by="again"), Code.STATE)


def test_an_item_upon_the_order_is_due_at_once() -> None:
    d = Driver(terms(billing=DEPOSIT)).quoted()
    assert d.accept() == ("quote_accepted", "order_created", "billing_item_due")
    asked = d.waiting("issue_invoice").effect
    assert isinstance(asked, f.IssueInvoice)
    assert (asked.item, asked.share_bp, asked.shares_before_bp) == ("deposit", 3000, 0)


def test_a_contract_above_the_limit_is_signed_by_both() -> None:
    d = Driver(terms(contract=CONTRACT)).quoted()
    assert d.accept() == ("quote_accepted", "contract_required")
    assert d.stage() is Stage.CONTRACT
    asked = d.waiting("request_signature").effect
    assert isinstance(asked, f.RequestSignature)
    assert (asked.content_hash, asked.two_sided) == (d.deal.quotes[-1].content_hash, True)

    assert d.do(c.SignContract(side="ours", signed_by="ceo")) == ("contract_signed",)
    d.refused(c.SignContract(side="ours", signed_by="ceo"), Code.DECIDED)
    portal = Actor(id="esign", via="webhook")
    assert d.do(c.SignContract(side="theirs", signed_by="客户"), portal) == ("contract_signed", "order_created")
    assert d.stage() is Stage.ACTIVE


def test_a_one_sided_contract_needs_the_customer() -> None:
    d = Driver(terms(contract=CONTRACT.model_copy(update={"two_sided": False}))).quoted()
    d.accept()
    assert d.do(c.SignContract(side="ours", signed_by="ceo")) == ("contract_signed",)
    assert d.do(c.SignContract(side="theirs", signed_by="x")) == ("contract_signed", "order_created")


def test_below_the_limit_there_is_no_contract_to_sign() -> None:
    d = Driver(terms(contract=ContractTerms(required_over=Money.of("90000.00", "CNY")))).quoted()
    assert d.accept() == ("quote_accepted", "order_created")
    d.refused(c.SignContract(side="ours", signed_by="x"), Code.STATE)


def test_an_unsigned_contract_is_chased_and_then_the_quote_expires() -> None:
    d = Driver(terms(contract=CONTRACT)).quoted()
    d.accept()

    assert d.tick() == ("contract_overdue",)
    assert d.now == START + timedelta(days=10)
    assert d.tick() == ("quote_expired",)
    assert d.now == START + timedelta(days=20)
    over = [pending.effect for pending in d.deal.pending if pending.effect.kind == "notify"][-1]
    assert isinstance(over, f.Notify)
    assert (over.template, over.people) == ("contract_unsigned", ("li",))
    assert (d.stage(), d.deal.contract) == (Stage.QUOTE_EXPIRED, None)


def test_credit_is_checked_before_the_order() -> None:
    d = checked()
    assert [fact.event.kind for fact in d.facts[-2:]] == ["quote_accepted", "credit_check_required"]
    assert d.deal.order is None
    asked = d.waiting("check_credit").effect
    assert isinstance(asked, f.CheckCredit)
    assert (asked.order, asked.limit, asked.overdue_block_days) == (cny("101700.00"), cny("100000.00"), 30)

    assert d.done("check_credit", c.CreditDecision(exposure_minor=5)) == ("credit_cleared", "order_created")
    assert d.stage() is Stage.ACTIVE


def test_a_credit_hold_is_released_by_credit_alone() -> None:
    d = checked()
    assert d.done("check_credit", c.CreditDecision(exposure_minor=5, blocked="limit")) == ("credit_held",)
    assert (d.stage(), d.deal.credit_blocked) == (Stage.CREDIT_HOLD, "limit")

    d.refused(c.ReleaseCredit(reason="known"), Code.AUTH, SALES)
    d.refused(c.RecordDelivery(), Code.STATE)
    assert d.do(c.ReleaseCredit(reason="known"), CREDIT) == ("credit_released", "order_created")
    assert (d.stage(), d.deal.credit_blocked) == (Stage.ACTIVE, "")


def test_a_credit_answer_after_the_deal_was_lost_comes_too_late() -> None:
    d = checked()
    d.do(c.Lose(reason="price"))
    assert d.done("check_credit", c.CreditDecision(exposure_minor=5)) == ("effect_completed",)
    assert d.deal.order is None
