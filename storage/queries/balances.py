"""What an account comes to by its documents is what its postings say."""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Subquery, func, or_, select

from domain.value import Text
from storage.queries.checks import Check, checked
from storage.tables.ledger import POSTING
from storage.tables.records import ACCOUNT

NOTHING: Mapping[int, int] = {}
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


def balance_check(
    connection: Connection, name: str, promise: Text, account: str, *parts: Signed, more: Mapping[int, int] = NOTHING
) -> Check:
    """Check for every customer's account that the parts add up to what is posted to an account of the ledger.

    Args:
        more: by customer's account, what no sum of rows says, debit above zero.
    """
    balance = posted(account)
    query = select(ACCOUNT.c.id, ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
    for part in (balance, *(part for _, part in parts)):
        query = query.outerjoin(part, part.c.key == ACCOUNT.c.id)
    rest = sum((sign * func.coalesce(part.c.minor, 0) for sign, part in parts), -func.coalesce(balance.c.minor, 0))
    wrong = or_(rest != 0, ACCOUNT.c.id.in_(sorted(more)))
    rows = connection.execute(query.add_columns(rest).where(wrong).order_by(ACCOUNT.c.id))
    broken = ("/".join(row[1:4]) for row in rows if row[4] + more.get(row[0], 0))
    return checked(name, promise, counted(connection, ACCOUNT.c.id), broken)
