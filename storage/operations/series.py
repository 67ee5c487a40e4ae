"""A number is taken in the transaction that stores its document: no gap in a series, no date goes back (N2, N3)."""

from datetime import date

from sqlalchemy import Connection, bindparam, insert, select, update

from domain.receivables.closing import checked_open
from domain.receivables.numbering import Series, number_of
from domain.refusal import Code, refuse
from storage.operations.accounts import HeldAccount
from storage.operations.statements import Upsert
from storage.tables.ledger import NUMBER, SERIES

_OPEN = Upsert(SERIES, ["entity", "series", "year"], changes=())
_HERE = (
    SERIES.c.entity == bindparam("w_entity"),
    SERIES.c.series == bindparam("w_series"),
    SERIES.c.year == bindparam("w_year"),
)
_LOCK = select(SERIES.c.next, SERIES.c.last_on).where(*_HERE).with_for_update()
_TAKE = update(SERIES).where(*_HERE).values(next=bindparam("new_next"), last_on=bindparam("new_last_on"))
_NUMBER = insert(NUMBER)


def take_number(connection: Connection, account: HeldAccount, series: Series, issued_on: date) -> str:
    """Return the next number of a series, e.g. ``INV-2026-000123``; the caller stores its document now.

    Raises:
        Refused: the month of the day is closed, or a document of this series has a later date already (E_PERIOD).
    """
    checked_open(account.entity, account.closed_until, issued_on)
    key = {"entity": account.entity, "series": series, "year": issued_on.year}
    here = {f"w_{name}": value for name, value in key.items()}
    row = connection.execute(_LOCK, here).first()
    if row is None:
        connection.execute(_OPEN.of(connection), key | {"next": 1, "last_on": None})
        row = connection.execute(_LOCK, here).one()
    if row.last_on is not None and issued_on < row.last_on:
        raise refuse(
            Code.PERIOD,
            f"{series} has a document of {row.last_on} already: issue on that day or later, not on {issued_on}",
            f"序列 {series} 已有日期为 {row.last_on} 的单据：请使用该日或之后的日期，而非 {issued_on}",
            last=row.last_on,
        )
    document = number_of(series, issued_on, row.next)
    connection.execute(_TAKE, here | {"new_next": row.next + 1, "new_last_on": issued_on})
    connection.execute(_NUMBER, key | {"n": row.next, "document": document, "issued_on": issued_on})
    return document
