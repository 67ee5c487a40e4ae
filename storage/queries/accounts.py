"""What a customer owes is summed up at the moment it is asked; item lists are paged, oldest due first."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, func, select

from domain.money import Money
from domain.receivables.entries import CaseCounters, CaseView, OpenItem
from domain.refusal import Code, refuse
from domain.value import Value
from storage.operations.accounts import HeldAccount, find_account, terms_by_hash
from storage.operations.cases import case_of
from storage.operations.items import open_items
from storage.operations.receipts import unapplied_of_account
from storage.queries.paging import after, cursor_of, limited, place_of
from storage.rows import AnyRow, AnySelect
from storage.tables.ledger import ALLOCATION, INSTALMENT, INVOICE
from storage.tables.records import ACCOUNT


class AccountView(Value):
    """An account as it is now.

    Attributes:
        case: summed up from the ledger at this moment; without steps before the account's terms are known.
        counters: what the case remembers.
        version: of the event log.
    """

    entity: str
    customer_id: str
    customer_name: str
    currency: str
    case: CaseView
    counters: CaseCounters
    version: int
    credit_hold: bool
    delivery_stop: bool
    attention: bool


class StatementItem(Value):
    """An instalment with what is open of it."""

    number: str
    instalment: int
    deal_id: str
    issued_on: date
    due_on: date
    amount: Money
    open: Money
    level: int


class ItemPage(Value):
    """Some instalments, and the cursor of the next page; empty at the end."""

    items: tuple[StatementItem, ...]
    next: str = ""


_ALLOCATED = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .where(ALLOCATION.c.instalment_id == INSTALMENT.c.id)
    .correlate(INSTALMENT)
    .scalar_subquery()
)


def open_of_instalment() -> ColumnElement[int]:
    """What is open of an instalment, in a query over instalments."""
    return INSTALMENT.c.amount_minor - _ALLOCATED


def accounts(connection: Connection, customer_id: str, at: datetime) -> tuple[AccountView, ...]:
    """Return all accounts of a customer, summed up at a moment."""
    keys = connection.execute(
        select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
        .where(ACCOUNT.c.customer_id == customer_id)
        .order_by(ACCOUNT.c.entity, ACCOUNT.c.currency)
    ).all()
    return tuple(account(connection, *key, at) for key in keys)


def entities_owed(connection: Connection, customer_id: str, currency: str) -> tuple[str, ...]:
    """Return the legal entities that have an account with a customer in a currency, in order."""
    found = connection.execute(
        select(ACCOUNT.c.entity)
        .where(ACCOUNT.c.customer_id == customer_id, ACCOUNT.c.currency == currency)
        .order_by(ACCOUNT.c.entity)
    )
    return tuple(found.scalars())


def account(connection: Connection, entity: str, customer_id: str, currency: str, at: datetime) -> AccountView:
    """Return one account, summed up at a moment; refused when there is none (E_NOTFOUND)."""
    held = _found(connection, entity, customer_id, currency)
    row = connection.execute(
        select(ACCOUNT.c.version, ACCOUNT.c.credit_hold, ACCOUNT.c.delivery_stop, ACCOUNT.c.attention).where(
            ACCOUNT.c.id == held.id
        )
    ).one()
    return AccountView(
        entity=entity,
        customer_id=customer_id,
        customer_name=held.customer_name,
        currency=currency,
        case=_case(connection, held, at),
        counters=held.counters,
        version=row.version,
        credit_hold=row.credit_hold,
        delivery_stop=row.delivery_stop,
        attention=row.attention,
    )


def items(
    connection: Connection, entity: str, customer_id: str, currency: str, cursor: str = "", limit: int = 50
) -> ItemPage:
    """Return a page of the open instalments of an account, the oldest due first (E_NOTFOUND, `BadCursor`)."""
    held = _found(connection, entity, customer_id, currency)
    order = (INSTALMENT.c.due_on, INVOICE.c.number, INSTALMENT.c.position)
    query = _items().where(INSTALMENT.c.account_id == held.id, ~INSTALMENT.c.settled).order_by(*order)
    if cursor:
        due_on, number, position = place_of(cursor, (date, str, int))
        query = query.where(after(order, (due_on, number, position)))
    rows = connection.execute(query.limit(limited(limit) + 1)).all()
    page = tuple(_item(row) for row in rows[: limited(limit)])
    more = len(rows) > len(page)
    last = cursor_of(page[-1].due_on, page[-1].number, page[-1].instalment) if more else ""
    return ItemPage(items=page, next=last)


def items_of_invoice(connection: Connection, invoice_id: int) -> tuple[StatementItem, ...]:
    """Return the instalments of an invoice, open or not."""
    rows = connection.execute(_items().where(INVOICE.c.id == invoice_id).order_by(INSTALMENT.c.position))
    return tuple(_item(row) for row in rows)


def _found(connection: Connection, entity: str, customer_id: str, currency: str) -> HeldAccount:
    held = find_account(connection, entity, customer_id, currency)
    if held is None:
        raise refuse(
            Code.NOTFOUND,
            f"there is no account {entity}/{customer_id}/{currency}",
            f"没有账户 {entity}/{customer_id}/{currency}",
        )
    return held


def _case(connection: Connection, held: HeldAccount, at: datetime) -> CaseView:
    if held.terms_hash:
        return case_of(connection, held, terms_by_hash(connection, held.terms_hash), at)
    found: list[OpenItem] = [one.item for one in open_items(connection, held.id)]
    return CaseView(
        open_minor=sum(item.open_minor for item in found),
        unapplied_minor=unapplied_of_account(connection, held.id),
        items=len(found),
        oldest_due_on=min((item.due_on for item in found), default=None),
    )


def _items() -> AnySelect:
    return select(
        INVOICE.c.number, INSTALMENT.c.position, INVOICE.c.deal_id, INVOICE.c.issued_on, INSTALMENT.c.due_on,
        INSTALMENT.c.amount_minor, open_of_instalment().label("open_minor"), INVOICE.c.currency,
        INSTALMENT.c.level,
    ).join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)  # fmt: skip


def _item(row: AnyRow) -> StatementItem:
    return StatementItem(
        number=row.number,
        instalment=row.position,
        deal_id=row.deal_id or "",
        issued_on=row.issued_on,
        due_on=row.due_on,
        amount=Money(minor=row.amount_minor, currency=row.currency),
        open=Money(minor=int(row.open_minor), currency=row.currency),
        level=row.level,
    )
