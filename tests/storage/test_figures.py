"""The facts of the figures are what the event log and the ledger say, under the names of the recorded process."""

from datetime import timedelta

from domain.account import effects as account
from domain.account.events import AccountEvent, DisputeOpened, DisputeResolved, OpenItemImported, ReceiptRecorded
from domain.approval.events import ApprovalGranted, ApprovalNotNeeded, ApprovalRequested
from domain.approval.seats import Subject
from domain.deal import events as e
from domain.deal.state import Customer
from domain.kpi.facts import (
    AllocationFact,
    DealFact,
    DisputeFact,
    EventFact,
    Facts,
    InvoiceFact,
    LadderFact,
    NoticeFact,
    ReceiptFact,
    StageFact,
)
from domain.machine import SYSTEM, Fact
from domain.ports import AccountRecord
from domain.quotes import Quote, QuoteLine, Totals
from domain.receivables.entries import Match
from domain.terms import ApprovalTerms
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.figures import entities_and_currencies, facts
from tests.storage.samples import (
    CURRENCY,
    CUSTOMER,
    ENTITY,
    HASH,
    KEY,
    NOW,
    at,
    cny,
    deal_record,
    deal_row,
    imported,
    issue,
    opened,
    receipt,
)  # fmt: skip
from tests.storage.test_records import account_row

WHO = Customer(customer_id=CUSTOMER, name="示例客户")


def captured(deal_id: str, list_price: int | None) -> e.LeadCaptured:
    return e.LeadCaptured(
        deal_id=deal_id,
        entity=ENTITY,
        customer=WHO,
        currency=CURRENCY,
        source="web",
        value=None if list_price is None else cny(list_price),
        attributes=(("agent", "Anna"), ("product", "GTX Pro")),
    )


def quoted(version: int, net: int, listed: int) -> e.QuoteCreated:
    line = QuoteLine(position=1, sku="A", list_price=cny(listed), net_price=cny(net))
    totals = Totals(total=cny(net), list_total=cny(listed), gross=cny(net), max_discount_bp=0, discount_bp=0)
    quote = Quote(version=version, status="draft", lines=(line,), totals=totals, content_hash=f"h{version}")
    return e.QuoteCreated(quote=quote)


def submitted(version: int) -> e.QuoteSubmitted:
    return e.QuoteSubmitted(version=version, content_hash=f"h{version}", valid_until=at(30), by="bob")


def asked(version: int) -> ApprovalRequested:
    subject = Subject(kind="quote", reference=f"quote {version}", content_hash=f"h{version}", amount=cny(1))
    return ApprovalRequested(approval_id=f"d-q{version}", subject=subject, terms=ApprovalTerms())


async def told(log: Log, deal_id: str, events: list[e.DealEvent]) -> None:
    """Record a deal whose events are an hour apart."""
    record = deal_record(deal_id, events, row=deal_row(deal_id, len(events)))
    timed = tuple(fact.model_copy(update={"at": NOW + timedelta(hours=fact.seq)}) for fact in record.facts)
    await log.append_deal(record.model_copy(update={"facts": timed}))


def read(database: Database) -> Facts:
    return database.look(facts, ENTITY, CURRENCY)


WON: list[e.DealEvent] = [
    captured("d1", 9_000),
    e.LeadQualified(score=50),
    quoted(1, 8_000, 10_000),
    submitted(1),
    asked(1),
    ApprovalGranted(approval_id="d-q1", content_hash="h1"),
    e.QuoteAccepted(version=1, content_hash="h1", accepted_by="王"),
    e.OrderCreated(quote_version=1, total=cny(8_000), gross=cny(8_000)),
    e.DeliveryRecorded(lines=(), complete=False),
    e.DeliveryRecorded(lines=(), complete=True),
    e.InvoiceIssued(item="i", number="INV-1", net=cny(1), gross=cny(1), due_on="2026-04-01"),
]


async def test_a_won_deal_has_its_milestones_and_its_price(database: Database, log: Log) -> None:
    await told(log, "d1", WON)
    (deal,) = read(database).deals
    assert deal == DealFact(
        deal_id="d1",
        attributes=(("agent", "Anna"), ("product", "GTX Pro")),
        created_at=at(2, 10),
        list_minor=9_000,
        quote_minor=8_000,
        qualified_at=at(2, 11),
        quoted_at=at(2, 13),
        approval_requested_at=at(2, 14),
        approval_granted_at=at(2, 15),
        accepted_at=at(2, 16),
        order_created_at=at(2, 17),
        delivered_at=at(2, 19),
    )


async def test_events_have_the_names_of_the_recorded_process(database: Database, log: Log) -> None:
    await told(log, "d1", WON)
    assert read(database).events == (
        EventFact("lead_created", at(2, 10)),
        EventFact("lead_qualified", at(2, 11)),
        EventFact("quote_sent", at(2, 13)),
        EventFact("approval_requested", at(2, 14)),
        EventFact("approval_granted", at(2, 15)),
        EventFact("quote_accepted", at(2, 16)),
        EventFact("order_created", at(2, 17)),
        EventFact("goods_issued", at(2, 19)),
        EventFact("invoice_issued", at(2, 20)),
    )


async def test_an_approval_that_nobody_was_asked_for_is_no_approval(database: Database, log: Log) -> None:
    events: list[e.DealEvent] = [
        captured("d1", None),
        quoted(1, 8_000, 10_000),
        submitted(1),
        asked(1),
        ApprovalNotNeeded(approval_id="d-q1"),
        quoted(2, 7_000, 10_000),
        submitted(2),
        e.DealLost(reason="price"),
    ]
    await told(log, "d1", events)
    (deal,) = read(database).deals
    assert (deal.approval_requested_at, deal.approval_granted_at, deal.accepted_at) == (None, None, None)
    assert (deal.quote_minor, deal.list_minor, deal.lost_at) == (7_000, 10_000, at(2, 17))


async def test_a_lead_without_anything_more_has_no_price(database: Database, log: Log) -> None:
    await told(log, "d1", [captured("d1", None)])
    (deal,) = read(database).deals
    assert (deal.list_minor, deal.quote_minor, deal.qualified_at, deal.quoted_at) == (None, None, None, None)


async def test_the_money_comes_from_the_ledger(database: Database, ledger: LedgerBooks) -> None:
    await opened(ledger)
    number = (await ledger.issue_invoice("k", NOW, issue())).number
    await ledger.operate("o", NOW, imported("007", 700))
    await ledger.operate("d", at(10), account.OpenDispute(number="007", minor=None, reason="p", terms_hash=HASH, **KEY))
    case = (await ledger.operate("x", at(4, month=4), account.RefreshCase(terms_hash=HASH, **KEY))).case
    assert case.next is not None
    send = account.SendNotice(step=case.next, terms_hash=HASH, **KEY)
    await ledger.plan_notice("n", at(4, month=4), send)
    await ledger.record_notice("n", at(4, month=4), send, "email")
    await ledger.operate("r", at(20), receipt("b1", 10_700, [number, "007"]))
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(700), reason="R", terms_hash=HASH, **KEY
    )
    await ledger.operate("b", at(25), bounce)
    found = read(database)
    paid_on = at(20).date()
    assert found.invoices == (
        InvoiceFact(number, "d1", "示例客户", NOW.date(), at(1, month=4).date(), 10_000),
        InvoiceFact("007", "", "示例客户", NOW.date(), at(1, month=4).date(), 700, (DisputeFact(at(10), at(20), 700),)),
    )
    assert found.receipts == (ReceiptFact("bank/b1", paid_on, 10_700), ReceiptFact("bank/b1", at(25).date(), -700))
    assert found.allocations == (
        AllocationFact(number, 10_000, paid_on, at(20)),
        AllocationFact("007", 700, paid_on, at(20)),
        AllocationFact("007", -700, at(25).date(), at(25)),
    )
    assert found.notices == (NoticeFact(number, "reminder", at(4, month=4)),)
    assert found.ladder == LadderFact((StageFact("reminder", 3), StageFact("L1", 10)), "pause")
    assert database.look(entities_and_currencies) == ((ENTITY, CURRENCY),)
    assert database.look(facts, "other", CURRENCY).invoices == ()


async def test_the_events_of_an_account_are_counted_but_not_a_dispute_that_ended_by_itself(
    database: Database, log: Log
) -> None:
    events: list[AccountEvent] = [
        OpenItemImported(number="007", issued_on=NOW.date(), gross=cny(700)),
        DisputeOpened(number="007", minor=700, reason="p"),
        DisputeResolved(number="007", outcome="reject"),
        DisputeOpened(number="007", minor=700, reason="p"),
        ReceiptRecorded(
            source="bank", external_id="b", amount=cny(700), value_date=NOW.date(), unapplied_minor=0,
            match=Match(allocations=(), rule="none"),
        ),
        DisputeResolved(number="007", outcome="withdrawn", reason="nothing is open any more"),
    ]  # fmt: skip
    made = tuple(
        Fact[AccountEvent](seq=seq, at=at(2 + seq), actor=SYSTEM, cause=f"c{seq}", event=event)
        for seq, event in enumerate(events, 1)
    )
    workflow_id = f"account/{ENTITY}/{CUSTOMER}/{CURRENCY}"
    await log.append_account(AccountRecord(workflow_id=workflow_id, facts=made, row=account_row(6, 0)))
    assert [(event.kind, event.at.day) for event in read(database).events] == [
        ("invoice_issued", 3), ("dispute_raised", 4), ("dispute_resolved", 5), ("dispute_raised", 6),
        ("payment_received", 7),
    ]  # fmt: skip
