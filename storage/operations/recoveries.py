"""A write-off is taken back by the money that pays it after all, in the transaction that applies the money."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, func, select

from domain.receivables import postings
from domain.receivables.entries import Allocation, Match, Receipt
from domain.receivables.naming import named_in
from domain.receivables.recovering import recovery, with_recovery
from storage.operations.books import Active, Books
from storage.operations.deposits import given_up, post_given_up
from storage.operations.worths import unless_unrated
from storage.tables.ledger import ALLOCATION, INSTALMENT, INVOICE

_BACK = ALLOCATION.alias("back")
_LEFT = ALLOCATION.c.minor + (
    select(func.coalesce(func.sum(_BACK.c.minor), 0))
    .where(_BACK.c.reverses_id == ALLOCATION.c.id)
    .correlate(ALLOCATION)
    .scalar_subquery()
)
_BAD_DEBT = (
    select(
        ALLOCATION.c.id, ALLOCATION.c.instalment_id, ALLOCATION.c.receipt_id, ALLOCATION.c.kind,
        _LEFT.label("minor"), ALLOCATION.c.credit_note_id, INVOICE.c.number, INSTALMENT.c.position,
    )
    .join(INSTALMENT, INSTALMENT.c.id == ALLOCATION.c.instalment_id)
    .join(INVOICE, INVOICE.c.id == INSTALMENT.c.invoice_id)
    .where(
        ALLOCATION.c.account_id == bindparam("account_id"), ALLOCATION.c.kind == "writeoff",
        ALLOCATION.c.reverses_id.is_(None), _LEFT > 0,
    )
    .order_by(ALLOCATION.c.id)
)  # fmt: skip


def matched_with_recovery(books: Books, receipt: Receipt, match: Match, left_minor: int) -> Match:
    """Let what a receipt pays nothing with recover the written-off invoices that it names.

    Where a rate is missing it is a question, as for any receipt, and nothing is taken back.
    """
    if not left_minor or match.candidates:
        return match
    bad = _bad_debt(books.connection, books.account.id)
    if not bad:
        return match
    numbers = dict.fromkeys(one.number for one in bad)
    named = receipt.invoices or named_in(receipt.reference, numbers)
    found = recovery(tuple(named), _parts(bad), left_minor)
    if not found:
        return match
    books.touch(part.number for part in found)
    whole = unless_unrated(books, with_recovery(match, found), receipt.value_date, receipt.rate)
    if not whole.candidates:
        _take_back(books, bad, found)
    return whole


def recover_shares(books: Books, shares: Iterable[tuple[str, int]]) -> None:
    """Take back what was written off of invoices, as far as more than is open of them is to be paid."""
    bad = _bad_debt(books.connection, books.account.id)
    for number, minor in shares:
        open_minor = sum(item.open_minor for item in books.touch([number]))
        if minor > open_minor:
            recover(books, bad, (number,), minor - open_minor)


def recover(books: Books, bad: Sequence[Active], named: Iterable[str], left_minor: int) -> None:
    """Take write-offs back up to an amount: the receivable is there again, against recovered bad debt."""
    found = recovery(tuple(named), _parts(bad), left_minor)
    if found:
        books.touch(part.number for part in found)
        _take_back(books, bad, found)


def _parts(bad: Iterable[Active]) -> list[Allocation]:
    return [Allocation(number=one.number, instalment=one.position, kind="writeoff", minor=one.minor) for one in bad]


def _take_back(books: Books, bad: Sequence[Active], found: Sequence[Allocation]) -> None:
    for part in found:
        books.recovered[part.number] = books.recovered.get(part.number, 0) + part.minor
    up = [
        given_up(books.connection, books.invoice_id(number)) for number in dict.fromkeys(part.number for part in found)
    ]
    books.take_back(found, bad, "recovered")
    minor = sum(part.minor for part in found)
    books.post("recovery", postings.of_recovery(minor, books.account.currency), books.on)
    for one in up:
        post_given_up(books, one, postings.RECOVERY)
    # Interest may have turned out not to be owed while it was bad debt: what it was claimed upon is looked at again.
    claims = [one.claim_of for one in books.touch(part.number for part in found) if one.claim_of]
    if claims:
        books.touch(claims)


def _bad_debt(connection: Connection, account_id: int) -> list[Active]:
    """Return what is bad debt in an account, oldest first."""
    rows = connection.execute(_BAD_DEBT, {"account_id": account_id})
    return [Active(*row, source="", external_id="", tax_minor=0)._replace(minor=int(row.minor)) for row in rows]
