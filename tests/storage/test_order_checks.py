"""An order is billed once: what was taken back of it may be billed again, what was not may not (M6)."""

from collections.abc import Sequence

import pytest

from domain.deal import events as e
from domain.deal.effects import CreditInvoice, LineAmount
from domain.quotes import Quote
from domain.quoting import totals_of
from domain.terms import Tolerance
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.order_checks import ordered_check
from tests.storage.samples import KEY, NOW, at, cny, credit_all, credited, deal_record, issue, opened, receipt
from tests.storage.test_ledger_deposits import off

FIRST = "INV-2026-000001"


def quote(minor: int) -> Quote:
    sold = issue(minor=minor)
    totals = totals_of(sold.lines, sold.rates, price_includes_tax=True)
    return Quote(version=1, status="accepted", lines=sold.lines, totals=totals, content_hash="h")


@pytest.fixture
async def billed(ledger: LedgerBooks, log: Log) -> None:
    """An order over 100.00, invoiced whole."""
    await opened(ledger)
    order = e.OrderCreated(quote_version=1, total=cny(10_000), gross=cny(10_000))
    await log.append_deal(deal_record("d1", [e.QuoteCreated(quote=quote(10_000)), order]))
    await ledger.issue_invoice("i", NOW, issue("all"))


async def amended(log: Log, minor: int, first: int, less: int = 0) -> None:
    """Change the order, and ask for the credit of what it is less."""
    events: list[e.DealEvent] = [e.OrderAmended(revision=first, quote=quote(minor), reason="r")]
    if less:
        amounts = (LineAmount(position=1, minor=less),)
        events.append(e.ReductionRequired(amounts=amounts, items=("all",), reason="r"))
    await log.append_deal(deal_record("d1", events, first))


async def again(ledger: LedgerBooks, minor: int, item: str = "again") -> None:
    await ledger.issue_invoice(item, at(24), issue(item, minor=minor, on=at(24).date()))


def found(database: Database) -> Sequence[str]:
    check = database.look(ordered_check)
    assert check.checked == 1
    return check.examples


@pytest.mark.usefixtures("billed")
async def test_what_is_credited_whole_may_be_billed_again_once(ledger: LedgerBooks, database: Database) -> None:
    await ledger.credit_invoice("c", at(23), credit_all(FIRST, at(23).date()))
    await again(ledger, 6_000)
    assert found(database) == ()
    await again(ledger, 4_001, "more")
    assert found(database) == ("d1/1",)


@pytest.mark.usefixtures("billed")
@pytest.mark.parametrize("before", ["credited", "written off", "forgiven"])
async def test_what_is_let_off_beside_its_credit_is_paid_by_nobody(
    ledger: LedgerBooks, database: Database, before: str
) -> None:
    if before == "credited":
        await ledger.operate("b", at(22), credited(FIRST, 1_500))
    elif before == "written off":
        await ledger.operate("b", at(22), off(FIRST, 1_500))
    else:
        await ledger.operate("b", at(22), receipt("b1", 9_990, [FIRST], tolerance=Tolerance(minor=10, bp=100)))
    await again(ledger, 6_000, "early")
    assert found(database) == ("d1/1",), "it was billed before the first was credited"
    await ledger.credit_invoice("c", at(24), credit_all(FIRST, at(24).date()))
    assert found(database) == ()


@pytest.mark.usefixtures("billed")
async def test_what_an_order_became_smaller_by_may_stay_invoiced_and_nothing_beyond_it(
    ledger: LedgerBooks, database: Database, log: Log
) -> None:
    """Its credit is on its way, or was given by hand, or nobody agreed to it: the rest is still checked."""
    await amended(log, 7_000, 3, less=3_000)
    assert found(database) == ()
    await again(ledger, 1, "beyond")
    assert found(database) == ("d1/1",)


@pytest.mark.usefixtures("billed")
async def test_a_credit_of_a_reduction_leaves_room_for_nothing(
    ledger: LedgerBooks, database: Database, log: Log
) -> None:
    await amended(log, 7_000, 3, less=3_000)
    credit = CreditInvoice(
        deal_id="d1", number="", reason="amended", issue_on=at(23).date(), items=("all",), price_includes_tax=True,
        amounts=(LineAmount(position=1, minor=3_000),), **KEY,
    )  # fmt: skip
    await ledger.credit_invoice("c", at(23), credit)
    assert found(database) == ()
    await amended(log, 9_000, 5)
    await again(ledger, 2_000)
    assert found(database) == ()
    await again(ledger, 1, "beyond")
    assert found(database) == ("d1/1",)
