"""When the customers of the ledger in memory were contacted, whichever account wrote to them."""

from datetime import datetime

from domain.receivables.contacts import counts, is_full, within_caps
from domain.receivables.entries import CaseView, NextStep
from domain.terms import AccountTerms
from simulation.book import Book


class Contacts:
    """The notices that went out, by customer."""

    def __init__(self) -> None:
        self._at: dict[str, list[datetime]] = {}

    def note(self, book: Book, at: datetime) -> None:
        """Note that the customer of an account was contacted."""
        self._at.setdefault(book.customer_id, []).append(at)

    def view(self, book: Book, terms: AccountTerms, at: datetime) -> CaseView:
        """Sum an account up, its next notice in a free slot."""
        return within_caps(book.view(terms, at), terms.dunning, self._at.get(book.customer_id, ()))

    def holds(self, book: Book, terms: AccountTerms, step: NextStep, at: datetime) -> bool:
        """Tell whether a notice may not go out now."""
        return counts(step) and is_full(terms.dunning, self._at.get(book.customer_id, ()), at)
