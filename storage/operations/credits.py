"""A credit note takes number, allocations and postings in one transaction; cash it releases goes back first."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, select

from domain.account.effects import CreditNote as CreditNoteEffect
from domain.account.effects import ResolveDispute, WriteOff
from domain.deal.commands import Credited
from domain.deal.effects import CreditInvoice
from domain.money import Money
from domain.receivables import postings
from domain.receivables.allocating import of_invoice, spread
from domain.receivables.crediting import CreditPlan, credit_note_of, credit_plan, creditable
from domain.receivables.entries import Allocation, AppliedCash, CreditNote, OpenItem
from domain.receivables.numbering import Series
from domain.receivables.second_person import weighed
from storage.operations.books import Active, Books, active_of_invoice
from storage.operations.invoices import TAXES, invoice_by_id
from storage.operations.outcome import Outcome
from storage.operations.series import take_number
from storage.operations.statements import insert_one
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INSTALMENT

_CREDITED = select(func.coalesce(func.sum(CREDIT_NOTE.c.gross_minor), 0)).where(
    CREDIT_NOTE.c.invoice_id == bindparam("invoice_id")
)

_WRITTEN_OFF = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .where(INSTALMENT.c.invoice_id == bindparam("invoice_id"), ALLOCATION.c.kind == "writeoff")
)


def credit(books: Books, effect: CreditNoteEffect) -> Outcome:
    """Credit an amount of an invoice; no amount means all that is open."""
    return credit_part(books, effect, effect.minor, effect.reason)


def credit_part(books: Books, effect: CreditNoteEffect | ResolveDispute, minor: int | None, reason: str) -> Outcome:
    """Credit an amount of an invoice and name the credit note; above the policy's amount only by two people."""
    number = effect.number
    items = of_invoice(books.touch([number]), number)
    invoice_id = books.invoice_id(number)
    active = active_of_invoice(books.connection, invoice_id)
    plan = credit_plan(items, [one.applied for one in active], minor)
    before, currency = _credited(books.connection, invoice_id), books.account.currency
    waits = weighed(effect.second, plan.minor, currency, earlier_minor=before, evidence=reason)
    if waits is not None:
        return Outcome(number, waits=waits)
    note = _issue(books, number, plan, active, reason, effect.issue_on)
    return Outcome(note.number, plan.allocations, minor=plan.minor)


def credit_whole(books: Books, effect: CreditInvoice) -> Credited:
    """Credit all that is open or paid of an invoice; what was paid is unapplied cash then (a cancelled deal)."""
    items = of_invoice(books.touch([effect.number]), effect.number)
    active = active_of_invoice(books.connection, books.invoice_id(effect.number))
    whole = creditable(items, [one.applied for one in active])
    if not whole:
        return Credited(number=effect.number, credit_note="", amount=Money.zero(effect.currency))
    plan = credit_plan(items, [one.applied for one in active], whole)
    note = _issue(books, effect.number, plan, active, effect.reason, effect.issue_on)
    return Credited(number=effect.number, credit_note=note.number, amount=note.gross)


def write_off(books: Books, effect: WriteOff) -> Outcome:
    """Write an amount of an invoice off as bad debt; no amount means all that is open."""
    items: list[OpenItem] = of_invoice(books.touch([effect.number]), effect.number)
    minor = sum(item.open_minor for item in items) if effect.minor is None else effect.minor
    parts = spread(items, minor, "writeoff")
    before = written_off_of(books.connection, books.invoice_id(effect.number))
    currency = books.account.currency
    waits = weighed(effect.second, minor, currency, earlier_minor=before, evidence=effect.evidence)
    if waits is not None:
        return Outcome(effect.number, waits=waits)
    books.allocate(parts, books.on)
    books.post("write_off", postings.of_allocations(parts, books.account.currency), books.on)
    return Outcome(effect.number, parts, minor=minor)


def written_off_of(connection: Connection, invoice_id: int) -> int:
    """Return what of an invoice is bad debt."""
    minor: int = connection.execute(_WRITTEN_OFF, {"invoice_id": invoice_id}).scalar_one()
    return int(minor)


def _credited(connection: Connection, invoice_id: int) -> int:
    minor: int = connection.execute(_CREDITED, {"invoice_id": invoice_id}).scalar_one()
    return int(minor)


def _issue(
    books: Books, number: str, plan: CreditPlan, active: list[Active], reason: str, issue_on: date
) -> CreditNote:
    connection, invoice_id = books.connection, books.invoice_id(number)
    credited = _credited(connection, invoice_id)
    taken = take_number(connection, books.account.entity, Series.CREDIT_NOTES, issue_on)
    note = credit_note_of(invoice_by_id(connection, invoice_id), plan, taken, issue_on, reason, credited)
    note_id = _store(connection, books.account.id, invoice_id, note, books.at)
    for source, parts in _by_receipt(plan.released).items():
        books.take_back(parts, [one for one in active if (one.source, one.external_id) == source], note.number)
        books.post("release", postings.of_unallocations(parts, note.gross.currency), issue_on)
    books.allocate(plan.allocations, issue_on, credit_note_id=note_id)
    books.post("credit_note", postings.of_credit(note), issue_on)
    return note


def _by_receipt(released: Sequence[AppliedCash]) -> dict[tuple[str, str], list[Allocation]]:
    found: dict[tuple[str, str], list[Allocation]] = {}
    for entry in released:
        found.setdefault((entry.source, entry.external_id), []).append(entry.allocation)
    return found


def _store(connection: Connection, account_id: int, invoice_id: int, note: CreditNote, at: datetime) -> int:
    row = {
        "account_id": account_id, "invoice_id": invoice_id, "entity": note.entity, "number": note.number,
        "issued_on": note.issued_on, "net_minor": note.net.minor, "gross_minor": note.gross.minor,
        "released_minor": note.released_minor, "currency": note.gross.currency,
        "taxes": TAXES.dump_json(note.taxes).decode(), "reason": note.reason, "at": at,
    }  # fmt: skip
    return insert_one(connection, CREDIT_NOTE, row)
