"""Days are billed once and earned as they pass; what an order became less is credited line by line (N1, M6)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.account import effects as account
from domain.billing_periods import Every, Period
from domain.deal.effects import CreditInvoice, IssueInvoice, LineAmount, ServicePeriod
from domain.quotes import QuoteLine
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from storage.queries.invoices import invoice as invoice_view
from storage.tables.ledger import POSTING
from tests.storage.samples import HASH, ISSUED, KEY, NOW, at, cny, credit_all, issue, opened, receipt

MARCH = ServicePeriod(every=Every.MONTH, days=Period(start=date(2026, 3, 1), until=date(2026, 4, 1)))
QUARTER = ServicePeriod(every=Every.QUARTER, days=Period(start=date(2026, 3, 2), until=date(2026, 4, 1)))


def days(item: str, service: ServicePeriod, minor: int = 11_300) -> IssueInvoice:
    effect = issue(item, minor=minor)
    return effect.model_copy(update={"service": service, "share_bp": 0})


def lines(item: str, share_bp: int, before_bp: int = 0, **changed: Any) -> IssueInvoice:
    """A share of 100.00 at 13 % and 50.00 without tax, prices without tax."""
    order = (
        QuoteLine(position=1, sku="A", list_price=cny(10_000), net_price=cny(10_000), tax_code="S13"),
        QuoteLine(position=2, sku="B", list_price=cny(5_000), net_price=cny(5_000), tax_code="Z"),
    )
    rates = (*issue().rates, issue().rates[0].model_copy(update={"code": "Z", "rate_bp": 0}))
    share = {"lines": order, "rates": rates, "price_includes_tax": False, "shares_before_bp": before_bp}
    return issue(item).model_copy(update={"share_bp": share_bp, **share, **changed})


def reduce(*items: str, on: date = ISSUED, service: ServicePeriod | None = None, **amounts: int) -> CreditInvoice:
    wanted = tuple(LineAmount(position=int(name[1:]), minor=minor) for name, minor in amounts.items())
    return CreditInvoice(
        deal_id="d1", number="", reason="less", issue_on=on, amounts=wanted, items=items, service=service, **KEY
    )


def balances(database: Database, until: date | None = None) -> dict[str, int]:
    query = select(POSTING.c.account, func.sum(POSTING.c.minor)).group_by(POSTING.c.account)
    if until is not None:
        query = query.where(POSTING.c.posted_on <= until)
    return {row[0]: int(row[1]) for row in database.look(lambda connection: connection.execute(query).all()) if row[1]}


def broken(database: Database) -> list[str]:
    return [check.name for check in database.look(invariants) if not check.holds]


async def test_what_is_invoiced_in_advance_is_earned_on_the_last_day(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger)
    first = await ledger.issue_invoice("k", NOW, days("s:1", MARCH))
    assert first.net == cny(10_000)
    assert balances(database, date(2026, 3, 30)) == {"receivable": 11_300, "deferred": -10_000, "tax": -1_300}
    assert balances(database) == {"receivable": 11_300, "revenue": -10_000, "tax": -1_300}
    shown = database.look(lambda connection: invoice_view(connection, first.number))
    assert shown.invoice.period == MARCH.days
    again = await ledger.issue_invoice("another key", NOW, days("s:1", MARCH))
    assert again == first
    assert broken(database) == []


async def test_in_arrears_nothing_is_deferred(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger)
    late = days("s:1", MARCH).model_copy(update={"issue_on": date(2026, 4, 1)})
    await ledger.issue_invoice("k", NOW, late)
    assert balances(database, date(2026, 4, 1)) == {"receivable": 11_300, "revenue": -10_000, "tax": -1_300}


async def test_an_end_in_the_middle_takes_back_what_is_not_earned_yet(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger)
    billed = await ledger.issue_invoice("k", NOW, days("s:1", MARCH))
    await ledger.operate("r", at(5), receipt("b1", 11_300, [billed.number]))
    rest = ServicePeriod(every=Every.MONTH, days=Period(start=date(2026, 3, 17), until=date(2026, 4, 1)))
    effect = reduce("s:1", on=date(2026, 3, 17), service=rest, p1=5_468).model_copy(update={"price_includes_tax": True})
    done = await ledger.credit_invoice("c", at(17), effect)
    assert await ledger.credit_invoice("c", at(17), effect) == done, "the same effect gets its first answer"
    assert [(note.amount, note.left_minor) for note in done.notes] == [(cny(5_468), 0)]
    assert balances(database, date(2026, 3, 30))["deferred"] == -(10_000 - 4_839)
    assert balances(database) == {
        "cash": 11_300, "unapplied": -5_468, "revenue": -(10_000 - 4_839), "tax": -(1_300 - 629),
    }  # fmt: skip
    assert broken(database) == []


async def test_a_reduction_is_taken_from_the_newest_invoices_line_by_line(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    first = await ledger.issue_invoice("1", NOW, lines("i1", 3_000))
    second = await ledger.issue_invoice("2", NOW, lines("i2", 4_000, 3_000))
    await ledger.operate("r", at(5), receipt("b1", 1_000, [second.number]))
    done = await ledger.credit_invoice("c", at(6), reduce("i2", "i1", on=at(6).date(), p1=5_000, p2=100))
    # 40.00 and 1.00 of the second, 10.00 of the first; 5.20 and 1.30 are tax.
    assert [(note.number, note.amount, note.left_minor) for note in done.notes] == [
        (second.number, cny(4_620), 6_520 - 1_000 - 4_620),
        (first.number, cny(1_130), 4_890 - 1_130),
    ]
    shown = database.look(lambda connection: invoice_view(connection, second.number))
    assert [(line.order_line, line.net) for line in shown.credit_notes[0].lines] == [(1, cny(4_000)), (2, cny(100))]
    assert broken(database) == []

    rest = await ledger.credit_invoice("w", at(7), credit_all(second.number, at(7).date()))
    assert rest.amount == cny(6_520 - 4_620)
    shown = database.look(lambda connection: invoice_view(connection, second.number))
    assert [(part.code, part.base, part.tax) for part in shown.credit_notes[1].taxes] == [
        ("S13", cny(0), cny(0)), ("Z", cny(1_900), cny(0)),
    ]  # fmt: skip
    more = await ledger.credit_invoice("m", at(8), reduce("i2", "i1", on=at(8).date(), p1=5_000))
    assert [(note.number, note.amount) for note in more.notes] == [(first.number, cny(2_260))]
    assert broken(database) == []


async def test_what_was_credited_by_hand_or_written_off_is_not_credited_again(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    billed = await ledger.issue_invoice("1", NOW, lines("i1", 10_000))
    by_hand = account.CreditNote(
        number=billed.number, minor=10_000, reason="r", issue_on=at(3).date(), terms_hash=HASH, **KEY
    )
    await ledger.operate("h", at(3), by_hand)
    off = account.WriteOff(number=billed.number, minor=6_000, reason="r", terms_hash=HASH, **KEY)
    await ledger.operate("w", at(4), off)
    done = await ledger.credit_invoice("c", at(6), reduce("i1", on=at(6).date(), p1=9_000))
    assert [(note.amount, note.left_minor) for note in done.notes] == [(cny(300), 0)]
    nothing = await ledger.credit_invoice("n", at(7), reduce("i1", "i9", on=at(7).date(), p1=9_000))
    assert nothing.notes == ()
    assert broken(database) == []


@pytest.mark.parametrize(("every", "minor"), [(Every.QUARTER, 3_767), (Every.YEAR, 928)])
async def test_a_part_of_a_period_is_billed_by_its_days(
    ledger: LedgerBooks, database: Database, every: Every, minor: int
) -> None:
    await opened(ledger)
    part = QUARTER.model_copy(update={"every": every})
    billed = await ledger.issue_invoice("k", NOW, days("s:1", part))
    assert billed.gross == cny(minor)
    assert broken(database) == []


async def test_amounts_are_billed_as_they_are_named(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger)
    named = (LineAmount(position=1, minor=250), LineAmount(position=2, minor=1))
    billed = await ledger.issue_invoice("k", NOW, lines("amendment:r2", 0, amounts=named))
    assert (billed.net, billed.gross) == (cny(251), cny(284))
    assert broken(database) == []
