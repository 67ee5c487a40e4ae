"""Refunds are recounted: each has taken its cash once, and what is under way is what the postings say."""

from sqlalchemy import Connection, case, func, or_, select

from domain.receivables import postings
from domain.value import Text
from storage.queries.balances import balance_check, counted
from storage.queries.checks import Check, checked
from storage.tables.ledger import RECEIPT_RETURN
from storage.tables.refunds import REFUND, REFUND_OUTCOME


def refund_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount the refunds against what went back of their receipts and against the postings."""
    return _n6(connection), _under_way(connection)


def _n6(connection: Connection) -> Check:
    """A refund has set its amount aside once, and has it given back once if it failed (N6)."""
    back = (
        select(
            RECEIPT_RETURN.c.reason.label("refund_id"),
            func.sum(case((RECEIPT_RETURN.c.kind == "refunded", RECEIPT_RETURN.c.minor), else_=0)).label("taken"),
            func.sum(case((RECEIPT_RETURN.c.kind == "refund_failed", RECEIPT_RETURN.c.minor), else_=0)).label("given"),
        )
        .where(RECEIPT_RETURN.c.kind.in_(("refunded", "refund_failed")))
        .group_by(RECEIPT_RETURN.c.reason)
        .subquery()
    )
    failed = case((REFUND_OUTCOME.c.outcome == "failed", -REFUND.c.minor), else_=0)
    rows = connection.execute(
        select(REFUND.c.refund_id)
        .outerjoin(REFUND_OUTCOME, REFUND_OUTCOME.c.refund_id == REFUND.c.refund_id)
        .outerjoin(back, back.c.refund_id == REFUND.c.refund_id)
        .where(or_(func.coalesce(back.c.taken, 0) != REFUND.c.minor, func.coalesce(back.c.given, 0) != failed))
        .order_by(REFUND.c.id)
    )
    promise = Text(
        en="a refund takes its cash once, and gives it back if it failed", zh="每笔退款只占用一次款项，失败则退回"
    )
    return checked("N6", promise, counted(connection, REFUND.c.id), (row[0] for row in rows))


def _under_way(connection: Connection) -> Check:
    """Cash set aside for refunds is what nobody knows the outcome of yet."""
    open_minor = (
        select(REFUND.c.account_id.label("key"), func.sum(REFUND.c.minor).label("minor"))
        .outerjoin(REFUND_OUTCOME, REFUND_OUTCOME.c.refund_id == REFUND.c.refund_id)
        .where(REFUND_OUTCOME.c.refund_id.is_(None))
        .group_by(REFUND.c.account_id)
        .subquery()
    )
    promise = Text(en="per account: refunds under way = their postings", zh="每个账户：进行中的退款 = 分录余额")
    return balance_check(connection, "refunds", promise, postings.REFUNDS, (-1, open_minor))
