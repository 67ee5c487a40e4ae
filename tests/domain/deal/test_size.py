"""The state stays below 64 KB: effects are kept without the lines it holds and get them on their way out."""

from datetime import date

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import whole
from domain.deal.state import Deal
from domain.machine import SYSTEM
from domain.quotes import QuoteLine
from domain.refusal import Code
from domain.terms import BillingPart, ContractTerms, Trigger
from tests.domain.deal.driver import Driver, line
from tests.domain.deal.terms_fixture import CALENDAR, TERMS, terms

PARTS = tuple(BillingPart(id=f"part-{nth}", share_bp=2500, upon=Trigger.ORDERED) for nth in range(4))


def many(count: int) -> tuple[QuoteLine, ...]:
    return tuple(line(nth, "12.125").model_copy(update={"description": "泵"}) for nth in range(1, count + 1))


def lines_of(deal: Deal, kind: str) -> list[int]:
    effects = [whole(deal, pending).effect for pending in deal.pending if pending.effect.kind == kind]
    return [len(effect.lines) for effect in effects if isinstance(effect, f.SendQuote | f.CreateOrder | f.IssueInvoice)]


def test_the_largest_deal_with_nothing_done_outside_is_small() -> None:
    billing = TERMS.billing.model_copy(update={"parts": PARTS})
    d = Driver(terms(billing=billing, contract=ContractTerms())).approved(*many(120))
    d.do(c.SendQuoteNow())
    d.accept()
    for nth in range(60):
        d.do(c.FollowUp(channel="call", note=f"{nth} " * 100))

    assert lines_of(d.deal, "send_quote") == [120]
    assert lines_of(d.deal, "create_order") == [120]
    assert lines_of(d.deal, "issue_invoice") == [120] * 4
    assert len(d.deal.model_dump_json().encode()) <= 64_000
    d = Driver().qualified()
    d.refused(c.CreateQuote(lines=many(140)), Code.LIMIT)


def test_the_largest_order_with_an_amendment_under_way_is_small() -> None:
    d = Driver(terms(contract=ContractTerms())).booked(*many(120))
    more = tuple(one.model_copy(update={"quantity": "13"}) for one in many(120))
    assert d.do(c.Amend(lines=more, reason="more")) == ("amendment_requested", "approval_requested")
    for nth in range(60):
        d.do(c.FollowUp(channel="call", note=f"{nth} " * 100))
    assert len(d.deal.model_dump_json().encode()) <= 64_000


def test_an_effect_gets_back_what_was_there_when_it_was_asked_for() -> None:
    d = Driver().approved(line(), line(2))
    d.do(c.SendQuoteNow())
    sending = next(pending for pending in d.deal.pending if pending.effect.kind == "send_quote")
    assert isinstance(sending.effect, f.SendQuote)
    assert sending.effect.lines == ()
    d.do(c.EffectFailed(effect_id=sending.id, error="away"), SYSTEM, sending.id)
    d.do(c.EditQuote(lines=(line(),)))

    letter = d.waiting("send_quote").effect
    assert isinstance(letter, f.SendQuote)
    assert (letter.version, [one.position for one in letter.lines]) == (1, [1, 2])
    assert whole(d.deal, sending).lane == "customer"


def test_a_reminder_carries_its_quote() -> None:
    d = Driver().quoted()
    d.tick()
    told = d.waiting("tell_customer").effect
    assert isinstance(told, f.TellCustomer)
    assert told.quote is not None
    assert (told.template, told.quote.version, len(told.quote.lines)) == ("quote_reminder", 1, 1)


def test_an_invoice_is_dated_by_the_deals_own_calendar_which_need_not_go_along() -> None:
    """7 September and 30 days is a Wednesday; with that day off it is the day after."""
    d = Driver().delivered()
    d.do(c.AcceptDelivery(accepted_by="x"))
    asked = d.waiting("issue_invoice").effect
    assert isinstance(asked, f.IssueInvoice)
    assert asked.calendar is None
    assert [str(part.due) for part in asked.payment.instalments] == ["2026-10-07"]

    closed = CALENDAR.model_copy(update={"holidays": (date(2026, 10, 7),), "version": "test 2"})
    d = Driver(terms(calendar=closed)).delivered()
    d.do(c.AcceptDelivery(accepted_by="x"))
    asked = d.waiting("issue_invoice").effect
    assert isinstance(asked, f.IssueInvoice)
    assert [str(part.due) for part in asked.payment.instalments] == ["2026-10-08"]


def test_beyond_its_end_the_calendar_goes_along_so_that_the_ledger_says_why() -> None:
    short = CALENDAR.model_copy(update={"valid_until": date(2026, 9, 30), "version": "test 3"})
    d = Driver(terms(calendar=short)).delivered()
    d.do(c.AcceptDelivery(accepted_by="x"))
    asked = d.waiting("issue_invoice").effect
    assert isinstance(asked, f.IssueInvoice)
    assert (asked.calendar, asked.payment) == (short, TERMS.payment)


def test_an_order_that_is_being_booked_is_not_amended() -> None:
    d = Driver().ordered()
    d.refused(c.Amend(lines=(line(),), reason="x"), Code.STATE)
