"""While a deal is held nothing moves but money already owed; its clocks go on with exactly what they had left (T4)."""

from datetime import datetime, timedelta

from domain.deal import commands as c
from domain.deal.machine import agenda, explain, row_of
from domain.deal.state import Stage
from domain.machine import CLOCK, Actor
from domain.refusal import Code
from domain.terms import OrderTerms
from tests.domain.deal.driver import CREDIT, OPS, SALES, START, Driver
from tests.domain.deal.terms_fixture import terms

HOLD = c.HoldDeal(reason="audit")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def test_on_hold_only_the_release_moves_a_deal() -> None:
    d = Driver().qualified()
    d.do(HOLD)

    assert agenda(d.deal) == ()
    assert explain(d.deal, d.now).moves == ("release",)
    assert [(blocker.who, blocker.command) for blocker in explain(d.deal, d.now).waiting] == [("li", "release")]
    assert row_of(d.deal, d.now).overlay == "on_hold"
    for command in (c.Advance(), c.Lose(reason="price"), HOLD, c.FollowUp(channel="call", note="x")):
        d.refused(command, Code.HOLD)
    d.refused(c.Release(), Code.AUTH, Actor(id="x", roles=("legal",)))
    assert d.do(c.Release(), CREDIT) == ("deal_released",)
    d.refused(c.Release(), Code.STATE)


def test_a_hold_ends_by_itself() -> None:
    d = Driver().qualified()
    d.refused(c.HoldDeal(reason="x", until=START), Code.GATE)
    d.do(c.HoldDeal(reason="audit", until=START + timedelta(days=3)))
    assert [due.command.what for due in agenda(d.deal)] == ["hold_end"]
    assert d.tick() == ("deal_released",)
    released = d.facts[-1].event
    assert (released.kind, d.now) == ("deal_released", START + timedelta(days=3))
    assert released.model_dump()["held_for_s"] == 3 * 86_400


def test_working_time_that_is_left_is_left_after_the_hold() -> None:
    """Monday 10:00 to 11:00 uses one of four hours; held over the weekend, three are left on Monday."""
    d = Driver()
    d.do(c.Capture(source="web", contact="x", owner="li"))
    d.done("open_deal", c.Opened(terms=d.terms, customer=d.deal.customer, assignee="li"))
    d.wait(hours=1)
    d.do(HOLD)
    d.now = at("2026-09-12T15:00:00")
    d.do(c.Release())

    due = {item.command.what: item.at for item in agenda(d.deal)}
    assert due["response_warn"] == at("2026-09-14T11:00:00")
    assert due["response_breach"] == at("2026-09-14T12:00:00")


def test_calendar_time_moves_by_the_time_held_twice() -> None:
    d = Driver().qualified()
    for _ in range(2):
        d.wait(days=1)
        d.do(HOLD)
        d.wait(days=5)
        d.do(c.Release())
    assert agenda(d.deal)[0].at == START + timedelta(days=20)


def test_a_hold_before_a_clock_started_does_not_move_it() -> None:
    d = Driver().qualified()
    d.do(HOLD)
    d.wait(days=5)
    d.do(c.Release())
    d.do(c.FollowUp(channel="call", note="x"))
    assert agenda(d.deal)[0].at == d.now + timedelta(days=10)


def test_business_days_that_are_left_are_left() -> None:
    """Ten business days less a notice of three, held from the second to the fifth of them."""
    d = Driver().delivered()
    d.now = at("2026-09-09T10:00:00")
    d.do(HOLD)
    d.now = at("2026-09-14T10:00:00")
    d.do(c.Release())
    assert d.tick() == ("acceptance_noticed",)
    assert d.now == at("2026-09-21T10:00:00")
    assert d.tick()[0] == "delivery_accepted"
    assert d.now == at("2026-09-24T10:00:00")


def test_what_stands_on_a_document_does_not_move() -> None:
    d = Driver().quoted()
    until = d.deal.quotes[-1].valid_until
    d.do(HOLD)
    d.refused(c.AcceptQuote(content_hash=d.deal.quotes[-1].content_hash, accepted_by="x"), Code.HOLD)
    d.wait(days=40)
    d.do(c.Release())
    assert d.deal.quotes[-1].valid_until == until
    expiry = next(due for due in agenda(d.deal) if due.command.what == "quote_expiry")
    assert d.do(expiry.command, CLOCK) == ("quote_expired",)


def test_an_open_approval_is_paused_with_the_deal() -> None:
    d = Driver().pending()
    before = agenda(d.deal)
    assert d.do(HOLD) == ("deal_held", "approval_paused")
    approval = d.deal.approval
    assert approval is not None
    vote = c.Decide(approval_id=approval.id, verdict="approve", content_hash=approval.subject.content_hash)
    d.refused(vote, Code.HOLD, Actor(id="wang"))
    d.wait(days=7)
    assert d.do(c.Release()) == ("deal_released", "approval_resumed")
    warn = next(due for due in agenda(d.deal) if due.command.what == "approval_warn")
    assert warn.at == before[0].at + timedelta(days=7)


def test_money_already_owed_goes_on() -> None:
    d = Driver().delivered()
    d.do(c.AcceptDelivery(accepted_by="x"))
    d.do(HOLD)
    assert d.issue("all", "INV-1", "101700.00") == ("invoice_issued",)
    assert {"send_invoice", "open_receivable"} <= {pending.effect.kind for pending in d.deal.pending}
    assert d.paid() == ("invoice_open_changed", "deal_closed")
    assert (d.stage(), d.deal.hold) == (Stage.PAID, None)


def test_an_order_whose_credit_clears_on_hold_waits_for_the_release() -> None:
    d = Driver(terms(order=OrderTerms(credit_check=True))).quoted()
    d.accept()
    d.do(HOLD)
    assert d.done("check_credit", c.CreditDecision(exposure_minor=0)) == ("credit_cleared",)
    assert d.deal.order is None
    assert d.do(c.Release()) == ("deal_released", "order_created")


def test_a_parked_effect_is_mended_on_hold() -> None:
    d = Driver().booked()
    d.do(c.RecordDelivery())
    d.do(HOLD)
    d.refused(c.RetryEffect(effect_id="x"), Code.STATE, OPS)


def test_holds_are_counted() -> None:
    d = Driver().qualified()
    for _ in range(40):
        d.do(HOLD)
        d.do(c.Release())
    d.refused(HOLD, Code.LIMIT)


def test_reminders_of_a_quote_that_fell_into_a_hold_go_out_once_and_never_after_its_last_day() -> None:
    for days, reminders in ((29, ["1/1", "1/2"]), (30, ["1/2"]), (40, [])):
        d = Driver().quoted()
        d.do(HOLD)
        d.wait(days=days)
        d.do(c.Release())
        left = [due.command.reference for due in agenda(d.deal) if due.command.what == "quote_reminder"]
        assert left == reminders, days


def test_sales_do_not_release_a_hold_that_somebody_else_has_set() -> None:
    d = Driver().booked()
    d.do(c.HoldDeal(reason="overdue elsewhere"), CREDIT)
    refused = d.refused(c.Release(), Code.AUTH, SALES)
    assert "chen" in refused.text.en
    assert d.do(c.Release(), CREDIT) == ("deal_released",)
    d.do(c.HoldDeal(reason="on holiday"), SALES)
    d.refused(c.Release(), Code.AUTH, Actor(id="xu", roles=("sales",)))
    assert d.do(c.Release(), SALES) == ("deal_released",)
