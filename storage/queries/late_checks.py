"""What lateness costs is claimed once: every debit note is the sum of its claims, and no day bears interest twice."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import Connection, func, select

from domain.receivables.late_claims import DEBIT_NOTE
from domain.value import Text
from storage.queries.checks import Check, checked
from storage.rows import AnyRow
from storage.tables.late_claims import LATE_CLAIM, LATE_CORRECTION
from storage.tables.ledger import CREDIT_NOTE, INSTALMENT, INVOICE

_CLAIMS = (
    select(
        LATE_CLAIM.c.debit_note_id, LATE_CLAIM.c.position, LATE_CLAIM.c.minor, LATE_CLAIM.c.component, INVOICE.c.number
    )
    .join(INSTALMENT, INSTALMENT.c.id == LATE_CLAIM.c.instalment_id)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .where(LATE_CLAIM.c.debit_note_id.is_not(None))
    .order_by(LATE_CLAIM.c.debit_note_id, LATE_CLAIM.c.position)
)
_ITEMS = (
    select(
        INSTALMENT.c.invoice_id, INSTALMENT.c.position, INSTALMENT.c.amount_minor, INSTALMENT.c.component,
        INSTALMENT.c.claim_of, INVOICE.c.number,
    )
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .where(INVOICE.c.item == DEBIT_NOTE)
    .order_by(INSTALMENT.c.invoice_id, INSTALMENT.c.position)
)  # fmt: skip

_OF_NOTES = (
    select(CREDIT_NOTE.c.number, CREDIT_NOTE.c.gross_minor, func.sum(LATE_CORRECTION.c.minor).label("minor"))
    .join(LATE_CORRECTION, LATE_CORRECTION.c.credit_note_id == CREDIT_NOTE.c.id)
    .group_by(CREDIT_NOTE.c.number, CREDIT_NOTE.c.gross_minor)
    .order_by(CREDIT_NOTE.c.number)
)
_CORRECTED = (
    select(func.coalesce(func.sum(LATE_CORRECTION.c.minor), 0))
    .where(
        LATE_CORRECTION.c.notice_id == LATE_CLAIM.c.notice_id, LATE_CORRECTION.c.position == LATE_CLAIM.c.position
    )
    .correlate(LATE_CLAIM)
    .scalar_subquery()
)  # fmt: skip
_INTEREST = (
    select(
        LATE_CLAIM.c.instalment_id, LATE_CLAIM.c.position, LATE_CLAIM.c.minor, LATE_CLAIM.c.days,
        _CORRECTED.label("corrected"), INVOICE.c.number,
    )
    .join(INVOICE, INVOICE.c.id == LATE_CLAIM.c.debit_note_id)
    .where(LATE_CLAIM.c.component == "interest")
    .order_by(LATE_CLAIM.c.instalment_id, LATE_CLAIM.c.debit_note_id, LATE_CLAIM.c.position)
)  # fmt: skip


def late_checks(connection: Connection) -> tuple[Check, ...]:
    """Recount debit notes against what their notices claimed, that nothing was claimed twice, and corrections."""
    return _notes(connection), _once(connection), _corrections(connection)


def _notes(connection: Connection) -> Check:
    """Each item of a debit note is one claim of its notice, of the same amount, kind and invoice; and the reverse."""
    claimed = {(row[0], row[1]): tuple(row[2:]) for row in connection.execute(_CLAIMS)}
    billed = {(row[0], row[1]): tuple(row[2:5]) for row in connection.execute(_ITEMS)}
    names = {(row[0], row[1]): f"{row.number}/{row[1]}" for row in connection.execute(_ITEMS)}
    wrong = [place for place in {**billed, **claimed} if claimed.get(place) != billed.get(place)]
    promise = Text(
        en="debit note = fees and interest that its notice claimed", zh="费用及利息账单 = 催收函所列费用与利息"
    )
    counted: int = connection.execute(
        select(func.count()).select_from(INVOICE).where(INVOICE.c.item == DEBIT_NOTE)
    ).scalar_one()
    return checked("late claims", promise, counted, [names.get(place, f"item {place}") for place in wrong])


def _once(connection: Connection) -> Check:
    rows = connection.execute(
        select(LATE_CLAIM, INVOICE.c.number, INSTALMENT.c.position.label("instalment"), INSTALMENT.c.invoice_id)
        .join(INSTALMENT, INSTALMENT.c.id == LATE_CLAIM.c.instalment_id)
        .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
        .where(LATE_CLAIM.c.debit_note_id.is_not(None))
        .order_by(LATE_CLAIM.c.instalment_id, LATE_CLAIM.c.from_on, LATE_CLAIM.c.until_on)
    ).all()
    promise = Text(
        en="a fee once per level of an invoice, no day of interest twice", zh="每级催收费用只收一次，利息按日不重复"
    )
    return checked("claimed once", promise, len(rows), [*_fees_again(rows), *_days_again(rows)])


def _fees_again(rows: Sequence[AnyRow]) -> Iterator[str]:
    seen: set[tuple[int, int]] = set()
    for row in rows:
        key = (row.invoice_id, row.level)
        if row.component == "fee" and key in seen:
            yield f"{row.number} level {row.level}"
        seen |= {key} if row.component == "fee" else set()


def _days_again(rows: Sequence[AnyRow]) -> Iterator[str]:
    before: dict[int, AnyRow] = {}
    # What bore no days was credited before: how much of it may be claimed again, `_corrections` says.
    for row in (one for one in rows if one.component == "interest" and one.days):
        last = before.get(row.instalment_id)
        if last is not None and row.from_on <= last.until_on:
            yield f"{row.number}/{row.instalment} from {row.from_on}"
        before[row.instalment_id] = row


def _corrections(connection: Connection) -> Check:
    """A correction is a whole credit note, at most what was claimed, and is claimed again at most once."""
    notes, claims = connection.execute(_OF_NOTES).all(), connection.execute(_INTEREST).all()
    wrong = [row.number for row in notes if int(row.minor) != row.gross_minor]
    wrong += [f"{row.number}/{row.position}" for row in claims if int(row.corrected) > row.minor]
    for _, of_instalment in groupby(claims, key=lambda row: row.instalment_id):
        rows = list(of_instalment)
        again = [row for row in rows if not row.days]
        if sum(row.minor for row in again) > sum(int(row.corrected) for row in rows):
            wrong += [f"{row.number}/{row.position}" for row in again]
    promise = Text(
        en="credit note over interest = what was not owed of it; claimed again at most once",
        zh="冲回利息的红字单据 = 不应计的利息；至多重新计收一次",
    )
    return checked("late corrections", promise, len(notes), wrong)
