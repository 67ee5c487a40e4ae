"""What exchange rates have brought is reckoned anew from what is allocated, and compared with what was posted of it."""

from sqlalchemy import ColumnElement, Connection, Subquery, case, func, select

from domain.receivables import postings
from domain.value import Text
from storage.operations.differences import reckoned
from storage.queries.balances import balance_check
from storage.queries.checks import Check, checked
from storage.tables.exchange import DIFFERENCE
from storage.tables.ledger import INSTALMENT, INVOICE


def exchange_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount M8 and the postings of gains and losses."""
    gain = _brought(case((DIFFERENCE_OF_ITEM.c.minor > 0, DIFFERENCE_OF_ITEM.c.minor), else_=0))
    loss = _brought(case((DIFFERENCE_OF_ITEM.c.minor < 0, -DIFFERENCE_OF_ITEM.c.minor), else_=0))
    gains = Text(en="per account: exchange gains = their postings", zh="每个账户：汇兑收益 = 分录余额")
    losses = Text(en="per account: exchange losses = their postings", zh="每个账户：汇兑损失 = 分录余额")
    return (
        _m8(connection),
        balance_check(connection, "exchange gains", gains, postings.EXCHANGE_GAIN, (-1, gain)),
        balance_check(connection, "exchange losses", losses, postings.EXCHANGE_LOSS, (1, loss)),
    )


DIFFERENCE_OF_ITEM = (
    select(DIFFERENCE.c.account_id, DIFFERENCE.c.instalment_id, func.sum(DIFFERENCE.c.minor).label("minor"))
    .group_by(DIFFERENCE.c.account_id, DIFFERENCE.c.instalment_id)
    .subquery()
)
"""What rates have brought of each item, as it was posted."""


def _brought(minor: ColumnElement[int]) -> Subquery:
    return (
        select(DIFFERENCE_OF_ITEM.c.account_id.label("key"), func.sum(minor).label("minor"))
        .group_by(DIFFERENCE_OF_ITEM.c.account_id)
        .subquery()
    )


def _m8(connection: Connection) -> Check:
    """An item is paid in both currencies or in neither, and what rates brought of it is posted once."""
    found = reckoned(connection)
    wrong = [
        one.instalment_id
        for one in found
        if one.minor != one.posted_minor or (one.open_minor == 0) != (one.open_worth_minor == 0)
    ]
    promise = Text(
        en="an item is open in both currencies or in neither; a difference of rates is posted once",
        zh="未清项在两种币种下同时未清或同时结清；汇兑差额只入账一次",
    )
    return checked("M8", promise, len(found), _names(connection, wrong))


def _names(connection: Connection, instalments: list[int]) -> list[str]:
    rows = connection.execute(
        select(INVOICE.c.number, INSTALMENT.c.position)
        .join(INSTALMENT, INSTALMENT.c.invoice_id == INVOICE.c.id)
        .where(INSTALMENT.c.id.in_(instalments))
        .order_by(INSTALMENT.c.id)
    )
    return [f"{number}/{position}" for number, position in rows]
