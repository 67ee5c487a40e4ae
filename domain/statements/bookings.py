"""A booking counts once, in however many messages the bank reports it (052 during the day, 053 at its end).

Two bookings are the same when the bank's own reference, the amount and the day are, or, where the bank gives none, when
all that is told about them is. Of equal ones the first is the first, the second the second. What agrees in account, day
and amount only, and lacks a reference to tell it apart, is a question, and so is a reference that comes with another
day, since banks use theirs again: to post it could count money twice, to drop it could lose some.
"""

import json
import re
from collections import Counter, deque
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

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
    """

    new: tuple[Booking, ...] = ()
    repeated: tuple[Booking, ...] = ()
    doubtful: tuple[Booking, ...] = ()


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


def count_once(statement: Statement, posted: Iterable[BookingKey]) -> Counted:
    """Tell which booked entries of a statement are new.

    Args:
        statement: any statement of the account.
        posted: the keys of the account's bookings of the same days or references, from other statements.
    """
    left = _Left(posted)
    known = Counter(_name(key) for key in left.keys)
    entries = [(key_of(statement.account, entry), entry) for entry in statement.entries if entry.is_booked]
    shared: dict[int, _Shared] = {}
    for part in _Shared:
        for place, (key, _) in enumerate(entries):
            if place not in shared and left.takes(key, part):
                shared[place] = part
    again: Counter[str] = Counter()
    sorted_out: dict[str, list[Booking]] = {"new": [], "repeated": [], "doubtful": []}
    for place, (key, entry) in enumerate(entries):
        what = shared.get(place)
        told = "repeated" if what in _THE_SAME else "new" if what is None else "doubtful"
        count = again if told == "repeated" else known
        count[_name(key)] += 1
        doubt = None if what is None else _DOUBTS.get(what)
        booking = Booking(booking_id=f"{_name(key)}-{count[_name(key)]}", key=key, entry=entry, doubt=doubt)
        sorted_out[told].append(booking)
    return Counted(
        new=tuple(sorted_out["new"]),
        repeated=tuple(sorted_out["repeated"]),
        doubtful=tuple(sorted_out["doubtful"]),
    )


class _Shared(StrEnum):
    """What two bookings may have in common, the most telling first."""

    REFERENCE_AND_DAY = "reference and day"
    CONTENT = "content"
    REFERENCE = "reference"
    DAY = "day"


_THE_SAME = frozenset({_Shared.REFERENCE_AND_DAY, _Shared.CONTENT})
_NAMELESS = frozenset({_Shared.CONTENT, _Shared.DAY})
_DOUBTS = {_Shared.REFERENCE: Doubt.REFERENCE, _Shared.DAY: Doubt.DAY}


def _part(key: BookingKey, what: _Shared) -> str:
    """Return what of a key two bookings must share; empty where it says nothing."""
    match what:
        case _Shared.REFERENCE_AND_DAY:
            return key.by_reference and f"{key.by_reference} {key.by_day}"
        case _Shared.CONTENT:
            return key.by_content
        case _Shared.REFERENCE:
            return key.by_reference
        case _Shared.DAY:
            return key.by_day


def _name(key: BookingKey) -> str:
    return key.by_reference or key.by_content


class _Left:
    """The bookings known before that nothing in this statement has been found to be yet."""

    def __init__(self, keys: Iterable[BookingKey]) -> None:
        self.keys = tuple(keys)
        self._taken: set[int] = set()
        self._places: dict[tuple[_Shared, str], deque[int]] = {}
        for place, key in enumerate(self.keys):
            for what in _Shared:
                self._places.setdefault((what, _part(key, what)), deque()).append(place)

    def takes(self, key: BookingKey, what: _Shared) -> bool:
        """Take the first booking that shares this with a key; tell whether there was one.

        Two that both have a reference are the same by it or not at all.
        """
        wanted = _part(key, what)
        if not wanted:
            return False
        places = self._places.get((what, wanted), deque())
        while places and places[0] in self._taken:
            places.popleft()
        for place in places:
            both_named = what in _NAMELESS and key.by_reference and self.keys[place].by_reference
            if place not in self._taken and not both_named:
                self._taken.add(place)
                return True
        return False


def _told(payment: Payment) -> list[object]:
    """List what tells one payment from another; how a text was cut into pieces does not."""
    parties = [account_key(payment.debtor.account), account_key(payment.creditor.account)]
    texts = [payment.end_to_end_id, *payment.structured, _plain("".join(payment.unstructured))]
    return [payment.amount and payment.amount.minor, *parties, *texts]


def _plain(text: str) -> str:
    return "".join(text.split()).upper()


def _digest(parts: list[object]) -> str:
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:_KEY_LENGTH]
