"""Daily rates as somebody keeps them, and what a day's rate is: the newest that still holds, else there is none."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, and_, bindparam, insert, or_, select

from domain.receivables.exchange import Rate
from storage.tables.exchange import EXCHANGE_RATE, RECEIPT_RATE

_HERE = EXCHANGE_RATE.c
_HOLDING = (
    select(_HERE.unit, _HERE.quote, _HERE.rate, _HERE.source, _HERE.on_day)
    .where(
        or_(
            and_(_HERE.unit == bindparam("unit"), _HERE.quote == bindparam("quote")),
            and_(_HERE.unit == bindparam("quote"), _HERE.quote == bindparam("unit")),
        ),
        _HERE.on_day <= bindparam("day"),
        _HERE.on_day >= bindparam("since"),
    )
    .order_by(_HERE.on_day.desc(), _HERE.id.desc())
    .limit(1)
)
_STATED = select(RECEIPT_RATE).where(RECEIPT_RATE.c.receipt_id == bindparam("receipt_id"))


def keep_rate(connection: Connection, rate: Rate, on: date, by: str, at: datetime) -> None:
    """Keep what a currency was worth on a day; said again it changes nothing, said otherwise it counts from now on.

    What was posted by the former rate stays as it is.
    """
    same = (_HERE.unit == rate.unit, _HERE.quote == rate.quote, _HERE.on_day == on)
    known = connection.execute(select(_HERE.rate, _HERE.source).where(*same).order_by(_HERE.id.desc()).limit(1)).first()
    if known is not None and (Decimal(known.rate), known.source) == (rate.rate, rate.source):
        return
    row = _row(rate) | {"on_day": on, "recorded_by": by, "at": at}
    connection.execute(insert(EXCHANGE_RATE), row)


def kept_rate(connection: Connection, one: str, other: str, day: date, days: int) -> Rate | None:
    """Return the newest rate between two currencies that is of this day, or at most so many days older."""
    asked = {"unit": one, "quote": other, "day": day, "since": day - timedelta(days=days)}
    row = connection.execute(_HOLDING, asked).first()
    if row is None:
        return None
    said = " ".join(filter(None, (row.source, row.on_day.isoformat())))
    return Rate(unit=row.unit, quote=row.quote, rate=Decimal(row.rate), source=said)


def state_rate(connection: Connection, receipt_id: int, rate: Rate) -> None:
    """Keep the rate that was stated with a receipt."""
    connection.execute(insert(RECEIPT_RATE), _row(rate) | {"receipt_id": receipt_id})


def stated_rate(connection: Connection, receipt_id: int) -> Rate | None:
    """Return the rate that was stated with a receipt, if there was one."""
    row = connection.execute(_STATED, {"receipt_id": receipt_id}).first()
    if row is None:
        return None
    return Rate(unit=row.unit, quote=row.quote, rate=Decimal(row.rate), source=row.source)


def _row(rate: Rate) -> dict[str, object]:
    return {"unit": rate.unit, "quote": rate.quote, "rate": f"{rate.rate:f}", "source": rate.source}
