"""An invoice is read back as it was stored."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, select

from domain.billing_periods import Period
from domain.money import Money
from domain.receivables.deductions import Deducted
from domain.receivables.entries import CreditNote, Instalment, Invoice, InvoiceLine, TaxSum
from storage.json_text import pairs
from storage.operations.items import offer_from
from storage.rows import AnyRow
from storage.tables.ledger import CREDIT_NOTE, INSTALMENT, INVOICE
from storage.tables.records import ACCOUNT

LINES = TypeAdapter(tuple[InvoiceLine, ...])
TAXES = TypeAdapter(tuple[TaxSum, ...])
DEDUCTIONS = TypeAdapter(tuple[Deducted, ...])
_NOTES = select(CREDIT_NOTE).where(CREDIT_NOTE.c.invoice_id == bindparam("invoice_id")).order_by(CREDIT_NOTE.c.id)
_INVOICE = (
    select(INVOICE, ACCOUNT.c.customer_id)
    .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
    .where(INVOICE.c.id == bindparam("invoice_id"))
)
_PARTS = select(INSTALMENT).where(INSTALMENT.c.invoice_id == bindparam("invoice_id")).order_by(INSTALMENT.c.position)


def period_of(row: AnyRow) -> Period | None:
    """Return the days that a document is about, if it is about any."""
    return None if row.period_from is None else Period(start=row.period_from, until=row.period_until)


def notes_of_invoice(connection: Connection, invoice: Invoice, invoice_id: int) -> tuple[CreditNote, ...]:
    """Return the credit notes of an invoice, oldest first."""
    rows = connection.execute(_NOTES, {"invoice_id": invoice_id})
    return tuple(credit_note_from(row, invoice) for row in rows)


def credit_note_from(row: AnyRow, invoice: Invoice) -> CreditNote:
    """Build a credit note from its row and the invoice that it corrects."""
    return CreditNote(
        number=row.number,
        credits=invoice.number,
        entity=row.entity,
        customer_id=invoice.customer_id,
        deal_id=invoice.deal_id,
        issued_on=row.issued_on,
        net=Money(minor=row.net_minor, currency=row.currency),
        gross=Money(minor=row.gross_minor, currency=row.currency),
        taxes=TAXES.validate_json(row.taxes),
        offset_minor=row.gross_minor - row.released_minor - row.restored_minor,
        released_minor=row.released_minor,
        reason=row.reason,
        restored_minor=row.restored_minor,
        restored_net_minor=row.restored_net_minor,
        purpose=invoice.purpose,
        lines=LINES.validate_json(row.lines),
        period=period_of(row),
    )


def invoice_by_id(connection: Connection, invoice_id: int) -> Invoice:
    """Read an invoice back as it was stored."""
    row = connection.execute(_INVOICE, {"invoice_id": invoice_id}).one()
    parts = connection.execute(_PARTS, {"invoice_id": invoice_id}).all()
    return invoice_from(row, parts)


def invoice_from(row: AnyRow, parts: Sequence[AnyRow]) -> Invoice:
    """Build an invoice from its row and its instalments' rows."""
    return Invoice(
        number=row.number,
        entity=row.entity,
        customer_id=row.customer_id,
        deal_id=row.deal_id or "",
        item=row.item,
        issued_on=row.issued_on,
        supplied_on=row.supplied_on,
        net=Money(minor=row.net_minor, currency=row.currency),
        gross=Money(minor=row.gross_minor, currency=row.currency),
        lines=LINES.validate_json(row.lines),
        taxes=TAXES.validate_json(row.taxes),
        instalments=tuple(
            Instalment(
                index=part.position,
                due_on=part.due_on,
                amount=Money(minor=part.amount_minor, currency=row.currency),
                discount=offer_from(part.discount),
                component=part.component or "principal",
                claim_of=part.claim_of or "",
            )
            for part in parts
        ),
        po_reference=row.po_reference,
        payment_terms=row.payment_terms,
        attributes=pairs(row.attributes),
        purpose=row.purpose,
        deductions=DEDUCTIONS.validate_json(row.deductions),
        period=period_of(row),
    )
