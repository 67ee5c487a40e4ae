"""Deposits are deducted only as far as they were paid, and are a liability until then (M6)."""

from collections import Counter

from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, or_, select

from domain.receivables import postings
from domain.value import Text
from storage.operations.deposits import given_up
from storage.queries.balances import Signed, balance_check, counted
from storage.queries.checks import Check, checked
from storage.tables.billing import DEDUCTION
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INSTALMENT, INVOICE, POSTING
from storage.tables.records import ACCOUNT

_WRITTEN_OFF = (
    select(INVOICE.c.id, INVOICE.c.account_id)
    .join(INSTALMENT, INSTALMENT.c.invoice_id == INVOICE.c.id)
    .join(ALLOCATION, ALLOCATION.c.instalment_id == INSTALMENT.c.id)
    .where(INVOICE.c.purpose == "deposit", ALLOCATION.c.kind == "writeoff")
    .distinct()
)


def billing_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount what was deducted, what the deposits of every account come to, and what was deferred."""
    return _deducted(connection), _deposits(connection), _deferred(connection)


def _deferred(connection: Connection) -> Check:
    """What was invoiced for days to come is earned when they have passed: over all time nothing stays deferred."""
    rows = connection.execute(
        select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
        .join(POSTING, POSTING.c.account_id == ACCOUNT.c.id)
        .where(POSTING.c.account == postings.DEFERRED)
        .group_by(ACCOUNT.c.id, ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
        .having(func.sum(POSTING.c.minor) != 0)
        .order_by(ACCOUNT.c.id)
    )
    promise = Text(
        en="deferred revenue is earned by the end of its period, to the cent", zh="递延收入在期末前全部确认，分毫不差"
    )
    count: int = connection.execute(
        select(func.count(INVOICE.c.id)).where(INVOICE.c.period_from.is_not(None))
    ).scalar_one()
    return checked("deferred", promise, count, ("/".join(row) for row in rows))


def _deducted(connection: Connection) -> Check:
    """What is deducted of a deposit was paid when it was, is at most what is left of it, and stands on the invoice."""
    promise = Text(
        en="deposit deducted ≤ deposit paid, and ≤ deposit less its credits",
        zh="预付款抵扣 ≤ 已付预付款，且 ≤ 预付款减红冲",
    )
    return checked(
        "M6 deposits",
        promise,
        counted(connection, DEDUCTION.c.id),
        [*_too_much(connection), *_not_as_stated(connection)],
    )


def _too_much(connection: Connection) -> list[str]:
    upto = func.sum(DEDUCTION.c.minor).over(partition_by=DEDUCTION.c.deposit_id, order_by=DEDUCTION.c.id)
    running = select(DEDUCTION.c.deposit_id, upto.label("upto"), DEDUCTION.c.minor, DEDUCTION.c.paid_minor).subquery()
    credited = (
        select(func.coalesce(func.sum(CREDIT_NOTE.c.gross_minor), 0))
        .where(CREDIT_NOTE.c.invoice_id == INVOICE.c.id)
        .correlate(INVOICE)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(INVOICE.c.number)
        .distinct()
        .join(running, running.c.deposit_id == INVOICE.c.id)
        .where(
            or_(
                and_(running.c.minor > 0, running.c.upto > running.c.paid_minor),
                running.c.upto < 0,
                _all_of(INVOICE.c.id) > INVOICE.c.gross_minor - credited,
                INVOICE.c.purpose != "deposit",
            )
        )
        .order_by(INVOICE.c.number)
    )
    return [row[0] for row in rows]


def _all_of(deposit_id: ColumnElement[int]) -> ColumnElement[int]:
    other = DEDUCTION.alias("other")
    total = select(func.coalesce(func.sum(other.c.minor), 0)).where(other.c.deposit_id == deposit_id)
    return total.correlate(INVOICE).scalar_subquery()


def _not_as_stated(connection: Connection) -> list[str]:
    taken = func.coalesce(func.sum(case((DEDUCTION.c.credit_note_id.is_(None), DEDUCTION.c.minor), else_=0)), 0)
    rows = connection.execute(
        select(INVOICE.c.number)
        .outerjoin(DEDUCTION, DEDUCTION.c.invoice_id == INVOICE.c.id)
        .group_by(INVOICE.c.id, INVOICE.c.number, INVOICE.c.deducted_minor)
        .having(taken != INVOICE.c.deducted_minor)
        .order_by(INVOICE.c.id)
    )
    return [row[0] for row in rows]


def _deposits(connection: Connection) -> Check:
    """An account's liability for deposits is what their invoices asked for, less what is deducted, credited, given up.

    What was written off before it was paid is owed to nobody.
    """
    asked = _sum(INVOICE.c.net_minor, INVOICE.c.account_id, INVOICE.c.purpose == "deposit")
    used = (
        select(DEDUCTION.c.account_id.label("key"), func.sum(DEDUCTION.c.net_minor).label("minor"))
        .group_by(DEDUCTION.c.account_id)
        .subquery()
    )
    back = (
        select(CREDIT_NOTE.c.account_id.label("key"), func.sum(CREDIT_NOTE.c.net_minor).label("minor"))
        .join(INVOICE, INVOICE.c.id == CREDIT_NOTE.c.invoice_id)
        .where(INVOICE.c.purpose == "deposit")
        .group_by(CREDIT_NOTE.c.account_id)
        .subquery()
    )
    promise = Text(
        en="per account: deposits not yet deducted, credited or written off = balance of the postings",
        zh="每个账户：未抵扣、未红冲且未核销的预付款 = 分录余额",
    )
    up: Counter[int] = Counter()
    for row in connection.execute(_WRITTEN_OFF):
        up[row.account_id] += given_up(connection, row.id).net_minor
    sums: tuple[Signed, ...] = ((-1, asked), (1, used), (1, back))
    return balance_check(connection, "deposits", promise, postings.DEPOSITS, *sums, more=up)


def _sum(amount: ColumnElement[int], by: ColumnElement[int], where: ColumnElement[bool]) -> Subquery:
    return select(by.label("key"), func.sum(amount).label("minor")).where(where).group_by(by).subquery()
