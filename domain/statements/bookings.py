"""A booking counts once, in however many messages the bank reports it (052 during the day, 053 at its end).

Two bookings are the same when the bank's own reference, the amount and the day are, or, where the bank gives none, when
all that is told about them is. Of equal ones the first is the first, the second the second. What agrees in account, day
and amount only, and lacks a reference to tell it apart, is a question, and so is a reference that comes with another
day, since banks use theirs again: to post it could count money twice, to drop it could lose some. Two statements with
balances report a booking both only as `domain.statements.span` says, so what is the same in them may be two.
"""

import json
import re
from collections import Counter, deque
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from domain.statements.span import Relation, Span, relation, span_of
from domain.statements.statement import Entry, Payment, Statement
from domain.value import Value

_NO_REFERENCE = frozenset({"", "NONREF", "NOREF", "NOTPROVIDED", "NONE"})
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_KEY_LENGTH = 32


class BookingKey(Value):
    """What a booking is known by; every part names account, currency and amount.

    Attributes:
        by_reference: with the bank's own reference; empty where it gave none.
        by_content: with everything the bank told.
        by_day: with the booking day alone: equal for bookings that may be the same.
    """

    by_reference: str
    by_content: str
    by_day: str


class Doubt(StrEnum):
    """Why a booking may have been counted before: what it shares with one that was, and nothing else is known."""

    DAY = "day"
    REFERENCE = "reference"
    STATEMENT = "statement"


class Posted(Value):
    """A booking that was counted before.

    Attributes:
        row: ours.
        span: of the statement with balances that it stands in; None where only a report or an advice has told of it.
        said_same: a person said that it is one of the others; it stands for nothing but its own message sent anew.
    """

    row: int
    key: BookingKey
    span: Span | None = None
    said_same: bool = False


class Booking(Value):
    """A booked entry under its keys.

    Attributes:
        booking_id: the one key that it is stored under.
        doubt: why it may have been counted before; None for what is new, or was counted before for certain.
    """

    booking_id: str
    key: BookingKey
    entry: Entry
    doubt: Doubt | None = None


class Counted(Value):
    """The booked entries of a statement, told apart.

    Attributes:
        new: to be posted.
        repeated: posted before, from another message.
        doubtful: perhaps posted before; a person decides.
        stand_here: rows of what was posted before from reports and advices, and has its statement with balances now.
    """

    new: tuple[Booking, ...] = ()
    repeated: tuple[Booking, ...] = ()
    doubtful: tuple[Booking, ...] = ()
    stand_here: tuple[int, ...] = ()


@lru_cache(maxsize=4096)
def account_key(account: str) -> str:
    """Write an account number in one form: capitals without separators, an IBAN without the currency behind it."""
    plain = re.sub(r"[^A-Z0-9]", "", account.upper())
    without = plain[: -len("EUR")]
    return without if is_iban(without) and plain[-len("EUR") :].isalpha() and not is_iban(plain) else plain


def is_iban(text: str) -> bool:
    """Tell whether a text is an IBAN with the right check digits (ISO 13616)."""
    if _IBAN.fullmatch(text) is None:
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def key_of(account: str, entry: Entry) -> BookingKey:
    """Return the keys of an entry of an account."""
    amount = [account_key(account), entry.amount.currency, entry.amount.minor, entry.direction]
    day = entry.booked_on or entry.valued_on
    reference = entry.servicer_reference.strip()
    content = [*amount, str(day), entry.is_reversal, [_told(payment) for payment in entry.payments], _plain(entry.text)]
    named = reference.upper() not in _NO_REFERENCE
    return BookingKey(
        by_reference=_digest([*amount, reference]) if named else "",
        by_content=_digest(content),
        by_day=_digest([*amount, str(day)]),
    )


def count_once(statement: Statement, posted: Sequence[Posted]) -> Counted:
    """Tell which booked entries of a statement are new.

    Args:
        statement: any statement of the account.
        posted: the account's bookings of the same days or references, from other statements.
    """
    entries = [(key_of(statement.account, entry), entry) for entry in statement.entries if entry.is_booked]
    span = span_of(statement)
    shared = _shared([key for key, _ in entries], _Left(span, posted))
    known = Counter(_name(one.key) for one in posted)
    again: Counter[str] = Counter()
    sorted_out: dict[str, list[Booking]] = {"new": [], "repeated": [], "doubtful": []}
    for place, (key, entry) in enumerate(entries):
        what, _ = shared.get(place, (None, None))
        doubt = None if what is None else what.doubt
        told = "new" if what is None else "repeated" if doubt is None else "doubtful"
        count = again if told == "repeated" else known
        count[_name(key)] += 1
        booking = Booking(booking_id=f"{_name(key)}-{count[_name(key)]}", key=key, entry=entry, doubt=doubt)
        sorted_out[told].append(booking)
    same = [one for what, one in shared.values() if what.doubt is None]
    return Counted(
        new=tuple(sorted_out["new"]),
        repeated=tuple(sorted_out["repeated"]),
        doubtful=tuple(sorted_out["doubtful"]),
        stand_here=tuple(sorted(one.row for one in same if span is not None and one.span is None)),
    )


class _Part(StrEnum):
    """What two bookings may have in common."""

    REFERENCE_AND_DAY = "reference and day"
    CONTENT = "content"
    REFERENCE = "reference"
    DAY = "day"


class _Shared(NamedTuple):
    """What a booking shares with one that was counted before, and in what statements they stand.

    Attributes:
        doubt: why that does not make them the same; None where it does.
    """

    part: _Part
    relation: Relation
    doubt: Doubt | None = None


_SAME_PARTS = (_Part.REFERENCE_AND_DAY, _Part.CONTENT)
_MAY_REPEAT = (Relation.ANEW, Relation.OPEN, Relation.OTHER)
_TELLING = (
    *(_Shared(part, where) for where in (Relation.ANEW, Relation.OPEN) for part in _SAME_PARTS),
    *(_Shared(part, Relation.OTHER, Doubt.STATEMENT) for part in _SAME_PARTS),
    *(_Shared(_Part.REFERENCE, where, Doubt.REFERENCE) for where in _MAY_REPEAT),
    *(_Shared(_Part.DAY, where, Doubt.DAY) for where in _MAY_REPEAT),
)
"""The most telling first. What stands in another page of this statement shares nothing with it."""
_NAMELESS = frozenset({_Part.CONTENT, _Part.DAY})


def _shared(keys: Sequence[BookingKey], left: "_Left") -> dict[int, tuple[_Shared, Posted]]:
    """Find for each booking, by its place, which one counted before it may be, and why."""
    found: dict[int, tuple[_Shared, Posted]] = {}
    for what in _TELLING:
        for place, key in enumerate(keys):
            if place not in found and (one := left.taken(key, what)) is not None:
                found[place] = (what, one)
    return found


def _part(key: BookingKey, part: _Part) -> str:
    """Return what of a key two bookings must share; empty where it says nothing."""
    match part:
        case _Part.REFERENCE_AND_DAY:
            return key.by_reference and f"{key.by_reference} {key.by_day}"
        case _Part.CONTENT:
            return key.by_content
        case _Part.REFERENCE:
            return key.by_reference
        case _Part.DAY:
            return key.by_day


def _name(key: BookingKey) -> str:
    return key.by_reference or key.by_content


class _Left:
    """The bookings counted before that nothing in this statement has been found to be yet."""

    def __init__(self, span: Span | None, posted: Sequence[Posted]) -> None:
        self._posted = posted
        self._taken: set[int] = set()
        self._places: dict[tuple[_Part, Relation, str], deque[int]] = {}
        for place, one in enumerate(posted):
            where = relation(span, one.span)
            if one.said_same and where is not Relation.ANEW and not (span is None and one.span is None):
                continue
            for part in _Part:
                self._places.setdefault((part, where, _part(one.key, part)), deque()).append(place)

    def taken(self, key: BookingKey, what: _Shared) -> Posted | None:
        """Take the first booking that shares this with a key, where there is one.

        Two that both have a reference are the same by it or not at all.
        """
        wanted = _part(key, what.part)
        if not wanted:
            return None
        places = self._places.get((what.part, what.relation, wanted), deque())
        while places and places[0] in self._taken:
            places.popleft()
        for place in places:
            both_named = what.part in _NAMELESS and key.by_reference and self._posted[place].key.by_reference
            if place not in self._taken and not both_named:
                self._taken.add(place)
                return self._posted[place]
        return None


def _told(payment: Payment) -> list[object]:
    """List what tells one payment from another; how a text was cut into pieces does not."""
    parties = [account_key(payment.debtor.account), account_key(payment.creditor.account)]
    texts = [payment.end_to_end_id, *payment.structured, _plain("".join(payment.unstructured))]
    return [payment.amount and payment.amount.minor, *parties, *texts]


def _plain(text: str) -> str:
    return "".join(text.split()).upper()


def _digest(parts: list[object]) -> str:
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:_KEY_LENGTH]
