"""The ledger in memory keeps the promises of the port: once per business key, gapless numbers, nothing on a refusal."""

from datetime import date
from typing import Any

import pytest

from domain.account import effects as f
from domain.account.commands import Loaded
from domain.deal.effects import CheckCredit, CreditInvoice, IssueInvoice
from domain.due_dates import PaymentTerms
from domain.money import Money
from domain.ports import Ledger
from domain.quotes import QuoteLine
from domain.receivables.entries import Movement, NextStep, Receipt
from domain.refusal import Code, Refused
from domain.terms import PromiseTerms, TaxRate, Tolerance
from simulation.ledger import MemoryLedger
from tests.domain.account.run import at, cny, on, terms

OWN: dict[str, Any] = {"entity": "CN01", "customer_id": "c1", "currency": "CNY", "terms_hash": "h"}


def issue(deal_id: str, minor: int = 100_00, day: int = 0, **changes: Any) -> IssueInvoice:
    rest: dict[str, Any] = {
        "deal_id": deal_id,
        "item": "all",
        "entity": "CN01",
        "customer_id": "c1",
        "issue_on": on(day),
        "supplied_on": on(day),
        "lines": (QuoteLine(position=1, sku="A", list_price=cny(minor), net_price=cny(minor), tax_code="S13"),),
        "share_bp": 10_000,
        "shares_before_bp": 0,
        "rates": (TaxRate(code="S13", rate_bp=1300),),
        "price_includes_tax": False,
        "payment": PaymentTerms.single("net30", "issue+30d"),
    }
    return IssueInvoice(**(rest | changes))


def receipt(external_id: str, minor: int, *invoices: str, day: int = 0) -> f.ApplyReceipt:
    money = Receipt(
        source="bank",
        external_id=external_id,
        amount=cny(minor),
        value_date=on(0),
        received_at=at(day),
        invoices=invoices,
    )
    return f.ApplyReceipt(receipt=money, tolerance=Tolerance(), **OWN)


async def loaded(ledger: MemoryLedger) -> Loaded:
    effect = f.LoadCase(entity="CN01", customer_id="c1", currency="CNY")
    return await ledger.load_case(effect, at(0), terms(), "h", "Example Ltd")


@pytest.fixture
async def ledger() -> MemoryLedger:
    made = MemoryLedger()
    await loaded(made)
    return made


def test_it_is_a_ledger() -> None:
    port: Ledger = MemoryLedger()
    assert isinstance(port, MemoryLedger)


async def test_an_item_is_billed_once_and_numbers_have_no_gap(ledger: MemoryLedger) -> None:
    first = await ledger.issue_invoice("k1", at(0), issue("d1"))
    assert await ledger.issue_invoice("k2", at(9), issue("d1", 999, day=9)) == first
    second = await ledger.issue_invoice("k3", at(1), issue("d2", day=1))
    assert (first.number, second.number) == ("INV-2026-000001", "INV-2026-000002")
    assert (first.net.minor, first.gross.minor, first.due_on) == (10000, 11300, "2026-04-01")
    assert (await loaded(ledger)).numbers == ("INV-2026-000002", "INV-2026-000001")


async def test_a_document_that_cannot_be_built_takes_no_number_and_dates_do_not_go_back(ledger: MemoryLedger) -> None:
    await ledger.issue_invoice("k1", at(5), issue("d1", day=5))
    for wrong, code in ((issue("d2", day=6, rates=(TaxRate(code="X", rate_bp=1),)), Code.NOTFOUND),
                        (issue("d3", day=4), Code.PERIOD)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await ledger.issue_invoice("k", at(6), wrong)
        assert refused.value.code == code
    assert (await ledger.issue_invoice("k4", at(7), issue("d4", day=7))).number == "INV-2026-000002"


async def test_years_and_entities_have_series_of_their_own(ledger: MemoryLedger) -> None:
    await ledger.issue_invoice("k1", at(0), issue("d1"))
    new_year = issue("d2", issue_on=date(2027, 1, 1))
    assert (await ledger.issue_invoice("k2", at(300), new_year)).number == "INV-2027-000001"
    other = issue("d3", entity="DE01")
    assert (await ledger.issue_invoice("k3", at(0), other)).number == "INV-2026-000001"


async def test_the_same_effect_tried_again_gets_the_same_answer(ledger: MemoryLedger) -> None:
    number = (await ledger.issue_invoice("k1", at(0), issue("d1"))).number
    effect = receipt("r1", 11300, number)
    first = await ledger.operate("e1", at(1), effect)
    assert await ledger.operate("e1", at(2), effect) == first
    assert (first.repeated, first.changes[0].open_minor, first.changes[0].before_minor) == (False, 0, 11300)


async def test_another_effect_with_the_same_receipt_is_told_so_and_changes_nothing(ledger: MemoryLedger) -> None:
    """G18: three times the same, then another amount."""
    first = await ledger.operate("e1", at(1), receipt("r1", 500))
    for key in ("e2", "e3"):
        again: Movement = await ledger.operate(key, at(2), receipt("r1", 500, day=2))
        assert (again.repeated, again.changes, again.reference) == (True, (), first.reference)
    with pytest.raises(Refused) as refused:
        await ledger.operate("e4", at(2), receipt("r1", 501))
    assert refused.value.code == Code.IDEM
    elsewhere = receipt("r1", 500).model_copy(update={"customer_id": "c2"})
    with pytest.raises(Refused) as refused:
        await ledger.operate("e5", at(2), elsewhere)
    assert refused.value.code == Code.IDEM
    assert ledger.book("CN01", "c1", "CNY").unapplied_minor == 500


async def test_a_credit_of_a_deal_releases_what_was_paid(ledger: MemoryLedger) -> None:
    number = (await ledger.issue_invoice("k1", at(0), issue("d1"))).number
    await ledger.operate("e1", at(1), receipt("r1", 4000, number))
    effect = CreditInvoice(
        deal_id="d1", customer_id="c1", entity="CN01", currency="CNY", number=number, reason="cancelled", issue_on=on(2)
    )
    credited = await ledger.credit_invoice("k2", at(2), effect)
    assert (credited.credit_note, credited.amount.minor) == ("CN-2026-000001", 11300)
    assert await ledger.credit_invoice("k2", at(3), effect) == credited
    nothing = await ledger.credit_invoice("k3", at(3), effect)
    assert (nothing.credit_note, nothing.amount.minor) == ("", 0)
    book = ledger.book("CN01", "c1", "CNY")
    assert (book.unapplied_minor, book.open) == (4000, {})
    assert book.balances == {"receivable": 0, "revenue": 0, "tax": 0, "cash": 4000, "unapplied": -4000}


async def test_a_refused_operation_leaves_nothing_behind(ledger: MemoryLedger) -> None:
    number = (await ledger.issue_invoice("k1", at(0), issue("d1"))).number
    book = ledger.book("CN01", "c1", "CNY")
    before = (len(book.journal), dict(book.balances), book.revision)
    wrong: list[tuple[f.LedgerEffect, Code]] = [
        (f.CreditNote(number=number, minor=11301, reason="x", issue_on=on(1), **OWN), Code.AMOUNT),
        (f.WriteOff(number="none", minor=1, reason="x", **OWN), Code.NOTFOUND),
        (f.MakePromise(number=number, minor=None, on=on(99), rules=PromiseTerms(), **OWN), Code.LIMIT),
        (f.ResolveDispute(number=number, outcome="reject", reason="", issue_on=on(1), **OWN), Code.STATE),
        (f.AllocateReceipt(source="bank", external_id="none", shares=((number, 1),), **OWN), Code.NOTFOUND),
        (f.RefreshCase(**(OWN | {"terms_hash": "unknown"})), Code.NOTFOUND),
    ]
    for effect, code in wrong:
        with pytest.raises(Refused) as refused:
            await ledger.operate("e", at(1), effect)
        assert refused.value.code == code
    assert (len(book.journal), book.balances, book.revision) == before


async def test_a_notice_advances_the_level_only_when_it_was_sent(ledger: MemoryLedger) -> None:
    await ledger.issue_invoice("k1", at(0), issue("d1"))
    step = (await loaded(ledger)).case.next
    assert isinstance(step, NextStep)
    sending = f.SendNotice(step=step, **OWN)
    plan = await ledger.plan_notice("n1", at(33), sending)
    assert plan is not None
    assert [(line.number, line.open.minor, line.days_late) for line in plan.items] == [("INV-2026-000001", 11300, 3)]
    undelivered = await ledger.record_notice("n1", at(33), sending, "")
    assert (undelivered.outcome, undelivered.case.level) == ("undeliverable", 0)
    await ledger.plan_notice("n2", at(33), sending)
    sent = await ledger.record_notice("n2", at(33), sending, "email")
    assert (sent.outcome, sent.case.level, sent.open_minor) == ("sent", 1, 11300)
    assert await ledger.record_notice("n2", at(34), sending, "email") == sent
    assert await ledger.plan_notice("n3", at(33), sending) is None
    assert (await ledger.record_notice("n3", at(33), sending, "")).outcome == "void"


async def test_what_was_paid_while_the_notice_went_out_stays_paid(ledger: MemoryLedger) -> None:
    number = (await ledger.issue_invoice("k1", at(0), issue("d1"))).number
    step = (await loaded(ledger)).case.next
    assert step is not None
    sending = f.SendNotice(step=step, **OWN)
    await ledger.plan_notice("n1", at(33), sending)
    await ledger.operate("e1", at(33), receipt("r1", 11300, number))
    sent = await ledger.record_notice("n1", at(33), sending, "email")
    assert (sent.outcome, sent.case.open_minor, sent.case.next) == ("sent", 0, None)


async def test_a_promise_is_judged_once(ledger: MemoryLedger) -> None:
    number = (await ledger.issue_invoice("k1", at(0), issue("d1"))).number
    made = await ledger.operate(
        "e1", at(0), f.MakePromise(number=number, minor=50, on=on(3), rules=PromiseTerms(), **OWN)
    )
    assert (made.minor, made.case.promises, made.case.promised_minor) == (50, 1, 50)
    judging = f.JudgePromise(promise_id=made.reference, **OWN)
    judged = await ledger.judge_promise("e2", at(4), judging)
    assert (judged.kept, judged.number, judged.case.promises_broken) == (False, number, 1)
    assert await ledger.judge_promise("e2", at(5), judging) == judged
    with pytest.raises(Refused):
        await ledger.judge_promise("e3", at(5), judging)


@pytest.mark.parametrize(
    ("limit", "days", "blocked"),
    [
        (None, None, ""),
        (21300, None, ""),
        (21299, None, "exposure 213.00 CNY"),
        (None, 30, ""),
        (None, 29, "an invoice"),
    ],
)
async def test_exposure_counts_what_is_open_less_cash(
    ledger: MemoryLedger, limit: int | None, days: int | None, blocked: str
) -> None:
    await ledger.issue_invoice("k1", at(0), issue("d1"))
    await ledger.operate("e1", at(0), receipt("r1", 1000))
    order = Money(minor=11000, currency="CNY")
    asked = CheckCredit(
        customer_id="c1", order=order, limit=None if limit is None else cny(limit), overdue_block_days=days
    )
    decision = await ledger.exposure(asked, at(60))
    assert decision.exposure_minor == 11300 - 1000 + 11000
    assert decision.blocked.startswith(blocked)
    assert bool(decision.blocked) is bool(blocked)
