"""A deal that outlives its calendar has it extended in time: no date is guessed, and none is lost."""

from datetime import date, datetime, timedelta

import pytest

from domain.business_calendar import CompiledCalendar, Roll
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.explain import explain
from domain.deal.machine import agenda
from domain.due_dates import PaymentTerms
from domain.refusal import Code
from tests.domain.deal.driver import OPS, START, Driver
from tests.domain.deal.terms_fixture import CALENDAR, TERMS, span, terms

SHORT = CALENDAR.model_copy(update={"valid_until": START.date() + timedelta(days=5), "version": "test short"})
LONGER = c.LongerCalendar(calendar=CALENDAR)
RUNS_OUT_AT = datetime.fromisoformat("2025-08-08T00:00:00+08:00")


def until(days: int) -> CompiledCalendar:
    return CALENDAR.model_copy(update={"valid_until": START.date() + timedelta(days=days), "version": f"test {days}"})


def kinds(d: Driver) -> list[str]:
    return [due.command.what for due in agenda(d.deal)]


def test_a_clock_beyond_the_end_is_armed_once_the_calendar_is_longer() -> None:
    d = Driver(terms(calendar=SHORT)).delivered()
    (due,) = agenda(d.deal)
    assert (due.at, due.command.what, due.command.reference) == (RUNS_OUT_AT, "calendar_end", "test short")
    assert d.tick() == ("calendar_runs_out",)
    assert kinds(d) == [], "not asked again while it is under way"
    asked = d.waiting("extend_calendar").effect
    assert isinstance(asked, f.ExtendCalendar)
    assert (asked.entity, asked.known_until) == ("CN01", SHORT.valid_until)

    assert d.done("extend_calendar", LONGER) == ("calendar_extended",)
    whole = Driver().delivered()
    assert [(due.at, due.command.what) for due in agenda(d.deal)] == [
        (due.at, due.command.what) for due in agenda(whole.deal)
    ]


def test_a_clock_far_ahead_waits_with_the_calendar_until_days_are_known() -> None:
    slow = TERMS.fulfilment.model_copy(update={"deemed_after": span("400bd")})
    d = Driver(terms(calendar=until(500), fulfilment=slow)).delivered()
    assert d.tick() == ("calendar_runs_out",)
    assert d.now == START.replace(hour=0) + timedelta(days=100)
    assert d.done("extend_calendar", c.LongerCalendar(calendar=until(700))) == ("calendar_extended",)
    assert kinds(d) == ["acceptance_notice"]


def test_an_invoice_waits_for_the_days_its_due_date_falls_on() -> None:
    ended = until(2).model_copy(update={"valid_until": START.date() + timedelta(days=1)})
    rolling = PaymentTerms.single("net30", "issue+30d", Roll.FOLLOWING)
    no_clocks = terms().fulfilment.model_copy(update={"deemed_after": None, "notice_before": None})
    d = Driver(terms(calendar=ended, payment=rolling, fulfilment=no_clocks)).delivered()
    d.do(c.AcceptDelivery(accepted_by="客户"))
    assert [pending.effect.kind for pending in d.deal.pending if pending.lane == "billing"] == [
        "extend_calendar", "issue_invoice",
    ]  # fmt: skip
    assert d.done("extend_calendar", LONGER) == ("calendar_extended",)
    invoice = d.waiting("issue_invoice").effect
    assert isinstance(invoice, f.IssueInvoice)
    assert str(invoice.payment.instalments[0].due) == "2026-10-07"


def test_an_answer_that_adds_nothing_is_enough_while_there_is_time() -> None:
    rolling = PaymentTerms.single("net90", "issue+410d", Roll.FOLLOWING)
    d = Driver(terms(calendar=until(409), payment=rolling)).delivered()
    d.do(c.AcceptDelivery(accepted_by="客户"))
    assert d.done("extend_calendar", c.LongerCalendar(calendar=until(409))) == ("effect_completed",)
    invoice = d.waiting("issue_invoice").effect
    assert isinstance(invoice, f.IssueInvoice)
    assert invoice.calendar == until(409), "the ledger refuses it by this calendar, and the invoice waits for a person"


@pytest.mark.parametrize(
    ("known", "error"),
    [
        (SHORT, "no day after 2026-09-11 is known to this release: install a newer one"),
        (CALENDAR.model_copy(update={"valid_from": date(2027, 1, 1)}), "does not go on from"),
    ],
)
def test_where_no_later_day_is_known_a_person_must_act(known: CompiledCalendar, error: str) -> None:
    d = Driver(terms(calendar=SHORT)).delivered()
    d.tick()
    assert d.done("extend_calendar", c.LongerCalendar(calendar=known)) == ("attention_needed",)
    assert error in (d.deal.pending[-1].parked or "")
    assert explain(d.deal, d.now).waiting[0].who == "role:ops"
    d.refused(c.SkipEffect(effect_id=d.deal.pending[-1].id, reason="never mind"), Code.STATE, OPS)
    assert d.do(c.RetryEffect(effect_id=d.deal.pending[-1].id), OPS) == ("effect_retried",)
    assert d.done("extend_calendar", LONGER) == ("calendar_extended",)
    assert "acceptance_notice" in kinds(d)
