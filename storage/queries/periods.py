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
from storage.rows import AnyRow
from storage.tables.ledger import POSTING
from storage.tables.periods import ENTITY_BOOKS, PERIOD
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


class PeriodView(Value):
    """A month of a legal entity's books.

    Attributes:
        id: as `POST /api/periods/{id}/close` names it.
        status: ``closed``; ``open`` if it is over, and may be closed once those before it are; else ``running``.
        totals: what was posted in a closed month, by currency; none while it is open.
        lines: the same by account.
    """

    id: str
    entity: str
    month: str
    status: Literal["closed", "open", "running"]
    closed_at: datetime | None = None
    closed_by: str = ""
    totals: tuple[CurrencyTotal, ...] = ()
    lines: tuple[AccountBalance, ...] = ()


class PeriodList(Value):
    """Months of legal entities, by entity, the newest first."""

    periods: tuple[PeriodView, ...]


def closed_period(connection: Connection, entity: str, month: Period) -> PeriodView:
    """Return a closed month with its trial balance."""
    row = connection.execute(_ONE, {"entity": entity, "month": month.start}).one()
    lines = LINES.validate_json(row.lines)
    return _closed(row).model_copy(update={"lines": lines})


def periods(connection: Connection, entity: str, today: Callable[[str], date]) -> PeriodList:
    """Return the months from the first in which something is posted to the running one.

    Args:
        connection: of a read.
        entity: only this legal entity; empty for all.
        today: tells the date in a legal entity's zone.
    """
    closed = {(row.entity, row.month): _closed(row) for row in connection.execute(_ALL)}
    begun = {row[0]: row[1] for row in connection.execute(_BEGUN) if entity in ("", row[0])}
    found: list[PeriodView] = []
    for name, first in sorted(begun.items()):
        day = today(name)
        months = reversed(months_from(first, day))
        found += [closed.get((name, month.start)) or _open(name, month, day) for month in months]
    return PeriodList(periods=tuple(found))


def period_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount every closed month."""
    rows = connection.execute(_ALL).all()
    promise = Text(
        en="nothing is posted into a month after its close; months are closed in order",
        zh="已关账月份不再入账；月份依次关账",
    )
    return (checked("periods", promise, len(rows), [*_too_late(connection, rows), *_out_of_order(connection, rows)]),)


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
