"""A statement of account is summed up at the moment it is asked for."""

from collections.abc import Callable
from datetime import date, datetime
from operator import attrgetter

from sqlalchemy import Connection, func, or_, select

from domain.account_statement import MOST_ITEMS, SHOWN, AccountStatement, ReceivedMoney, aged
from domain.documents import OpenItem
from domain.local_time import zone_of
from domain.money import Money
from domain.receivables.collecting import PlannedPart, planned
from domain.refusal import Code, refuse
from storage.database import Database
from storage.operations.accounts import HeldAccount, find_account
from storage.operations.claims import open_promises
from storage.operations.receipts import unapplied_of_account
from storage.queries.accounts import open_of_instalment
from storage.queries.receipts import left_of_receipt, stands_of_receipt
from storage.rows import AnyRow
from storage.tables.ledger import INSTALMENT, INVOICE, RECEIPT

_BY_INVOICE = attrgetter("number", "on")


class Statements:
    """`domain.paper_ports.AccountStatements` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def statement(
        self, entity: str, customer_id: str, currency: str, as_of: datetime, zone: str
    ) -> AccountStatement:
        """Return the statement of an account (E_NOTFOUND)."""
        return await self._database.read(account_statement, entity, customer_id, currency, as_of, zone)


def account_statement(
    connection: Connection,
    entity: str,
    customer_id: str,
    currency: str,
    as_of: datetime,
    zone: str,
    since: date | None = None,
) -> AccountStatement:
    """Return the statement of an account at an instant (E_NOTFOUND).

    Args:
        zone: of the legal entity, in which days are counted.
        since: from which value date on receipts are listed; none is `SHOWN` before.
    """
    held = _found(connection, entity, customer_id, currency)
    as_of = as_of.astimezone(zone_of(zone))
    today, first = as_of.date(), since or as_of.date() - SHOWN
    money = _money_in(currency)
    by_due_day = _by_due_day(connection, held)
    total_open, unapplied = sum(minor for _, minor, _ in by_due_day), unapplied_of_account(connection, held.id)
    items = _items(connection, held, today, money)
    listed = sum(item.open.minor for item in items)
    return AccountStatement(
        entity=entity,
        customer_id=customer_id,
        currency=currency,
        as_of=as_of,
        since=first,
        items=items,
        left_out=sum(count for *_, count in by_due_day) - len(items),
        left_out_open=money(total_open - listed),
        ageing=aged(((due_on, minor) for due_on, minor, _ in by_due_day), today, currency),
        receipts=_receipts(connection, held, first, money),
        total_open=money(total_open),
        unapplied=money(unapplied),
        balance=money(total_open - unapplied),
        plans=_plans(connection, held),
    )


def _found(connection: Connection, *names: str) -> HeldAccount:
    held = find_account(connection, *names)
    if held is None:
        name = "/".join(names)
        raise refuse(Code.NOTFOUND, f"there is no account {name}", f"没有账户 {name}")
    return held


def _money_in(currency: str) -> Callable[[int], Money]:
    return lambda minor: Money(minor=int(minor), currency=currency)


def _by_due_day(connection: Connection, held: HeldAccount) -> list[tuple[date, int, int]]:
    """Return (due day, what is open, number of instalments); a day with nothing open is left out."""
    query = (
        select(INSTALMENT.c.due_on, func.sum(open_of_instalment()), func.count())
        .where(INSTALMENT.c.account_id == held.id, ~INSTALMENT.c.settled)
        .group_by(INSTALMENT.c.due_on)
        .order_by(INSTALMENT.c.due_on)
    )
    return [(due_on, int(minor), int(count)) for due_on, minor, count in connection.execute(query)]


def _plans(connection: Connection, held: HeldAccount) -> tuple[PlannedPart, ...]:
    running = [one for one in open_promises(connection, held.id) if one.plan]
    if not running:
        return ()
    query = (
        select(INVOICE.c.number, func.sum(open_of_instalment()))
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .where(INSTALMENT.c.account_id == held.id, INVOICE.c.number.in_({one.number for one in running}))
        .group_by(INVOICE.c.number)
    )
    left = {number: int(minor) for number, minor in connection.execute(query)}
    return planned(sorted(running, key=_BY_INVOICE), left, held.currency)


def _items(
    connection: Connection, held: HeldAccount, today: date, money: Callable[[int], Money]
) -> tuple[OpenItem, ...]:
    query = (
        select(
            INVOICE.c.number, INVOICE.c.issued_on, INSTALMENT.c.due_on, INSTALMENT.c.amount_minor,
            open_of_instalment().label("open_minor"),
        )
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .where(INSTALMENT.c.account_id == held.id, ~INSTALMENT.c.settled)
        .order_by(INSTALMENT.c.due_on, INVOICE.c.number, INSTALMENT.c.position)
        .limit(MOST_ITEMS)
    )  # fmt: skip

    def item(row: AnyRow) -> OpenItem:
        return OpenItem(
            invoice_number=row.number,
            issued_on=row.issued_on,
            due_on=row.due_on,
            days_late=(today - row.due_on).days,
            total=money(row.amount_minor),
            open=money(row.open_minor),
        )

    return tuple(item(row) for row in connection.execute(query))


def _receipts(
    connection: Connection, held: HeldAccount, since: date, money: Callable[[int], Money]
) -> tuple[ReceivedMoney, ...]:
    left, stands = left_of_receipt(), stands_of_receipt()
    query = (
        select(RECEIPT, left.label("left_minor"), stands.label("stands_minor"))
        .where(RECEIPT.c.account_id == held.id, stands > 0, or_(RECEIPT.c.value_date >= since, left > 0))
        .order_by(RECEIPT.c.value_date, RECEIPT.c.id)
        .limit(MOST_ITEMS)
    )
    return tuple(
        ReceivedMoney(
            value_date=row.value_date,
            reference=row.reference or row.external_id,
            amount=money(row.stands_minor),
            unapplied=money(row.left_minor),
        )
        for row in connection.execute(query)
    )
