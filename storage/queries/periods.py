"""The months of a legal entity, closed and open, and that nothing came into one after its close."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, func, select

from domain.billing_periods import Every, Period, period_at
from domain.receivables.closing import CurrencyTotal, month_name, months_from, totals_of
from domain.receivables.journal import AccountBalance
from domain.value import Text, Value
from storage.operations.periods import LINES
from storage.queries.checks import Check, checked
from storage.queries.journal import trial_balance
from storage.queries.paging import cursor_of, limited, place_of
from storage.rows import AnyRow
from storage.tables.ledger import POSTING
from storage.tables.periods import ENTITY_BOOKS, PERIOD, REOPENING
from storage.tables.records import ACCOUNT

_BEGUN = (
    select(ACCOUNT.c.entity, func.min(POSTING.c.posted_on))
    .join(POSTING, POSTING.c.account_id == ACCOUNT.c.id)
    .group_by(ACCOUNT.c.entity)
)
_ALL = select(PERIOD).order_by(PERIOD.c.entity, PERIOD.c.month)
_ONE = select(PERIOD).where(PERIOD.c.entity == bindparam("entity"), PERIOD.c.month == bindparam("month"))
_UNTIL = select(ENTITY_BOOKS.c.entity, ENTITY_BOOKS.c.closed_until).order_by(ENTITY_BOOKS.c.entity)
_TOO_LATE = (
    select(POSTING.c.entry)
    .distinct()
    .join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id)
    .where(
        ACCOUNT.c.entity == bindparam("entity"), POSTING.c.posted_on <= bindparam("last"),
        POSTING.c.id > bindparam("last_posting"),
    )
    .order_by(POSTING.c.entry)
)  # fmt: skip


class Reopening(Value):
    """That a closed month was opened again: by whom, when, and by what evidence; and who had closed it."""

    closed_by: str
    closed_at: datetime
    reopened_by: str
    reopened_at: datetime
    evidence: str


class PeriodView(Value):
    """A month of a legal entity's books.

    Attributes:
        id: as `POST /api/periods/{id}/close` names it.
        status: ``closed``; ``open`` if it is over, and may be closed once those before it are; else ``running``.
        totals: what was posted in a closed month, by currency; none while it is open.
        lines: the same by account.
        reopened: each time it was opened again, the first first.
    """

    id: str
    entity: str
    month: str
    status: Literal["closed", "open", "running"]
    closed_at: datetime | None = None
    closed_by: str = ""
    totals: tuple[CurrencyTotal, ...] = ()
    lines: tuple[AccountBalance, ...] = ()
    reopened: tuple[Reopening, ...] = ()


class PeriodList(Value):
    """Months of legal entities, by entity, the newest first; and the cursor of the next page, empty at the end."""

    periods: tuple[PeriodView, ...]
    next: str = ""


def closed_period(connection: Connection, entity: str, month: Period) -> PeriodView:
    """Return a closed month with its trial balance."""
    row = connection.execute(_ONE, {"entity": entity, "month": month.start}).one()
    lines = LINES.validate_json(row.lines)
    again = _reopenings(connection, entity).get((entity, month.start), ())
    return _closed(row).model_copy(update={"lines": lines, "reopened": again})


def reopened_period(connection: Connection, entity: str, month: Period) -> PeriodView:
    """Return a month that was opened again: it is over, and may be closed once more."""
    again = _reopenings(connection, entity).get((entity, month.start), ())
    return _open(entity, month, month.until).model_copy(update={"reopened": again})


def periods(connection: Connection, entity: str, today: Callable[[str], date]) -> PeriodList:
    """Return the months from the first in which something is posted to the running one.

    Args:
        connection: of a read.
        entity: only this legal entity; empty for all.
        today: tells the date in a legal entity's zone.
    """
    closed = {(row.entity, row.month): _closed(row) for row in connection.execute(_ALL)}
    begun = {row[0]: row[1] for row in connection.execute(_BEGUN) if entity in ("", row[0])}
    again = _reopenings(connection, entity)
    found: list[PeriodView] = []
    for name, first in sorted(begun.items()):
        day = today(name)
        for month in reversed(months_from(first, day)):
            key = (name, month.start)
            view = closed.get(key) or _open(name, month, day)
            found.append(view.model_copy(update={"reopened": again.get(key, ())}))
    return PeriodList(periods=tuple(found))


def period_page(found: PeriodList, cursor: str, limit: int) -> PeriodList:
    """Return one page of months."""
    rows, most = found.periods, limited(limit)
    if cursor:
        entity, month = place_of(cursor, (str, str))
        rows = tuple(one for one in rows if _is_after(one, str(entity), str(month)))
    more = len(rows) > most
    last = rows[most - 1] if more else None
    return PeriodList(periods=rows[:most], next="" if last is None else cursor_of(last.entity, last.month))


def _is_after(one: PeriodView, entity: str, month: str) -> bool:
    return one.entity > entity or (one.entity == entity and one.month < month)


def _reopenings(connection: Connection, entity: str) -> dict[tuple[str, date], tuple[Reopening, ...]]:
    query = select(REOPENING).order_by(REOPENING.c.id)
    if entity:
        query = query.where(REOPENING.c.entity == entity)
    found: dict[tuple[str, date], tuple[Reopening, ...]] = {}
    for row in connection.execute(query):
        told = Reopening(
            closed_by=row.closed_by, closed_at=row.closed_at, reopened_by=row.reopened_by,
            reopened_at=row.reopened_at, evidence=row.evidence,
        )  # fmt: skip
        found[row.entity, row.month] = (*found.get((row.entity, row.month), ()), told)
    return found


def period_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount every closed month."""
    rows = connection.execute(_ALL).all()
    promise = Text(
        en="nothing is posted into a month after its close; months are closed in order, and opened again by two people",
        zh="已关账月份不再入账；月份依次关账，重新打开须两人",
    )
    wrong = [*_too_late(connection, rows), *_out_of_order(connection, rows), *_opened_alone(connection)]
    return (checked("periods", promise, len(rows), wrong),)


def _opened_alone(connection: Connection) -> Iterator[str]:
    """Name the months that were opened again by who had closed them, or without evidence."""
    for (entity, month), again in _reopenings(connection, "").items():
        if any(one.reopened_by == one.closed_by or not one.evidence.strip() for one in again):
            yield f"{_name(entity, period_at(Every.MONTH, month))}: opened again by one person"


def _too_late(connection: Connection, rows: Sequence[AnyRow]) -> Iterator[str]:
    for row in rows:
        month = period_at(Every.MONTH, row.month)
        bounds = {"entity": row.entity, "last": month.last, "last_posting": row.last_posting}
        late = list(connection.execute(_TOO_LATE, bounds).scalars())
        yield from (f"{_name(row.entity, month)}: {entry}" for entry in late)
        lines = trial_balance(connection, row.entity, on=month.last, since=month.start)
        if not late and lines != LINES.validate_json(row.lines):
            yield f"{_name(row.entity, month)}: not what was closed"


def _out_of_order(connection: Connection, rows: Sequence[AnyRow]) -> Iterator[str]:
    """Name the entities whose closed months have a gap, or do not end where their books say."""
    for entity, closed_until in connection.execute(_UNTIL):
        months = [row.month for row in rows if row.entity == entity]
        last = closed_until or date.min
        wanted = [month.start for month in months_from(months[0], last)] if months and closed_until else []
        ends = not months or period_at(Every.MONTH, months[-1]).last == closed_until
        if months != wanted or not ends or (closed_until is not None and not months):
            yield f"{entity}: closed until {closed_until}"


def _closed(row: AnyRow) -> PeriodView:
    month = period_at(Every.MONTH, row.month)
    return PeriodView(
        id=_name(row.entity, month),
        entity=row.entity,
        month=month_name(month),
        status="closed",
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        totals=totals_of(LINES.validate_json(row.lines)),
    )


def _open(entity: str, month: Period, today: date) -> PeriodView:
    over = today >= month.until
    return PeriodView(
        id=_name(entity, month), entity=entity, month=month_name(month), status="open" if over else "running"
    )


def _name(entity: str, month: Period) -> str:
    return f"{entity}-{month_name(month)}"
