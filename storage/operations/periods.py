"""No posting slips past a close: who posts shares the entity's books (`accounts`), who closes has them alone."""

from datetime import date, datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from domain.billing_periods import Period
from domain.receivables.closing import checked_reopenable, first_open, open_again, to_close
from domain.receivables.journal import AccountBalance
from storage.operations.statements import Upsert
from storage.queries.journal import trial_balance
from storage.tables.ledger import POSTING
from storage.tables.periods import ENTITY_BOOKS, PERIOD, REOPENING
from storage.tables.records import ACCOUNT

LINES = TypeAdapter(tuple[AccountBalance, ...])
_OPEN = Upsert(ENTITY_BOOKS, ["entity"], changes=())
_ALONE = select(ENTITY_BOOKS.c.closed_until).where(ENTITY_BOOKS.c.entity == bindparam("entity")).with_for_update()
_CLOSED = select(PERIOD.c.month).where(PERIOD.c.entity == bindparam("entity"), PERIOD.c.month == bindparam("month"))
_POSTED = (
    select(func.min(POSTING.c.posted_on))
    .join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id)
    .where(ACCOUNT.c.entity == bindparam("entity"), POSTING.c.posted_on >= bindparam("since"))
)
_WHOLE = select(PERIOD).where(PERIOD.c.entity == bindparam("entity"), PERIOD.c.month == bindparam("month"))
_EARLIER = select(func.max(PERIOD.c.month)).where(PERIOD.c.entity == bindparam("entity"))
_REOPENED = (
    select(REOPENING.c.reopened_by, REOPENING.c.evidence, REOPENING.c.reopened_at)
    .where(REOPENING.c.entity == bindparam("entity"), REOPENING.c.month == bindparam("month"))
    .order_by(REOPENING.c.id.desc())
    .limit(1)
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
    """Close a month of a legal entity, once, and with it those before it that are empty: nothing is posted into them.

    Whoever posts at this moment is waited for, and whoever comes after sees the month closed.

    Raises:
        Refused: it is not over, or something is posted in an earlier open one (E_STATE).
    """
    closed_until = _held_alone(connection, entity)
    key = {"entity": entity, "month": month.start}
    if connection.execute(_CLOSED, key).first() is not None:
        return
    since = date.min if closed_until is None else first_open(closed_until, closed_until)
    posted = connection.execute(_POSTED, {"entity": entity, "since": since}).scalar()
    told = {"closed_by": by, "closed_at": at, "last_posting": connection.execute(_NEWEST).scalar_one()}
    rows = []
    for one in to_close(entity, month, posted, closed_until, today):
        lines = trial_balance(connection, entity, on=one.last, since=one.start)
        rows.append({"entity": entity, "month": one.start, "lines": LINES.dump_json(lines).decode(), **told})
    connection.execute(insert(PERIOD), rows)
    connection.execute(_CLOSE, {"w_entity": entity, "new_closed_until": month.last})


def _held_alone(connection: Connection, entity: str) -> date | None:
    row = connection.execute(_ALONE, {"entity": entity}).first()
    if row is None:
        open_books(connection, entity)
        row = connection.execute(_ALONE, {"entity": entity}).one()
    closed_until: date | None = row.closed_until
    return closed_until


def reopen_period(connection: Connection, entity: str, month: Period, evidence: str, at: datetime, by: str) -> None:
    """Open the last closed month of a legal entity again; what stood in it at its close is kept.

    The same word of the same person again changes nothing.

    Raises:
        Refused: E_STATE (not the last closed month, or open already), E_SOD (who closed it), E_GATE (no evidence).
    """
    closed_until = _held_alone(connection, entity)
    key = {"entity": entity, "month": month.start}
    closed = connection.execute(_WHOLE, key).first()
    if closed is None and (again := connection.execute(_REOPENED, key).first()) is not None:
        if (again.reopened_by, again.evidence) == (by, evidence):
            return
        raise open_again(month, entity, again.reopened_by, again.reopened_at.date())
    checked_reopenable(entity, month, closed_until, closed.closed_by if closed else "", by, evidence)
    if closed is None:
        raise RuntimeError(f"the books of {entity} are closed until {closed_until}, and {month.start} is not")
    told = {"closed_by": closed.closed_by, "closed_at": closed.closed_at, "lines": closed.lines}
    connection.execute(insert(REOPENING), key | told | {"evidence": evidence, "reopened_by": by, "reopened_at": at})
    connection.execute(delete(PERIOD).where(PERIOD.c.entity == entity, PERIOD.c.month == month.start))
    earlier = connection.execute(_EARLIER, {"entity": entity}).scalar()
    until = None if earlier is None else month.start - timedelta(days=1)
    connection.execute(_CLOSE, {"w_entity": entity, "new_closed_until": until})
