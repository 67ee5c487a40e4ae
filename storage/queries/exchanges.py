"""What of a receipt went into other currencies, or from which receipt exchanged money came."""

from datetime import datetime

from sqlalchemy import Connection, exists, or_, select

from domain.money import Money
from domain.receivables.exchange import EXCHANGED
from domain.value import Value
from storage.queries.receipts import ReceiptLine
from storage.rows import AnyRow
from storage.tables.exchange import EXCHANGE_UNDONE, RECEIPT_EXCHANGE
from storage.tables.ledger import INSTALMENT, RECEIPT
from storage.tables.records import ACCOUNT


class ExchangeLine(Value):
    """An exchange, as ``given`` of one currency became ``got`` of another.

    Attributes:
        external_id: of the receipt of source ``exchange`` that it made.
        rate: the sentence that says at which rate.
        undone_at: when it was taken back, none if it stands; ``reason`` says why.
    """

    external_id: str
    given: Money
    got: Money
    rate: str
    by: str
    at: datetime
    undone_at: datetime | None = None
    reason: str = ""


def exchanges_of_receipt(connection: Connection, source: str, external_id: str) -> tuple[ExchangeLine, ...]:
    """Return the exchanges of a receipt, and the one that it came from, in the order they were made."""
    own = select(RECEIPT.c.id).where(RECEIPT.c.source == source, RECEIPT.c.external_id == external_id)
    query = (
        select(RECEIPT_EXCHANGE, EXCHANGE_UNDONE.c.at.label("undone_at"), EXCHANGE_UNDONE.c.reason)
        .outerjoin(EXCHANGE_UNDONE, EXCHANGE_UNDONE.c.exchange_id == RECEIPT_EXCHANGE.c.id)
        .where(or_(RECEIPT_EXCHANGE.c.from_receipt_id.in_(own), RECEIPT_EXCHANGE.c.to_receipt_id.in_(own)))
        .order_by(RECEIPT_EXCHANGE.c.id)
    )
    return tuple(_line(row) for row in connection.execute(query))


def owed_elsewhere(connection: Connection, line: ReceiptLine) -> tuple[str, ...]:
    """Return the other currencies in which a receipt's customer owes its legal entity something.

    None for a receipt that has nothing unapplied, and for exchanged money, which is not exchanged again.
    """
    if line.unapplied.minor <= 0 or line.source == EXCHANGED:
        return ()
    query = (
        select(ACCOUNT.c.currency)
        .where(
            ACCOUNT.c.entity == line.entity,
            ACCOUNT.c.customer_id == line.customer_id,
            ACCOUNT.c.currency != line.amount.currency,
            exists().where(INSTALMENT.c.account_id == ACCOUNT.c.id, ~INSTALMENT.c.settled),
        )
        .order_by(ACCOUNT.c.currency)
    )
    return tuple(connection.execute(query).scalars())


def _line(row: AnyRow) -> ExchangeLine:
    return ExchangeLine(
        external_id=row.external_id,
        given=Money(minor=row.given_minor, currency=row.given_currency),
        got=Money(minor=row.got_minor, currency=row.got_currency),
        rate=row.rate,
        by=row.by,
        at=row.at,
        undone_at=row.undone_at,
        reason=row.reason or "",
    )
