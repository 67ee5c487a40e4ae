"""What exchange rates have brought is reckoned anew from what is allocated, and compared with what was posted of it."""

from sqlalchemy import ColumnElement, Connection, Subquery, case, func, select

from domain.receivables import postings
from domain.receivables.exchange import EXCHANGED
from domain.value import Text
from storage.operations.differences import reckoned
from storage.queries.balances import balance_check, counted
from storage.queries.checks import Check, checked
from storage.tables.exchange import DIFFERENCE
from storage.tables.ledger import INSTALMENT, INVOICE, POSTING, RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT


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
        _exchanges(connection),
    )


def exchanged_by_documents() -> Subquery:
    """Return by account what its receipts got from other currencies, less what went into them (``key``, ``minor``)."""
    got = select(RECEIPT.c.account_id, RECEIPT.c.minor).where(RECEIPT.c.source == EXCHANGED)
    left = (
        select(RECEIPT.c.account_id, -RECEIPT_RETURN.c.minor)
        .join(RECEIPT, RECEIPT.c.id == RECEIPT_RETURN.c.receipt_id)
        .where(RECEIPT_RETURN.c.kind.startswith("exchange"))
    )
    both = got.union_all(left).subquery()
    return select(both.c.account_id.label("key"), func.sum(both.c.minor).label("minor")).group_by(both.c[0]).subquery()


def _exchanges(connection: Connection) -> Check:
    """What was exchanged, by documents and by postings; both add up."""
    documents = exchanged_by_documents()
    posted = (
        select(POSTING.c.account_id.label("key"), func.sum(POSTING.c.minor).label("minor"))
        .join(ACCOUNT, (ACCOUNT.c.id == POSTING.c.account_id) & (ACCOUNT.c.currency == POSTING.c.currency))
        .where(POSTING.c.account == postings.EXCHANGE)
        .group_by(POSTING.c.account_id)
        .subquery()
    )
    query = select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
    for part in (documents, posted):
        query = query.outerjoin(part, part.c.key == ACCOUNT.c.id)
    wrong = func.coalesce(documents.c.minor, 0) != func.coalesce(posted.c.minor, 0)
    rows = connection.execute(query.where(wrong).order_by(ACCOUNT.c.id))
    promise = Text(en="per account: exchanged money = its postings", zh="每个账户：折算款项 = 分录余额")
    return checked("exchanges", promise, counted(connection, ACCOUNT.c.id), ("/".join(row) for row in rows))


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
