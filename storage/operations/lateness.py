"""The past of late invoices: what paid them and when that was known, disputes, and what was claimed of them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from domain.local_time import local_day
from domain.receivables.lateness import Arrears, ClaimedInterest, LateInvoice
from storage.operations.books import LEFT, AccountBooks
from storage.rows import AnyRow
from storage.tables.late_claims import LATE_CLAIM, LATE_CORRECTION
from storage.tables.ledger import ALLOCATION, DISPUTE, INSTALMENT, INVOICE, NOTICE

_NUMBERED = INVOICE.c.account_id == bindparam("account_id"), INVOICE.c.number.in_(bindparam("numbers", expanding=True))
_PARTS = (
    select(INSTALMENT.c.id, INVOICE.c.number, INSTALMENT.c.position, INSTALMENT.c.due_on, INSTALMENT.c.amount_minor)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .where(*_NUMBERED)
    .order_by(INSTALMENT.c.position)
)
_PAID = select(
    ALLOCATION.c.instalment_id, ALLOCATION.c.kind, ALLOCATION.c.value_date, ALLOCATION.c.at, LEFT.label("minor")
).where(
    ALLOCATION.c.instalment_id.in_(bindparam("ids", expanding=True)),
    ALLOCATION.c.reverses_id.is_(None),
    LEFT > 0,
)
_DISPUTES = (
    select(INVOICE.c.number, DISPUTE.c.opened_at, DISPUTE.c.closed_at, DISPUTE.c.minor)
    .join(INVOICE, INVOICE.c.id == DISPUTE.c.invoice_id)
    .where(*_NUMBERED)
)
_CORRECTED = (
    select(func.coalesce(func.sum(LATE_CORRECTION.c.minor), 0))
    .where(
        LATE_CORRECTION.c.notice_id == LATE_CLAIM.c.notice_id, LATE_CORRECTION.c.position == LATE_CLAIM.c.position
    )
    .correlate(LATE_CLAIM)
    .scalar_subquery()
)  # fmt: skip
_NOTE = INVOICE.alias("note")
_CLAIMED = (
    select(LATE_CLAIM, NOTICE.c.at.label("noticed_at"), _NOTE.c.number, _CORRECTED.label("corrected"))
    .join(NOTICE, NOTICE.c.notice_id == LATE_CLAIM.c.notice_id)
    .join(_NOTE, _NOTE.c.id == LATE_CLAIM.c.debit_note_id)
    .where(LATE_CLAIM.c.instalment_id.in_(bindparam("ids", expanding=True)))
    .order_by(NOTICE.c.at, LATE_CLAIM.c.notice_id, LATE_CLAIM.c.position)
)


class Past(NamedTuple):
    """Invoices with their past, and the ids of their instalments by (number, position)."""

    ids: dict[tuple[str, int], int]
    invoices: tuple[LateInvoice, ...]


def past(books: AccountBooks, numbers: Iterable[str]) -> Past:
    """Return the past of invoices of the account."""
    connection, zone = books.connection, books.terms.dunning.zone
    here = {"account_id": books.account.id, "numbers": list(numbers)}
    rows = connection.execute(_PARTS, here).all()
    wanted = {"ids": [row.id for row in rows]}
    paid = _by_instalment(connection.execute(_PAID, wanted).all())
    claimed = _by_instalment(connection.execute(_CLAIMED, wanted).all())
    disputes: dict[str, list[tuple[date, date | None, int]]] = {}
    for one in connection.execute(_DISPUTES, here):
        ended = None if one.closed_at is None else local_day(zone, one.closed_at)
        disputes.setdefault(one.number, []).append((local_day(zone, one.opened_at), ended, one.minor))
    found: dict[str, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.number, []).append(row)
    invoices = tuple(
        LateInvoice(
            number=number,
            parts=tuple(_arrears(part, paid.get(part.id, []), claimed.get(part.id, [])) for part in parts),
            disputes=tuple(disputes.get(number, [])),
            fee_levels=tuple(
                claim.level for part in parts for claim in claimed.get(part.id, []) if claim.component == "fee"
            ),
        )
        for number, parts in found.items()
    )
    return Past({(row.number, row.position): int(row.id) for row in rows}, invoices)


def _by_instalment(rows: Iterable[AnyRow]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.instalment_id, []).append(row)
    return found


def _arrears(part: AnyRow, paid: Sequence[AnyRow], claimed: Sequence[AnyRow]) -> Arrears:
    counted: list[tuple[date, int, datetime]] = [(_day(one), int(one.minor), one.at) for one in paid]
    return Arrears(
        instalment=part.position,
        due_on=part.due_on,
        amount_minor=part.amount_minor,
        paid=tuple((day, minor) for day, minor, _ in counted),
        learnt=tuple((day, at) for day, _, at in counted),
        claims=tuple(_claim(one) for one in claimed if one.component == "interest"),
    )


def _day(paid: AnyRow) -> date:
    """Return from when an allocation counts; what was credited was never owed."""
    counts_from: date = date.min if paid.kind == "credit" else paid.value_date
    return counts_from


def _claim(row: AnyRow) -> ClaimedInterest:
    return ClaimedInterest(
        notice=row.notice_id,
        at=row.noticed_at,
        number=row.number,
        position=row.position,
        minor=row.minor,
        corrected_minor=int(row.corrected),
        from_on=row.from_on,
        until_on=row.until_on,
        days=row.days,
        rate_bp=row.rate_bp,
        per=row.per,
    )
