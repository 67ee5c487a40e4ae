"""A refund sets unapplied cash of a receipt aside once, and is settled once: paid out of cash, or unapplied again."""

from sqlalchemy import Connection, bindparam, func, insert, select

from domain.account.effects import SettleRefund, TakeRefund
from domain.receivables import postings
from domain.receivables.exchange import check_original
from domain.receivables.refunding import checked_refund, refund_name
from domain.receivables.second_person import weighed
from domain.refusal import Code, refuse
from storage.operations.books import Books
from storage.operations.outcome import Outcome
from storage.operations.receipts import give_back, own_receipt, unapplied_of
from storage.tables.ledger import RECEIPT, RECEIPT_RETURN
from storage.tables.refunds import REFUND, REFUND_OUTCOME

_BEFORE = select(func.count(), func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0)).where(
    RECEIPT_RETURN.c.receipt_id == bindparam("receipt_id"), RECEIPT_RETURN.c.kind.in_(("refunded", "refund_failed"))
)
_REFUNDED = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .join(RECEIPT, RECEIPT.c.id == RECEIPT_RETURN.c.receipt_id)
    .where(
        RECEIPT.c.source == bindparam("source"),
        RECEIPT.c.external_id == bindparam("external_id"),
        RECEIPT_RETURN.c.kind.in_(("refunded", "refund_failed")),
    )
)
_MADE = select(func.count()).select_from(REFUND).where(REFUND.c.receipt_id == bindparam("receipt_id"))
_PAYER = select(RECEIPT.c.payer).where(RECEIPT.c.id == bindparam("receipt_id"))
_ONE = (
    select(REFUND, REFUND_OUTCOME.c.outcome)
    .outerjoin(REFUND_OUTCOME, REFUND_OUTCOME.c.refund_id == REFUND.c.refund_id)
    .where(REFUND.c.refund_id == bindparam("refund_id"), REFUND.c.account_id == bindparam("account_id"))
)
_UNDER_WAY = (
    select(REFUND.c.refund_id)
    .outerjoin(REFUND_OUTCOME, REFUND_OUTCOME.c.refund_id == REFUND.c.refund_id)
    .where(REFUND.c.receipt_id == bindparam("receipt_id"), REFUND_OUTCOME.c.refund_id.is_(None))
)


def take_refund(books: Books, effect: TakeRefund) -> Outcome:
    """Set cash aside that is to be paid back; above the policy's amount only by two people."""
    connection = books.connection
    check_original(effect.source, effect.external_id)
    receipt = own_receipt(books, effect.source, effect.external_id)
    here = {"receipt_id": receipt.id}
    checked_refund(effect.minor, unapplied_of(connection, receipt), receipt.currency)
    before = int(connection.execute(_BEFORE, here).one()[1]) + effect.along_minor
    waits = weighed(effect.second, effect.minor, receipt.currency, earlier_minor=before, evidence=effect.reason)
    name = f"{effect.source}/{effect.external_id}"
    if waits is not None:
        return Outcome(name, waits=waits)
    refund_id = refund_name(effect.source, effect.external_id, connection.execute(_MADE, here).scalar_one() + 1)
    payer: str = connection.execute(_PAYER, here).scalar_one()
    row = {
        "account_id": books.account.id, "receipt_id": receipt.id, "refund_id": refund_id, "minor": effect.minor,
        "currency": receipt.currency, "payer": payer, "reason": effect.reason, "asked_by": effect.by,
        "agreed": effect.agreed, "at": books.at,
    }  # fmt: skip
    connection.execute(insert(REFUND), row)
    give_back(books, receipt.id, "refunded", effect.minor, refund_id)
    books.post("refund", postings.of_refund(effect.minor, receipt.currency), books.on)
    return Outcome(refund_id, unapplied_minor=unapplied_of(connection, receipt), minor=effect.minor, payer=payer)


def refunded_minor(connection: Connection, source: str, external_id: str) -> int:
    """Return how much of a receipt was paid back, and has not failed."""
    found: int = connection.execute(_REFUNDED, {"source": source, "external_id": external_id}).scalar_one()
    return int(found)


def settle_refund(books: Books, effect: SettleRefund) -> Outcome:
    """Enter what became of a refund; what was entered before stays as it is (E_IDEM for another outcome)."""
    connection = books.connection
    here = {"refund_id": effect.refund_id, "account_id": books.account.id}
    refund = connection.execute(_ONE, here).first()
    if refund is None:
        raise refuse(Code.NOTFOUND, f"there is no refund {effect.refund_id}", f"没有退款 {effect.refund_id}")
    if refund.outcome is not None:
        if refund.outcome != effect.outcome:
            raise refuse(
                Code.IDEM,
                f"refund {effect.refund_id} is entered as {refund.outcome} already",
                f"退款 {effect.refund_id} 已登记为 {refund.outcome}",
            )
        return Outcome(effect.refund_id, minor=refund.minor)
    row = {
        "refund_id": effect.refund_id, "outcome": effect.outcome, "reference": effect.reference,
        "reason": effect.reason, "at": books.at,
    }  # fmt: skip
    connection.execute(insert(REFUND_OUTCOME), row)
    if effect.outcome == "done":
        books.post("refund_paid", postings.of_refund_paid(refund.minor, refund.currency), books.on)
    else:
        give_back(books, refund.receipt_id, "refund_failed", -refund.minor, effect.refund_id)
        books.post("refund_failed", postings.of_refund_failed(refund.minor, refund.currency), books.on)
    return Outcome(effect.refund_id, minor=refund.minor)


def refund_under_way(connection: Connection, receipt_id: int) -> str:
    """Return a refund of a receipt of which nobody knows yet what became of it, empty when there is none."""
    return connection.execute(_UNDER_WAY, {"receipt_id": receipt_id}).scalar() or ""
