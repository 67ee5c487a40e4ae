"""After its close nothing is posted into a month: documents are refused, money goes into the first open day."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, select, update

from domain.account import effects as account
from domain.account.effects import SettleRefund, TakeRefund
from domain.billing_periods import Every, Period
from domain.deal.effects import ServicePeriod
from domain.receivables import postings
from domain.receivables.closing import month_named
from domain.refusal import Code, Refused
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.accounts import account_by_id, hold_account
from storage.operations.books import post_entry
from storage.operations.customers import keep_customer
from storage.operations.ledger import LedgerBooks
from storage.operations.periods import close_period, reopen_period
from storage.queries.invariants import invariants
from storage.queries.invoices import invoice
from storage.queries.periods import PeriodView, closed_period, periods
from storage.tables.ledger import CREDIT_NOTE, INVOICE, NUMBER, POSTING, RECEIPT
from storage.tables.periods import ENTITY_BOOKS, PERIOD, REOPENING
from tests.storage.samples import (
    ENTITY,
    HASH,
    KEY,
    NOW,
    at,
    cny,
    credit_all,
    credited,
    imported,
    issue,
    opened,
    receipt,
    terms,
)  # fmt: skip
from tests.storage.test_ledger_discounts import billed, paid
from tests.storage.test_ledger_late_claims import costly, notify
from tests.storage.test_ledger_periods import days, reduce

MARCH, APRIL = month_named("2026-03"), month_named("2026-04")
FIRST_OPEN = date(2026, 4, 1)
TOO_EARLY = "the books of CN01 are closed until 2026-03-31: 2026-03-31 is too early, use 2026-04-01 or later"
OF_RECEIPT: dict[str, Any] = {"source": "bank", "external_id": "b1", "terms_hash": HASH, **KEY}


def close(database: Database, name: str = "2026-03", today: date = date(2026, 5, 3), by: str = "fay") -> PeriodView:
    month = month_named(name)
    database.transact(close_period, ENTITY, month, today, at(3, month=5), by)
    return database.look(closed_period, ENTITY, month)


def posted(database: Database) -> dict[str, date]:
    """The day of every entry."""
    rows = select(POSTING.c.entry, POSTING.c.posted_on)
    return {row.entry: row.posted_on for row in database.look(lambda connection: connection.execute(rows).all())}


def balances(period: PeriodView) -> dict[str, int]:
    return {line.account: line.debit_minor - line.credit_minor for line in period.lines}


def rows_of(database: Database) -> list[int]:
    counts = [select(func.count()).select_from(one) for one in (INVOICE, CREDIT_NOTE, RECEIPT, POSTING, NUMBER)]
    return database.look(lambda connection: [connection.execute(count).scalar_one() for count in counts])


def broken(database: Database) -> dict[str, tuple[str, ...]]:
    return {check.name: check.examples for check in database.look(invariants) if not check.holds}


@pytest.fixture
async def number(ledger: LedgerBooks, database: Database) -> str:
    """An invoice of 100.00 of 2 March, and 40.00 of it paid on the 20th."""
    await opened(ledger)
    number = (await ledger.issue_invoice("i", NOW, issue())).number
    await ledger.operate("r", at(20), receipt("b1", 4_000, [number]))
    return number


async def test_a_month_is_closed_once_with_what_was_posted_in_it(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    await ledger.operate("r2", at(2, month=4), _receipt_of("b2", 500, FIRST_OPEN))
    first = close(database)
    assert [(line.account, line.debit_minor, line.credit_minor) for line in first.lines] == [
        ("cash", 4_000, 0), ("receivable", 10_000, 4_000), ("revenue", 0, 8_850), ("tax", 0, 1_150),
        ("unapplied", 4_000, 4_000),
    ]  # fmt: skip
    assert [(one.currency, one.debit_minor, one.credit_minor) for one in first.totals] == [("CNY", 18_000, 18_000)]
    assert (first.id, first.status, first.closed_by, first.closed_at) == (
        "CN01-2026-03", "closed", "fay", at(3, month=5),
    )  # fmt: skip
    assert close(database, by="eve") == first
    assert broken(database) == {}


async def test_empty_months_are_closed_with_the_next_that_has_something(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    """A bank file of years ago opens all months since; finance closes its month, and then goes on as always."""
    told = receipt("old", 70)
    long_ago = told.receipt.model_copy(update={"value_date": date(2013, 12, 30)})
    await ledger.operate("old", at(20), told.model_copy(update={"receipt": long_ago}))
    with pytest.raises(Refused, match="2013-12 is still open"):
        close(database)
    assert close(database, "2013-12").status == "closed"
    assert close(database).status == "closed"
    shown = database.look(periods, "", lambda entity: date(2026, 5, 3)).periods
    assert [one.month for one in shown if one.status != "closed"] == ["2026-05", "2026-04"]
    closed = [one for one in shown if one.status == "closed"]
    assert [one.month for one in closed if one.totals] == ["2026-03", "2013-12"]
    assert (len(shown), shown[1].closed_by, shown[-2].closed_by) == (150, "", "fay")
    with pytest.raises(Refused, match="is not the last closed month of CN01: that is 2026-03"):
        database.transact(reopen_period, ENTITY, month_named("2020-01"), "letter", NOW, "eve")
    assert broken(database) == {}


async def test_months_are_closed_in_order_and_each_entity_has_its_own(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    with pytest.raises(Refused, match="2026-03 is still open"):
        database.transact(close_period, ENTITY, APRIL, date(2026, 5, 1), NOW, "fay")
    with pytest.raises(Refused, match="2026-03 is not over"):
        close(database, today=date(2026, 3, 31))
    with pytest.raises(Refused, match="nothing is posted in the books of DE01"):
        database.transact(close_period, "DE01", MARCH, date(2026, 5, 1), NOW, "fay")
    assert database.look(lambda connection: connection.execute(select(PERIOD)).all()) == []

    close(database)
    close(database, "2026-04")
    shown = database.look(periods, "", lambda entity: date(2026, 6, 1))
    assert [(one.id, one.status) for one in shown.periods] == [
        ("CN01-2026-06", "running"), ("CN01-2026-05", "open"), ("CN01-2026-04", "closed"), ("CN01-2026-03", "closed"),
    ]  # fmt: skip
    assert database.look(periods, "DE01", lambda entity: date(2026, 6, 1)).periods == ()
    with pytest.raises(Refused, match="the month to close next is 2026-05"):
        close(database, "2026-02")
    german = {"entity": "DE01"}
    await ledger.load_case(account.LoadCase(**KEY | german), NOW, terms(), HASH, "x")
    await ledger.operate("g", NOW, receipt("g1", 70).model_copy(update=german))
    assert posted(database)["receipt:g"] == date(2026, 3, 20)
    assert broken(database) == {}


async def test_documents_never_go_into_a_closed_month(ledger: LedgerBooks, database: Database, number: str) -> None:
    close(database)
    before = rows_of(database)
    refused: list[Callable[[date], Awaitable[object]]] = [
        lambda on: ledger.issue_invoice(f"i/{on}", at(2, month=5), issue("i2", on=on)),
        lambda on: ledger.credit_invoice(f"w/{on}", at(2, month=5), credit_all(number, on)),
        lambda on: ledger.credit_invoice(f"l/{on}", at(2, month=5), reduce("i1", on=on, p1=100)),
        lambda on: ledger.operate(f"c/{on}", at(2, month=5), credited(number, 100).model_copy(update={"issue_on": on})),
    ]
    for make in refused:
        with pytest.raises(Refused) as error:
            await make(date(2026, 3, 31))
        assert (error.value.code, error.value.text.en) == (Code.PERIOD, TOO_EARLY)
    assert rows_of(database) == before
    again = await ledger.issue_invoice("another key", at(2, month=5), issue())
    assert again.number == number, "what is issued already has its first answer"
    for make in (refused[0], refused[3], refused[1]):
        await make(FIRST_OPEN)
    assert broken(database) == {}


async def test_an_accepted_dispute_is_not_credited_into_a_closed_month(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    await ledger.operate("d", at(21), account.OpenDispute(number=number, reason="r", terms_hash=HASH, minor=100, **KEY))
    close(database)
    end = account.ResolveDispute(
        number=number, outcome="accept", reason="r", issue_on=date(2026, 3, 31), terms_hash=HASH, **KEY
    )
    with pytest.raises(Refused, match="E_PERIOD"):
        await ledger.operate("e", at(2, month=5), end)
    assert database.look(invoice, number).open.minor == 6_000
    await ledger.operate("e2", at(2, month=5), end.model_copy(update={"issue_on": date(2026, 5, 2)}))
    assert database.look(invoice, number).open.minor == 5_900


async def test_money_of_a_closed_month_is_posted_on_the_first_open_day(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    close(database)
    sealed = posted(database)
    # Each is worked on late: its own day is in March.
    await ledger.operate("r2", at(31), receipt("b2", 3_000, [number]))
    await ledger.operate("o", at(31), imported("OLD-1", 700))
    await ledger.operate("u", at(31), account.UnallocateReceipt(numbers=(), reason="r", **OF_RECEIPT))
    await ledger.operate("a", at(31), account.AllocateReceipt(shares=((number, 1_000),), **OF_RECEIPT))
    await ledger.operate("b", at(31), account.ReverseReceipt(amount=cny(500), reason="r", **OF_RECEIPT))
    await ledger.operate("f", at(31), TakeRefund(minor=100, reason="r", by="fay", **OF_RECEIPT))
    taken = await ledger.operate("f2", at(31), TakeRefund(minor=50, reason="r", by="fay", **OF_RECEIPT))
    await ledger.operate("s", at(31), SettleRefund(refund_id=taken.reference, outcome="done", terms_hash=HASH, **KEY))
    await ledger.operate("w", at(31), account.WriteOff(number=number, minor=600, reason="r", terms_hash=HASH, **KEY))
    await ledger.operate("rc", at(31), receipt("b3", 6_000, [number]))
    late = {entry: on for entry, on in posted(database).items() if entry not in sealed}
    assert {entry.partition(":")[0] for entry in late} == {
        "receipt", "allocation", "invoice", "unallocation", "bounce", "refund", "refund_paid", "write_off", "recovery",
    }  # fmt: skip
    assert set(late.values()) == {FIRST_OPEN}
    value_dates = database.look(lambda c: c.execute(select(RECEIPT.c.value_date)).scalars().all())
    assert set(value_dates) == {date(2026, 3, 20)}, "the money counts from its value date"
    assert database.look(invoice, "OLD-1").invoice.issued_on == date(2026, 3, 2)
    assert broken(database) == {}


async def test_a_discount_goes_by_the_value_date_and_is_posted_on_the_first_open_day(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    number = await billed(ledger, 10_000, 0)
    close(database)
    moved = await paid(ledger, "b1", 9_800, number)
    assert [(part.kind, part.minor) for part in moved.allocations] == [("cash", 9_800), ("discount", 200)]
    assert posted(database)["receipt:pay-b1"] == FIRST_OPEN
    assert broken(database) == {}


async def test_what_was_deferred_is_earned_in_the_open_months(ledger: LedgerBooks, database: Database) -> None:
    quarter = ServicePeriod(every=Every.QUARTER, days=Period(start=date(2026, 4, 1), until=date(2026, 7, 1)))
    rest = quarter.model_copy(update={"days": Period(start=date(2026, 5, 16), until=date(2026, 7, 1))})
    await opened(ledger)
    await ledger.issue_invoice("k", NOW, days("s:1", quarter, 33_900))
    assert balances(close(database)) == {"receivable": 33_900, "deferred": -30_000, "tax": -3_900}
    april = close(database, "2026-04")
    # 30 of 91 days, written in March for the end of April.
    assert balances(april) == {"deferred": 9_890, "revenue": -9_890}

    credit = reduce("s:1", on=date(2026, 5, 16), p1=16_950, service=rest)
    await ledger.credit_invoice("c", at(16, month=5), credit.model_copy(update={"price_includes_tax": True}))
    assert close(database, "2026-04", today=date(2026, 7, 1)) == april
    months = [balances(close(database, month, today=date(2026, 7, 1))) for month in ("2026-05", "2026-06")]
    assert sum(month["deferred"] for month in months) == 30_000 - 9_890
    assert sum(month["revenue"] for month in months) == -(30_000 - 9_890 - 15_000)
    assert broken(database) == {}


async def test_a_debit_note_of_a_letter_that_is_out_is_of_the_first_open_day(
    ledger: LedgerBooks, database: Database
) -> None:
    await ledger.load_case(account.LoadCase(**KEY), NOW, costly(), HASH, "示例客户")
    await ledger.operate("a", NOW, imported("A", 100_000, date(2026, 4, 2)))
    await notify(ledger, "n1", 1, 6)
    close(database)
    close(database, "2026-04")
    sent = await notify(ledger, "n2", 2, 12)
    assert sent.outcome == "sent"
    note = database.look(invoice, "DN-2026-000001").invoice
    assert (note.issued_on, posted(database)["invoice:n2"]) == (date(2026, 5, 1), date(2026, 5, 1))
    assert broken(database) == {}


async def test_a_receipt_that_is_claimed_leaves_and_enters_in_the_open_months(
    ledger: LedgerBooks, database: Database, number: str
) -> None:
    database.transact(keep_customer, CustomerCard(customer_id="c-2", name="x"), NOW)
    await ledger.operate("r2", at(20), receipt("b2", 900))
    close(database)
    move = account.MoveReceipt(
        source="bank", external_id="b2", to_entity=ENTITY, to_customer_id="c-2", evidence="e", terms_hash=HASH, **KEY
    )
    await ledger.operate("m", at(31), move)
    found = posted(database)
    assert (found["claim:m"], found["claimed:m"]) == (FIRST_OPEN, FIRST_OPEN)
    assert broken(database) == {}


async def test_no_caller_can_post_into_a_closed_month(database: Database, number: str) -> None:
    close(database)
    one = postings.of_receipt(cny(1))

    def post(connection: Connection) -> None:
        post_entry(connection, hold_account(connection, ENTITY, "c-1", "CNY"), "x", one, date(2026, 3, 31), NOW)

    def unheld(connection: Connection) -> None:
        account_id = hold_account(connection, ENTITY, "c-1", "CNY").id
        post_entry(connection, account_by_id(connection, account_id), "x", one, date(2027, 1, 1), NOW)

    with pytest.raises(Refused, match="E_PERIOD"):
        database.transact(post)
    with pytest.raises(OverflowError):
        database.transact(unheld)
    assert "x" not in posted(database)


@pytest.mark.parametrize(
    ("tamper", "examples"),
    [
        pytest.param(
            lambda: update(POSTING).where(POSTING.c.entry == "receipt:late").values(posted_on=date(2026, 3, 31)),
            ("CN01-2026-03: receipt:late",),
            id="a posting slipped past",
        ),
        pytest.param(
            lambda: delete(POSTING).where(POSTING.c.entry == "receipt:r"),
            ("CN01-2026-03: not what was closed",),
            id="a posting taken out",
        ),
        pytest.param(
            lambda: update(ENTITY_BOOKS).values(closed_until=None), ("CN01: closed until None",), id="opened again"
        ),
        pytest.param(
            lambda: update(ENTITY_BOOKS).values(closed_until=date(2026, 4, 30)),
            ("CN01: closed until 2026-04-30",),
            id="a month closed without its close",
        ),
        pytest.param(lambda: delete(PERIOD), ("CN01: closed until 2026-03-31",), id="the close is gone"),
    ],
)
async def test_what_comes_into_a_closed_month_all_the_same_is_found(
    ledger: LedgerBooks, database: Database, number: str, tamper: Any, examples: tuple[str, ...]
) -> None:
    close(database)
    await ledger.operate("late", at(2, month=5), receipt("b2", 300))
    assert broken(database) == {}
    database.transact(lambda connection: connection.execute(tamper()))
    assert broken(database)["periods"] == examples


def _receipt_of(external_id: str, minor: int, value_date: date, *numbers: str) -> account.ApplyReceipt:
    effect = receipt(external_id, minor, numbers)
    return effect.model_copy(update={"receipt": effect.receipt.model_copy(update={"value_date": value_date})})


async def test_a_month_opened_again_takes_documents_and_is_closed_anew(
    number: str, ledger: LedgerBooks, database: Database
) -> None:
    before = close(database)
    close(database, "2026-04")
    late = issue(item="late", on=date(2026, 3, 31))
    with pytest.raises(Refused, match="use 2026-05-01 or later"):
        await ledger.issue_invoice("late", at(3, month=5), late)
    for month, by, code in ((MARCH, "eve", Code.STATE), (APRIL, "fay", Code.SOD)):
        with pytest.raises(Refused) as refused:
            database.transact(reopen_period, ENTITY, month, "letter 7", at(3, month=5), by)
        assert refused.value.code is code
    for month in (APRIL, MARCH):
        database.transact(reopen_period, ENTITY, month, "letter 7", at(3, month=5), "eve")
        assert broken(database) == {}
    for by, evidence in (("eve", "letter 8"), ("fay", "letter 7")):
        with pytest.raises(Refused, match="2026-04 of CN01 is open already: eve opened it again on 2026-05-03"):
            database.transact(reopen_period, ENTITY, APRIL, evidence, at(4, month=5), by)

    issued = await ledger.issue_invoice("late", at(3, month=5), late)

    assert broken(database) == {}
    after = close(database, by="eve")
    assert balances(after)["receivable"] == balances(before)["receivable"] + 10_000
    assert database.look(invoice, issued.number).invoice.issued_on == date(2026, 3, 31)
    (again,) = after.reopened
    assert (again.closed_by, again.reopened_by, again.evidence) == ("fay", "eve", "letter 7")
    assert broken(database) == {}


async def test_a_month_that_one_person_opened_again_is_found(number: str, database: Database) -> None:
    close(database)
    database.transact(reopen_period, ENTITY, MARCH, "letter 7", at(3, month=5), "eve")
    for wrong in ({"reopened_by": "fay"}, {"reopened_by": "eve", "evidence": " "}):
        database.transact(lambda connection, values: connection.execute(update(REOPENING).values(values)), wrong)
        assert broken(database) == {"periods": ("CN01-2026-03: opened again by one person",)}
