"""Every line of a bank statement that was posted moved exactly its money, once; nothing of a held statement did."""

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from domain.statements.incoming import Movement
from domain.statements.posting import SOURCE
from domain.value import Text
from storage.queries.checks import Check, checked
from storage.tables.bank import BANK_LINE, BANK_STATEMENT
from storage.tables.ledger import RECEIPT, RECEIPT_RETURN

_OWN = and_(RECEIPT.c.source == SOURCE, RECEIPT.c.external_id == BANK_LINE.c.external_id)
_SHOWN = BANK_LINE.c.external_id


def bank_checks(connection: Connection) -> tuple[Check, ...]:
    """Compare lines with receipts, and receipts' returns with the lines that took them back."""
    broken = [*_receipts(connection), *_reversals(connection), *_held(connection)]
    promise = Text(
        en="a posted line of a bank statement is one receipt, or one reversal, of its amount; other lines are none",
        zh="每条已入账的银行明细对应一笔同额收款或一次收回；其他明细不入账",
    )
    count: int = connection.execute(select(func.count()).select_from(BANK_LINE)).scalar_one()
    return (checked("B1", promise, count, broken),)


def _receipts(connection: Connection) -> list[str]:
    """Find receipts of another amount than their line, posted lines without one, and receipts of lines that are not."""
    comes_in = BANK_LINE.c.movement != Movement.TAKEN_BACK
    other = or_(RECEIPT.c.minor != BANK_LINE.c.minor, RECEIPT.c.currency != BANK_LINE.c.currency)
    posted = and_(BANK_LINE.c.status == "posted", or_(RECEIPT.c.id.is_(None), other))
    # A line is ready until its receipt is there and a moment longer.
    stray = and_(BANK_LINE.c.status.in_(("set_aside", "same")), RECEIPT.c.id.is_not(None))
    return _named(connection, comes_in, or_(posted, stray))


def _named(connection: Connection, *wanted: ColumnElement[bool]) -> list[str]:
    rows = connection.execute(select(_SHOWN).outerjoin(RECEIPT, _OWN).where(*wanted).order_by(BANK_LINE.c.id))
    return list(rows.scalars())


def _reversals(connection: Connection) -> list[str]:
    """Find receipts of which less has gone back than the lines say that took them back."""
    target = func.replace(BANK_LINE.c.chosen, "receipt:", "")
    taken = (
        select(target.label("external_id"), func.sum(-BANK_LINE.c.minor).label("minor"))
        .where(BANK_LINE.c.movement == Movement.TAKEN_BACK, BANK_LINE.c.status == "posted")
        .group_by(target)
        .subquery()
    )
    returned = (
        select(RECEIPT_RETURN.c.receipt_id, func.sum(RECEIPT_RETURN.c.minor).label("minor"))
        .where(~RECEIPT_RETURN.c.kind.startswith("exchange"))
        .group_by(RECEIPT_RETURN.c.receipt_id)
        .subquery()
    )
    rows = connection.execute(
        select(taken.c.external_id)
        .outerjoin(RECEIPT, and_(RECEIPT.c.source == SOURCE, RECEIPT.c.external_id == taken.c.external_id))
        .outerjoin(returned, returned.c.receipt_id == RECEIPT.c.id)
        .where(func.coalesce(returned.c.minor, 0) < taken.c.minor)
        .order_by(taken.c.external_id)
    )
    return list(rows.scalars())


def _held(connection: Connection) -> list[str]:
    """Find lines of statements that wait for a person, or that a person dropped."""
    rows = connection.execute(
        select(_SHOWN)
        .join(BANK_STATEMENT, BANK_STATEMENT.c.id == BANK_LINE.c.statement_row)
        .where(BANK_STATEMENT.c.status.in_(("quarantined", "asked", "discarded")))
        .order_by(BANK_LINE.c.id)
    )
    return list(rows.scalars())
