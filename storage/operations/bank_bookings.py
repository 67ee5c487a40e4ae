"""What a statement books is compared with what other messages booked before, under the lock of its bank account."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Column, Connection, exists, func, insert, select, update

from domain.statements.bookings import Booking, BookingKey, Doubt, Posted, account_key, count_once, key_of
from domain.statements.incoming import Incoming, incoming
from domain.statements.posting import first_outcome
from domain.statements.span import Span, span_of
from domain.statements.statement import Statement
from storage.json_text import words_text
from storage.tables.bank import BANK_BOOKING, BANK_BOOKING_STAND, BANK_LINE, BANK_STATEMENT

_AT_ONCE = 400
"""How many keys one query names: both databases take far more, but plan it slower."""
_IS_ONE = (
    exists().where(BANK_LINE.c.booking_row == BANK_BOOKING.c.id, BANK_LINE.c.status != "same").correlate(BANK_BOOKING)
)
"""Whether it is a booking of its own: of one that a person has said to be another all lines are the same."""
_KEYS = (BANK_BOOKING.c.by_reference, BANK_BOOKING.c.by_content, BANK_BOOKING.c.by_day)


def book(connection: Connection, statement_row: int, statement: Statement, at: datetime) -> None:
    """Keep the bookings of a statement that are not posted yet, each payment of them as a line."""
    account_id = connection.execute(
        select(BANK_STATEMENT.c.bank_account_id).where(BANK_STATEMENT.c.id == statement_row)
    ).scalar_one()
    keys = [key_of(statement.account, entry) for entry in statement.entries if entry.is_booked]
    counted = count_once(statement, _posted(connection, account_id, keys))
    own = account_key(statement.account)
    bookings = sorted((*counted.new, *counted.doubtful), key=lambda one: one.entry.index)
    if bookings:
        rows = _kept(connection, account_id, statement_row, bookings)
        place = {"statement_row": statement_row, "bank_account_id": account_id, "at": at}
        lines = [
            place | {"booking_row": rows[one.booking_id]} | _line(part, own, one.doubt)
            for one in bookings
            for part in incoming(one)
        ]
        connection.execute(insert(BANK_LINE), lines)
    if counted.stand_here:
        stands = [{"booking_row": row, "statement_row": statement_row} for row in counted.stand_here]
        connection.execute(insert(BANK_BOOKING_STAND), stands)
    span = span_of(statement)
    booked = {
        "booked": len(bookings), "repeated": len(counted.repeated), "span": span.model_dump_json() if span else "",
    }  # fmt: skip
    connection.execute(update(BANK_STATEMENT).where(BANK_STATEMENT.c.id == statement_row).values(booked))


def _posted(connection: Connection, account_id: int, keys: Sequence[BookingKey]) -> list[Posted]:
    """Return all bookings of an account that one of these may repeat, in the order they were posted."""
    wanted = ({key.by_reference for key in keys}, {key.by_content for key in keys}, {key.by_day for key in keys})
    found: dict[int, Posted] = {}
    spans: dict[str, Span] = {}
    for column, values in zip(_KEYS, wanted, strict=True):
        for row, *parts, text, told in _with(connection, account_id, column, sorted(values - {""})):
            if text and text not in spans:
                spans[text] = Span.model_validate_json(text)
            key = BookingKey(by_reference=parts[0], by_content=parts[1], by_day=parts[2])
            found[row] = Posted(row=row, key=key, span=spans.get(text), said_same=not told)
    return [found[row] for row in sorted(found)]


def _with(
    connection: Connection, account_id: int, column: Column[str], values: Sequence[str]
) -> Iterator[tuple[int, str, str, str, str, bool]]:
    first, stands = BANK_STATEMENT.alias("first"), BANK_STATEMENT.alias("stands")
    query = (
        select(BANK_BOOKING.c.id, *_KEYS, func.coalesce(stands.c.span, first.c.span), _IS_ONE)
        .join(first, first.c.id == BANK_BOOKING.c.statement_row)
        .outerjoin(BANK_BOOKING_STAND, BANK_BOOKING_STAND.c.booking_row == BANK_BOOKING.c.id)
        .outerjoin(stands, stands.c.id == BANK_BOOKING_STAND.c.statement_row)
        .where(BANK_BOOKING.c.bank_account_id == account_id)
    )
    left = iter(values)
    while some := list(islice(left, _AT_ONCE)):
        for row in connection.execute(query.where(column.in_(some))):
            yield row[0], row[1], row[2], row[3], row[4], bool(row[5])


def _kept(connection: Connection, account_id: int, statement_row: int, bookings: Sequence[Booking]) -> dict[str, int]:
    """Insert bookings at once; a file may have tens of thousands. Returns their rows by booking id."""
    connection.execute(insert(BANK_BOOKING), [_booking(account_id, statement_row, booking) for booking in bookings])
    rows = connection.execute(
        select(BANK_BOOKING.c.booking_id, BANK_BOOKING.c.id).where(BANK_BOOKING.c.statement_row == statement_row)
    )
    return {row.booking_id: row.id for row in rows}


def _booking(account_id: int, statement_row: int, booking: Booking) -> dict[str, object]:
    entry, key = booking.entry, booking.key
    return {
        "bank_account_id": account_id, "statement_row": statement_row, "booking_id": booking.booking_id,
        "by_reference": key.by_reference, "by_content": key.by_content, "by_day": key.by_day,
        "entry_index": entry.index, "minor": entry.amount.minor, "currency": entry.amount.currency,
    }  # fmt: skip


def _line(one: Incoming, account: str, doubt: Doubt | None) -> dict[str, object]:
    outcome = first_outcome(one, doubt)
    own = account_key(one.own_account)
    reason = outcome.reason
    return {
        "external_id": one.external_id, "movement": one.movement, "minor": one.amount.minor,
        "currency": one.amount.currency, "value_date": one.value_date, "payer_name": _plain(one.payer.name),
        "payer_account": account_key(one.payer.account),
        "own_account": "" if own == account else own, "reference": _plain(one.reference),
        "end_to_end_id": one.end_to_end_id, "servicer_reference": one.servicer_reference,
        "return_code": one.return_code, "status": outcome.status, "entity": "", "customer_id": "", "rule": "",
        "evidence": words_text([]), "flagged": False, "reason_en": reason.en if reason else "",
        "reason_zh": reason.zh if reason else "", "chosen": "", "answers": 0, "answered_by": "", "answered_at": None,
        "rate": one.rate.model_dump_json() if one.rate else "",
    }  # fmt: skip


def _plain(text: str) -> str:
    """Write a text on one line, with single spaces."""
    return " ".join(text.split())
