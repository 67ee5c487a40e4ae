"""Fees and interest in memory: worked out from the books by the rules of the real ledger."""

from collections.abc import Callable, Sequence
from datetime import date

from domain.local_time import local_day
from domain.receivables import postings
from domain.receivables.entries import NextStep, OpenItem
from domain.receivables.ladder import day_of
from domain.receivables.late_claims import DebitNote, LateClaim, bearing, debit_note, issued, late_claims
from domain.receivables.lateness import Arrears, LateInvoice
from domain.receivables.numbering import Series
from domain.terms import DunningTerms
from simulation.book import Book, BookedInvoice, Claimed, Entry


def planned(
    book: Book, about: Sequence[OpenItem], step: NextStep, terms: DunningTerms, today: date
) -> tuple[LateClaim, ...]:
    """Work out what the notice of a step claims beside what is open."""
    wanted = bearing(about, step, terms)
    if not wanted:
        return ()
    invoices = [_late(book, number, terms.zone) for number in dict.fromkeys(number for number, _ in wanted)]
    return late_claims(invoices, wanted, step.level, terms, today)


def issue(
    book: Book, key: str, claims: Sequence[LateClaim], level: int, today: date, number: Callable[[Series, date], str]
) -> DebitNote | None:
    """Claim what a notice that went out has said, on a debit note of its own number."""
    if not claims:
        return None
    note = debit_note(number(Series.DEBIT_NOTES, today), (book.entity, book.customer_id, book.currency), claims, today)
    book.enter(note)
    book.post(key, postings.of_invoice(note))
    book.claimed += [Claimed(level, claim) for claim in claims]
    return issued(note)


def _late(book: Book, number: str, zone: str) -> LateInvoice:
    booked = book.invoice(number)
    mine = [one for one in book.claimed if one.claim.number == number]
    spells = zip(booked.disputes, booked.dispute_minors, strict=True)
    return LateInvoice(
        number=number,
        parts=tuple(_arrears(book, booked, item, mine) for item in booked.items),
        disputes=tuple(
            (local_day(zone, begun), None if ended is None else local_day(zone, ended), minor)
            for (begun, ended), minor in spells
        ),
        fee_levels=tuple(one.level for one in mine if one.claim.component == "fee"),
    )


def _arrears(book: Book, booked: BookedInvoice, item: OpenItem, claimed: Sequence[Claimed]) -> Arrears:
    own = [one.claim for one in claimed if one.claim.instalment == item.instalment]
    return Arrears(
        instalment=item.instalment,
        due_on=item.due_on,
        amount_minor=item.amount_minor,
        paid=tuple(
            (_value_date(book, entry), entry.allocation.minor)
            for entry in booked.entries
            if entry.allocation.instalment == item.instalment
        ),
        claimed_until=max((claim.until_on for claim in own if claim.component == "interest"), default=None),
        claimed_minor=sum(claim.minor for claim in own if claim.component == "interest"),
    )


def _value_date(book: Book, entry: Entry) -> date:
    """Return from when an entry counts; what was credited was never owed."""
    if entry.allocation.kind == "credit":
        return date.min
    return day_of(book.zone, entry.at) if entry.receipt is None else book.receipts[entry.receipt].receipt.value_date
