"""A credit note is shown as it was issued, with the invoice that it corrects."""

from datetime import date

from sqlalchemy import Connection, select

from domain.fiscal.from_documents import FiscalRecord
from domain.receivables.entries import CreditNote, Invoice
from domain.refusal import Code, refuse
from domain.value import Value
from storage.operations.fiscal import fiscal_record
from storage.operations.stored_invoices import credit_note_from, invoice_by_id
from storage.queries.invoices import digest_of
from storage.tables.ledger import CREDIT_NOTE


class CreditNoteView(Value):
    """A credit note.

    Attributes:
        original_issued_on: the date of the invoice that it corrects.
        file, xml: the SHA-256 of the document as it was sent and of its electronic form, empty where there is none.
        fiscal: what the tax office gave for it, where it issued a red letter.
    """

    credit_note: CreditNote
    original_issued_on: date
    file: str = ""
    xml: str = ""
    fiscal: FiscalRecord | None = None


def credit_note(connection: Connection, number: str, entity: str = "") -> CreditNoteView:
    """Return a credit note by its number (E_NOTFOUND); where two entities have the same, name the entity (E_STATE)."""
    note, invoice = credit_note_document(connection, number, entity)
    stem = f"credit_note/{note.entity}/{number}"
    return CreditNoteView(
        credit_note=note,
        original_issued_on=invoice.issued_on,
        file=digest_of(connection, f"{stem}.pdf"),
        xml=digest_of(connection, f"{stem}.xml"),
        fiscal=fiscal_record(connection, note.entity, number),
    )


def credit_note_document(connection: Connection, number: str, entity: str = "") -> tuple[CreditNote, Invoice]:
    """Return a credit note as it was issued, with its invoice (E_NOTFOUND, E_STATE as `credit_note`)."""
    query = select(CREDIT_NOTE).where(CREDIT_NOTE.c.number == number)
    rows = connection.execute(query.where(CREDIT_NOTE.c.entity == entity) if entity else query).all()
    if not rows:
        raise refuse(Code.NOTFOUND, f"there is no credit note {number}", f"没有红字发票 {number}", number=number)
    if len(rows) > 1:
        raise refuse(
            Code.STATE,
            f"two entities have a credit note {number}: name the entity",
            f"两个主体都有红字发票 {number}：请指定主体",
        )
    invoice = invoice_by_id(connection, rows[0].invoice_id)
    return credit_note_from(rows[0], invoice), invoice
