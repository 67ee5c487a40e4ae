"""A credit note takes number, allocations and postings in one transaction; cash it releases goes back first."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from domain.account.effects import CreditNote as CreditNoteEffect
from domain.account.effects import ResolveDispute, WriteOff
from domain.deal.commands import Credited
from domain.deal.effects import CreditInvoice, ServicePeriod
from domain.money import Money
from domain.receivables import postings
from domain.receivables.allocating import of_invoice, spread
from domain.receivables.cancelling import MadeCredit, part_of_credit, weighed_reduction
from domain.receivables.crediting import CreditPlan, credit_note_of, credit_plan, creditable
from domain.receivables.entries import Allocation, AppliedCash, CreditNote, OpenItem
from domain.receivables.exchange import check_refundable
from domain.receivables.numbering import Series
from domain.receivables.reducing import LinedCredit, creditable_lines, less_lined, lined, taken
from domain.receivables.second_person import Weighed, weighed
from domain.refusal import Code, refuse
from domain.terms import AccountTerms
from storage.operations.books import Active, Books, active_of_invoice
from storage.operations.deposits import (
    BY_ITEM,
    NOTHING,
    Restored,
    credited_minor,
    deducted_minor,
    given_up,
    post_given_up,
    restore,
    to_restore,
    written_off_of,
)
from storage.operations.invoices import find_invoice
from storage.operations.outcome import Outcome
from storage.operations.series import take_number
from storage.operations.statements import insert_one
from storage.operations.stored_invoices import LINES, TAXES, invoice_by_id, notes_of_invoice
from storage.tables.ledger import CREDIT_NOTE


def credit(books: Books, effect: CreditNoteEffect) -> Outcome:
    """Credit an amount of an invoice; no amount means all that is open."""
    return credit_part(books, effect, effect.minor, effect.reason)


def credit_part(books: Books, effect: CreditNoteEffect | ResolveDispute, minor: int | None, reason: str) -> Outcome:
    """Credit an amount of an invoice and name the credit note; above the policy's amount only by two people."""
    number = effect.number
    items = of_invoice(books.touch([number]), number)
    invoice_id = books.invoice_id(number)
    active = active_of_invoice(books.connection, invoice_id)
    gone = deducted_minor(books.connection, invoice_id)
    plan = credit_plan(items, [one.applied for one in active], minor, gone)
    check_refundable(effect.paid_part if isinstance(effect, CreditNoteEffect) else "unapplied", plan.freed)
    before, currency = given_before(books.connection, invoice_id), books.account.currency
    waits = weighed(effect.second, plan.minor, currency, earlier_minor=before, evidence=reason)
    if waits is not None:
        return Outcome(number, waits=waits)
    note = issue(books, invoice_id, plan, active, reason, effect.issue_on)
    return Outcome(note.number, plan.allocations, minor=plan.minor, freed=plan.freed)


def credit_whole(books: Books, effect: CreditInvoice) -> Credited:
    """Credit all that is open or paid of an invoice; what was paid is unapplied cash then (a cancelled deal).

    What it took off for a deposit is restored; of a deposit, what is taken off stands.
    """
    made = make_whole(books, effect)
    if made is None:
        return Credited(number=effect.number, credit_note="", amount=Money.zero(effect.currency))
    return Credited(number=effect.number, credit_note=made.note.number, amount=made.note.gross)


def make_whole(books: Books, effect: CreditInvoice) -> MadeCredit | None:
    """Make the credit note over all that can be credited of an invoice; none where that is nothing."""
    row = find_invoice(books.connection, books.account.entity, effect.number)
    if row is None or row.account_id != books.account.id:
        raise refuse(
            Code.NOTFOUND,
            f"this account has no invoice {effect.number}",
            f"本账户没有发票 {effect.number}",
            number=effect.number,
        )
    items = books.touch([effect.number])
    active = active_of_invoice(books.connection, row.id)
    applied, gone = [one.applied for one in active], deducted_minor(books.connection, row.id)
    whole, restored = creditable(items, applied, gone), to_restore(books.connection, row.id)
    if not whole and not restored.minor:
        return None
    plan, before = credit_plan(items, applied, whole, gone) if whole else None, given_before(books.connection, row.id)
    note = issue(books, row.id, plan, active, effect.reason, effect.issue_on, restored)
    offset = 0 if plan is None else plan.less_open_minor
    return MadeCredit(note, plan, sum(item.open_minor for item in items) - offset, before)


def credit_lines(books: Books, effect: CreditInvoice) -> Credited:
    """Credit what an order became less than what was invoiced, from the newest of its invoices back.

    What was credited by hand already, or written off, is not credited again.
    """
    notes = tuple(part_of_credit(one) for one in _make_lines(books, effect))
    return Credited(number="", credit_note="", amount=Money.zero(effect.currency), notes=notes)


def waiting(books: Books, effect: CreditInvoice, terms: AccountTerms | None) -> Weighed | None:
    """Return what a second person must agree to before it is credited; the credit is tried, and undone.

    Raises:
        Refused: more would be given away by now than was agreed to (E_STALE).
    """
    if not effect.amounts or not effect.by:
        return None
    with books.connection.begin_nested() as trial:
        made = tuple(_make_lines(books, effect))
        trial.rollback()
    return weighed_reduction(effect, made, terms)


def _make_lines(books: Books, effect: CreditInvoice) -> Iterator[MadeCredit]:
    wanted = {amount.position: amount.minor for amount in effect.amounts}
    for item in effect.items:
        invoice_id = books.connection.execute(BY_ITEM, {"deal_id": effect.deal_id, "item": item}).scalar()
        if invoice_id is not None and any(wanted.values()):
            made = make_some(books, effect, int(invoice_id), wanted)
            if made is not None:
                yield made


def make_some(books: Books, effect: CreditInvoice, invoice_id: int, wanted: dict[int, int]) -> MadeCredit | None:
    """Credit what one invoice bills of the wanted amounts, and take it off them."""
    invoice = invoice_by_id(books.connection, invoice_id)
    amounts = taken(invoice, notes_of_invoice(books.connection, invoice, invoice_id), wanted)
    for place, minor in amounts.items():
        wanted[place] -= minor
    items, active = books.touch([invoice.number]), active_of_invoice(books.connection, invoice_id)
    applied = [one.applied for one in active]
    of_lines, most = lined(invoice, amounts, effect), creditable(items, applied)
    minor = creditable_lines(invoice.number, of_lines, most, to_restore(books.connection, invoice_id).minor)
    if not minor:
        return None
    plan, whole = credit_plan(items, applied, minor), of_lines if of_lines.gross_minor <= most else None
    before = given_before(books.connection, invoice_id)
    note = issue(
        books, invoice_id, plan, active, effect.reason, effect.issue_on, of_lines=whole, service=effect.service
    )
    left = sum(item.open_minor for item in items) - plan.less_open_minor
    return MadeCredit(note, plan, left, before)


def write_off(books: Books, effect: WriteOff) -> Outcome:
    """Write an amount of an invoice off as bad debt; no amount means all that is open."""
    items: list[OpenItem] = of_invoice(books.touch([effect.number]), effect.number)
    minor = sum(item.open_minor for item in items) if effect.minor is None else effect.minor
    parts = spread(items, minor, "writeoff")
    before = given_before(books.connection, books.invoice_id(effect.number))
    currency = books.account.currency
    waits = weighed(effect.second, minor, currency, earlier_minor=before, evidence=effect.evidence)
    if waits is not None:
        return Outcome(effect.number, waits=waits)
    up = given_up(books.connection, books.invoice_id(effect.number))
    books.allocate(parts, books.on)
    books.post("write_off", postings.of_allocations(parts, books.account.currency), books.on)
    post_given_up(books, up, postings.BAD_DEBT)
    return Outcome(effect.number, parts, minor=minor)


def given_before(connection: Connection, invoice_id: int) -> int:
    """Return what of an invoice was given away already, by credit or as bad debt: no amount is cut into small ones."""
    return credited_minor(connection, invoice_id) + written_off_of(connection, invoice_id)


def issue(
    books: Books, invoice_id: int, plan: CreditPlan | None, active: list[Active], reason: str, issue_on: date,
    restored: Restored = NOTHING, of_lines: LinedCredit | None = None, service: ServicePeriod | None = None,
) -> CreditNote:  # fmt: skip
    """Make a credit note: its number, what it releases and settles, and its postings."""
    connection = books.connection
    number = take_number(connection, books.account, Series.CREDIT_NOTES, issue_on)
    invoice = invoice_by_id(connection, invoice_id)
    notes = notes_of_invoice(connection, invoice, invoice_id)
    before = sum(note.gross.minor for note in notes if not note.lines) + deducted_minor(connection, invoice_id)
    freed = (restored.minor, restored.net_minor)
    note = credit_note_of(less_lined(invoice, notes), plan, number, issue_on, reason, before, freed, of_lines)
    if service is not None:
        note = note.model_copy(update={"period": service.days})
    up = given_up(connection, restored.deposit_id or invoice_id)
    note_id = _store(connection, books.account.id, invoice_id, note, books.at)
    restore(books, invoice_id, restored, note_id)
    for source, parts in _by_receipt(() if plan is None else plan.released).items():
        books.take_back(parts, [one for one in active if (one.source, one.external_id) == source], note.number)
        released = "release" if of_lines is None else f"release/{note.number}/{source[1]}"
        books.post(released, postings.of_unallocations(parts, note.gross.currency), issue_on)
    if plan is not None:
        books.allocate(plan.allocations, issue_on, credit_note_id=note_id)
    what = "credit_note" if of_lines is None else f"credit_note/{note.number}"
    books.post(what, postings.of_credit(note), issue_on)
    for day, earned in postings.releases_of(note):
        books.post(f"{what}/{day}", earned, day)
    post_given_up(books, up, postings.BAD_DEBT)
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
        "restored_minor": note.restored_minor, "restored_net_minor": note.restored_net_minor,
        "lines": LINES.dump_json(note.lines).decode(),
        "period_from": None if note.period is None else note.period.start,
        "period_until": None if note.period is None else note.period.until,
    }  # fmt: skip
    return insert_one(connection, CREDIT_NOTE, row)
