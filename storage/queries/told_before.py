"""Receipts that were reported by hand or by webhook, and that a line of a bank statement may show again."""

from sqlalchemy import Connection, exists, func, or_, select

from domain.money import Money
from domain.receivables.exchange import EXCHANGED
from domain.refusal import Code, refuse
from domain.statements.posting import SOURCE, Line
from domain.statements.told_before import NEAR, ToldBefore
from storage.tables.bank import BANK_ACCOUNT, BANK_LINE
from storage.tables.ledger import RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT

_RETURNED = (
    select(func.coalesce(func.sum(RECEIPT_RETURN.c.minor), 0))
    .where(RECEIPT_RETURN.c.receipt_id == RECEIPT.c.id, RECEIPT_RETURN.c.kind == "reversed")
    .correlate(RECEIPT)
    .scalar_subquery()
)
_SHOWN = exists().where(RECEIPT.c.source == SOURCE, BANK_LINE.c.external_id == RECEIPT.c.external_id)


def told_before(connection: Connection, line: Line) -> tuple[ToldBefore, ...]:
    """Return the receipts of a line's entity, currency and amount about its day that no statement has shown."""
    rows = connection.execute(
        select(RECEIPT, ACCOUNT.c.customer_id, _RETURNED.label("returned"))
        .join(ACCOUNT, ACCOUNT.c.id == RECEIPT.c.account_id)
        .where(
            RECEIPT.c.value_date.between(line.value_date - NEAR, line.value_date + NEAR),
            RECEIPT.c.minor == line.amount.minor, RECEIPT.c.currency == line.amount.currency,
            RECEIPT.c.source != EXCHANGED, ACCOUNT.c.entity == line.entity, ~_SHOWN,
        )
        .order_by(RECEIPT.c.id)
    )  # fmt: skip
    return tuple(
        ToldBefore(
            source=row.source, external_id=row.external_id, customer_id=row.customer_id, value_date=row.value_date,
            left=Money(minor=row.minor - int(row.returned), currency=row.currency),
        )
        for row in rows
    )  # fmt: skip


def check_not_shown(connection: Connection, entity: str, external_id: str, amount: Money) -> None:
    """Refuse to report what a statement has shown under the bank's own reference (E_IDEM): it would count twice."""
    shown = connection.execute(
        select(BANK_LINE.c.external_id, BANK_LINE.c.value_date)
        .join(BANK_ACCOUNT, BANK_ACCOUNT.c.id == BANK_LINE.c.bank_account_id)
        .where(
            BANK_ACCOUNT.c.entity == entity, BANK_LINE.c.status == "posted", BANK_LINE.c.minor == amount.minor,
            BANK_LINE.c.currency == amount.currency,
            or_(BANK_LINE.c.servicer_reference == external_id, BANK_LINE.c.end_to_end_id == external_id),
        )
        .limit(1)
    ).first()  # fmt: skip
    if shown is not None:
        raise refuse(
            Code.IDEM,
            f"a bank statement has shown {amount} under {external_id} already ({shown.value_date}): it is booked as "
            f"receipt {SOURCE}/{shown.external_id}; if this is other money, report it under another id",
            f"银行对账单已载有 {external_id} 项下 {amount}（{shown.value_date}），已登记为收款 "
            f"{SOURCE}/{shown.external_id}；如系另一笔款项，请使用其他编号登记",
            receipt=f"{SOURCE}/{shown.external_id}",
        )
