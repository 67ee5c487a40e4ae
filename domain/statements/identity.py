"""A statement is known by its account and the bank's id; what it says is told apart by a hash."""

import json
from datetime import date
from hashlib import sha256

from domain.statements.bookings import account_key
from domain.statements.judging import closing, opening
from domain.statements.statement import Statement, StatementKind
from domain.value import Value

_SWIFT = frozenset({StatementKind.MT940, StatementKind.MT942})
_PLAIN = frozenset({StatementKind.CAMT_053, StatementKind.CSV})
_LONGEST = 120


class StatementName(Value):
    """What a statement is known by within its account, and what it says.

    Attributes:
        account: the bank account in one form.
        known_as: the bank's id; SWIFT banks use one again and again, so number and day belong to theirs. A report of
            the day and an advice are other messages than the statement of the day, whatever their id.
        digest: the hash of the content; what was noted while reading is not part of it.
    """

    account: str
    known_as: str
    digest: str


def name_of(statement: Statement) -> StatementName:
    """Return what a statement is known by."""
    digest = _digest(statement)
    parts = [statement.statement_id or digest[:16]]
    if statement.kind in _SWIFT:
        day = _day(statement)
        parts += [statement.number, "" if day is None else day.isoformat()]
    if statement.kind not in _PLAIN:
        parts.append(statement.kind)
    known_as = " ".join(part for part in parts if part)
    if len(known_as) > _LONGEST:
        known_as = f"{known_as[:_LONGEST]}…{sha256(known_as.encode()).hexdigest()[:16]}"
    return StatementName(account=account_key(statement.account), known_as=known_as, digest=digest)


def _day(statement: Statement) -> date | None:
    """Return the last day that a statement speaks of."""
    balances = (closing(statement), opening(statement))
    days = [balance.on for balance in balances if balance is not None and balance.on is not None]
    days += [day for entry in statement.entries if (day := entry.booked_on or entry.valued_on) is not None]
    return max(days, default=None)


def _digest(statement: Statement) -> str:
    said = statement.model_dump(
        mode="json", include={"kind", "statement_id", "number", "currency", "balances", "entries", "unreadable"}
    )
    content = [account_key(statement.account), said]
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
