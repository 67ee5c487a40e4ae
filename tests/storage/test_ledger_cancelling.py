"""What is shown before a cancellation is what it does, to the minor unit, in both ledgers; nothing else moves."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import pytest
from sqlalchemy import Column, Connection, func, select

from domain.account import effects as account
from domain.account.exchange_effects import ExchangeReceipt
from domain.billing_periods import Every, Period
from domain.cancellation import CancellationPreview, Stopped
from domain.deal.commands import BillingCancelled, Credited, Issued
from domain.deal.effects import CancelBilling, CreditInvoice, IssueInvoice, LineAmount, ServicePeriod
from domain.receivables.entries import Movement
from domain.receivables.second_person import Weighed
from domain.refusal import Code, Refused
from domain.terms import Alone
from simulation.ledger import MemoryLedger
from storage.database import Database
from storage.operations.cancelling import preview_cancellation
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INVOICE, NUMBER, POSTING
from tests.storage.exchanging import opened as opened_in
from tests.storage.exchanging import rate, received
from tests.storage.samples import HASH, KEY, NOW, at, cny, credited, issue, opened, receipt, terms

DAY = at(23)


class AnyLedger(Protocol):
    """What both ledgers do."""

    async def issue_invoice(self, key: str, at: Any, effect: IssueInvoice) -> Issued: ...

    async def credit_invoice(self, key: str, at: Any, effect: CreditInvoice) -> Credited: ...

    async def operate(self, key: str, at: Any, effect: account.LedgerEffect) -> Movement: ...

    async def cancel_billing(self, key: str, at: Any, effect: CancelBilling) -> BillingCancelled: ...


Story = Callable[[Any], Coroutine[Any, Any, None]]


def cancelling(kept: int = 0, **changes: object) -> CancelBilling:
    """Return a cancellation of an order over 100.00 of which ``kept`` stays owed."""
    final = issue("cancellation", on=DAY.date()).model_copy(
        update={"deposit_item": "deposit", "deduct_upto_bp": 10_000}
    )
    effect = CancelBilling(
        deal_id="d1", reason="withdrawn", issue_on=DAY.date(), delivered="owed" if kept else "credited",
        kept=(LineAmount(position=1, minor=kept),) if kept else (), final=final if kept else None,
        price_includes_tax=True, stopped=Stopped(billing=("rest",)), by="li", **KEY,
    )  # fmt: skip
    return effect.model_copy(update=changes)


def part(item: str, share_bp: int, before_bp: int, whole_bp: int = 10_000) -> IssueInvoice:
    share = {"share_bp": share_bp, "shares_before_bp": before_bp, "whole_bp": whole_bp, "deposit_item": "deposit"}
    return issue(item).model_copy(update=share | {"deduct_upto_bp": before_bp + share_bp})


async def _issued(ledger: AnyLedger) -> None:
    await ledger.issue_invoice("i", NOW, issue("all"))


async def _half_paid(ledger: AnyLedger) -> None:
    await _issued(ledger)
    await ledger.operate("r", at(20), receipt("b1", 4_000, ["INV-2026-000001"]))


async def _wholly_paid(ledger: AnyLedger) -> None:
    await _issued(ledger)
    await ledger.operate("r", at(20), receipt("b1", 4_000, ["INV-2026-000001"]))
    await ledger.operate("s", at(20), receipt("b2", 6_000, ["INV-2026-000001"]))


async def _several(ledger: AnyLedger) -> None:
    await ledger.issue_invoice("i", NOW, part("one", 3_000, 0))
    await ledger.issue_invoice("j", NOW, part("two", 3_000, 3_000))
    await ledger.operate("r", at(20), receipt("b1", 4_000, ["INV-2026-000001", "INV-2026-000002"]))


async def _disputed(ledger: AnyLedger) -> None:
    await _half_paid(ledger)
    dispute = account.OpenDispute(number="INV-2026-000001", minor=2_000, reason="price", terms_hash=HASH, **KEY)
    await ledger.operate("d", at(21), dispute)


async def _credited_before(ledger: AnyLedger) -> None:
    await _half_paid(ledger)
    await ledger.operate("c", at(21), credited("INV-2026-000001", 1_500))


async def _written_off_in_part(ledger: AnyLedger) -> None:
    await _half_paid(ledger)
    off = account.WriteOff(number="INV-2026-000001", minor=1_000, reason="old", terms_hash=HASH, **KEY)
    await ledger.operate("w", at(21), off)


async def _deposit(ledger: AnyLedger) -> None:
    await ledger.issue_invoice("d", NOW, issue("deposit").model_copy(update={"share_bp": 3_000, "purpose": "deposit"}))
    await ledger.operate("r", at(20), receipt("b1", 3_000, ["INV-2026-000001"]))


async def _deposit_deducted(ledger: AnyLedger) -> None:
    await _deposit(ledger)
    await ledger.issue_invoice("i", NOW, part("half", 5_000, 0))
    await ledger.operate("s", at(20), receipt("b2", 1_000, ["INV-2026-000002"]))


async def _nothing(ledger: AnyLedger) -> None:
    del ledger


STATES: dict[str, tuple[Story, int, tuple[int, int, int, int]]] = {
    # story, kept -> credited, released, billed at last, owed afterwards
    "issued, nothing delivered": (_issued, 0, (10_000, 0, 0, 0)),
    "issued, half delivered": (_issued, 5_000, (5_000, 0, 0, 5_000)),
    "issued, wholly delivered": (_issued, 10_000, (0, 0, 0, 10_000)),
    "half paid, nothing delivered": (_half_paid, 0, (10_000, 4_000, 0, 0)),
    "half paid, less delivered": (_half_paid, 3_000, (7_000, 1_000, 0, 0)),
    "half paid, more delivered": (_half_paid, 5_000, (5_000, 0, 0, 1_000)),
    "wholly paid, nothing delivered": (_wholly_paid, 0, (10_000, 10_000, 0, 0)),
    "wholly paid, half delivered": (_wholly_paid, 5_000, (5_000, 5_000, 0, 0)),
    "not billed, half delivered": (_nothing, 5_000, (0, 0, 5_000, 5_000)),
    "several, nothing delivered": (_several, 0, (6_000, 4_000, 0, 0)),
    "several, less delivered than billed": (_several, 2_000, (4_000, 2_000, 0, 0)),
    "several, more delivered than billed": (_several, 8_000, (0, 0, 2_000, 4_000)),
    "disputed, half delivered": (_disputed, 5_000, (5_000, 0, 0, 1_000)),
    "disputed, nothing delivered": (_disputed, 0, (10_000, 4_000, 0, 0)),
    "credited before, nothing delivered": (_credited_before, 0, (8_500, 4_000, 0, 0)),
    "credited before, half delivered": (_credited_before, 5_000, (5_000, 500, 0, 0)),
    "written off in part, nothing delivered": (_written_off_in_part, 0, (9_000, 4_000, 0, 0)),
    "deposit, nothing delivered": (_deposit, 0, (3_000, 3_000, 0, 0)),
    "deposit, less delivered": (_deposit, 2_000, (1_000, 1_000, 2_000, 0)),
    "deposit, more delivered": (_deposit, 5_000, (0, 0, 5_000, 2_000)),
    "deposit deducted, nothing delivered": (_deposit_deducted, 0, (8_000, 4_000, 0, 0)),
    "deposit deducted, less delivered": (_deposit_deducted, 4_000, (2_500, 1_500, 0, 1_500)),
}


def rows(database: Database) -> list[int]:
    tables = (POSTING.c.id, ALLOCATION.c.id, CREDIT_NOTE.c.id, INVOICE.c.id, NUMBER.c.document)
    return [database.look(_count, one) for one in tables]


def _count(connection: Connection, column: Column[Any]) -> int:
    return connection.execute(select(func.count(column))).scalar_one()


def _sum(database: Database, column: Column[Any]) -> int:
    query = select(func.coalesce(func.sum(column), 0))
    return int(database.look(lambda connection: connection.execute(query).scalar_one()))


def _unapplied(database: Database) -> int:
    query = select(func.coalesce(func.sum(POSTING.c.minor), 0)).where(POSTING.c.account == "unapplied")
    return -int(database.look(lambda connection: connection.execute(query).scalar_one()))


async def look(ledger: LedgerBooks | MemoryLedger, database: Database, effect: CancelBilling) -> CancellationPreview:
    if isinstance(ledger, MemoryLedger):
        return await ledger.preview_cancellation(DAY, effect)
    return await database.write(preview_cancellation, DAY, effect)


@pytest.mark.parametrize("state", STATES)
async def test_it_does_what_was_shown(state: str, ledger: LedgerBooks, database: Database) -> None:
    story, kept, (credit, released, billed, owed) = STATES[state]
    await opened(ledger)
    await story(ledger)
    before, notes = rows(database), _sum(database, CREDIT_NOTE.c.gross_minor)
    invoiced, unapplied = _sum(database, INVOICE.c.gross_minor), _unapplied(database)

    seen = await look(ledger, database, cancelling(kept))
    assert rows(database) == before, "looking changes nothing"
    done = await ledger.cancel_billing("x", DAY, cancelling(kept, expected=seen.content_hash))

    assert done.preview == seen
    assert (seen.credited.minor, seen.owed.minor) == (credit, owed)
    assert sum(one.minor for one in seen.released) == released
    assert sum(one.gross.minor for one in seen.billed) == billed
    assert _sum(database, CREDIT_NOTE.c.gross_minor) - notes == credit == sum(one.amount.minor for one in done.notes)
    assert _unapplied(database) - unapplied == released
    assert _sum(database, INVOICE.c.gross_minor) - invoiced == billed
    assert [check.name for check in database.look(invariants) if not check.holds] == []
    assert await ledger.cancel_billing("x", DAY, cancelling(kept, expected=seen.content_hash)) == done

    memory = MemoryLedger()
    await opened(memory)  # type: ignore[arg-type]  # what it does of a ledger both do
    await story(memory)
    assert await look(memory, database, cancelling(kept)) == seen
    assert await memory.cancel_billing("x", DAY, cancelling(kept, expected=seen.content_hash)) == done


async def test_what_has_changed_since_it_was_looked_at_is_refused_and_nothing_moves(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    await _issued(ledger)
    seen = await look(ledger, database, cancelling())
    await ledger.operate("r", at(22), receipt("b1", 4_000, ["INV-2026-000001"]))
    before, now = rows(database), await look(ledger, database, cancelling())

    with pytest.raises(Refused) as refused:
        await ledger.cancel_billing("x", DAY, cancelling(expected=seen.content_hash))

    assert refused.value.code == Code.STALE
    assert [detail.value for detail in refused.value.details] == [now.content_hash]
    assert rows(database) == before
    assert (await ledger.cancel_billing("y", DAY, cancelling(expected=now.content_hash))).preview == now


async def _limited(ledger: LedgerBooks | MemoryLedger, minor: int) -> None:
    limited = terms().model_copy(update={"alone": (Alone(kind="credit", minor=minor),)})
    await ledger.load_case(account.LoadCase(**KEY), NOW, limited, HASH, "示例客户")


async def test_exchanged_money_is_not_paid_back_by_it_and_nothing_moves(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    await opened_in(ledger, "USD", None)
    await _issued(ledger)
    await ledger.operate("r", at(20), received("b1", 2_000, currency="USD"))
    exchange = ExchangeReceipt(
        source="bank", external_id="b1", into="CNY", minor=None, rate=rate("5"), numbers=("INV-2026-000001",), by="li",
        terms_hash=HASH + "USD", **(KEY | {"currency": "USD"}),
    )  # fmt: skip
    await ledger.operate("x", at(20), exchange)
    told = account.TakeOverReceipt(source="exchange", external_id="bank/b1-X1", terms_hash=HASH, **KEY)
    assert (await ledger.operate("t", at(20), told)).changes[0].open_minor == 0
    before = rows(database)

    for asked in (look(ledger, database, cancelling(paid_part="refund")), ledger.cancel_billing(
        "c", DAY, cancelling(paid_part="refund")
    )):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await asked
        assert (refused.value.code, "/undo" in refused.value.text.en) == (Code.STATE, True)
    assert rows(database) == before
    assert len((await ledger.cancel_billing("c", DAY, cancelling())).notes) == 1


async def test_above_the_amount_it_waits_for_a_second_person_and_nothing_moves(
    ledger: LedgerBooks, database: Database
) -> None:
    for books in (ledger, memory := MemoryLedger()):
        await _limited(books, 8_500)
        await _credited_before(books)
    before = rows(database)
    seen = await look(ledger, database, cancelling())
    assert (seen.second, seen.credited.minor, seen.in_all.minor) == (True, 8_500, 10_000)

    waits = await ledger.cancel_billing("x", DAY, cancelling())

    assert (waits.waits, waits.notes, waits.preview) == (True, (), seen)
    assert rows(database) == before
    agreed = cancelling(expected=seen.content_hash, agreed="D-1-c1")
    done = await ledger.cancel_billing("y", DAY, agreed)
    assert (done.waits, done.preview.credited.minor, done.preview.content_hash) == (False, 8_500, seen.content_hash)
    assert await memory.cancel_billing("x", DAY, cancelling()) == waits
    assert await memory.cancel_billing("y", DAY, agreed) == done


async def test_who_must_agree_is_not_known_before_the_account_is_opened(ledger: LedgerBooks) -> None:
    for books in (ledger, MemoryLedger()):
        await _issued(books)
        with pytest.raises(Refused) as refused:
            await books.cancel_billing("x", DAY, cancelling())
        assert refused.value.code == Code.STATE


async def test_a_service_is_credited_and_billed_to_the_day_it_ends(ledger: LedgerBooks, database: Database) -> None:
    month = ServicePeriod(every=Every.MONTH, days=Period(start=at(1).date(), until=at(1, month=4).date()))
    left = ServicePeriod(every=Every.MONTH, days=Period(start=DAY.date(), until=at(1, month=4).date()))
    advance = issue("care:2026-03-01", minor=3_100).model_copy(update={"service": month})
    ended = CreditInvoice(
        deal_id="d1", number="", reason="withdrawn", issue_on=DAY.date(), amounts=(LineAmount(position=1, minor=900),),
        items=("care:2026-03-01",), service=left, price_includes_tax=True, **KEY,
    )  # fmt: skip
    passed = ServicePeriod(every=Every.MONTH, days=Period(start=at(1).date(), until=DAY.date()))
    rent = issue("rent:2026-03-01", minor=6_200, on=DAY.date()).model_copy(update={"service": passed})
    effect = cancelling(ended=(ended,), arrears=(rent,), delivered="owed")
    memory = MemoryLedger()
    for books in (ledger, memory):
        await opened(books)  # type: ignore[arg-type]  # what it does of a ledger both do
        await books.issue_invoice("a", NOW, advance)

    seen = await look(ledger, database, effect)
    done = await ledger.cancel_billing("x", DAY, effect)

    assert done.preview == seen == await look(memory, database, effect)
    assert (seen.credited.minor, seen.owed.minor) == (900, 3_100 - 900 + 4_400)
    assert [(one.item, one.gross.minor) for one in seen.billed] == [("rent:2026-03-01", 4_400)]
    assert await memory.cancel_billing("x", DAY, effect) == done
    assert [check.name for check in database.look(invariants) if not check.holds] == []


async def test_days_of_a_service_that_will_never_be_billed_are_weighed(ledger: LedgerBooks, database: Database) -> None:
    passed = ServicePeriod(every=Every.MONTH, days=Period(start=at(1).date(), until=DAY.date()))
    rent = issue("rent:2026-03-01", minor=6_200, on=DAY.date()).model_copy(update={"service": passed})
    for books in (ledger, MemoryLedger()):
        await _limited(books, 4_399)
        effect = cancelling(arrears=(rent,))
        seen = await look(books, database, effect)
        assert (seen.forgone, seen.billed, seen.second) == (cny(4_400), (), True)
        waits = await books.cancel_billing("x", DAY, effect)
        assert (waits.waits, waits.preview) == (True, seen)
        done = await books.cancel_billing(
            "y", DAY, cancelling(arrears=(rent,), agreed="D-1-c1", expected=seen.content_hash)
        )
        assert (done.waits, done.issued, done.notes) == (False, (), ())


async def test_what_was_credited_before_is_not_given_up_again(ledger: LedgerBooks, database: Database) -> None:
    final = issue("cancellation", on=DAY.date())
    for books in (ledger, MemoryLedger()):
        await opened(books)  # type: ignore[arg-type]  # what it does of a ledger both do
        await _credited_before(books)
        whole = cancelling(forgone=(LineAmount(position=1, minor=10_000),), final=final)
        seen = await look(books, database, whole)
        assert (seen.forgone, seen.in_all) == (cny(0), cny(10_000))
        more = cancelling(forgone=(LineAmount(position=1, minor=12_000),), final=final)
        assert (await look(books, database, more)).forgone == cny(2_000)


async def test_a_credit_of_a_smaller_order_waits_for_a_second_person_too(
    ledger: LedgerBooks, database: Database
) -> None:
    less = CreditInvoice(
        deal_id="d1", number="", reason="less", issue_on=DAY.date(), items=("all",), price_includes_tax=True,
        amounts=(LineAmount(position=1, minor=4_000),), by="li", **KEY,
    )  # fmt: skip
    memory = MemoryLedger()
    for books in (ledger, memory):
        await _limited(books, 5_000)
        await _credited_before(books)
    before = rows(database)

    waits = await ledger.credit_invoice("x", DAY, less)

    assert (waits.waits, waits.notes) == (Weighed(minor=4_000, in_all_minor=5_500), ())
    assert rows(database) == before
    assert await memory.credit_invoice("x", DAY, less) == waits
    agreed = less.model_copy(update={"agreed": "D-1-r1", "agreed_minor": 5_500})
    more = agreed.model_copy(update={"agreed_minor": 5_499})
    for books in (ledger, memory):
        with pytest.raises(Refused) as refused:
            await books.credit_invoice("x", DAY, more)
        assert refused.value.code == Code.STALE
    done = await ledger.credit_invoice("x", DAY, agreed)
    assert [note.amount.minor for note in done.notes] == [4_000]
    assert await memory.credit_invoice("x", DAY, agreed) == done
    small = less.model_copy(update={"amounts": (LineAmount(position=1, minor=1),), "by": ""})
    assert (await ledger.credit_invoice("y", DAY, small)).waits is None
