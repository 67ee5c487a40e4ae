"""An opportunity leaves a stage only with its exit criteria shown, and does not lie still for ever."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.agenda import agenda
from domain.deal.reading import probability_bp
from domain.deal.state import Stage
from domain.refusal import Code
from domain.terms import OpportunityTerms
from tests.domain.deal.driver import START, Driver, line
from tests.domain.deal.terms_fixture import TERMS, terms


def test_a_stage_is_left_with_all_its_criteria() -> None:
    d = Driver().qualified()
    assert d.deal.opportunity.stage == "verify"

    refused = d.refused(c.Advance(met=("need_confirmed",)), Code.GATE)
    assert [(detail.name, detail.value) for detail in refused.details] == [("missing", "budget_range")]

    assert d.do(c.Advance(met=("need_confirmed", "budget_range"))) == ("stage_advanced",)
    assert d.deal.opportunity.stage == "solution"
    d.do(c.Advance(met=("demo_done",)))
    assert d.deal.opportunity.met == ("need_confirmed", "budget_range", "demo_done")
    assert "last stage" in d.refused(c.Advance(), Code.STATE).text.en


def test_stages_are_skipped_only_where_the_policy_says_so() -> None:
    met = ("need_confirmed", "budget_range")
    Driver().qualified().refused(c.Advance(met=met, to="negotiate"), Code.GATE)

    d = Driver(terms(opportunity=TERMS.opportunity.model_copy(update={"skip_stages": True}))).qualified()
    d.do(c.Advance(met=met, to="negotiate"))
    assert d.deal.opportunity.stage == "negotiate"


def test_stepping_back_counts_as_rework() -> None:
    d = Driver().qualified()
    d.do(c.Advance(met=("need_confirmed", "budget_range")))

    d.refused(c.StepBack(to="negotiate", reason="x"), Code.STATE)
    d.refused(c.StepBack(to="nowhere", reason="x"), Code.NOTFOUND)
    assert d.do(c.StepBack(to="verify", reason="the need changed")) == ("stepped_back",)
    assert (d.deal.opportunity.stage, d.deal.opportunity.reworks) == ("verify", 1)
    d.refused(c.Advance(met=(), to="verify"), Code.STATE)


def test_a_quote_that_went_out_shows_itself_as_a_criterion() -> None:
    stages = tuple(stage.model_copy(update={"exit": ("quote_sent",)}) for stage in TERMS.opportunity.stages)
    d = Driver(terms(opportunity=TERMS.opportunity.model_copy(update={"stages": stages}))).approved()
    d.refused(c.Advance(), Code.GATE)
    d.do(c.SendQuoteNow())
    assert d.do(c.Advance()) == ("stage_advanced",)
    assert d.stage() is Stage.QUOTE_SENT


def test_without_stages_there_is_nothing_to_advance() -> None:
    d = Driver(terms(opportunity=OpportunityTerms())).qualified()
    d.refused(c.Advance(), Code.STATE)
    assert d.do(c.CreateQuote(lines=(line(),))) == ("quote_created",)


def test_what_does_not_move_stalls_and_is_lost_at_last() -> None:
    d = Driver().qualified()

    assert d.tick() == ("deal_stalled",)
    assert d.now == START + timedelta(days=10)
    told = d.waiting("notify").effect
    assert isinstance(told, f.Notify)
    assert (told.template, told.people) == ("deal_stalled", ("li",))

    d.do(c.FollowUp(channel="call", note="they still want it"))
    assert d.tick() == ("deal_stalled",)
    assert d.now == START + timedelta(days=14), "the stage is too old although somebody called"

    for days in (15, 16):
        d.now = START + timedelta(days=days)
        d.do(c.FollowUp(channel="call", note="and again"))
    assert d.tick() == ("deal_stalled",)
    assert d.now == START + timedelta(days=26), "not at each call, but when it lies still again"

    assert d.tick() == ("deal_lost",)
    assert d.now == START + timedelta(days=136)
    assert (d.stage(), d.deal.lost_reason) == (Stage.LOST, "stalled")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), st.sampled_from(("call", "edit", "advance"))), max_size=12))
def test_a_stall_is_told_once_and_never_because_something_moved(steps: list[tuple[int, str]]) -> None:
    d = Driver().drafted()
    for hours, step in steps:
        told, moved_at = 0, d.deal.opportunity.moved_at
        until = d.now + timedelta(hours=hours)
        while (due := agenda(d.deal)) and due[0].at <= until:
            assert moved_at is not None
            assert due[0].at == min(at for at in _stalls_at(d) if at > moved_at)
            assert d.tick() == ("deal_stalled",)
            told += 1
        assert told <= 1
        d.now = until
        if step == "advance" and d.deal.opportunity.stage != "negotiate":
            d.do(c.Advance(met=("need_confirmed", "budget_range", "demo_done")))
        else:
            d.do(c.EditQuote(lines=(line(),)) if step == "edit" else c.FollowUp(channel="call", note="again"))


def _stalls_at(d: Driver) -> list[datetime]:
    opportunity = d.deal.opportunity
    assert opportunity.moved_at is not None
    assert opportunity.entered_at is not None
    idle = opportunity.moved_at + timedelta(days=10)
    return [idle, opportunity.entered_at + timedelta(days=14)] if opportunity.stage == "verify" else [idle]


@pytest.mark.parametrize("to", ["qualified", "drafted", "pending", "approved", "quoted"])
def test_a_deal_is_lost_from_any_stage_before_the_order(to: str) -> None:
    d: Driver = getattr(Driver(), to)()

    d.refused(c.Lose(reason="mood"), Code.GATE)
    d.refused(c.Lose(reason="other"), Code.GATE)
    found = d.do(c.Lose(reason="price", competitor="ACME"))

    recalled = ("approval_recalled", "quote_not_approved") if to == "pending" else ()
    assert found == (*recalled, "deal_lost")
    assert d.stage() is Stage.LOST
    crm = d.waiting("sync_crm").effect
    assert isinstance(crm, f.SyncCrm)
    assert (crm.outcome, crm.reason) == ("lost", "price")
    d.refused(c.CreateQuote(lines=(line(),)), Code.STATE)


def test_a_lead_is_disqualified_not_lost_and_an_order_cancelled_not_lost() -> None:
    assert "disqualify" in Driver().open().refused(c.Lose(reason="price"), Code.STATE).text.en
    assert "cancel" in Driver().booked().refused(c.Lose(reason="price"), Code.STATE).text.en
    assert "lose" in Driver().quoted().refused(c.Cancel(reason="x"), Code.STATE).text.en


def test_the_stage_of_an_opportunity_says_how_likely_an_order_is() -> None:
    d = Driver().open()
    assert probability_bp(d.deal) is None
    d.do(c.Qualify())
    assert probability_bp(d.deal) == 2000
    d.do(c.Advance(met=("need_confirmed", "budget_range")))
    assert probability_bp(d.deal) == 4000
    assert probability_bp(Driver().quoted().deal) == 2000
    assert probability_bp(Driver().ordered().deal) is None
    d.do(c.Lose(reason="price"))
    assert probability_bp(d.deal) is None


def test_an_opportunity_knows_when_it_moved() -> None:
    d = Driver().qualified()
    d.wait(days=2)
    d.do(c.FollowUp(channel="visit", note="met them"))
    assert d.deal.opportunity.moved_at == START + timedelta(days=2)
    assert d.deal.opportunity.entered_at == START
