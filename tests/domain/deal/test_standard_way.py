"""The standard deal, step by step: exactly these facts, and exactly these effects, in this order."""

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.machine import agenda, explain, fold
from domain.deal.state import Deal, Stage
from tests.domain.deal.driver import Driver, cny, line


def test_from_lead_to_cash() -> None:
    d = Driver()

    assert d.do(c.Capture(source="web", contact="张三", owner="li")) == ("lead_captured",)
    assert d.done("open_deal", c.Opened(terms=d.terms, customer=d.deal.customer, score=60)) == (
        "deal_opened",
        "lead_assigned",
    )
    assert d.do(c.Qualify()) == ("lead_responded", "lead_qualified")
    assert d.do(c.CreateQuote(lines=(line(),))) == ("quote_created",)
    assert d.do(c.SubmitQuote()) == ("quote_submitted", "approval_requested")
    assert d.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=d.steps)) == (
        "seats_resolved",
        "step_opened",
    )
    assert d.vote("wang") == ("seat_decided", "step_opened")
    assert d.vote("zhao") == ("seat_decided", "approval_granted", "quote_approved")
    assert d.do(c.SendQuoteNow()) == ("quote_sent",)
    assert d.accept() == ("quote_accepted", "order_created")
    assert d.done("create_order", c.Booked(erp_reference="SO-1")) == ("order_booked",)
    assert d.do(c.RecordDelivery()) == ("delivery_recorded",)
    assert d.do(c.AcceptDelivery(accepted_by="客户")) == ("delivery_accepted", "billing_item_due")
    assert d.issue("all", "INV-1", "101700.00") == ("invoice_issued",)
    assert d.done("send_invoice") == ("invoice_sent",)
    assert d.done("open_receivable") == ("receivable_opened",)
    assert d.paid(open_minor=170000) == ("invoice_open_changed",)
    assert d.stage() is Stage.ACTIVE
    assert d.paid() == ("invoice_open_changed", "deal_closed")

    assert d.stage() is Stage.PAID
    assert agenda(d.deal) == ()
    assert explain(d.deal, d.now).moves == ()
    assert [pending.effect.kind for pending in d.deal.pending] == ["notify", "notify", "send_quote", "sync_crm"]
    assert fold(d.first, d.facts) == d.deal
    assert Deal.model_validate_json(d.deal.model_dump_json()) == d.deal
    assert [fact.seq for fact in d.facts] == list(range(1, d.deal.version + 1))


def test_the_invoice_is_asked_for_with_everything_it_needs() -> None:
    d = Driver().delivered()

    d.do(c.AcceptDelivery(accepted_by="客户"))

    pending = d.waiting("issue_invoice")
    asked = pending.effect
    assert isinstance(asked, f.IssueInvoice)
    assert pending.lane == "billing"
    assert pending.id == f"D-1/{d.deal.version}/issue_invoice"
    assert (asked.item, asked.share_bp, asked.shares_before_bp) == ("all", 10_000, 0)
    assert asked.issue_on.isoformat() == "2026-09-07"
    assert [line.tax_code for line in asked.lines] == ["S13"]
    assert (asked.payment.id, asked.payment.instalments[0].share_bp) == ("net30", 10_000)


def test_sending_and_the_receivable_go_side_by_side() -> None:
    d = Driver().billed()

    lanes = {pending.effect.kind: pending.lane for pending in d.deal.pending}
    assert lanes["send_invoice"] != lanes["open_receivable"]
    receivable = d.waiting("open_receivable").effect
    assert isinstance(receivable, f.OpenReceivable)
    assert (receivable.number, receivable.gross) == ("INV-1", cny("101700.00"))
