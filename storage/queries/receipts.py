"""A receipt is read with every amount it was put against, taken back from, or returned."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Connection, func, or_, select

from domain.money import Money
from domain.receivables.entries import Match
from domain.refusal import Code, refuse
from domain.value import Value
from storage.queries.paging import before, cursor_of, limited, place_of
from storage.rows import AnyRow, AnySelect
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INSTALMENT, INVOICE, RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT


class ReceiptLine(Value):
    """A receipt with what became of it: applied, gone back, and what is left.

    Attributes:
        receipt_id: ours; money is known by ``(source, external_id)``.
        rule: how it was matched when it came in.
        evidence: sentences that prove it.
    """

    receipt_id: int
    entity: str
    customer_id: str
    source: str
    external_id: str
    value_date: date
    received_at: datetime
    payer: str
    reference: str
    amount: Money
    applied: Money
    returned: Money
    unapplied: Money
    rule: str = ""
    evidence: tuple[str, ...] = ()


class ReceiptPage(Value):
    """Some receipts, and the cursor of the next page; empty at the end."""

    receipts: tuple[ReceiptLine, ...]
    next: str = ""


class AllocationLine(Value):
    """An amount put against an instalment, or taken back (negative).

    Attributes:
        source, external_id: of the receipt, empty for credits and write-offs.
        credit_note: the number, empty for others.
        reversed: whether it takes another back, or was taken back whole.
    """

    number: str
    instalment: int
    kind: str
    minor: int
    value_date: date
    at: datetime
    source: str = ""
    external_id: str = ""
    credit_note: str = ""
    reason: str = ""
    reversed: bool = False


_APPLIED = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .where(ALLOCATION.c.receipt_id == RECEIPT.c.id, ALLOCATION.c.kind == "cash")
    .correlate(RECEIPT)
    .scalar_subquery()
)
_RETURNED = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .where(RECEIPT_RETURN.c.receipt_id == RECEIPT.c.id)
    .correlate(RECEIPT)
    .scalar_subquery()
)
_TAKEN_BACK = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .where(RECEIPT_RETURN.c.receipt_id == RECEIPT.c.id, RECEIPT_RETURN.c.kind.in_(("reversed", "exchange_returned")))
    .correlate(RECEIPT)
    .scalar_subquery()
)
_LATER = ALLOCATION.alias("later")
_LEFT = ALLOCATION.c.minor + (
    select(func.coalesce(func.sum(_LATER.c.minor), 0))
    .where(_LATER.c.reverses_id == ALLOCATION.c.id)
    .correlate(ALLOCATION)
    .scalar_subquery()
)


def left_of_receipt() -> ColumnElement[int]:
    """What of a receipt pays nothing, in a query over receipts."""
    return RECEIPT.c.minor - _APPLIED - _RETURNED


def stands_of_receipt() -> ColumnElement[int]:
    """What of a receipt neither bounced nor was exchanged money whose exchange was undone, in a query over receipts."""
    return RECEIPT.c.minor - _TAKEN_BACK


def receipts(
    connection: Connection,
    customer_id: str = "",
    unapplied: Literal["", "true", "false"] = "",
    cursor: str = "",
    limit: int = 50,
    entity: str = "",
) -> ReceiptPage:
    """Return a page of receipts, the last recorded first: all, only those with cash left, or only those without."""
    query = _receipts().order_by(RECEIPT.c.id.desc())
    if customer_id:
        query = query.where(ACCOUNT.c.customer_id == customer_id)
    if entity:
        query = query.where(ACCOUNT.c.entity == entity)
    if unapplied:
        has_left = RECEIPT.c.minor > _APPLIED + _RETURNED
        query = query.where(has_left if unapplied == "true" else ~has_left)
    if cursor:
        query = query.where(before((RECEIPT.c.id,), place_of(cursor, (int,))))
    rows = connection.execute(query.limit(limited(limit) + 1)).all()
    page = tuple(_receipt(row) for row in rows[: limited(limit)])
    return ReceiptPage(receipts=page, next=cursor_of(page[-1].receipt_id) if len(rows) > len(page) else "")


def receipt(connection: Connection, source: str, external_id: str) -> ReceiptLine:
    """Return one receipt by the id its source gave it; refused when there is none (E_NOTFOUND)."""
    row = connection.execute(
        _receipts().where(RECEIPT.c.source == source, RECEIPT.c.external_id == external_id)
    ).first()
    if row is None:
        raise refuse(Code.NOTFOUND, f"there is no receipt {source}/{external_id}", f"没有收款 {source}/{external_id}")
    return _receipt(row)


def allocations_of_receipt(connection: Connection, source: str, external_id: str) -> tuple[AllocationLine, ...]:
    """Return every allocation and reversal of a receipt, in the order they were made."""
    own = (RECEIPT.c.source == source, RECEIPT.c.external_id == external_id)
    return tuple(_allocation(row) for row in connection.execute(_allocations().where(*own)))


def allocations_of_invoice(connection: Connection, invoice_id: int) -> tuple[AllocationLine, ...]:
    """Return every allocation and reversal on an invoice, in the order they were made."""
    return tuple(_allocation(row) for row in connection.execute(_allocations().where(INVOICE.c.id == invoice_id)))


def _receipts() -> AnySelect:
    return select(
        RECEIPT, ACCOUNT.c.entity, ACCOUNT.c.customer_id, _APPLIED.label("applied_minor"),
        _RETURNED.label("returned_minor"),
    ).join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)  # fmt: skip


def _allocations() -> AnySelect:
    return (
        select(
            INVOICE.c.number, INSTALMENT.c.position.label("instalment"), ALLOCATION.c.kind, ALLOCATION.c.minor,
            ALLOCATION.c.value_date, ALLOCATION.c.at, func.coalesce(RECEIPT.c.source, "").label("source"),
            func.coalesce(RECEIPT.c.external_id, "").label("external_id"),
            func.coalesce(CREDIT_NOTE.c.number, "").label("credit_note"), ALLOCATION.c.reason,
            or_(_LEFT == 0, ALLOCATION.c.reverses_id.is_not(None)).label("reversed"),
        )
        .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .outerjoin(RECEIPT, RECEIPT.c.id == ALLOCATION.c.receipt_id)
        .outerjoin(CREDIT_NOTE, CREDIT_NOTE.c.id == ALLOCATION.c.credit_note_id)
        .order_by(ALLOCATION.c.id)
    )  # fmt: skip


def _receipt(row: AnyRow) -> ReceiptLine:
    applied, returned = int(row.applied_minor), int(row.returned_minor)
    amounts = {
        "amount": row.minor,
        "applied": applied,
        "returned": returned,
        "unapplied": row.minor - applied - returned,
    }
    money = {name: Money(minor=minor, currency=row.currency) for name, minor in amounts.items()}
    match = Match.model_validate_json(row.match)
    return ReceiptLine.model_validate(
        row._asdict() | money | {"receipt_id": row.id, "rule": match.rule, "evidence": match.evidence}
    )


def _allocation(row: AnyRow) -> AllocationLine:
    return AllocationLine.model_validate(row._asdict())
