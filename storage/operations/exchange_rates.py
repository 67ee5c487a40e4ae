"""Daily rates as somebody keeps them, and what a day's rate is: the newest that still holds, else there is none."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    insert,
    or_,
    select,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from domain.receivables.exchange import Rate
from domain.receivables.plausible import RateChecks, is_near
from storage.operations.statements import one_at_a_time
from storage.rows import AnyRow
from storage.tables.exchange import EXCHANGE_RATE, EXCHANGE_RATE_OFFER, RECEIPT_RATE

_HERE, _OFFERED = EXCHANGE_RATE.c, EXCHANGE_RATE_OFFER.c
_BETWEEN = or_(
    and_(_HERE.unit == bindparam("unit"), _HERE.quote == bindparam("quote")),
    and_(_HERE.unit == bindparam("quote"), _HERE.quote == bindparam("unit")),
)
# Of a day the entity's own rate comes before that of the company, and a later one before an earlier one.
_NEWEST_FIRST = (_HERE.on_day.desc(), case((_HERE.entity == "", 1), else_=0), _HERE.id.desc())
_SEEN = or_(_HERE.entity == "", _HERE.entity == bindparam("entity"))
_HOLDING = (
    select(_HERE.unit, _HERE.quote, _HERE.rate, _HERE.source, _HERE.on_day)
    .where(_BETWEEN, _SEEN, _HERE.on_day <= bindparam("day"), _HERE.on_day >= bindparam("since"))
    .order_by(*_NEWEST_FIRST)
    .limit(1)
)
# What one person alone has kept says nothing for what the same person keeps next: nobody walks a rate away in steps.
_OF_OTHERS = (
    select(_HERE.unit, _HERE.quote, _HERE.rate, _HERE.source, _HERE.on_day)
    .where(
        _BETWEEN,
        _SEEN,
        _HERE.on_day <= bindparam("day"),
        or_(_HERE.recorded_by != bindparam("by"), _HERE.confirmed_by != ""),
    )
    .order_by(*_NEWEST_FIRST)
    .limit(1)
)
_STATED = select(RECEIPT_RATE).where(RECEIPT_RATE.c.receipt_id == bindparam("receipt_id"))


class DayRate(NamedTuple):
    """A rate of a day, as it is to be kept.

    Attributes:
        entity: the legal entity for which it holds, empty for all.
    """

    rate: Rate
    on: date
    entity: str = ""


def offer_rate(connection: Connection, offered: DayRate, checks: RateChecks, by: str, at: datetime) -> bool:
    """Keep a rate that is near what is known; one far off it, or of an unknown pair, when a second person offers it.

    Returns:
        Whether it is kept; else it waits for somebody else to offer the same.
    """
    # The second of two who offer at one moment must see the first.
    one_at_a_time(connection, EXCHANGE_RATE_OFFER)
    told = offered.rate
    if _is_kept(connection, offered):
        return True
    same = [row for row in connection.execute(_offers(offered)) if Decimal(row.rate) == told.rate]
    first = next((row for row in same if row.recorded_by != by), None)
    if first is not None:
        keep_rate(connection, told, offered.on, first.recorded_by, at, entity=offered.entity, confirmed_by=by)
        connection.execute(delete(EXCHANGE_RATE_OFFER).where(_OFFERED.id.in_([row.id for row in same])))
        return True
    known = _known(connection, offered, by) or checks.policy
    if known is not None and is_near(told, known, checks.bp):
        keep_rate(connection, told, offered.on, by, at, entity=offered.entity)
        return True
    if not same:
        offer = _row(told) | {"on_day": offered.on, "recorded_by": by, "at": at, "entity": offered.entity}
        connection.execute(insert(EXCHANGE_RATE_OFFER), offer)
    return False


def keep_rate(
    connection: Connection, rate: Rate, on: date, by: str, at: datetime, *, entity: str = "", confirmed_by: str = ""
) -> None:  # fmt: skip
    """Keep what a currency was worth on a day; said again it changes nothing, said otherwise it counts from now on.

    What was posted by the former rate stays as it is.
    """
    if not _is_kept(connection, DayRate(rate, on, entity)):
        row = _row(rate) | {"on_day": on, "recorded_by": by, "at": at, "entity": entity, "confirmed_by": confirmed_by}
        connection.execute(insert(EXCHANGE_RATE), row)


def kept_rate(connection: Connection, entity: str, one: str, other: str, day: date, days: int) -> Rate | None:
    """Return the newest rate between two currencies that is of this day, or at most so many days older.

    Of a day that of the legal entity comes before that of the whole company.
    """
    asked = {"unit": one, "quote": other, "entity": entity, "day": day, "since": day - timedelta(days=days)}
    row = connection.execute(_HOLDING, asked).first()
    return None if row is None else _rate_of(row)


def state_rate(connection: Connection, receipt_id: int, rate: Rate) -> None:
    """Keep the rate that was stated with a receipt."""
    connection.execute(insert(RECEIPT_RATE), _row(rate) | {"receipt_id": receipt_id})


def stated_rate(connection: Connection, receipt_id: int) -> Rate | None:
    """Return the rate that was stated with a receipt, if there was one."""
    row = connection.execute(_STATED, {"receipt_id": receipt_id}).first()
    if row is None:
        return None
    return Rate(unit=row.unit, quote=row.quote, rate=Decimal(row.rate), source=row.source)


def _is_kept(connection: Connection, offered: DayRate) -> bool:
    rate = offered.rate
    newest = select(_HERE.rate, _HERE.source).where(*_same(_HERE, offered)).order_by(_HERE.id.desc()).limit(1)
    known = connection.execute(newest).first()
    return known is not None and (Decimal(known.rate), known.source) == (rate.rate, rate.source)


def _known(connection: Connection, offered: DayRate, by: str) -> Rate | None:
    rate = offered.rate
    asked = {"unit": rate.unit, "quote": rate.quote, "entity": offered.entity, "day": offered.on, "by": by}
    row = connection.execute(_OF_OTHERS, asked).first()
    return None if row is None else _rate_of(row)


def _offers(offered: DayRate) -> Select[tuple[int, str, str]]:
    here = select(_OFFERED.id, _OFFERED.rate, _OFFERED.recorded_by)
    return here.where(*_same(_OFFERED, offered)).order_by(_OFFERED.id)


def _same(columns: ReadOnlyColumnCollection[str, Column[Any]], offered: DayRate) -> tuple[ColumnElement[bool], ...]:
    rate = offered.rate
    return (
        columns.unit == rate.unit,
        columns.quote == rate.quote,
        columns.on_day == offered.on,
        columns.entity == offered.entity,
    )


def _rate_of(row: AnyRow) -> Rate:
    said = " ".join(filter(None, (row.source, row.on_day.isoformat())))
    return Rate(unit=row.unit, quote=row.quote, rate=Decimal(row.rate), source=said)


def _row(rate: Rate) -> dict[str, object]:
    return {"unit": rate.unit, "quote": rate.quote, "rate": f"{rate.rate:f}", "source": rate.source}
