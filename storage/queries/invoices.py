"""An invoice is shown as it was issued, with everything that happened to it since."""

from datetime import date, datetime

from sqlalchemy import Connection, select

from domain.fiscal.from_documents import FiscalRecord
from domain.money import Money
from domain.receivables.entries import CreditNote, Invoice
from domain.refusal import Code, refuse
from domain.value import Value
from storage.operations.fiscal import fiscal_record
from storage.operations.stored_invoices import invoice_by_id, invoice_from, notes_of_invoice
from storage.queries.accounts import StatementItem, items_of_invoice
from storage.queries.receipts import AllocationLine, allocations_of_invoice
from storage.rows import AnyRow
from storage.tables.edge import DOCUMENT
from storage.tables.ledger import DISPUTE, INSTALMENT, INVOICE, NOTICE, NOTICE_ITEM, PROMISE
from storage.tables.records import ACCOUNT

MOST_NAMED = 10
"""Legal entities that are named where several have the same number."""


class DisputeLine(Value):
    """A dispute; ``closed_at`` and ``outcome`` are empty while it is open."""

    minor: int
    reason: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    resolution: str


class PromiseLine(Value):
    """A promise; ``outcome`` is kept, broken, withdrawn, replaced or void, empty while it is open."""

    promise_id: str
    minor: int
    on: date
    until: datetime
    outcome: str


class NoticeLine(Value):
    """A notice that named the invoice."""

    at: datetime
    stage: str
    level: int
    outcome: str
    channel: str


class InvoiceView(Value):
    """An invoice with its life since it was issued.

    Attributes:
        items: its instalments with what is open of each.
        file: the SHA-256 of the document as it was sent, empty before; xml: that of its electronic form, if any.
        fiscal: what the tax office gave for it, where it issued it.
    """

    invoice: Invoice
    open: Money
    items: tuple[StatementItem, ...]
    allocations: tuple[AllocationLine, ...]
    credit_notes: tuple[CreditNote, ...]
    disputes: tuple[DisputeLine, ...]
    promises: tuple[PromiseLine, ...]
    notices: tuple[NoticeLine, ...]
    file: str = ""
    xml: str = ""
    fiscal: FiscalRecord | None = None


def invoice(connection: Connection, number: str, entity: str = "") -> InvoiceView:
    """Return an invoice by its number (E_NOTFOUND); where two entities have the same, name the entity (E_STATE)."""
    invoice_id = _id(connection, number, entity)
    document = invoice_by_id(connection, invoice_id)
    items = items_of_invoice(connection, invoice_id)
    stem = f"invoice/{document.entity}/{number}"
    return InvoiceView(
        invoice=document,
        open=Money(minor=sum(item.open.minor for item in items), currency=document.gross.currency),
        items=items,
        allocations=allocations_of_invoice(connection, invoice_id),
        credit_notes=notes_of_invoice(connection, document, invoice_id),
        disputes=_disputes(connection, invoice_id),
        promises=_promises(connection, invoice_id),
        notices=_notices(connection, invoice_id),
        file=digest_of(connection, f"{stem}.pdf"),
        xml=digest_of(connection, f"{stem}.xml"),
        fiscal=fiscal_record(connection, document.entity, number),
    )


def digest_of(connection: Connection, key: str) -> str:
    """Return the SHA-256 of what a key has, empty for nothing."""
    return connection.execute(select(DOCUMENT.c.sha256).where(DOCUMENT.c.key == key)).scalar() or ""


def invoice_document(connection: Connection, number: str, entity: str = "") -> Invoice:
    """Return an invoice as it was issued (E_NOTFOUND)."""
    return invoice_by_id(connection, _id(connection, number, entity))


def invoices_of_deal(connection: Connection, deal_id: str) -> tuple[Invoice, ...]:
    """Return the invoices of a deal in the order they were issued."""
    rows = connection.execute(
        select(INVOICE, ACCOUNT.c.customer_id)
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .where(INVOICE.c.deal_id == deal_id)
        .order_by(INVOICE.c.id)
    ).all()
    parts: dict[int, list[AnyRow]] = {}
    instalments = connection.execute(
        select(INSTALMENT)
        .where(INSTALMENT.c.invoice_id.in_([row.id for row in rows]))
        .order_by(INSTALMENT.c.invoice_id, INSTALMENT.c.position)
    )
    for part in instalments:
        parts.setdefault(part.invoice_id, []).append(part)
    return tuple(invoice_from(row, parts.get(row.id, [])) for row in rows)


def account_of_invoice(connection: Connection, number: str, entity: str = "") -> tuple[str, str, str]:
    """Return (entity, customer id, currency) of the account an invoice is in (E_NOTFOUND)."""
    row = connection.execute(
        select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
        .join(INVOICE, INVOICE.c.account_id == ACCOUNT.c.id)
        .where(INVOICE.c.id == _id(connection, number, entity))
    ).one()
    return row.entity, row.customer_id, row.currency


def _id(connection: Connection, number: str, entity: str) -> int:
    found = _find(connection, number, entity)
    if found is None:
        raise refuse(Code.NOTFOUND, f"there is no invoice {number}", f"没有发票 {number}", number=number)
    return found


def _find(connection: Connection, number: str, entity: str) -> int | None:
    query = select(INVOICE.c.id, INVOICE.c.entity).where(INVOICE.c.number == number).order_by(INVOICE.c.entity)
    if entity:
        query = query.where(INVOICE.c.entity == entity)
    found = connection.execute(query.limit(MOST_NAMED)).all()
    if len(found) > 1:
        candidates = ", ".join(row.entity for row in found)
        raise refuse(
            Code.STATE,
            f"{candidates} each have an invoice {number}: name one of them as the entity (--entity {found[0].entity})",
            f"{candidates} 都有发票 {number}：请指定其中一个主体",
            entities=candidates,
        )
    return found[0].id if found else None


def _disputes(connection: Connection, invoice_id: int) -> tuple[DisputeLine, ...]:
    rows = connection.execute(select(DISPUTE).where(DISPUTE.c.invoice_id == invoice_id).order_by(DISPUTE.c.id))
    return tuple(DisputeLine.model_validate(row._asdict()) for row in rows)


def _promises(connection: Connection, invoice_id: int) -> tuple[PromiseLine, ...]:
    rows = connection.execute(select(PROMISE).where(PROMISE.c.invoice_id == invoice_id).order_by(PROMISE.c.made_at))
    return tuple(PromiseLine.model_validate(row._asdict() | {"on": row.promised_on}) for row in rows)


def _notices(connection: Connection, invoice_id: int) -> tuple[NoticeLine, ...]:
    rows = connection.execute(
        select(NOTICE.c.at, NOTICE.c.stage, NOTICE.c.level, NOTICE.c.outcome, NOTICE.c.channel)
        .distinct()
        .join(NOTICE_ITEM, NOTICE_ITEM.c.notice_id == NOTICE.c.notice_id)
        .join(INSTALMENT, INSTALMENT.c.id == NOTICE_ITEM.c.instalment_id)
        .where(INSTALMENT.c.invoice_id == invoice_id, NOTICE.c.outcome != "planned")
        .order_by(NOTICE.c.at)
    )
    return tuple(NoticeLine.model_validate(row._asdict()) for row in rows)
