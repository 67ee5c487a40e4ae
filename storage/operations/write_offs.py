"""Items at the end of their ladder are counted with the notices about them, and proposed for write-off once."""

from sqlalchemy import Connection, bindparam, case, exists, func, insert, or_, select

from domain.account.write_off_effects import ProposeWriteOff
from domain.receivables.writing_off import Exhausted, to_propose
from domain.terms import AccountTerms
from storage.operations.books import AccountBooks
from storage.operations.outcome import Outcome
from storage.rows import AnyRow
from storage.tables.ledger import ALLOCATION, DISPUTE, INSTALMENT, INVOICE, NOTICE, NOTICE_ITEM, PROMISE
from storage.tables.write_offs import WRITE_OFF_PROPOSAL

_ALLOCATED = (
    select(func.coalesce(func.sum(ALLOCATION.c.minor), 0))
    .where(ALLOCATION.c.instalment_id == INSTALMENT.c.id)
    .correlate(INSTALMENT)
    .scalar_subquery()
)
_ATTEMPTS = (
    select(func.count())
    .select_from(NOTICE_ITEM.join(NOTICE, NOTICE.c.notice_id == NOTICE_ITEM.c.notice_id))
    .where(NOTICE_ITEM.c.instalment_id == INSTALMENT.c.id, NOTICE.c.outcome == "sent", NOTICE.c.action == "notice")
    .correlate(INSTALMENT)
    .scalar_subquery()
)
_CLAIMED = or_(
    exists().where(DISPUTE.c.invoice_id == INSTALMENT.c.invoice_id, DISPUTE.c.closed_at.is_(None)),
    exists().where(PROMISE.c.invoice_id == INSTALMENT.c.invoice_id, PROMISE.c.closed_at.is_(None)),
)
_OPEN = (
    select(
        INSTALMENT.c.id, INVOICE.c.number, INSTALMENT.c.position, INSTALMENT.c.due_on, INSTALMENT.c.level,
        (INSTALMENT.c.amount_minor - _ALLOCATED).label("open_minor"), _ATTEMPTS.label("attempts"),
        case((_CLAIMED, 1), else_=0).label("claimed"), WRITE_OFF_PROPOSAL.c.at.label("proposed_at"),
    )
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .outerjoin(WRITE_OFF_PROPOSAL, WRITE_OFF_PROPOSAL.c.instalment_id == INSTALMENT.c.id)
    .where(
        INSTALMENT.c.account_id == bindparam("account_id"), ~INSTALMENT.c.settled, INSTALMENT.c.component.is_(None),
        INSTALMENT.c.level >= bindparam("least"),
    )
    .order_by(INSTALMENT.c.due_on, INVOICE.c.number, INSTALMENT.c.position)
)  # fmt: skip


def exhausted(connection: Connection, account_id: int, terms: AccountTerms) -> tuple[Exhausted, ...]:
    """Return the open items of an account whose ladder may be at its end, none where the policy proposes nothing."""
    return tuple(_item(row) for row in _rows(connection, account_id, terms))


def propose(books: AccountBooks, effect: ProposeWriteOff) -> Outcome:
    """Note what is proposed for write-off now; what was proposed before is not proposed again."""
    rows = _rows(books.connection, books.account.id, books.terms)
    ids = {(row.number, row.position): row.id for row in rows}
    found = to_propose([_item(row) for row in rows], books.terms.dunning, books.at)
    if found:
        values = [
            {
                "instalment_id": ids[item.number, item.instalment], "account_id": books.account.id,
                "minor": item.open_minor, "attempts": item.attempts, "at": books.at,
            }
            for item in found
        ]  # fmt: skip
        books.connection.execute(insert(WRITE_OFF_PROPOSAL), values)
    return Outcome("", minor=sum(item.open_minor for item in found), proposed=tuple(item.number for item in found))


def _rows(connection: Connection, account_id: int, terms: AccountTerms) -> list[AnyRow]:
    ladder = terms.dunning
    if ladder.write_off is None:
        return []
    # A case of a customer is at its end as a whole, so that all of it is looked at.
    least = len(ladder.levels) if ladder.unit == "invoice" else 0
    return list(connection.execute(_OPEN, {"account_id": account_id, "least": least}))


def _item(row: AnyRow) -> Exhausted:
    return Exhausted(
        number=row.number,
        instalment=row.position,
        due_on=row.due_on,
        open_minor=int(row.open_minor),
        level=row.level,
        attempts=int(row.attempts),
        claimed=bool(row.claimed),
        proposed=row.proposed_at is not None,
    )
