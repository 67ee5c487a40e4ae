"""What an account comes to by its documents is what its postings say."""

from sqlalchemy import Column, Connection, Subquery, func, select

from domain.value import Text
from storage.queries.checks import Check, checked
from storage.tables.ledger import POSTING
from storage.tables.records import ACCOUNT

Signed = tuple[int, Subquery]
"""A sum by account (columns ``key`` and ``minor``) with its sign, debit above zero."""


def posted(*accounts: str) -> Subquery:
    """Return what was posted to these accounts, by the customer's account."""
    return (
        select(POSTING.c.account_id.label("key"), func.sum(POSTING.c.minor).label("minor"))
        .where(POSTING.c.account.in_(accounts))
        .group_by(POSTING.c.account_id)
        .subquery()
    )


def counted(connection: Connection, column: Column[int]) -> int:
    """Return how many rows a table has."""
    return connection.execute(select(func.count(column))).scalar_one()


def balance_check(connection: Connection, name: str, promise: Text, account: str, *parts: Signed) -> Check:
    """Check for every customer's account that the parts add up to what is posted to an account of the ledger."""
    balance = posted(account)
    query = select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
    for part in (balance, *(part for _, part in parts)):
        query = query.outerjoin(part, part.c.key == ACCOUNT.c.id)
    rest = sum((sign * func.coalesce(part.c.minor, 0) for sign, part in parts), -func.coalesce(balance.c.minor, 0))
    rows = connection.execute(query.where(rest != 0).order_by(ACCOUNT.c.id))
    return checked(name, promise, counted(connection, ACCOUNT.c.id), ("/".join(row) for row in rows))
