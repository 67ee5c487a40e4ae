"""A deposit is read with what was paid and deducted of it, in the transaction that deducts more or restores it."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select

from domain.deal.effects import IssueInvoice
from domain.receivables import postings
from domain.receivables.deposits import SETTLING, Deposit, part_of
from domain.receivables.entries import Invoice
from storage.operations.books import Books
from storage.operations.stored_invoices import invoice_by_id
from storage.tables.billing import DEDUCTION
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INSTALMENT, INVOICE

BY_ITEM = select(INVOICE.c.id).where(INVOICE.c.deal_id == bindparam("deal_id"), INVOICE.c.item == bindparam("item"))
_PAID = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .where(INSTALMENT.c.invoice_id == bindparam("invoice_id"), ALLOCATION.c.kind.in_(SETTLING))
)
_DEDUCTED = select(func.coalesce(func.sum(DEDUCTION.c.minor), 0)).where(
    DEDUCTION.c.deposit_id == bindparam("invoice_id")
)
_CREDITED = select(func.coalesce(func.sum(CREDIT_NOTE.c.gross_minor), 0)).where(
    CREDIT_NOTE.c.invoice_id == bindparam("invoice_id")
)
_WRITTEN_OFF = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .where(INSTALMENT.c.invoice_id == bindparam("invoice_id"), ALLOCATION.c.kind == "writeoff")
)
_PURPOSE = select(INVOICE.c.purpose).where(INVOICE.c.id == bindparam("invoice_id"))
_TAKEN_OFF = (
    select(DEDUCTION.c.deposit_id, func.sum(DEDUCTION.c.minor))
    .where(DEDUCTION.c.invoice_id == bindparam("invoice_id"))
    .group_by(DEDUCTION.c.deposit_id)
)


class HeldDeposit(NamedTuple):
    """A deposit with the row of its invoice."""

    invoice_id: int
    deposit: Deposit


class Restored(NamedTuple):
    """What a credit note makes free of a deposit again: gross and net."""

    deposit_id: int
    minor: int
    net_minor: int


NOTHING = Restored(0, 0, 0)


def deposit_of(connection: Connection, effect: IssueInvoice) -> HeldDeposit | None:
    """Return the deposit that an invoice is to deduct; none where the order has none, or none was issued."""
    if not effect.deposit_item:
        return None
    found = connection.execute(BY_ITEM, {"deal_id": effect.deal_id, "item": effect.deposit_item}).scalar()
    return None if found is None else _held(connection, int(found))


def deducted_minor(connection: Connection, invoice_id: int) -> int:
    """Return what invoices have taken off of a deposit; nothing of an invoice that is none."""
    return int(connection.execute(_DEDUCTED, {"invoice_id": invoice_id}).scalar_one())


def credited_minor(connection: Connection, invoice_id: int) -> int:
    """Return the gross of all credit notes of an invoice."""
    return int(connection.execute(_CREDITED, {"invoice_id": invoice_id}).scalar_one())


def written_off_of(connection: Connection, invoice_id: int) -> int:
    """Return what of an invoice is bad debt."""
    return int(connection.execute(_WRITTEN_OFF, {"invoice_id": invoice_id}).scalar_one())


class GivenUp(NamedTuple):
    """What was given up of a deposit before an operation; no invoice where it is none."""

    invoice_id: int
    number: str = ""
    net_minor: int = 0


def given_up(connection: Connection, invoice_id: int) -> GivenUp:
    """Return what of a deposit was given up: of what is no deposit, nothing."""
    if connection.execute(_PURPOSE, {"invoice_id": invoice_id}).scalar_one_or_none() != "deposit":
        return GivenUp(0)
    deposit = _held(connection, invoice_id).deposit
    return GivenUp(invoice_id, deposit.invoice.number, deposit.given_up_net_minor)


def post_given_up(books: Books, before: GivenUp, against: str) -> None:
    """Post by how much an operation has changed what is given up of a deposit."""
    if before.invoice_id:
        after = given_up(books.connection, before.invoice_id).net_minor
        legs = postings.of_given_up(before.net_minor, after, books.account.currency, against)
        books.post(f"deposit_given_up/{before.number}", legs, books.on)


def store_deduction(books: Books, invoice_id: int, invoice: Invoice, held: HeldDeposit | None) -> None:
    """Write down what an invoice takes off."""
    if held is None:
        return
    deposit = held.deposit
    before = GivenUp(held.invoice_id, deposit.invoice.number, deposit.given_up_net_minor)
    for part in invoice.deductions:
        row = {"net_minor": part.net.minor, "minor": part.gross.minor, "paid_minor": deposit.paid_minor}
        _insert(books, invoice_id, held.invoice_id, row | {"credit_note_id": None})
    if deposit.written_off_minor:
        post_given_up(books, before, postings.BAD_DEBT)


def to_restore(connection: Connection, invoice_id: int) -> Restored:
    """Return what an invoice still takes off, as its credit would restore it."""
    row = connection.execute(_TAKEN_OFF, {"invoice_id": invoice_id}).first()
    if row is None or not row[1]:
        return NOTHING
    minor = int(row[1])
    deposit = _held(connection, row[0]).deposit
    part = part_of(deposit, deposit.used_minor - minor, deposit.used_minor)
    return Restored(int(row[0]), minor, part.net.minor)


def restore(books: Books, invoice_id: int, restored: Restored, credit_note_id: int) -> None:
    """Write down what a credit note makes free again."""
    if restored.minor:
        row = {"net_minor": -restored.net_minor, "minor": -restored.minor, "paid_minor": 0}
        _insert(books, invoice_id, restored.deposit_id, row | {"credit_note_id": credit_note_id})


def _insert(books: Books, invoice_id: int, deposit_id: int, row: Mapping[str, int | None]) -> None:
    own = {"account_id": books.account.id, "invoice_id": invoice_id, "deposit_id": deposit_id, "at": books.at}
    books.connection.execute(insert(DEDUCTION), own | dict(row))


def _held(connection: Connection, invoice_id: int) -> HeldDeposit:
    asked = {"invoice_id": invoice_id}
    deposit = Deposit(
        invoice=invoice_by_id(connection, invoice_id),
        paid_minor=int(connection.execute(_PAID, asked).scalar_one()),
        deducted_minor=deducted_minor(connection, invoice_id),
        credited_minor=credited_minor(connection, invoice_id),
        written_off_minor=written_off_of(connection, invoice_id),
    )
    return HeldDeposit(invoice_id, deposit)
