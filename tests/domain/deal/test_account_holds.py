"""An account that is not paid keeps orders and deliveries back, and nothing else; its end lets them go on (P4)."""

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.explain import explain
from domain.deal.rows import row_of, task_rows
from domain.deal.state import Stage
from domain.machine import Actor
from domain.receivables.holds import AccountHold
from domain.refusal import Code
from tests.domain.deal.driver import CREDIT, SALES, Driver
from tests.domain.deal.terms_fixture import terms
from tests.domain.deal.test_order import CREDIT_CHECK, checked

CNY, EUR = "account/CN01/C-1/CNY", "account/DE01/C-1/EUR"
ERP = Actor(id="erp", via="webhook")
ONE = c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="1"),))


def tell(d: Driver, account: str = CNY, *, orders: bool = True, deliveries: bool = True) -> tuple[str, ...]:
    """Say what an account keeps back."""
    told = c.AccountHoldChanged(customer_id="C-1", orders=orders, deliveries=deliveries)
    return d.do(told, Actor(id=account, via="workflow"))


def ended(d: Driver, account: str = CNY) -> tuple[str, ...]:
    return tell(d, account, orders=False, deliveries=False)


def active() -> Driver:
    d = checked()
    d.done("check_credit", c.CreditDecision(exposure_minor=5))
    d.quiet()
    return d


def test_deliveries_wait_until_the_last_account_is_paid() -> None:
    d = active()
    assert tell(d) == ("account_hold_began",)
    assert tell(d) == ()
    assert tell(d, EUR, orders=False) == ("account_hold_began",)

    refused = d.refused(ONE, Code.CREDIT)
    assert [(one.name, one.value) for one in refused.details] == [("accounts", f"{CNY}, {EUR}")]
    waiting = [(blocker.who, blocker.command) for blocker in explain(d.deal, d.now).waiting if blocker.who != "ltc"]
    assert waiting == [("role:credit", "release_credit"), ("customer", "")]
    assert [task.who for task in task_rows(d.deal, d.now)] == ["role:credit"]
    assert row_of(d.deal, d.now).overlay == "credit_hold"
    told = [pending.effect for pending in d.deal.pending if isinstance(pending.effect, f.Notify)]
    assert [(one.template, one.people) for one in told] == [("deliveries_held", ("li", "role:credit"))] * 2

    assert ended(d) == ("account_hold_ended",)
    d.refused(ONE, Code.CREDIT)
    assert ended(d, EUR) == ("account_hold_ended",)
    assert ended(d, EUR) == ()
    assert [one.effect.template for one in d.deal.pending if isinstance(one.effect, f.Notify)][-1] == "deliveries_go_on"
    assert d.do(ONE) == ("delivery_recorded",)


def test_what_is_delivered_is_accepted_and_invoiced_on_hold() -> None:
    d = active()
    d.do(c.RecordDelivery())
    tell(d)
    assert explain(d.deal, d.now).waiting[0].command == "accept_delivery"
    assert d.do(c.AcceptDelivery(accepted_by="客户")) == ("delivery_accepted", "billing_item_due")
    assert d.issue("all", "INV-1", "101700.00")[0] == "invoice_issued"


def test_what_somebody_outside_delivered_on_hold_is_a_fact_and_credit_is_told() -> None:
    d = active()
    tell(d)
    assert d.do(ONE, ERP) == ("delivered_on_hold", "delivery_recorded")
    told = [pending.effect for pending in d.deal.pending if isinstance(pending.effect, f.Notify)][-1]
    assert (told.template, told.people) == ("delivered_on_hold", ("role:credit", "li"))


def test_a_correction_delivers_no_more_on_hold_but_less() -> None:
    d = active()
    d.do(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="5"),)))
    tell(d)

    def corrected(quantity: str) -> c.CorrectDelivery:
        return c.CorrectDelivery(lines=(c.DeliveredLine(position=1, quantity=quantity),), reason="counted again")

    d.refused(corrected("6"), Code.CREDIT)
    assert d.do(corrected("4")) == ("delivery_corrected",)


def test_credit_releases_one_deal_for_good_and_until_the_next_hold() -> None:
    d = active()
    tell(d)
    d.refused(c.ReleaseCredit(reason="known"), Code.AUTH, SALES)
    assert d.do(c.ReleaseCredit(reason="known"), CREDIT) == ("credit_released",)
    d.refused(c.ReleaseCredit(reason="again"), Code.STATE, CREDIT)
    assert d.do(ONE) == ("delivery_recorded",)
    assert tell(d) == ("account_hold_began",)
    d.refused(ONE, Code.CREDIT)


def test_an_order_that_waits_for_payment_is_checked_again_and_goes_on_by_itself() -> None:
    d = checked()
    held = c.CreditDecision(exposure_minor=5, blocked="hold", holds=(AccountHold(account=CNY, orders=True),))
    assert d.done("check_credit", held) == ("account_hold_began", "credit_held")
    waiting = [(blocker.who, blocker.command) for blocker in explain(d.deal, d.now).waiting if blocker.who != "ltc"]
    assert waiting == [("role:credit", "release_credit"), ("customer", "")]
    assert ended(d) == ("account_hold_ended", "credit_check_required")
    assert d.done("check_credit", c.CreditDecision(exposure_minor=5, blocked="limit")) == ("credit_held",)
    assert ended(d) == ("credit_check_required",)
    assert d.done("check_credit", c.CreditDecision(exposure_minor=5)) == ("credit_cleared", "order_created")
    assert d.deal.account_holds == ()


def test_an_end_that_comes_while_the_check_is_under_way_is_not_lost() -> None:
    d = checked()
    assert ended(d) == ("credit_check_required",)
    first, second = (pending.id for pending in d.deal.pending if pending.effect.kind == "check_credit")
    held = c.CreditDecision(exposure_minor=5, blocked="hold", holds=(AccountHold(account=CNY, orders=True),))
    d.do(c.EffectDone(effect_id=first, result=held))
    assert d.stage() is Stage.CREDIT_HOLD
    d.do(c.EffectDone(effect_id=second, result=c.CreditDecision(exposure_minor=5)))
    assert d.stage() is Stage.ACTIVE


def test_an_order_on_a_stop_of_deliveries_is_taken_and_not_delivered() -> None:
    d = checked()
    stopped = c.CreditDecision(exposure_minor=5, holds=(AccountHold(account=CNY, orders=False),))
    assert d.done("check_credit", stopped) == ("account_hold_began", "credit_cleared", "order_created")
    d.refused(ONE, Code.CREDIT)


def test_a_held_deal_keeps_its_order_back_although_its_credit_is_cleared() -> None:
    d = checked()
    d.done("check_credit", c.CreditDecision(exposure_minor=5, blocked="hold"))
    d.do(c.HoldDeal(reason="the customer asked"))
    assert ended(d) == ("credit_check_required",)
    assert d.done("check_credit", c.CreditDecision(exposure_minor=5)) == ("credit_cleared",)
    assert d.do(c.Release()) == ("deal_released", "order_created")


def test_a_deal_that_is_over_takes_no_word_of_a_hold() -> None:
    d = Driver(terms(order=CREDIT_CHECK)).quoted()
    d.do(c.Lose(reason="price"))
    assert tell(d) == ()
    assert ended(d) == ()
