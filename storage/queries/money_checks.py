"""The money adds up: documents, allocations, receipts and postings are recounted against each other."""

from pydantic import TypeAdapter
from sqlalchemy import Column, ColumnElement, Connection, Subquery, and_, func, not_, or_, select

from domain.receivables import postings
from domain.receivables.entries import InvoiceLine, TaxSum
from domain.value import Text
from storage.queries.balances import balance_check, counted, posted
from storage.queries.checks import Check, checked
from storage.queries.exchange_checks import exchanged_by_documents
from storage.rows import AnyRow
from storage.tables.billing import PAYABLE
from storage.tables.ledger import ALLOCATION, CREDIT_NOTE, INSTALMENT, INVOICE, POSTING, RECEIPT, RECEIPT_RETURN
from storage.tables.records import ACCOUNT

_LINES = TypeAdapter(tuple[InvoiceLine, ...])
_TAXES = TypeAdapter(tuple[TaxSum, ...])


def _sum(amount: ColumnElement[int], by: Column[int], kind: str = "") -> Subquery:
    """Sum amounts by a key; of allocations only one kind, if it is named."""
    query = select(by.label("key"), func.sum(amount).label("minor")).where(by.is_not(None)).group_by(by)
    if kind:
        query = query.where(ALLOCATION.c.kind == kind)
    return query.subquery()


def money_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount M1 to M5, M10, and that every entry of the postings balances."""
    return (
        _m1(connection), _m2(connection), _m3(connection), _m4(connection), _m5(connection), _m10(connection),
        _entries(connection),
    )  # fmt: skip


def _m1(connection: Connection) -> Check:
    """An instalment: 0 ≤ open ≤ amount, it is marked settled exactly when nothing is open, no reversal is too large."""
    used = _sum(ALLOCATION.c.minor, ALLOCATION.c.instalment_id)
    minor = func.coalesce(used.c.minor, 0)
    rows = connection.execute(
        select(INVOICE.c.number, INSTALMENT.c.position)
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .outerjoin(used, used.c.key == INSTALMENT.c.id)
        .where(
            or_(
                minor < 0,
                minor > INSTALMENT.c.amount_minor,
                and_(INSTALMENT.c.settled, minor != INSTALMENT.c.amount_minor),
                and_(not_(INSTALMENT.c.settled), minor == INSTALMENT.c.amount_minor),
            )
        )
        .order_by(INSTALMENT.c.id)
    )
    promise = Text(
        en="invoice total = open + allocations, 0 ≤ open ≤ total", zh="发票总额 = 未清 + 核销，0 ≤ 未清 ≤ 总额"
    )
    return checked(
        "M1",
        promise,
        counted(connection, INSTALMENT.c.id),
        [*(f"{row[0]}/{row[1]}" for row in rows), *_reversed_too_far(connection)],
    )


def _reversed_too_far(connection: Connection) -> list[str]:
    back = ALLOCATION.alias("back")
    rows = connection.execute(
        select(ALLOCATION.c.id)
        .join(back, back.c.reverses_id == ALLOCATION.c.id)
        .group_by(ALLOCATION.c.id, ALLOCATION.c.minor)
        .having(ALLOCATION.c.minor + func.sum(back.c.minor) < 0)
        .order_by(ALLOCATION.c.id)
    )
    return [f"allocation {row[0]}" for row in rows]


def _m2(connection: Connection) -> Check:
    """A receipt: what it pays, what went back and what is left are its amount, and none is negative."""
    used = _sum(ALLOCATION.c.minor, ALLOCATION.c.receipt_id, "cash")
    back = _sum(RECEIPT_RETURN.c.minor, RECEIPT_RETURN.c.receipt_id)
    paid, returned = func.coalesce(used.c.minor, 0), func.coalesce(back.c.minor, 0)
    rows = connection.execute(
        select(RECEIPT.c.source, RECEIPT.c.external_id)
        .outerjoin(used, used.c.key == RECEIPT.c.id)
        .outerjoin(back, back.c.key == RECEIPT.c.id)
        .where(or_(paid < 0, returned < 0, paid + returned > RECEIPT.c.minor))
        .order_by(RECEIPT.c.id)
    )
    promise = Text(
        en="receipt = unapplied + allocations + reversed + refunded, all ≥ 0",
        zh="收款 = 未核销 + 已核销 + 冲回 + 退款，均 ≥ 0",
    )
    return checked("M2", promise, counted(connection, RECEIPT.c.id), (f"{row[0]}/{row[1]}" for row in rows))


def _m3(connection: Connection) -> Check:
    """An account's cash, less what is on its way back, and unapplied cash are the same by receipts and by postings."""
    came, used = _sum(RECEIPT.c.minor, RECEIPT.c.account_id), _sum(ALLOCATION.c.minor, ALLOCATION.c.account_id, "cash")
    back = (
        select(RECEIPT.c.account_id.label("key"), func.sum(RECEIPT_RETURN.c.minor).label("minor"))
        .join(RECEIPT, RECEIPT.c.id == RECEIPT_RETURN.c.receipt_id)
        .group_by(RECEIPT.c.account_id)
        .subquery()
    )
    cash, unapplied = posted(postings.CASH, postings.REFUNDS), posted(postings.UNAPPLIED)
    moved, twice = exchanged_by_documents(), _left_twice()
    kept = func.coalesce(came.c.minor, 0) - func.coalesce(back.c.minor, 0)
    left = kept - func.coalesce(used.c.minor, 0)
    # Cash that was exchanged is where the bank has it; what left twice is no return of its receipt, but a claim.
    kept -= func.coalesce(moved.c.minor, 0) + func.coalesce(twice.c.minor, 0)
    query = select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
    for part in (came, used, back, cash, unapplied, moved, twice):
        query = query.outerjoin(part, part.c.key == ACCOUNT.c.id)
    wrong = or_(func.coalesce(cash.c.minor, 0) != kept, func.coalesce(unapplied.c.minor, 0) != -left)
    rows = connection.execute(query.where(wrong).order_by(ACCOUNT.c.id))
    promise = Text(
        en="per account: Σ receipts = Σ applied + unapplied + returned, by documents and by postings",
        zh="每个账户：收款合计 = 已核销 + 未核销 + 退回，单据与分录一致",
    )
    return checked("M3", promise, counted(connection, ACCOUNT.c.id), ("/".join(row) for row in rows))


def _left_twice() -> Subquery:
    """Return by account what was charged back after it had been paid back: the customer owes it."""
    return (
        select(INVOICE.c.account_id.label("key"), func.sum(INVOICE.c.gross_minor).label("minor"))
        .where(INVOICE.c.purpose == "chargeback")
        .group_by(INVOICE.c.account_id)
        .subquery()
    )


def _m4(connection: Connection) -> Check:
    """A credit note is used up by what it settles and restores, and the credits of an invoice never exceed it."""
    used = _sum(ALLOCATION.c.minor, ALLOCATION.c.credit_note_id)
    of_invoice = _sum(CREDIT_NOTE.c.gross_minor, CREDIT_NOTE.c.invoice_id)
    rows = connection.execute(
        select(CREDIT_NOTE.c.number)
        .join(INVOICE, INVOICE.c.id == CREDIT_NOTE.c.invoice_id)
        .join(of_invoice, of_invoice.c.key == INVOICE.c.id)
        .outerjoin(used, used.c.key == CREDIT_NOTE.c.id)
        .where(
            or_(
                func.coalesce(used.c.minor, 0) + CREDIT_NOTE.c.restored_minor != CREDIT_NOTE.c.gross_minor,
                of_invoice.c.minor > INVOICE.c.gross_minor,
            )
        )
        .order_by(CREDIT_NOTE.c.id)
    )
    promise = Text(en="credit note = what it settles, credits ≤ invoice", zh="红字金额 = 冲销金额，红字合计 ≤ 发票")
    return checked("M4", promise, counted(connection, CREDIT_NOTE.c.id), (row[0] for row in rows))


def _m5(connection: Connection) -> Check:
    """An invoice: lines and taxes add up to it, and so do its instalments and what it deducts for deposits."""
    parts = _sum(INSTALMENT.c.amount_minor, INSTALMENT.c.invoice_id)
    rows = connection.execute(
        select(
            INVOICE.c.number, INVOICE.c.net_minor, INVOICE.c.gross_minor, INVOICE.c.deducted_minor, INVOICE.c.lines,
            INVOICE.c.taxes,
            func.coalesce(parts.c.minor, 0).label("parts"),
        )
        .outerjoin(parts, parts.c.key == INVOICE.c.id)
        .order_by(INVOICE.c.id)
        .execution_options(yield_per=1_000)
    )  # fmt: skip
    promise = Text(
        en="invoice = Σ lines + Σ tax = Σ instalments + deposits deducted",
        zh="发票 = 行合计 + 税额合计 = 分期合计 + 预付款抵扣",
    )
    return checked("M5", promise, counted(connection, INVOICE.c.id), [row.number for row in rows if not _adds_up(row)])


def _adds_up(row: AnyRow) -> bool:
    lines, taxes = _LINES.validate_json(row.lines), _TAXES.validate_json(row.taxes)
    net = sum(line.net.minor for line in lines) if lines else row.net_minor
    tax = sum(part.tax.minor for part in taxes)
    bases = sum(part.base.minor for part in taxes) if taxes else net
    return bool(net == row.net_minor == bases and net + tax == row.gross_minor == int(row.parts) + row.deducted_minor)


def _m10(connection: Connection) -> Check:
    """An account's receivable is the same by invoices and allocations and by postings."""
    gross, used = _sum(PAYABLE, INVOICE.c.account_id), _sum(ALLOCATION.c.minor, ALLOCATION.c.account_id)
    promise = Text(
        en="per account: fold of all movements = balance of the postings", zh="每个账户：业务累计 = 分录余额"
    )
    return balance_check(connection, "M10", promise, postings.RECEIVABLE, (1, gross), (-1, used))


def _entries(connection: Connection) -> Check:
    """Every entry of the postings adds up to zero."""
    rows = connection.execute(
        select(POSTING.c.entry).group_by(POSTING.c.entry, POSTING.c.currency).having(func.sum(POSTING.c.minor) != 0)
    )
    promise = Text(en="every entry: debits = credits", zh="每笔分录：借方 = 贷方")
    counted: int = connection.execute(select(func.count(POSTING.c.entry.distinct()))).scalar_one()
    return checked("postings", promise, counted, (row[0] for row in rows))
