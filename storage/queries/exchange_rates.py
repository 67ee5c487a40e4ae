"""The rates that are kept, for whoever looks them up."""

from datetime import date, datetime

from sqlalchemy import Connection, Table, or_, select

from domain.value import Value
from storage.queries.paging import MOST_ROWS
from storage.rows import AnyRow
from storage.tables.exchange import EXCHANGE_RATE, EXCHANGE_RATE_OFFER


class OfferedRate(Value):
    """What somebody says one ``unit`` was worth in ``quote`` on a day.

    Attributes:
        rate: as it was written.
        entity: the legal entity for which it holds, empty for all.
    """

    unit: str
    quote: str
    on: date
    rate: str
    source: str
    recorded_by: str
    at: datetime
    entity: str


class KeptRate(OfferedRate):
    """A rate that counts.

    Attributes:
        confirmed_by: the second person, where one was needed.
    """

    confirmed_by: str


class Rates(Value):
    """Rates that are kept, the newest day first; of one day the one that was kept last comes first.

    Attributes:
        waiting: far off what is known: they count when somebody else offers the same.
    """

    rates: tuple[KeptRate, ...]
    waiting: tuple[OfferedRate, ...] = ()


def rates_of(
    connection: Connection, entity: str, currency: str = "", since: date | None = None, until: date | None = None
) -> Rates:
    """Return the newest two hundred rates, the newest day first, and as many of those that wait.

    Args:
        entity: whoever asks sees its rates and those of the whole company; empty for those of all.
        currency: on either side; empty for any.
        since, until: the first and the last day; none for no limit.
    """
    asked = (entity, currency, since, until)
    return Rates(
        rates=tuple(KeptRate.model_validate(row._asdict()) for row in _rows(connection, EXCHANGE_RATE, *asked)),
        waiting=tuple(
            OfferedRate.model_validate(row._asdict()) for row in _rows(connection, EXCHANGE_RATE_OFFER, *asked)
        ),
    )


def _rows(
    connection: Connection, table: Table, entity: str, currency: str, since: date | None, until: date | None
) -> list[AnyRow]:
    query = select(table, table.c.on_day.label("on"))
    if entity:
        query = query.where(table.c.entity.in_(("", entity)))
    if currency:
        query = query.where(or_(table.c.unit == currency, table.c.quote == currency))
    if since is not None:
        query = query.where(table.c.on_day >= since)
    if until is not None:
        query = query.where(table.c.on_day <= until)
    return list(connection.execute(query.order_by(table.c.on_day.desc(), table.c.id.desc()).limit(MOST_ROWS)))
