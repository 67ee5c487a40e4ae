"""What a notice claims beside what is open is kept with its plan, and becomes a debit note once the notice is out."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from domain.receivables.closing import first_open
from domain.receivables.entries import NextStep, OpenItem
from domain.receivables.late_claims import DebitNote, LateClaim, bearing, debit_note, issued, late_claims
from domain.receivables.numbering import Series
from storage.operations.books import AccountBooks
from storage.operations.invoices import find_invoice, store_invoice
from storage.operations.lateness import past
from storage.operations.series import take_number
from storage.operations.stored_invoices import invoice_by_id
from storage.rows import AnyRow
from storage.tables.late_claims import LATE_CLAIM
from storage.tables.ledger import INSTALMENT, INVOICE

_PLANNED = (
    select(LATE_CLAIM, INVOICE.c.number, INSTALMENT.c.position.label("instalment"))
    .join(INSTALMENT, INSTALMENT.c.id == LATE_CLAIM.c.instalment_id)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .where(LATE_CLAIM.c.notice_id == bindparam("notice_id"))
    .order_by(LATE_CLAIM.c.position)
)
_DROP = delete(LATE_CLAIM).where(LATE_CLAIM.c.notice_id == bindparam("w_notice"))
_CLAIM = (
    update(LATE_CLAIM)
    .where(LATE_CLAIM.c.notice_id == bindparam("w_notice"))
    .values(debit_note_id=bindparam("new_note"))
)
_NOTE = select(func.min(LATE_CLAIM.c.debit_note_id)).where(LATE_CLAIM.c.notice_id == bindparam("notice_id"))
_UPON = (
    select(INVOICE.c.number)
    .join(INSTALMENT, INSTALMENT.c.invoice_id == INVOICE.c.id)
    .where(
        INSTALMENT.c.account_id == bindparam("account_id"),
        ~INSTALMENT.c.settled,
        INSTALMENT.c.claim_of.in_(bindparam("numbers", expanding=True)),
    )
)


def with_debit_notes(connection: Connection, account_id: int, numbers: Sequence[str]) -> tuple[str, ...]:
    """Return invoices by number and the debit notes on which something is open for their lateness."""
    upon = connection.execute(_UPON, {"account_id": account_id, "numbers": list(numbers)}).scalars()
    return tuple(dict.fromkeys((*numbers, *sorted(upon))))


def plan(books: AccountBooks, about: Sequence[OpenItem], step: NextStep) -> tuple[LateClaim, ...]:
    """Work out what a planned notice claims beside what is open, and keep it with the plan."""
    terms = books.terms.dunning
    wanted = bearing(about, step, terms)
    if not wanted:
        return ()
    ids, invoices = past(books, dict.fromkeys(number for number, _ in wanted))
    claims = late_claims(invoices, wanted, step.level, terms, books.on)
    rows = [
        claim.model_dump(exclude={"number", "instalment"})
        | {
            "notice_id": books.key, "position": place, "account_id": books.account.id, "level": step.level,
            "instalment_id": ids[claim.number, claim.instalment], "debit_note_id": None,
        }
        for place, claim in enumerate(claims, 1)
    ]  # fmt: skip
    if rows:
        books.connection.execute(insert(LATE_CLAIM), rows)
    return claims


def forget(books: AccountBooks) -> None:
    """Forget what a plan claimed that is made anew."""
    books.connection.execute(_DROP, {"w_notice": books.key})


def issue(books: AccountBooks) -> None:
    """Claim what the notice that went out has said, on a debit note of its own number."""
    connection, account = books.connection, books.account
    claims = [_claim(row) for row in connection.execute(_PLANNED, {"notice_id": books.key})]
    if not claims:
        return
    # The letter is out, so that the note cannot be refused: it never goes into a closed month, nor before its series.
    on = first_open(account.closed_until, books.on)
    number = take_number(connection, account, Series.DEBIT_NOTES, on)
    note = debit_note(number, (account.entity, account.customer_id, account.currency), claims, on)
    store_invoice(connection, account, note, books.key, books.at)
    stored = find_invoice(connection, account.entity, number)
    if stored is None:
        raise AssertionError(f"{number} was not written")
    connection.execute(_CLAIM, {"w_notice": books.key, "new_note": stored.id})


def issued_with(books: AccountBooks) -> DebitNote | None:
    """Return the debit note that went with the notice, none where it claimed nothing beside what was open."""
    found = books.connection.execute(_NOTE, {"notice_id": books.key}).scalar()
    return None if found is None else issued(invoice_by_id(books.connection, found))


def _claim(row: AnyRow) -> LateClaim:
    return LateClaim.model_validate({name: getattr(row, name) for name in LateClaim.model_fields})
