"""What recurs is billed once per period until it ends, whatever happens between; the state stays small."""

from datetime import date, datetime, timedelta

import pytest

from domain.billing_periods import Every
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.events import PeriodDue
from domain.deal.explain import explain
from domain.deal.machine import agenda
from domain.deal.recurring import KEPT_SETTLED, MOST_UNSETTLED
from domain.deal.state import Stage
from domain.money import Money
from domain.quotes import QuoteLine
from domain.refusal import Code
from domain.terms import BillingPart, DealTerms, FulfilmentTerms, PartKind, Trigger
from tests.domain.deal.driver import Driver, cny, line
from tests.domain.deal.terms_fixture import TERMS, terms

MONTHLY = line(listed="1000.00", net="1000.00", quantity="3").model_copy(update={"every": Every.MONTH})


def billed_by(arrears: bool, every: Every = Every.MONTH, upon: Trigger = Trigger.DELIVERED) -> DealTerms:
    part = BillingPart(id="service", kind=PartKind.RECURRING, upon=upon, every=every, arrears=arrears)
    parts = (BillingPart(id="all", share_bp=10_000, upon=Trigger.DELIVERED), part)
    return terms(billing=TERMS.billing.model_copy(update={"parts": parts}), fulfilment=FulfilmentTerms())


def running(*lines: QuoteLine, arrears: bool = False) -> Driver:
    """A service that starts on Monday 7 September 2026 at ten."""
    return Driver(billed_by(arrears), ()).delivered(*(lines or (MONTHLY,)))


def asked(d: Driver) -> f.IssueInvoice:
    effect = d.waiting("issue_invoice").effect
    assert isinstance(effect, f.IssueInvoice)
    return effect


def issue(d: Driver, net: str = "1000.00") -> str:
    item = asked(d).item
    d.issue(item, f"INV-{item}", net)
    d.done("open_receivable")
    d.quiet()
    return f"INV-{item}"


def test_a_service_is_billed_from_its_start_and_again_each_month() -> None:
    d = running()
    assert [fact.event.kind for fact in d.facts][-2:] == ["delivery_recorded", "recurring_started"]
    due = agenda(d.deal)[0]
    assert (due.at, due.command.reference) == (d.now, "service/2026-09-07")
    assert d.tick() == ("period_due",)
    effect = asked(d)
    assert (effect.item, effect.lines, effect.share_bp) == ("service:2026-09-07", (MONTHLY_ORDERED,), 0)
    assert effect.service is not None
    assert str(effect.service.days) == "2026-09-07/2026-09-30"
    assert effect.supplied_on == date(2026, 9, 30)
    number = issue(d)
    assert d.paid(number) == ("invoice_open_changed",), "the deal stays open: its service runs"
    assert d.tick() == ("period_due",)
    assert d.now == datetime.fromisoformat("2026-10-01T00:00:00+08:00")
    assert asked(d).item == "service:2026-10-01"


MONTHLY_ORDERED = MONTHLY.model_copy(update={"tax_code": "S13"})


def test_in_arrears_the_first_invoice_comes_when_the_month_is_over() -> None:
    d = running(arrears=True)
    assert d.tick() == ("period_due",)
    assert d.now == datetime.fromisoformat("2026-10-01T00:00:00+08:00")
    assert asked(d).item == "service:2026-09-07"


def test_the_lines_of_an_invoice_are_those_of_its_part() -> None:
    d = running(line(2), MONTHLY)
    assert [one.position for one in asked(d).lines] == [2]
    d.issue("all", "INV-1", "101700.00")
    d.done("open_receivable")
    d.quiet()
    d.tick()
    assert [one.position for one in asked(d).lines] == [1]


def test_years_of_service_keep_the_state_small_and_bill_each_month_once() -> None:
    d = running()
    for _ in range(5 * 12):
        d.tick()
        d.paid(issue(d))
    items = [fact.event.item for fact in d.facts if isinstance(fact.event, PeriodDue)]
    assert len(set(items)) == len(items) == 60
    assert len(d.deal.billing) <= KEPT_SETTLED + 2
    assert len(d.deal.model_dump_json()) < 40_000

    assert d.paid("INV-service:2026-10-01", 5_000) == ("invoice_open_changed",), "a payment of long ago bounced"
    d.do(c.EndRecurring(on=d.deal.recurring[0].billed_until or d.now.date(), reason="over"))
    assert d.stage() is Stage.ACTIVE
    assert d.paid("INV-service:2026-10-01") == ("invoice_open_changed", "deal_closed")


def test_nobody_is_billed_for_years_without_paying() -> None:
    d = running()
    for _ in range(MOST_UNSETTLED):
        assert d.tick() == ("period_due",)
        issue(d)
    assert not [due for due in agenda(d.deal) if due.command.what == "billing_period"]
    assert "role:finance" in [one.who for one in explain(d.deal, d.now).waiting]
    d.paid("INV-service:2026-09-07")
    assert d.tick() == ("period_due",), "one is paid, the next is billed"


def test_an_end_in_the_middle_of_a_period_credits_its_rest() -> None:
    d = running()
    d.tick()
    number = issue(d)
    d.wait(days=3)
    d.refused(c.EndRecurring(on=date(2026, 9, 6), reason="too early"), Code.AMOUNT)
    assert d.do(c.EndRecurring(on=date(2026, 9, 16), reason="over")) == ("recurring_ended", "reduction_required")
    effect = d.waiting("credit_invoice").effect
    assert isinstance(effect, f.CreditInvoice)
    assert (effect.items, effect.amounts) == (("service:2026-09-07",), (f.LineAmount(position=1, minor=150_000),))
    assert not agenda(d.deal)
    note = c.CreditedPart(number=number, credit_note="CN-1", amount=cny("1695.00"), left_minor=0)
    credited = c.Credited(number="", credit_note="", amount=Money.zero("CNY"), notes=(note,))
    assert d.done("credit_invoice", credited) == ("invoice_credited", "deal_closed")


def test_an_end_that_is_announced_bills_up_to_it_and_closes_then() -> None:
    d = running(arrears=True)
    assert d.do(c.EndRecurring(item="service", on=date(2026, 10, 16), reason="over")) == ("recurring_ended",)
    d.refused(c.EndRecurring(on=date(2026, 10, 20), reason="later"), Code.STATE)
    d.tick()
    d.paid(issue(d))
    d.tick()
    assert d.now == datetime.fromisoformat("2026-10-16T00:00:00+08:00")
    days = asked(d).service
    assert days is not None
    assert str(days.days) == "2026-10-01/2026-10-15"
    assert d.stage() is Stage.ACTIVE
    assert d.paid(issue(d)) == ("invoice_open_changed", "deal_closed")


def test_a_line_that_no_part_bills_is_not_quoted() -> None:
    d = Driver(billed_by(False), ()).qualified()
    d.refused(c.CreateQuote(lines=(MONTHLY.model_copy(update={"every": Every.YEAR}),)), Code.GATE)
    only = Driver(TERMS, ()).qualified()
    only.refused(c.CreateQuote(lines=(MONTHLY,)), Code.GATE)


def test_a_running_service_ends_with_its_order_and_only_what_is_billed_beyond_is_credited() -> None:
    d = running(line(2), MONTHLY)
    d.issue("all", "INV-1", "101700.00")
    d.done("open_receivable")
    d.quiet()
    d.tick()
    issue(d)
    assert d.do(c.Cancel(reason="no more", delivered="credited")) == ("cancellation_asked",)
    effect = d.waiting("cancel_billing").effect
    assert isinstance(effect, f.CancelBilling)
    assert [(str(one.on), one.item) for one in effect.ends] == [("2026-09-07", "service")]
    (credit,) = effect.ended
    assert (credit.items, str(credit.service and credit.service.days)) == (
        ("service:2026-09-07",),
        "2026-09-07/2026-09-30",
    )
    assert (effect.arrears, effect.stopped.recurring) == ((), ("service",))


def test_days_of_a_service_in_arrears_are_billed_when_its_order_is_cancelled() -> None:
    d = running(arrears=True)
    d.wait(days=10)
    d.do(c.Cancel(reason="no more"))
    effect = d.waiting("cancel_billing").effect
    assert isinstance(effect, f.CancelBilling)
    assert [one.item for one in effect.arrears] == ["service:2026-09-07"]
    assert str(effect.arrears[0].service and effect.arrears[0].service.days) == "2026-09-07/2026-09-16"
    assert (effect.ended, len(effect.arrears[0].lines)) == ((), 1)


@pytest.mark.parametrize("arrears", [False, True])
def test_a_hold_bills_nothing_and_its_end_bills_what_was_due(arrears: bool) -> None:
    d = running(arrears=arrears)
    d.do(c.HoldDeal(reason="wait"))
    d.wait(days=60)
    assert not agenda(d.deal)
    d.do(c.Release())
    items = []
    while (due := agenda(d.deal)) and due[0].at <= d.now:
        d.tick()
        items.append(asked(d).item)
        issue(d)
    due_now = ["service:2026-09-07", "service:2026-10-01", "service:2026-11-01"]
    assert items == (due_now[:2] if arrears else due_now)
    assert d.now - timedelta(days=60) == datetime.fromisoformat("2026-09-07T10:00:00+08:00")


def test_an_amendment_waits_for_what_is_being_billed_and_keeps_something_to_bill() -> None:
    d = running(line(2), MONTHLY)
    d.refused(c.Amend(lines=(line(2), MONTHLY), reason="x"), Code.STATE)
    d.issue("all", "INV-1", "101700.00")
    d.done("open_receivable")
    d.quiet()
    d.refused(c.Amend(lines=(line(2), MONTHLY), reason="the first days are still to be billed"), Code.STATE)
    d.tick()
    issue(d)
    d.refused(c.Amend(lines=(line(2),), reason="the service is ended, not left out"), Code.GATE)
