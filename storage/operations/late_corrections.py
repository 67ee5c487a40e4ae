"""Interest that was not owed is credited in the transaction by which that became known."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select

from domain.receivables import postings
from domain.receivables.closing import first_open
from domain.receivables.corrected import Corrected
from domain.receivables.entries import Allocation, AppliedCash
from domain.receivables.late_corrections import WHY, DebitNoteCredit, corrections
from domain.receivables.lateness import ClaimedInterest, LateCash, LateInvoice
from storage.operations.books import AccountBooks, Active, active_of_invoice
from storage.operations.credits import issue
from storage.operations.lateness import past
from storage.operations.receipts import StoredReceipt, own_receipt
from storage.operations.worths import keep_worths
from storage.tables.late_claims import LATE_CORRECTION
from storage.tables.ledger import CREDIT_NOTE

_NOTE_ID = select(CREDIT_NOTE.c.id).where(
    CREDIT_NOTE.c.account_id == bindparam("account_id"), CREDIT_NOTE.c.number == bindparam("number")
)


class _DebitNote(NamedTuple):
    """A debit note as it stands: what is open of each item, and what pays it."""

    open_minors: Mapping[int, int]
    active: list[Active]


def correct(books: AccountBooks) -> tuple[Corrected, ...]:
    """Credit what of the interest claimed upon touched invoices was not owed, and let what it frees pay them."""
    numbers = books.noticed
    late = past(books, numbers).invoices if numbers else ()
    if not any(part.claims for invoice in late for part in invoice.parts):
        return ()
    notes = _debit_notes(books, late)
    receipts: dict[tuple[str, str], StoredReceipt] = {}
    for note in notes.values():
        for one in note.active:
            key = one.source, one.external_id
            if key not in receipts:
                receipts[key] = own_receipt(books, *key)
    known = tuple(_with_cash(invoice, notes, receipts) for invoice in late)
    principal = [item for item in books.touch(numbers) if item.component == "principal"]
    found = corrections(known, principal, books.at)
    made = tuple(_credit(books, one, notes[one.number]) for one in found.credits)
    for key, cash in _by_receipt(found.applied).items():
        _apply(books, receipts[key], cash, key)
    return made


def _debit_notes(books: AccountBooks, late: tuple[LateInvoice, ...]) -> dict[str, _DebitNote]:
    names = dict.fromkeys(claim.number for invoice in late for part in invoice.parts for claim in part.claims)
    items = books.touch_whole(names)
    return {
        name: _DebitNote(
            {item.instalment: item.open_minor for item in items if item.number == name},
            active_of_invoice(books.connection, books.invoice_id(name)),
        )
        for name in names
    }


def _with_cash(
    invoice: LateInvoice, notes: Mapping[str, _DebitNote], receipts: Mapping[tuple[str, str], StoredReceipt]
) -> LateInvoice:
    def paid(claim: ClaimedInterest) -> ClaimedInterest:
        note = notes[claim.number]
        cash = tuple(
            LateCash(
                source=one.source,
                external_id=one.external_id,
                value_date=receipts[one.source, one.external_id].value_date,
                minor=one.minor,
            )
            for one in note.active
            if (one.position, one.kind) == (claim.position, "cash")
        )
        return claim.model_copy(update={"open_minor": note.open_minors[claim.position], "cash": cash})

    parts = tuple(part.model_copy(update={"claims": tuple(map(paid, part.claims))}) for part in invoice.parts)
    return invoice.model_copy(update={"parts": parts})


def _credit(books: AccountBooks, found: DebitNoteCredit, stands: _DebitNote) -> Corrected:
    # What makes it known cannot be refused: the credit note never goes into a closed month.
    on = first_open(books.account.closed_until, books.on)
    note = issue(books, books.invoice_id(found.number), found.plan, stands.active, WHY, on)
    here = {"account_id": books.account.id, "number": note.number}
    note_id = books.connection.execute(_NOTE_ID, here).scalar_one()
    rows = [
        one.model_dump(exclude={"notice"}) | {"notice_id": one.notice, "credit_note_id": note_id}
        for one in found.claims
    ]
    books.connection.execute(insert(LATE_CORRECTION), rows)
    return Corrected(number=found.number, credit_note=note.number, minor=found.plan.minor, reason=WHY)


def _by_receipt(applied: tuple[AppliedCash, ...]) -> dict[tuple[str, str], list[Allocation]]:
    found: dict[tuple[str, str], list[Allocation]] = {}
    for one in applied:
        found.setdefault((one.source, one.external_id), []).append(one.allocation)
    return found


def _apply(books: AccountBooks, receipt: StoredReceipt, parts: list[Allocation], key: tuple[str, str]) -> None:
    keep_worths(books, receipt.id, receipt.money, receipt.value_date, parts)
    books.allocate(parts, receipt.value_date, receipt_id=receipt.id)
    books.post(f"allocation/{'/'.join(key)}", postings.of_allocations(parts, receipt.currency), books.on)
