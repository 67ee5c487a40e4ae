"""No posting slips past a close: who posts shares the entity's books (`accounts`), who closes has them alone."""

from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, func, insert, select, update

from domain.billing_periods import Period
from domain.receivables.closing import checked_closable
from domain.receivables.journal import AccountBalance
from storage.operations.statements import Upsert
from storage.queries.journal import trial_balance
from storage.tables.ledger import POSTING
from storage.tables.periods import ENTITY_BOOKS, PERIOD
from storage.tables.records import ACCOUNT

LINES = TypeAdapter(tuple[AccountBalance, ...])
_OPEN = Upsert(ENTITY_BOOKS, ["entity"], changes=())
_ALONE = select(ENTITY_BOOKS.c.closed_until).where(ENTITY_BOOKS.c.entity == bindparam("entity")).with_for_update()
_CLOSED = select(PERIOD.c.month).where(PERIOD.c.entity == bindparam("entity"), PERIOD.c.month == bindparam("month"))
_BEGUN = (
    select(func.min(POSTING.c.posted_on))
    .join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id)
    .where(ACCOUNT.c.entity == bindparam("entity"))
)
_NEWEST = select(func.coalesce(func.max(POSTING.c.id), 0))
_CLOSE = (
    update(ENTITY_BOOKS)
    .where(ENTITY_BOOKS.c.entity == bindparam("w_entity"))
    .values(closed_until=bindparam("new_closed_until"))
)


def open_books(connection: Connection, entity: str) -> None:
    """Make the row of an entity's books, with no month closed, unless it is there."""
    connection.execute(_OPEN.of(connection), {"entity": entity, "closed_until": None})


def close_period(connection: Connection, entity: str, month: Period, today: date, at: datetime, by: str) -> None:
    """Close a month of a legal entity, once: nothing is posted into it any more.

    Whoever posts at this moment is waited for, and whoever comes after sees the month closed.

    Raises:
        Refused: it is not over, or not the next one to close (E_STATE).
    """
    closed_until = _held_alone(connection, entity)
    key = {"entity": entity, "month": month.start}
    if connection.execute(_CLOSED, key).first() is not None:
        return
    begun = connection.execute(_BEGUN, {"entity": entity}).scalar()
    checked_closable(entity, month, begun, closed_until, today)
    lines = trial_balance(connection, entity, on=month.last, since=month.start)
    row = {
        "closed_by": by, "closed_at": at, "last_posting": connection.execute(_NEWEST).scalar_one(),
        "lines": LINES.dump_json(lines).decode(),
    }  # fmt: skip
    connection.execute(insert(PERIOD), key | row)
    connection.execute(_CLOSE, {"w_entity": entity, "new_closed_until": month.last})


def _held_alone(connection: Connection, entity: str) -> date | None:
    row = connection.execute(_ALONE, {"entity": entity}).first()
    if row is None:
        open_books(connection, entity)
        row = connection.execute(_ALONE, {"entity": entity}).one()
    closed_until: date | None = row.closed_until
    return closed_until
