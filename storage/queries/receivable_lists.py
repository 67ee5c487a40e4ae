"""What is open and overdue everywhere, the longest due first: lists for whoever collects, summed up when asked.

What is overdue is counted from the ledger and today, never from the read model, which is as old as the account's last
change. Every list is read along an index, one page at a time.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, case, exists, func, literal, not_, select, tuple_

from domain.money import Money
from domain.value import Value
from storage.queries.paging import after, before, cursor_of, limited, place_of
from storage.rows import AnyRow, AnySelect
from storage.tables.billing import PAYABLE
from storage.tables.ledger import ALLOCATION, INSTALMENT, INVOICE, RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT

InvoiceStatus = Literal["", "open", "overdue", "paid"]


class Days(Value):
    """Today in each legal entity: what was due before it is overdue.

    Attributes:
        today: where no zone is known.
        of_entity: by entity, in its zone.
    """

    today: date
    of_entity: Mapping[str, date] = {}

    def in_row(self) -> ColumnElement[date]:
        """Return the day in the entity of an account's row."""
        other = literal(self.today)
        return case(dict(self.of_entity), value=ACCOUNT.c.entity, else_=other) if self.of_entity else other

    def last(self) -> date:
        """Return the latest of the days: what is not due before it is overdue nowhere."""
        return max([self.today, *self.of_entity.values()])


class ReceivableFilter(Value):
    """Whose; an empty field does not filter."""

    entity: str = ""
    customer: str = ""


class InvoiceLine(Value):
    """An invoice with what is open of it.

    Attributes:
        due_on: of its oldest open instalment; of its last one when nothing is open; the day it was issued where it has
            none, since deposits paid all of it.
        overdue: the part of ``open`` whose due date has passed.
        days_late: of the oldest open instalment, 0 before it is overdue.
        level: the highest level of the ladder sent for it.
    """

    number: str
    entity: str
    customer_id: str
    customer_name: str
    deal_id: str
    issued_on: date
    due_on: date
    total: Money
    open: Money
    overdue: Money
    days_late: int
    level: int


class InvoicePage(Value):
    """Some invoices, and the cursor of the next page; empty at the end."""

    invoices: tuple[InvoiceLine, ...]
    next: str = ""


class AccountLine(Value):
    """An account with its sums.

    Attributes:
        overdue: the part of ``open`` whose due date has passed.
        oldest_due_on: of what is open, none when nothing is.
        unapplied: cash that pays nothing yet.
        stage: how far dunning has come, as of the account's last change.
    """

    entity: str
    customer_id: str
    customer_name: str
    currency: str
    open: Money
    overdue: Money
    oldest_due_on: date | None
    days_late: int
    unapplied: Money
    disputed: Money
    promised: Money
    stage: str
    credit_hold: bool
    attention: bool


class AccountPage(Value):
    """Some accounts, and the cursor of the next page; empty at the end."""

    accounts: tuple[AccountLine, ...]
    next: str = ""


_PART, _EARLIER = INSTALMENT.alias("part"), INSTALMENT.alias("earlier")
_ALLOCATED = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .where(ALLOCATION.c.instalment_id == _PART.c.id)
    .correlate(_PART)
    .scalar_subquery()
)
_LEFT = _PART.c.amount_minor - _ALLOCATED
_NOT_FIRST = exists().where(
    _EARLIER.c.invoice_id == INSTALMENT.c.invoice_id,
    ~_EARLIER.c.settled,
    tuple_(_EARLIER.c.due_on, _EARLIER.c.id) < tuple_(INSTALMENT.c.due_on, INSTALMENT.c.id),
)


def _of_invoice(due_before: ColumnElement[date] | None = None) -> ColumnElement[int]:
    total = select(func.coalesce(func.sum(_LEFT), 0)).where(_PART.c.invoice_id == INVOICE.c.id, ~_PART.c.settled)
    if due_before is not None:
        total = total.where(_PART.c.due_on < due_before)
    return total.correlate(INVOICE, ACCOUNT).scalar_subquery()


def _of_account(due_before: ColumnElement[date] | None = None) -> ColumnElement[int]:
    total = select(func.coalesce(func.sum(_LEFT), 0)).where(_PART.c.account_id == ACCOUNT.c.id, ~_PART.c.settled)
    if due_before is not None:
        total = total.where(_PART.c.due_on < due_before)
    return total.correlate(ACCOUNT).scalar_subquery()


def invoices(
    connection: Connection,
    days: Days,
    wanted: ReceivableFilter,
    status: InvoiceStatus = "",
    cursor: str = "",
    limit: int = 50,
) -> InvoicePage:
    """Return a page of invoices (`BadCursor`).

    Open and overdue ones come with the longest due first, in the order of instalments; all and the paid ones with the
    last entered first, whose date may be earlier than that of one before.
    """
    unpaid, query = status in ("open", "overdue"), invoices_query(days, wanted, status)
    if cursor and unpaid:
        query = query.where(after((INSTALMENT.c.due_on, INSTALMENT.c.id), place_of(cursor, (date, int))))
    elif cursor:
        query = query.where(before((INVOICE.c.id,), place_of(cursor, (int,))))
    rows = connection.execute(query.limit(limited(limit) + 1)).all()
    page = rows[: limited(limit)]
    place = ((page[-1].due_on, page[-1].place) if unpaid else (page[-1].place,)) if len(rows) > len(page) else ()
    return InvoicePage(invoices=tuple(_invoice(row) for row in page), next=cursor_of(*place) if place else "")


def invoices_query(days: Days, wanted: ReceivableFilter, status: InvoiceStatus) -> AnySelect:
    """Return the question for invoices, in its order; a test asks the database how it would answer it."""
    query = _only(_unpaid(days) if status in ("open", "overdue") else _documents(days), wanted)
    if status == "overdue":
        return query.where(INSTALMENT.c.due_on < days.last(), INSTALMENT.c.due_on < days.in_row())
    if status == "paid":
        return query.where(not_(exists().where(_PART.c.invoice_id == INVOICE.c.id, ~_PART.c.settled)))
    return query


def accounts(
    connection: Connection,
    days: Days,
    wanted: ReceivableFilter,
    status: Literal["", "open", "overdue", "unapplied"] = "",
    cursor: str = "",
    limit: int = 50,
) -> AccountPage:
    """Return a page of accounts by entity, customer and currency (`BadCursor`)."""
    today, order = days.in_row(), (ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
    oldest = (
        select(func.min(_PART.c.due_on))
        .where(_PART.c.account_id == ACCOUNT.c.id, ~_PART.c.settled)
        .correlate(ACCOUNT)
        .scalar_subquery()
    )
    query = select(
        ACCOUNT, _of_account().label("now_open"), _of_account(today).label("now_overdue"), oldest.label("oldest"),
        _UNAPPLIED.label("now_unapplied"), today.label("today"),
    ).order_by(*order)  # fmt: skip
    query = _only(query, wanted)
    if status == "unapplied":
        query = query.where(_UNAPPLIED > 0)
    elif status:
        due = _PART.c.due_on < today if status == "overdue" else literal(True)
        query = query.where(exists().where(_PART.c.account_id == ACCOUNT.c.id, ~_PART.c.settled, due))
    if cursor:
        query = query.where(after(order, place_of(cursor, (str, str, str))))
    rows = connection.execute(query.limit(limited(limit) + 1)).all()
    page = tuple(_account(row) for row in rows[: limited(limit)])
    last = page[-1] if len(rows) > len(page) else None
    return AccountPage(accounts=page, next=cursor_of(last.entity, last.customer_id, last.currency) if last else "")


_CAME_IN = select(func.coalesce(func.sum(RECEIPT.c.minor), 0)).where(RECEIPT.c.account_id == ACCOUNT.c.id)
_PAID = select(func.coalesce(func.sum(ALLOCATION.c.minor), 0)).where(
    ALLOCATION.c.account_id == ACCOUNT.c.id, ALLOCATION.c.kind == "cash"
)
_WENT_BACK = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .join(RECEIPT, RECEIPT.c.id == RECEIPT_RETURN.c.receipt_id)
    .where(RECEIPT.c.account_id == ACCOUNT.c.id)
)
_UNAPPLIED = (
    _CAME_IN.correlate(ACCOUNT).scalar_subquery()
    - _PAID.correlate(ACCOUNT).scalar_subquery()
    - _WENT_BACK.correlate(ACCOUNT).scalar_subquery()
)


def _columns(days: Days) -> tuple[ColumnElement[Any], ...]:
    today = days.in_row()
    level = (
        select(func.coalesce(func.max(_PART.c.level), 0))
        .where(_PART.c.invoice_id == INVOICE.c.id)
        .correlate(INVOICE)
        .scalar_subquery()
    )
    return (
        INVOICE.c.number, INVOICE.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.customer_name, INVOICE.c.deal_id,
        INVOICE.c.issued_on, PAYABLE.label("payable_minor"), INVOICE.c.currency, _of_invoice().label("open_minor"),
        _of_invoice(today).label("overdue_minor"), level.label("level"), today.label("today"),
    )  # fmt: skip


def _unpaid(days: Days) -> AnySelect:
    """Select invoices by their first open instalment, along the index of what is open by due date."""
    return (
        select(*_columns(days), INSTALMENT.c.due_on, INSTALMENT.c.id.label("place"))
        .select_from(INSTALMENT)
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .where(~INSTALMENT.c.settled, not_(_NOT_FIRST))
        .order_by(INSTALMENT.c.due_on, INSTALMENT.c.id)
    )


def _documents(days: Days) -> AnySelect:
    """Select invoices by when they were entered."""
    first_open = func.min(case((~_PART.c.settled, _PART.c.due_on)))
    parts = select(func.coalesce(first_open, func.max(_PART.c.due_on))).where(_PART.c.invoice_id == INVOICE.c.id)
    due = func.coalesce(parts.correlate(INVOICE).scalar_subquery(), INVOICE.c.issued_on)
    return (
        select(*_columns(days), due.label("due_on"), INVOICE.c.id.label("place"))
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .order_by(INVOICE.c.id.desc())
    )


def _only(query: AnySelect, wanted: ReceivableFilter) -> AnySelect:
    if wanted.entity:
        query = query.where(ACCOUNT.c.entity == wanted.entity)
    if wanted.customer:
        query = query.where(ACCOUNT.c.customer_id == wanted.customer)
    return query


def _day(value: object) -> date:
    """Return a date that SQLite gives back as text where an expression made it."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _late(due_on: date | None, today: date) -> int:
    return 0 if due_on is None else max(0, (today - due_on).days)


def _invoice(row: AnyRow) -> InvoiceLine:
    due_on, open_minor = _day(row.due_on), int(row.open_minor)
    return InvoiceLine(
        number=row.number,
        entity=row.entity,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        deal_id=row.deal_id or "",
        issued_on=row.issued_on,
        due_on=due_on,
        total=Money(minor=row.payable_minor, currency=row.currency),
        open=Money(minor=open_minor, currency=row.currency),
        overdue=Money(minor=int(row.overdue_minor), currency=row.currency),
        days_late=_late(due_on, _day(row.today)) if open_minor else 0,
        level=row.level,
    )


def _account(row: AnyRow) -> AccountLine:
    oldest = None if row.oldest is None else _day(row.oldest)
    sums = {
        "open": row.now_open, "overdue": row.now_overdue, "unapplied": row.now_unapplied,
        "disputed": row.disputed_minor, "promised": row.promised_minor,
    }  # fmt: skip
    money = {name: Money(minor=int(minor), currency=row.currency) for name, minor in sums.items()}
    own = row._asdict() | money | {"oldest_due_on": oldest, "days_late": _late(oldest, _day(row.today))}
    return AccountLine.model_validate({name: own[name] for name in AccountLine.model_fields})
