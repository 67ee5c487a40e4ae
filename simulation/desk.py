"""What an operation on an account in memory works with, and what it has done."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from domain.receivables.entries import Allocation, Match
from domain.receivables.freed import FreedCash
from domain.receivables.numbering import Series
from domain.receivables.second_person import Weighed
from domain.terms import AccountTerms
from simulation.book import Book


class Desk(NamedTuple):
    """What an operation works with.

    Attributes:
        number: takes the next number of a series, for a document of a day.
        terms: of the account; a credit that a deal asks for needs none.
    """

    book: Book
    key: str
    at: datetime
    number: Callable[[Series, date], str]
    terms: AccountTerms | None = None


class Outcome(NamedTuple):
    """What an operation did, before the case is summed up."""

    reference: str
    allocations: tuple[Allocation, ...] = ()
    match: Match | None = None
    unapplied_minor: int = 0
    minor: int = 0
    repeated: bool = False
    waits: Weighed | None = None
    payer: str = ""
    claim: str = ""
    freed: tuple[FreedCash, ...] = ()
    replaced: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
