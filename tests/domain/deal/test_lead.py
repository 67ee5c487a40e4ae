"""A lead has an owner who answers in time, and only a score or a reason makes an opportunity of it."""

from datetime import datetime, timedelta

import pytest

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import agenda, blank
from domain.deal.state import Customer, Stage
from domain.machine import Actor
from domain.money import Money
from domain.refusal import Code
from domain.terms import LeadTerms
from tests.domain.deal.driver import CUSTOMER, OPS, SALES, START, Driver, cny
from tests.domain.deal.terms_fixture import span, terms


def captured(**lead: object) -> Driver:
    d = Driver(terms(lead=LeadTerms.model_validate({"first_response": span("4h business"), "max_hops": 1, **lead})))
    d.do(c.Capture(source="web", contact="张三"))
    return d


def opened(assignee: str = "li", score: int = 60, **lead: object) -> Driver:
    d = captured(**lead)
    d.done("open_deal", c.Opened(terms=d.terms, customer=CUSTOMER, score=score, assignee=assignee))
    return d


def test_somebody_must_be_named() -> None:
    d = Driver()
    d.first = d.deal = blank("D-1", "CN01", Customer(customer_id="", name=" "), "CNY")

    refused = d.refused(c.Capture(source="web", contact=" "), Code.GATE)

    assert [(detail.name, detail.value) for detail in refused.details] == [("missing", "contact or company")]


@pytest.mark.parametrize(
    ("value", "code"), [(Money(minor=1, currency="EUR"), Code.CCY), (Money(minor=-1, currency="CNY"), Code.AMOUNT)]
)
def test_the_value_is_an_amount_of_the_deals_currency(value: Money, code: Code) -> None:
    Driver().refused(c.Capture(source="web", contact="x", value=value), code)


def test_attributes_stay_small() -> None:
    Driver().refused(c.Capture(source="web", contact="x", attributes=(("a", "b" * 8_000),)), Code.LIMIT)


def test_a_lead_is_captured_once() -> None:
    captured().refused(c.Capture(source="web", contact="x"), Code.STATE)


def test_before_the_terms_are_there_people_wait() -> None:
    d = captured()

    for command in (c.Assign(owner="li"), c.Qualify(), c.Cancel(reason="x"), c.HoldDeal(reason="x")):
        refused = d.refused(command, Code.STATE)
        assert "still being opened" in refused.text.en

    opening = d.waiting("open_deal").effect
    assert isinstance(opening, f.OpenDeal)
    assert (opening.deal_id, opening.entity, opening.currency) == ("D-1", "CN01", "CNY")


def test_an_assignee_of_the_rules_is_told() -> None:
    d = opened("wang")

    assert (d.stage(), d.deal.owner) == (Stage.LEAD_ASSIGNED, "wang")
    told = d.waiting("notify").effect
    assert isinstance(told, f.Notify)
    assert (told.people, told.template) == (("wang",), "lead_assigned")


def test_without_anybody_a_manager_must_assign() -> None:
    d = opened("")

    assert d.stage() is Stage.LEAD_NEW
    d.refused(c.Qualify(), Code.STATE)
    assert d.do(c.Assign(owner="li")) == ("lead_assigned",)
    assert d.stage() is Stage.LEAD_ASSIGNED


def test_a_late_answer_is_warned_then_handed_on_then_a_managers_matter() -> None:
    d = opened()

    assert d.tick() == ("response_warned",)
    assert d.now == datetime.fromisoformat("2026-09-07T14:30:00+08:00"), "three of four working hours, lunch left out"
    assert d.tick() == ("response_breached",)
    assert d.now == datetime.fromisoformat("2026-09-07T15:30:00+08:00")
    asked = d.waiting("assign_lead").effect
    assert isinstance(asked, f.AssignLead)
    assert asked.not_to == ("li",)
    assert d.done("assign_lead", c.Assignee(owner="wang")) == ("lead_assigned",)
    assert (d.deal.owner, d.deal.lead.hops, d.deal.lead.breached) == ("wang", 1, False)

    d.tick()
    assert d.tick() == ("response_breached",)

    assert [pending.effect.kind for pending in d.deal.pending if pending.effect.kind == "assign_lead"] == []
    assert agenda(d.deal) == ()
    assert d.deal.lead.had == ("li", "wang")


def test_nobody_left_to_hand_on_to() -> None:
    d = opened()
    d.tick()
    d.tick()

    assert d.done("assign_lead", c.Assignee(owner="")) == ("lead_unassignable",)
    assert d.deal.owner == "li"


def test_an_answer_in_time_stops_the_clock_even_for_the_next_assignee() -> None:
    d = opened()
    d.tick()
    d.tick()
    d.do(c.Respond(note="called"))

    assert d.done("assign_lead", c.Assignee(owner="wang")) == ("effect_completed",)
    assert (d.stage(), d.deal.owner, agenda(d.deal)) == (Stage.LEAD_WORKING, "li", ())


def test_a_timer_does_nothing_before_its_time_or_for_another_owner() -> None:
    d = opened()

    d.refused(c.Elapsed(what="response_breach", reference="li"), Code.STATE)
    d.wait(hours=200)
    d.refused(c.Elapsed(what="response_breach", reference="wang"), Code.STATE)
    assert d.do(c.Elapsed(what="response_breach", reference="li")) == ("response_breached",)


def test_below_the_threshold_a_reason_is_needed() -> None:
    d = opened(score=40, qualify_at=50)
    d.do(c.Respond())

    refused = d.refused(c.Qualify(), Code.GATE)
    assert {detail.name: detail.value for detail in refused.details} == {
        "missing": "override_reason",
        "score": "40",
        "needed": "50",
    }
    assert d.do(c.Qualify(override_reason="strategic")) == ("lead_qualified",)
    assert d.stage() is Stage.OPPORTUNITY


def test_a_lead_is_disqualified_for_a_listed_reason() -> None:
    d = opened(disqualify_reasons=("budget", "other"))

    d.refused(c.Disqualify(reason="mood"), Code.GATE)
    d.refused(c.Disqualify(reason="other"), Code.GATE)
    assert d.do(c.Disqualify(reason="budget")) == ("lead_disqualified",)

    assert d.stage() is Stage.DISQUALIFIED
    assert agenda(d.deal) == ()
    d.refused(c.Respond(), Code.STATE)
    d.refused(c.FollowUp(channel="call", note="x"), Code.STATE)


def test_nurture_ends_by_time_or_by_an_answer() -> None:
    d = opened()
    d.do(c.Respond())
    d.refused(c.Nurture(until=START), Code.GATE)
    d.do(c.Nurture(until=START + timedelta(days=30)))
    assert d.stage() is Stage.LEAD_NURTURE

    assert d.do(c.Respond(note="called back")) == ("nurture_ended", "lead_responded")
    assert d.stage() is Stage.LEAD_WORKING
    d.do(c.Nurture(until=d.now + timedelta(days=30)))
    assert d.tick() == ("nurture_ended",)
    assert d.now == START + timedelta(days=30)
    assert d.stage() is Stage.LEAD_WORKING


def test_roles_are_needed_but_a_web_form_may_capture() -> None:
    d = Driver()
    d.refused(c.Capture(source="web", contact="x"), Code.AUTH, Actor(id="x", roles=("finance",)))
    assert d.do(c.Capture(source="web", contact="x"), Actor(id="form", via="webhook")) == ("lead_captured",)
    d.done("open_deal", c.Opened(terms=d.terms, customer=CUSTOMER, assignee="li"))

    d.refused(c.Assign(owner="wang"), Code.AUTH, Actor(id="form", via="webhook"))
    d.refused(c.RetryEffect(effect_id="x"), Code.AUTH, SALES)
    d.refused(c.RetryEffect(effect_id="x"), Code.STATE, OPS)


def test_the_same_owner_is_not_assigned_twice() -> None:
    d = opened()
    d.refused(c.Assign(owner="li"), Code.STATE)
    d.do(c.Assign(owner="wang"))
    d.do(c.Respond())
    assert d.do(c.Assign(owner="zhao")) == ("lead_assigned",)
    assert (d.stage(), d.deal.owner) == (Stage.LEAD_WORKING, "zhao")


def test_a_deal_without_an_entity_gets_that_of_its_terms() -> None:
    d = Driver()
    d.first = d.deal = blank("D-1", "", CUSTOMER, "CNY")
    d.open()
    assert d.deal.entity == "CN01"


def test_the_captured_value_is_kept() -> None:
    d = Driver()
    d.do(c.Capture(source="web", contact="x", value=cny("5000.00"), attributes=(("employees", "20"),)))
    assert d.deal.lead.value == cny("5000.00")
    assert d.deal.lead.attributes == (("employees", "20"),)
