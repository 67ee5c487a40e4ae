"""Cash application on the ledger alone: receipts a second against many open items, on PostgreSQL, in one process.

The floor writes the very rows that a matched receipt needs (its account locked, receipt, allocation, postings, answer),
one transaction each, over the same driver, and decides nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, insert, select, update

from bench.receipts import CURRENCY, DUE_ON, PAID_ON, Book, Paid, money
from bench.timing import Took, taken
from domain.account.effects import ApplyReceipt, LoadCase
from domain.business_calendar import CompiledCalendar
from domain.receivables import postings
from domain.receivables.entries import Allocation, Instalment, Movement, Receipt
from domain.receivables.invoicing import imported_invoice
from domain.terms import AccountTerms, DunningTerms, LadderLevel, PromiseTerms, Tolerance
from storage.database import POSTGRESQL_THREADS, Database
from storage.operations.accounts import hold_account, save_account
from storage.operations.books import post_entry
from storage.operations.invoices import store_invoice
from storage.operations.ledger import LedgerBooks
from storage.operations.statements import insert_one
from storage.tables.ledger import ALLOCATION, INSTALMENT, INVOICE, MOVEMENT, RECEIPT

BAR = 200
"""Receipts a second in one process that are to be reached."""
ENTITY, HASH = "CN01", "bench"
NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
TERMS = AccountTerms(
    policy="bench",
    entity=ENTITY,
    currency=CURRENCY,
    customer_class="C",
    calendar=CompiledCalendar.always(),
    dunning=DunningTerms.model_validate(
        {"levels": (LadderLevel(id="reminder", day=3), LadderLevel(id="L1", day=10)), "min_open": money(0)}
    ),
    promise=PromiseTerms(),
    tolerance=Tolerance(),
)


@dataclass(frozen=True)
class Applied:
    """What was measured.

    Attributes:
        per_s, floor_per_s: receipts a second by the clock, all of it and the floor.
        per_core_s, floor_per_core_s: the same by processor seconds of this process.
        of_bar: as a share of `BAR`.
        times_floor: what a receipt costs by the clock, as a multiple of the floor.
        automatic: receipts that were allocated by themselves; ``asked`` became a question, ``unapplied`` neither.
        wrong: automatic ones that do not pay exactly what the generator says; 0 is demanded.
    """

    items: int
    receipts: int
    per_s: float
    floor_per_s: float
    per_core_s: float
    floor_per_core_s: float
    of_bar: float
    times_floor: float
    automatic: int
    asked: int
    unapplied: int
    wrong: int


async def fill(database: Database, made: Iterable[Book], told: Callable[[int], object]) -> None:
    """Enter all open items, an account in each transaction."""
    ledger, items = LedgerBooks(database), 0
    for book in made:
        case = LoadCase(entity=ENTITY, customer_id=book.customer_id, currency=CURRENCY)
        await ledger.load_case(case, NOW, TERMS, HASH, book.customer_id)
        await database.write(_fill, book)
        items += len(book.items)
        told(items)


def _fill(connection: Connection, book: Book) -> None:
    account = hold_account(connection, ENTITY, book.customer_id, CURRENCY)
    for item in book.items:
        part = Instalment(index=1, due_on=DUE_ON, amount=money(item.minor))
        invoice = imported_invoice(item.number, (ENTITY, book.customer_id, CURRENCY), PAID_ON, (part,))
        store_invoice(connection, account, invoice, f"bench/{item.number}", NOW)
    save_account(connection, account)


async def apply_all(database: Database, paid: Sequence[Paid]) -> tuple[Took, list[Movement]]:
    """Apply all receipts, as many at once as the process has connections, and of an account one after the other.

    So its workflow sends them: it has one operation under way. All at once they would only wait for the account's row.
    """
    ledger = LedgerBooks(database)

    async def one(receipt: Paid) -> Movement:
        effect = ApplyReceipt(
            entity=ENTITY, customer_id=receipt.customer_id, currency=CURRENCY, terms_hash=HASH,
            tolerance=Tolerance(), receipt=_receipt(receipt),
        )  # fmt: skip
        return await ledger.operate(f"bench/{receipt.external_id}", NOW, effect)

    return await taken(lambda: _at_once(paid, one))


async def write_all(database: Database, paid: Sequence[Paid]) -> Took:
    """Write the rows of as many receipts, each for the first item that it names."""

    async def one(receipt: Paid) -> None:
        await database.write(_write_rows, receipt)

    took, _ = await taken(lambda: _at_once(paid, one))
    return took


async def _at_once(paid: Sequence[Paid], work: Callable[[Paid], Awaitable[Movement | None]]) -> list[Movement]:
    gate = asyncio.Semaphore(POSTGRESQL_THREADS)

    async def one(account: Iterable[Paid]) -> list[Movement]:
        async with gate:
            return [found for receipt in account if (found := await work(receipt)) is not None]

    accounts = [list(receipts) for _, receipts in groupby(paid, lambda receipt: receipt.customer_id)]
    return [found for account in await asyncio.gather(*map(one, accounts)) for found in account]


def _write_rows(connection: Connection, paid: Paid) -> None:
    account = hold_account(connection, ENTITY, paid.customer_id, CURRENCY)
    number = min(paid.pays)
    instalment: int = connection.execute(
        select(INSTALMENT.c.id).join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id).where(INVOICE.c.number == number)
    ).scalar_one()
    receipt, key = _receipt(paid), f"bare/{paid.external_id}"
    row = {
        "account_id": account.id, "source": "bare", "external_id": paid.external_id, "minor": paid.minor,
        "currency": CURRENCY, "value_date": PAID_ON, "received_at": NOW, "payer": "", "reference": paid.reference,
        "invoices": "[]", "digest": key, "match": "{}",
    }  # fmt: skip
    stored = insert_one(connection, RECEIPT, row)
    post_entry(connection, account, f"receipt:{key}", postings.of_receipt(receipt.amount), PAID_ON, NOW)
    part = Allocation(number=number, instalment=1, kind="cash", minor=paid.minor)
    allocated = {
        "account_id": account.id, "instalment_id": instalment, "receipt_id": stored, "credit_note_id": None,
        "kind": "cash", "minor": paid.minor, "value_date": PAID_ON, "at": NOW, "reverses_id": None, "reason": "",
    }  # fmt: skip
    connection.execute(insert(ALLOCATION), allocated)
    post_entry(connection, account, f"allocation:{key}", postings.of_allocations((part,), CURRENCY), PAID_ON, NOW)
    connection.execute(update(INSTALMENT).where(INSTALMENT.c.id == instalment).values(settled=True))
    save_account(connection, account)
    answered = {"key": key, "account_id": account.id, "kind": "", "digest": key, "answer": "{}", "at": NOW}
    connection.execute(insert(MOVEMENT), answered)


def _receipt(paid: Paid) -> Receipt:
    return Receipt(
        source="bench",
        external_id=paid.external_id,
        amount=money(paid.minor),
        value_date=PAID_ON,
        received_at=NOW + timedelta(hours=1),
        reference=paid.reference,
    )


def summed_up(items: int, paid: Sequence[Paid], moved: Sequence[Movement], ours: Took, floor: Took) -> Applied:
    """Judge every movement by the truth, and put the times beside each other.

    Args:
        items: how many were open at the beginning.
        paid: the receipts with their truth.
        moved: what became of each, in the same order.
        ours: what all of them took.
        floor: what the rows of as many named receipts would take.
    """
    ends = Counter(_end(one, receipt) for one, receipt in zip(moved, paid, strict=True))
    many = len(paid)
    return Applied(
        items=items,
        receipts=many,
        per_s=many / ours.wall_s,
        floor_per_s=many / floor.wall_s,
        per_core_s=many / ours.core_s,
        floor_per_core_s=many / floor.core_s,
        of_bar=many / ours.wall_s / BAR,
        times_floor=ours.wall_s / floor.wall_s,
        automatic=ends["right"] + ends["wrong"],
        asked=ends["asked"],
        unapplied=ends["unapplied"],
        wrong=ends["wrong"],
    )


def _end(moved: Movement, paid: Paid) -> str:
    if moved.allocations:
        return "right" if {part.number for part in moved.allocations} == paid.pays else "wrong"
    return "asked" if moved.match is not None and moved.match.candidates else "unapplied"


async def measured(url: str, floor_url: str, made: Sequence[Book]) -> Applied:
    """Apply all receipts in one database and write as many rows in another; both are filled already."""
    paid = [receipt for book in made for receipt in book.receipts]
    named = [receipt for receipt in paid if receipt.kind == "named"]
    async with Database(url) as database:
        ours, moved = await apply_all(database, paid)
    async with Database(floor_url) as database:
        floor = await write_all(database, named)
    scale = len(paid) / len(named)
    whole = Took(floor.core_s * scale, floor.wall_s * scale)
    return summed_up(sum(len(book.items) for book in made), paid, moved, ours, whole)
