"""A cursor names the last row seen by the columns of the order, so a page costs the same wherever it is."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime

import orjson
from sqlalchemy import ColumnElement, tuple_

from mendable import Mendable

MOST_ROWS = 200


class BadCursor(Mendable):
    """The cursor was not given by us."""

    def __init__(self, cursor: str) -> None:
        super().__init__(f"{cursor!r} is not a cursor; take the one in the answer before, or none to start")


def cursor_of(*place: object) -> str:
    """Write the place of a row as opaque text."""
    return urlsafe_b64encode(orjson.dumps(place)).decode()


def place_of(cursor: str, kinds: Sequence[type]) -> tuple[object, ...]:
    """Read a place back; `BadCursor` unless it has these kinds of values (str, int, date, datetime)."""
    try:
        place = orjson.loads(urlsafe_b64decode(cursor.encode()))
        read = tuple(
            kind.fromisoformat(value) if issubclass(kind, date) else value
            for kind, value in zip(kinds, place, strict=True)
        )
    except (binascii.Error, orjson.JSONDecodeError, ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if not all(isinstance(value, kind) and _holdable(value) for kind, value in zip(kinds, read, strict=True)):
        raise BadCursor(cursor)
    return read


def _holdable(value: object) -> bool:
    """Tell whether the database could have a value: a forged cursor may say anything."""
    match value:
        case str():
            return "\x00" not in value
        case int():
            return abs(value) < 2**63
        case datetime():
            return value.tzinfo is not None
        case _:
            return True


def after(columns: Sequence[ColumnElement[object]], place: Sequence[object]) -> ColumnElement[bool]:
    """Return the condition for rows after a place in ascending order."""
    return tuple_(*columns) > tuple_(*place)


def before(columns: Sequence[ColumnElement[object]], place: Sequence[object]) -> ColumnElement[bool]:
    """Return the condition for rows after a place in descending order."""
    return tuple_(*columns) < tuple_(*place)


def limited(limit: int) -> int:
    """Keep a page between one row and `MOST_ROWS`."""
    return max(1, min(limit, MOST_ROWS))
