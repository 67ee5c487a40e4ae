"""Which statements of an account may report the same bookings: their balances, pages and days tell.

A report of the day and an advice repeat what the statement of the day says. Two statements with balances do only where
one is the other sent anew, or where their days overlap.
"""

import re
from enum import StrEnum

from domain.statements.judging import NEEDS_NO_BALANCE, closing, opening
from domain.statements.statement import Balance, Statement, StatementKind
from domain.value import Value

_PAGE = re.compile(r"([0-9]+)/([0-9]+)")


class Span(Value):
    """From where to where a statement accounts for every booking.

    Attributes:
        number: of statement and page (``27/1``); empty where there is none.
        statement_id: as the bank gives it.
    """

    kind: StatementKind
    number: str
    statement_id: str = ""
    opening: Balance
    closing: Balance


class Relation(StrEnum):
    """What two statements of one account are to each other.

    Attributes:
        ANEW: one is the other, sent once more.
        OPEN: both may report a booking.
        OTHER: neither repeats the other as far as one can tell; what agrees in both is a question.
        APART: pages of one statement, so whatever agrees in both are two bookings.
    """

    ANEW = "anew"
    OPEN = "open"
    OTHER = "other"
    APART = "apart"


def span_of(statement: Statement) -> Span | None:
    """Return the span of a statement; None for reports of the day and advices, and where a balance is missing."""
    first, last = opening(statement), closing(statement)
    if statement.kind in NEEDS_NO_BALANCE or first is None or last is None:
        return None
    return Span(
        kind=statement.kind,
        number=statement.number,
        statement_id=statement.statement_id,
        opening=first,
        closing=last,
    )


def relation(one: Span | None, other: Span | None) -> Relation:
    """Tell what two statements of one account are to each other."""
    if one is None or other is None:
        return Relation.OPEN
    if _is_sent_anew(one, other):
        return Relation.ANEW
    if _are_pages(one, other):
        return Relation.APART
    return Relation.OPEN if _days_overlap(one, other) else Relation.OTHER


def _is_sent_anew(one: Span, other: Span) -> bool:
    """Tell whether both lead from the same balance to the same, and their numbers and closing days agree.

    Where nothing was moved on the whole, the next statement leads from and to the same balance, too; so does one after
    a return to it. Among statements of one kind only a number, or else the statement's id, tells these apart.
    """
    if (one.opening.amount, one.closing.amount) != (other.opening.amount, other.closing.amount):
        return False
    if None not in (one.closing.on, other.closing.on) and one.closing.on != other.closing.on:
        return False
    if one.kind is other.kind:
        names = (one.number, other.number) if one.number or other.number else (one.statement_id, other.statement_id)
        return names[0] == names[1] != ""
    return one.opening.amount != one.closing.amount


def _are_pages(one: Span, other: Span) -> bool:
    """Tell whether these are two pages of one statement, each beginning where the one before ended.

    A page that begins or ends with the balance with which the other does may be that one, made anew.
    """
    first, second = _PAGE.fullmatch(one.number), _PAGE.fullmatch(other.number)
    if one.kind is not other.kind or first is None or second is None:
        return False
    if int(first[1]) != int(second[1]) or one.opening.amount == other.opening.amount:
        return False
    if int(first[2]) > int(second[2]):
        return _are_pages(other, one)
    if int(second[2]) - int(first[2]) == 1:
        return one.closing.amount == other.opening.amount
    return int(first[2]) != int(second[2]) and one.closing.amount != other.closing.amount


def _days_overlap(one: Span, other: Span) -> bool:
    """Tell whether each began before the day on which the other ended, and neither where the other ended.

    Those of the very same days may be pieces of them.
    """
    days = (one.opening.on, one.closing.on), (other.opening.on, other.closing.on)
    (began, ended), (other_began, other_ended) = days
    if began is None or ended is None or other_began is None or other_ended is None or days[0] == days[1]:
        return False
    if one.closing.amount == other.opening.amount or other.closing.amount == one.opening.amount:
        return False
    return began < other_ended and other_began < ended
