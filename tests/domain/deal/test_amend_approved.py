"""What goes beyond the approved order is approved first; until it is decided the order runs on as it was approved."""

from datetime import datetime, timedelta

import pytest

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.agenda import agenda
from domain.deal.amending import deciding
from domain.deal.brief import brief_of
from domain.deal.explain import explain
from domain.deal.machine import decide
from domain.deal.moves import moves
from domain.machine import SYSTEM, Actor
from domain.money import Money
from domain.refusal import Code
from domain.terms import ContractTerms, OrderTerms
from tests.domain.deal.driver import Driver, cny, line
from tests.domain.deal.terms_fixture import STEPS, terms

MORE = line(quantity="20")
ID = "D-1-a1"


def asked(d: Driver, *lines: object) -> Driver:
    """Ask for an amendment beyond what was approved, and seat its approvers."""
    assert d.do(c.Amend.model_validate({"lines": lines or (MORE,), "reason": "the customer wants more"})) == (
        "amendment_requested",
        "approval_requested",
    )
    d.done("resolve_approval", c.Resolved(approval_id=d.deal.approval.id if d.deal.approval else "", steps=STEPS))
    return d


def approve(d: Driver) -> tuple[str, ...]:
    """Let everybody approve who must, and return what the last word made true."""
    found: tuple[str, ...] = ()
    for step in STEPS:
        found = d.vote(step.seats[0].candidates[0].person)
    return found


def breach_of(d: Driver) -> datetime:
    return next(due.at for due in agenda(d.deal) if due.command.what == "approval_breach")


def total(d: Driver) -> Money:
    assert d.deal.order is not None
    return d.deal.order.total


def test_an_approved_amendment_takes_effect_and_is_the_new_limit() -> None:
    d = asked(Driver().booked())
    assert total(d) == cny("90000.00")
    assert d.do(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="4"),))) == ("delivery_recorded",)
    assert approve(d)[-2:] == ("approval_granted", "order_amended")
    assert (total(d), d.deal.amendment, d.deal.order and d.deal.order.lines[0].delivered) == (
        cny("180000.00"), None, "4",
    )  # fmt: skip
    booking = d.waiting("create_order").effect
    assert isinstance(booking, f.CreateOrder)
    assert (booking.revision, booking.total) == (2, cny("180000.00"))
    d.done("create_order", c.Booked(erp_reference="SO-2"))
    assert d.do(c.Amend(lines=(line(quantity="15"),), reason="less")) == ("order_amended",)
    d.done("create_order", c.Booked(erp_reference="SO-3"))
    assert d.do(c.Amend(lines=(MORE,), reason="all of it")) == ("order_amended",)
    d.done("create_order", c.Booked(erp_reference="SO-4"))
    asked(d, line(quantity="21"))
    assert d.deal.approval is not None
    assert d.deal.approval.id == "D-1-a2"


@pytest.mark.parametrize(("verdict", "outcome"), [("reject", "rejected"), ("return", "returned")])
def test_an_amendment_that_is_turned_down_is_dropped_and_its_owner_hears_why(verdict: str, outcome: str) -> None:
    d = asked(Driver().booked())
    order = d.deal.order
    assert d.vote("wang", verdict, "too many")[-1] == "amendment_dropped"
    assert (d.deal.order, d.deal.amendment) == (order, None)
    told = next(one.effect for one in d.deal.pending if one.effect.kind == "notify" and
                getattr(one.effect, "template", "") == "amendment_dropped")  # fmt: skip
    assert isinstance(told, f.Notify)
    assert told.people == ("li",)
    assert {("outcome", outcome), ("decided_by", "wang"), ("reason", "too many")} <= set(told.facts)
    assert d.do(c.RecordDelivery()) == ("delivery_recorded",)


def test_whoever_asked_takes_it_back_and_may_ask_again() -> None:
    d = asked(Driver().booked())
    d.refused(c.Amend(lines=(line(quantity="9"),), reason="less"), Code.STATE)
    assert d.do(c.Recall(approval_id=ID, reason="wrong")) == ("approval_recalled", "amendment_dropped")
    d.refused(c.Recall(approval_id=ID, reason="wrong"), Code.STATE)
    asked(d)
    assert approve(d)[-1] == "order_amended"


def test_nobody_approves_the_amendment_that_they_asked_for() -> None:
    d = asked(Driver().booked())
    assert d.deal.approval is not None
    decision = c.Decide(approval_id=ID, verdict="approve", content_hash=d.deal.approval.subject.content_hash)
    d.refused(decision, Code.SOD, Actor(id="li"))
    stale = c.Decide(approval_id=ID, verdict="approve", content_hash=d.deal.quotes[-1].content_hash)
    d.refused(stale, Code.STALE, Actor(id="wang"))


def test_a_decision_that_is_repeated_afterwards_is_answered_as_the_first_was() -> None:
    d = asked(Driver().booked())
    approve(d)
    assert d.deal.approval is not None
    decision = c.Decide(approval_id=ID, verdict="approve", content_hash=d.deal.approval.subject.content_hash)
    assert decide(d.deal, decision, Actor(id="zhao"), d.now) == ()
    assert "decide" not in moves(d.deal)


def test_an_order_that_is_billed_first_overtakes_its_amendment() -> None:
    d = asked(Driver().booked())
    d.do(c.RecordDelivery())
    found = d.do(c.AcceptDelivery(accepted_by="客户"))
    assert found == ("delivery_accepted", "approval_recalled", "amendment_dropped", "billing_item_due")
    assert (total(d), deciding(d.deal)) == (cny("90000.00"), None)
    d.refused(c.Recall(approval_id=ID, reason="x"), Code.STATE)


def test_an_amendment_below_what_was_delivered_meanwhile_is_overtaken() -> None:
    d = asked(Driver().booked(), line(quantity="2", net="8000.00"))
    d.do(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="3"),)))
    assert approve(d)[-2:] == ("approval_granted", "amendment_dropped")
    assert total(d) == cny("90000.00")


def test_a_cancellation_ends_the_amendment_with_the_order() -> None:
    d = asked(Driver().booked())
    found = d.do(c.Cancel(reason="over"))
    assert found[:3] == ("approval_recalled", "amendment_dropped", "cancel_requested")
    assert (d.deal.amendment, deciding(d.deal)) == (None, None)


def test_people_owe_the_decision_and_its_clock_runs_and_stands_still_in_a_hold() -> None:
    d = asked(Driver().booked())
    waiting = [(one.who, one.what.en) for one in explain(d.deal, d.now).waiting]
    assert waiting[:2] == [("wang", "decide on amendment 1"), ("li", "deliver the order")]
    assert {"decide", "recall", "add_signer", "transfer_seat"} <= set(moves(d.deal))
    rings = breach_of(d)
    brief = brief_of(d.deal, ID)
    assert brief is not None
    assert (brief.lines[0].quantity, brief.due_at) == ("20", rings)
    assert "approval_paused" in d.do(c.HoldDeal(reason="wait"))
    assert [due for due in agenda(d.deal) if due.command.what.startswith("approval")] == []
    d.wait(days=7)
    d.do(c.Release())
    assert breach_of(d) >= rings + timedelta(days=7)


def test_a_change_of_people_seats_an_amendment_anew() -> None:
    d = asked(Driver().booked())
    assert d.do(c.OrgChanged(), SYSTEM) == ("seats_questioned",)
    d.done("resolve_approval", c.Resolved(approval_id=ID, steps=STEPS))
    assert approve(d)[-1] == "order_amended"
    d.refused(c.OrgChanged(), Code.STATE, SYSTEM)


@pytest.mark.parametrize(("blocked", "last"), [("", "order_amended"), ("over the limit", "amendment_dropped")])
def test_what_an_order_grows_by_is_checked_for_credit(blocked: str, last: str) -> None:
    checked = terms(order=OrderTerms(credit_check=True, credit_limit=cny("1000000.00")))
    d = Driver(checked).ordered()
    d.done("check_credit", c.CreditDecision(exposure_minor=0, blocked=""))
    d.done("create_order", c.Booked(erp_reference="SO-1"))
    asked(d)
    assert approve(d)[-2:] == ("approval_granted", "amendment_approved")
    check = d.waiting("check_credit").effect
    assert isinstance(check, f.CheckCredit)
    assert check.order == cny("101700.00")
    assert total(d) == cny("90000.00")
    assert d.done("check_credit", c.CreditDecision(exposure_minor=0, blocked=blocked)) == (last,)
    assert (total(d), d.deal.amendment) == (cny("90000.00") if blocked else cny("180000.00"), None)


def test_an_order_does_not_grow_past_what_may_be_ordered_without_a_contract() -> None:
    d = Driver(terms(contract=ContractTerms(required_over=cny("100000.00")))).booked()
    refused = d.refused(c.Amend(lines=(MORE,), reason="x"), Code.LIMIT)
    assert "needs a contract" in refused.text.en
    asked(d, line(net="8000.00"))


def test_where_no_rule_asks_for_approval_an_amendment_takes_effect_at_once() -> None:
    d = Driver().booked()
    d.do(c.Amend(lines=(MORE,), reason="x"))
    found = d.done("resolve_approval", c.Resolved(approval_id=ID, steps=()))
    assert found == ("approval_not_needed", "order_amended")
