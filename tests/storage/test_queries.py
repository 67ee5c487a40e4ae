"""Lists are paged without a gap or a double, and every read says what the ledger and the log say."""

from datetime import timedelta

import pytest

from domain.account import effects as account
from domain.account.events import AccountOpened
from domain.deal.commands import CreditDecision
from domain.deal.effects import CheckCredit, CreditInvoice, LineAmount
from domain.deal.events import DealEvent, LeadAssigned, OrderCreated
from domain.machine import SYSTEM, Fact
from domain.ports import AccountRecord
from domain.receivables.holds import AccountHold
from domain.refusal import Code, Refused
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import merge_customers, put_customer
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.accounts import account as account_view
from storage.queries.accounts import accounts, items
from storage.queries.deals import DealFilter, deal, deals
from storage.queries.directory import StoredDirectory
from storage.queries.events import timeline
from storage.queries.invoices import account_of_invoice, invoice, invoices_of_deal
from storage.queries.paging import BadCursor
from storage.queries.questions import question, questions
from storage.queries.receipts import allocations_of_receipt, receipts
from storage.queries.receipts import receipt as receipt_line
from storage.queries.work import stuck
from tests.storage.samples import (
    CURRENCY,
    CUSTOMER,
    ENTITY,
    HASH,
    KEY,
    NOW,
    at,
    cny,
    credit_all,
    deal_record,
    deal_row,
    imported,
    issue,
    opened,
    receipt,
)  # fmt: skip
from tests.storage.test_records import account_row


async def five_deals(log: Log) -> None:
    for nth in range(5):
        row = deal_row(
            f"d{nth}",
            1,
            stage="quote.sent" if nth % 2 else "lead.new",
            owner="bob" if nth < 3 else "eve",
            customer_name=f"Acme {nth}%",
            updated_at=NOW + timedelta(hours=nth % 3),
        )
        await log.append_deal(deal_record(f"d{nth}", [LeadAssigned(owner="bob")], row=row))


async def test_deals_are_paged_newest_first_without_gap_or_double(database: Database, log: Log) -> None:
    await five_deals(log)
    seen, cursor = [], ""
    while True:
        page = database.look(deals, DealFilter(), cursor, 2)
        seen += [row.deal_id for row in page.deals]
        cursor = page.next
        if not cursor:
            break
    assert seen == ["d2", "d4", "d1", "d3", "d0"]
    with pytest.raises(BadCursor):
        database.look(deals, DealFilter(), "nonsense", 2)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (DealFilter(stage="quote"), {"d1", "d3"}),
        (DealFilter(stage="lead.new", owner="bob"), {"d0", "d2"}),
        (DealFilter(q="acme 4%"), {"d4"}),
        (DealFilter(q="D1"), {"d1"}),
        (DealFilter(customer=CUSTOMER, owner="eve"), {"d3", "d4"}),
        (DealFilter(entity="XX"), set()),
        (DealFilter(overlay="on_hold"), set()),
    ],
)
async def test_deals_are_filtered(database: Database, log: Log, wanted: DealFilter, found: set[str]) -> None:
    await five_deals(log)
    assert {row.deal_id for row in database.look(deals, wanted).deals} == found


async def test_an_unknown_deal_is_refused(database: Database, log: Log) -> None:
    await five_deals(log)
    with pytest.raises(Refused, match="E_NOTFOUND"):
        database.look(deal, "x")


async def test_a_timeline_is_paged_from_the_last_event(database: Database, log: Log) -> None:
    events: list[DealEvent] = [LeadAssigned(owner=f"p{nth}") for nth in range(5)]
    await log.append_deal(deal_record("d1", events))
    first = database.look(timeline, "deal/d1", "", 3)
    rest = database.look(timeline, "deal/d1", first.next, 3)
    assert [event.seq for event in (*first.events, *rest.events)] == [5, 4, 3, 2, 1]
    assert rest.next == ""


async def test_what_is_stuck_is_found(database: Database, log: Log) -> None:
    await log.append_deal(deal_record("d1", [LeadAssigned(owner="b")], row=deal_row("d1", 1, attention=True)))
    quiet = deal_row("d2", 1, updated_at=NOW - timedelta(days=30))
    await log.append_deal(deal_record("d2", [LeadAssigned(owner="b")], row=quiet))
    waiting = quiet.model_copy(update={"deal_id": "d3", "due_at": at(30)})
    await log.append_deal(deal_record("d3", [LeadAssigned(owner="b")], row=waiting))
    found = database.look(stuck, NOW, NOW - timedelta(days=7))
    assert [row.deal_id for row in found.deals] == ["d1"]
    assert [row.deal_id for row in found.stale] == ["d2"]
    assert (found.accounts, found.approvals) == ((), ())


@pytest.fixture
async def paid(ledger: LedgerBooks) -> str:
    """Two invoices and an open item; a receipt pays the first and a part of the second, then a part is taken back."""
    await opened(ledger)
    first = (await ledger.issue_invoice("k1", NOW, issue())).number
    second = (await ledger.issue_invoice("k2", NOW, issue(item="i2"))).number
    await ledger.operate("o", NOW, imported("OLD-1", 700))
    await ledger.operate("r", at(20), receipt("b1", 12_500, [first, second]))
    back = account.UnallocateReceipt(
        source="bank", external_id="b1", numbers=(second,), reason="not this one", terms_hash=HASH, **KEY
    )
    await ledger.operate("u", at(21), back)
    return first


async def test_an_account_is_summed_up_when_it_is_asked(database: Database, paid: str) -> None:
    (view,) = database.look(accounts, CUSTOMER, at(22))
    assert (view.case.open_minor, view.case.unapplied_minor, view.case.items) == (10_700, 2_500, 2)
    assert (view.customer_name, view.currency) == ("示例客户", CURRENCY)
    assert database.look(account_view, ENTITY, CUSTOMER, CURRENCY, at(22)) == view
    with pytest.raises(Refused, match="E_NOTFOUND"):
        database.look(account_view, ENTITY, "x", CURRENCY, at(22))


async def test_open_items_are_paged_oldest_due_first(database: Database, paid: str) -> None:
    first = database.look(items, ENTITY, CUSTOMER, CURRENCY, "", 1)
    rest = database.look(items, ENTITY, CUSTOMER, CURRENCY, first.next, 1)
    assert [(item.number, item.open.minor) for item in (*first.items, *rest.items)] == [
        ("INV-2026-000002", 10_000), ("OLD-1", 700),
    ]  # fmt: skip
    assert rest.next == ""


async def test_an_invoice_shows_its_whole_life(database: Database, ledger: LedgerBooks, paid: str) -> None:
    await ledger.credit_invoice("c", at(22), credit_all("INV-2026-000002", at(22).date()))
    view = database.look(invoice, "INV-2026-000002")
    assert (view.invoice.gross, view.open) == (cny(10_000), cny(0))
    assert [(line.kind, line.minor, line.reversed, line.credit_note) for line in view.allocations] == [
        ("cash", 2_500, True, ""), ("cash", -2_500, True, ""), ("credit", 10_000, False, "CN-2026-000001"),
    ]  # fmt: skip
    (note,) = view.credit_notes
    assert (note.gross, note.net, note.released_minor, note.offset_minor) == (cny(10_000), cny(8_850), 0, 10_000)
    assert view.file == ""
    assert database.look(account_of_invoice, "OLD-1") == (ENTITY, CUSTOMER, CURRENCY)
    assert [one.item for one in database.look(invoices_of_deal, "d1")] == ["i1", "i2"]
    with pytest.raises(Refused, match="E_NOTFOUND"):
        database.look(invoice, "x")


async def test_a_receipt_shows_what_it_pays_and_what_is_left(database: Database, paid: str) -> None:
    (line,) = database.look(receipts, CUSTOMER, "true").receipts
    assert (line,) == database.look(receipts, CUSTOMER).receipts
    assert database.look(receipts, CUSTOMER, "false").receipts == ()
    assert (line.amount, line.applied, line.returned, line.unapplied) == (cny(12_500), cny(10_000), cny(0), cny(2_500))
    assert (line.rule, line.entity) == ("named", ENTITY)
    assert database.look(receipt_line, "bank", "b1") == line
    assert [part.minor for part in database.look(allocations_of_receipt, "bank", "b1")] == [10_000, 2_500, -2_500]
    with pytest.raises(Refused, match="E_NOTFOUND"):
        database.look(receipt_line, "bank", "x")


async def test_a_question_waits_until_a_person_has_allocated(database: Database, ledger: LedgerBooks) -> None:
    await opened(ledger)
    for nth in (1, 2):
        await ledger.operate(f"i{nth}", NOW, imported(f"OLD-{nth}", 700))
    await ledger.operate("r", at(20), receipt("b1", 700))
    (asked,) = database.look(questions)
    assert (asked.candidates, asked.amount, asked.external_id) == ((("OLD-1",), ("OLD-2",)), cny(700), "b1")
    shares = account.AllocateReceipt(source="bank", external_id="b1", shares=(("OLD-2", 700),), terms_hash=HASH, **KEY)
    await ledger.operate("a", at(21), shares)
    assert database.look(questions) == ()
    assert database.look(question, asked.question_id).answer == ("OLD-2",)


def check(minor: int, limit: int | None = None, days: int | None = None) -> CheckCredit:
    ceiling = None if limit is None else cny(limit)
    return CheckCredit(customer_id=CUSTOMER, order=cny(minor), limit=ceiling, overdue_block_days=days)


async def test_exposure_is_open_less_unapplied_plus_unbilled_plus_the_order(
    ledger: LedgerBooks, log: Log, paid: str
) -> None:
    ordered = OrderCreated(quote_version=1, total=cny(26_000), gross=cny(30_000))
    await log.append_deal(deal_record("d1", [ordered], row=deal_row("d1", 1, stage="active")))
    # Open 10,700 less 2,500 unapplied; ordered 30,000 of which 20,000 are billed.
    expected = 10_700 - 2_500 + 10_000 + 1_000
    assert await ledger.exposure(check(1_000), at(22)) == CreditDecision(exposure_minor=expected)
    assert (await ledger.exposure(check(1_000, expected), at(22))).blocked == ""
    assert "above the limit" in (await ledger.exposure(check(1_000, expected - 1), at(22))).blocked
    assert (await ledger.exposure(check(0, None, 3), at(4, month=4))).blocked == ""
    assert "4 days overdue" in (await ledger.exposure(check(0, None, 3), at(5, month=4))).blocked


@pytest.mark.parametrize(
    ("ordered", "billed_bp", "reduced", "unbilled"),
    [(10_000, 5_000, 0, 5_000), (6_000, 5_000, 2_000, 3_000), (6_000, 10_000, 4_000, 0), (2_000, 7_500, 6_000, 500)],
)
async def test_what_an_amendment_credited_does_not_hide_what_is_still_to_be_billed(
    ledger: LedgerBooks, log: Log, ordered: int, billed_bp: int, reduced: int, unbilled: int
) -> None:
    """Of an order over 100.00 a part is billed, then it becomes smaller and its billed part is credited."""
    await opened(ledger)
    now = OrderCreated(quote_version=1, total=cny(ordered), gross=cny(ordered))
    await log.append_deal(deal_record("d1", [now], row=deal_row("d1", 1, stage="active")))
    issued = await ledger.issue_invoice("i", NOW, issue(share_bp=billed_bp))
    if reduced:
        less = CreditInvoice(
            deal_id="d1", number="", reason="less", issue_on=at(21).date(), items=("i1",), price_includes_tax=True,
            amounts=(LineAmount(position=1, minor=reduced),), **KEY,
        )  # fmt: skip
        await ledger.credit_invoice("c", at(21), less)
    owed = issued.gross.minor - reduced
    assert (await ledger.exposure(check(0), at(22))).exposure_minor == owed + unbilled


async def test_customers_that_are_one_have_one_exposure(database: Database, ledger: LedgerBooks, paid: str) -> None:
    expected = 10_700 - 2_500 + 20_000  # open less unapplied, and the order that is checked
    for name in (CUSTOMER, "c-old", "c-new", "c-else"):
        database.transact(put_customer, CustomerCard(customer_id=name, name=name), at(1))

    async def exposed(name: str) -> int:
        asked = check(20_000).model_copy(update={"customer_id": name})
        return (await ledger.exposure(asked, at(22))).exposure_minor

    assert [await exposed(name) for name in (CUSTOMER, "c-new")] == [expected, 20_000]
    database.transact(merge_customers, CUSTOMER, "c-old", at(2))
    database.transact(merge_customers, "c-old", "c-new", at(3))
    assert [await exposed(name) for name in (CUSTOMER, "c-old", "c-new")] == [expected] * 3
    database.transact(merge_customers, "c-new", CUSTOMER, at(4))  # round in a circle
    assert [await exposed(name) for name in (CUSTOMER, "c-old", "c-new", "c-else")] == [expected] * 3 + [20_000]


async def test_accounts_that_keep_orders_back_block_and_name_the_deals_concerned(
    database: Database, ledger: LedgerBooks, log: Log, paid: str
) -> None:
    for name in (CUSTOMER, "c-old", "c-else"):
        database.transact(put_customer, CustomerCard(customer_id=name, name=name), at(1))
    database.transact(merge_customers, CUSTOMER, "c-old", at(2))
    held = account_row(1, 700).model_copy(update={"customer_id": "c-old", "currency": "EUR"})
    opened = Fact[AccountOpened](
        seq=1, at=NOW, actor=SYSTEM, cause="c", event=AccountOpened(entity=ENTITY, customer_id="c-old", currency="EUR")
    )
    record = {"workflow_id": f"account/{ENTITY}/c-old/EUR", "facts": (opened,), "row": held}
    await log.append_account(AccountRecord.model_validate(record))
    stages = ("lead.working", "contract.pending", "credit_hold", "active", "closed.paid")
    assigned: list[DealEvent] = [LeadAssigned(owner="bob")]
    for place, stage in enumerate(stages):
        row = deal_row(f"h{place}", 1, stage=stage, customer_id="c-old" if place == 3 else CUSTOMER)
        await log.append_deal(deal_record(f"h{place}", assigned, row=row))
    await log.append_deal(deal_record("h9", assigned, row=deal_row("h9", 1, stage="active", customer_id="c-else")))

    decided = await ledger.exposure(check(1_000), at(22))
    assert decided.holds == (AccountHold(account=f"account/{ENTITY}/c-old/EUR", orders=True),)
    assert "credit hold" in decided.blocked
    found = await log.concerned_by_hold("c-old")
    assert found == (("h1", CUSTOMER), ("h2", CUSTOMER), ("h3", "c-old"))

    stopped = held.model_copy(update={"credit_hold": False, "delivery_stop": True, "version": 2})
    more = opened.model_copy(update={"seq": 2})
    await log.append_account(AccountRecord.model_validate(record | {"facts": (more,), "row": stopped}))
    decided = await ledger.exposure(check(1_000), at(22))
    assert (decided.blocked, [hold.orders for hold in decided.holds]) == ("", [False])
    other = check(1_000).model_copy(update={"customer_id": "c-else"})
    assert (await ledger.exposure(other, at(22))).holds == ()


async def test_the_policy_is_told_what_the_ledger_and_the_log_say(
    database: Database, ledger: LedgerBooks, log: Log, paid: str
) -> None:
    database.transact(put_customer, CustomerCard(customer_id=CUSTOMER, name="示例客户", class_override="A"), NOW)
    ordered = OrderCreated(quote_version=1, total=cny(1), gross=cny(1))
    await log.append_deal(deal_record("d1", [ordered], row=deal_row("d1", 1, stage="opportunity", owner="bob")))
    off = account.WriteOff(number="OLD-1", minor=200, reason="r", terms_hash=HASH, **KEY)
    await ledger.operate("w", at(22), off)
    late = receipt("b2", 500, ["OLD-1"])
    money = late.receipt.model_copy(update={"value_date": at(6, month=4).date()})
    await ledger.operate("late", at(6, month=4), late.model_copy(update={"receipt": money}))
    told = StoredDirectory(database, lambda: at(10, month=4))
    facts = await told.customer(CUSTOMER)
    assert (facts.name, facts.pinned_class, facts.orders_12m, facts.bad_debt_24m) == ("示例客户", "A", 1, cny(200))
    assert facts.orders_open == 1
    settled: list[DealEvent] = [LeadAssigned(owner="bob"), ordered]
    await log.append_deal(deal_record("d2", settled, row=deal_row("d2", 2, stage="closed.paid")))
    facts = await told.customer(CUSTOMER)
    assert (facts.orders_12m, facts.orders_open) == (2, 1)
    for other in ("C-8", "C-9"):
        database.transact(put_customer, CustomerCard(customer_id=other, name=other), NOW)
    database.transact(merge_customers, CUSTOMER, "C-8", NOW)
    database.transact(merge_customers, "C-8", "C-9", NOW)
    assert (await told.customer("C-9")).bad_debt_24m == cny(200)
    # 10,000 on time and 500 five days late, by amount, rounded up.
    assert facts.dbt_12m_days == 1
    assert [(lead.person, lead.count) for lead in await told.open_leads_by_owner()] == [("bob", 1)]
    with pytest.raises(Refused) as refused:
        await told.customer("x")
    assert refused.value.code is Code.NOTFOUND
