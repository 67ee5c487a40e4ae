"""Invoices, receipts, allocations and postings as flat tables for spreadsheets; amounts as plain decimals."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Select, func, select

from domain.money import Money
from domain.spreadsheet import harmless
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INSTALMENT, INVOICE, POSTING, RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT

_PAID = (
    select(ALLOCATION.c.instalment_id.label("key"), func.sum(ALLOCATION.c.minor).label("minor"))
    .group_by(ALLOCATION.c.instalment_id)
    .subquery()
)
_USED = (
    select(ALLOCATION.c.receipt_id.label("key"), func.sum(ALLOCATION.c.minor).label("minor"))
    .where(ALLOCATION.c.kind == "cash")
    .group_by(ALLOCATION.c.receipt_id)
    .subquery()
)
_BACK = (
    select(RECEIPT_RETURN.c.receipt_id.label("key"), func.sum(RECEIPT_RETURN.c.minor).label("minor"))
    .group_by(RECEIPT_RETURN.c.receipt_id)
    .subquery()
)
_AMOUNT = func.coalesce(INSTALMENT.c.amount_minor, 0)
_INVOICES = (
    select(
        INVOICE.c.entity, INVOICE.c.number, INVOICE.c.deal_id, ACCOUNT.c.customer_id, ACCOUNT.c.customer_name,
        INVOICE.c.issued_on, INSTALMENT.c.position.label("instalment"), INSTALMENT.c.due_on, INVOICE.c.currency,
        INVOICE.c.net_minor, INVOICE.c.gross_minor, _AMOUNT.label("amount_minor"),
        (_AMOUNT - func.coalesce(_PAID.c.minor, 0)).label("open_minor"), INVOICE.c.po_reference,
        INVOICE.c.payment_terms,
    )
    .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
    .outerjoin(INSTALMENT, INSTALMENT.c.invoice_id == INVOICE.c.id)
    .outerjoin(_PAID, _PAID.c.key == INSTALMENT.c.id)
    .order_by(INVOICE.c.id, INSTALMENT.c.position)
)  # fmt: skip
_RECEIPTS = (
    select(
        ACCOUNT.c.entity, RECEIPT.c.source, RECEIPT.c.external_id, ACCOUNT.c.customer_id, ACCOUNT.c.customer_name,
        RECEIPT.c.value_date, RECEIPT.c.received_at, RECEIPT.c.currency, RECEIPT.c.minor.label("amount_minor"),
        func.coalesce(_USED.c.minor, 0).label("applied_minor"), func.coalesce(_BACK.c.minor, 0).label("returned_minor"),
        RECEIPT.c.payer, RECEIPT.c.reference,
    )
    .join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
    .outerjoin(_USED, _USED.c.key == RECEIPT.c.id)
    .outerjoin(_BACK, _BACK.c.key == RECEIPT.c.id)
    .order_by(RECEIPT.c.id)
)  # fmt: skip
_ALLOCATIONS = (
    select(
        ACCOUNT.c.entity, ALLOCATION.c.id.label("allocation"), ALLOCATION.c.reverses_id.label("reverses"),
        ALLOCATION.c.kind, INVOICE.c.number.label("invoice"), INSTALMENT.c.position.label("instalment"),
        RECEIPT.c.source.label("receipt_source"), RECEIPT.c.external_id.label("receipt"),
        CREDIT_NOTE.c.number.label("credit_note"), ALLOCATION.c.value_date, ALLOCATION.c.at, ACCOUNT.c.currency,
        ALLOCATION.c.minor.label("amount_minor"), ALLOCATION.c.reason,
    )
    .join(ACCOUNT, ACCOUNT.c.id == ALLOCATION.c.account_id)
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .outerjoin(RECEIPT, RECEIPT.c.id == ALLOCATION.c.receipt_id)
    .outerjoin(CREDIT_NOTE, CREDIT_NOTE.c.id == ALLOCATION.c.credit_note_id)
    .order_by(ALLOCATION.c.id)
)  # fmt: skip
_POSTINGS = (
    select(
        ACCOUNT.c.entity, POSTING.c.id.label("posting"), POSTING.c.entry, POSTING.c.posted_on, POSTING.c.at,
        ACCOUNT.c.customer_id, POSTING.c.account, POSTING.c.document, POSTING.c.currency,
        POSTING.c.minor.label("amount_minor"),
    )
    .join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id)
    .order_by(POSTING.c.id)
)  # fmt: skip
_QUERIES: Mapping[str, Select[*tuple[object, ...]]] = {
    "invoices": _INVOICES,
    "receipts": _RECEIPTS,
    "allocations": _ALLOCATIONS,
    "postings": _POSTINGS,
}
TABLES = tuple(_QUERIES)
"""The tables there are; an instalment has a line of its own among the invoices, and so has an invoice without any."""


def book_table(connection: Connection, table: str, entity: str, take: Callable[[Sequence[str]], object]) -> int:
    """Give the lines of a table to ``take``, the names of the columns first, and return how many rows there are.

    Args:
        connection: of a read.
        table: one of `TABLES`.
        entity: only this legal entity; empty for all.
        take: gets one line after the other; an amount is a decimal in the currency of its line, debit or income above
            zero, and no text is a formula.
    """
    query = _QUERIES[table]
    if entity:
        query = query.where(ACCOUNT.c.entity == entity)
    result = connection.execute(query.execution_options(yield_per=5_000))
    names = tuple(result.keys())
    take([name.removesuffix("_minor") for name in names])
    currency, rows = names.index("currency"), 0
    for row in result:
        take([_text(name, value, str(row[currency])) for name, value in zip(names, row, strict=True)])
        rows += 1
    return rows


def _text(name: str, value: object, currency: str) -> str:
    if value is None:
        return ""
    if name.endswith("_minor"):
        return Money(minor=int(str(value)), currency=currency).plain
    if isinstance(value, date | datetime):
        return value.isoformat()
    return harmless(value) if isinstance(value, str) else str(value)
