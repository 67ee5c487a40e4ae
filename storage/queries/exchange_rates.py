"""The rates that are kept, for whoever looks them up."""

from datetime import date, datetime

from sqlalchemy import Connection, or_, select

from domain.value import Value
from storage.queries.paging import MOST_ROWS
from storage.tables.exchange import EXCHANGE_RATE


class KeptRate(Value):
    """What one ``unit`` was worth in ``quote`` on a day.

    Attributes:
        rate: as it was written.
    """

    unit: str
    quote: str
    on: date
    rate: str
    source: str
    recorded_by: str
    at: datetime


def rates_of(
    connection: Connection, currency: str = "", since: date | None = None, until: date | None = None
) -> tuple[KeptRate, ...]:
    """Return the newest two hundred rates, the newest day first; of one day the one that counts first.

    Args:
        currency: on either side; empty for any.
        since, until: the first and the last day; none for no limit.
    """
    query = select(EXCHANGE_RATE, EXCHANGE_RATE.c.on_day.label("on"))
    if currency:
        query = query.where(or_(EXCHANGE_RATE.c.unit == currency, EXCHANGE_RATE.c.quote == currency))
    if since is not None:
        query = query.where(EXCHANGE_RATE.c.on_day >= since)
    if until is not None:
        query = query.where(EXCHANGE_RATE.c.on_day <= until)
    rows = connection.execute(query.order_by(EXCHANGE_RATE.c.on_day.desc(), EXCHANGE_RATE.c.id.desc()).limit(MOST_ROWS))
    return tuple(KeptRate.model_validate(row._asdict()) for row in rows)
