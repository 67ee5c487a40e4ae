"""What was written off comes back by the money that names it, in the books in memory as in the real ones."""

from collections.abc import Iterable, Sequence

from domain.receivables import postings
from domain.receivables.entries import Allocation, Match, Receipt
from domain.receivables.naming import named_in
from domain.receivables.recovering import recovery, with_recovery
from simulation.book import Book
from simulation.deposits import given_up, post_given_up


def matched_with_recovery(book: Book, key: str, receipt: Receipt, match: Match) -> Match:
    """Let what a receipt pays nothing with recover the written-off invoices that it names."""
    left = receipt.amount.minor - sum(part.minor for part in match.allocations if part.kind == "cash")
    bad = _bad_debt(book)
    if not left or match.candidates or not bad:
        return match
    named = receipt.invoices or named_in(receipt.reference, dict.fromkeys(part.number for part in bad))
    return with_recovery(match, _recover(book, key, named, bad, left))


def recover_shares(book: Book, key: str, shares: Sequence[tuple[str, int]], unapplied_minor: int) -> None:
    """Take back what was written off of invoices, as far as more than is open of them is to be paid.

    Nothing, where the shares will be refused as a whole.
    """
    if sum(minor for _, minor in shares) > unapplied_minor or len(dict(shares)) < len(shares):
        return
    booked = [(book.invoice(number), minor) for number, minor in shares]
    if any(not 0 < minor <= one.open_minor + one.written_off_minor for one, minor in booked):
        return
    for number, minor in shares:
        open_minor = book.invoice(number).open_minor
        if minor > open_minor:
            _recover(book, key, (number,), _bad_debt(book), minor - open_minor)


def _recover(
    book: Book, key: str, named: Iterable[str], bad: list[Allocation], left_minor: int
) -> tuple[Allocation, ...]:
    found = recovery(tuple(named), bad, left_minor)
    if found:
        up = {part.number: given_up(book, part.number) for part in found}
        book.recover(found)
        book.post(key, postings.of_recovery(sum(part.minor for part in found), book.currency))
        for number, before in up.items():
            post_given_up(book, key, number, before, postings.RECOVERY)
    return found


def _bad_debt(book: Book) -> list[Allocation]:
    entries = [
        entry
        for booked in book.invoices.values()
        if booked.written_off_minor
        for entry in booked.entries
        if entry.allocation.kind == "writeoff"
    ]
    return [entry.allocation for entry in sorted(entries, key=lambda entry: entry.seq)]
