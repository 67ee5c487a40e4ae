"""Fees and interest in memory: worked out from the books by the rules of the real ledger."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from domain.local_time import local_day
from domain.receivables import postings
from domain.receivables.entries import NextStep, OpenItem
from domain.receivables.ladder import day_of
from domain.receivables.late_claims import DebitNote, LateClaim, bearing, debit_note, issued, late_claims
from domain.receivables.lateness import Arrears, ClaimedInterest, LateCash, LateInvoice
from domain.receivables.numbering import Series
from domain.terms import DunningTerms
from simulation.book import Book
from simulation.booked import BookedInvoice, Claimed
from simulation.entry import Entry


def planned(
    book: Book, about: Sequence[OpenItem], step: NextStep, terms: DunningTerms, today: date
) -> tuple[LateClaim, ...]:
    """Work out what the notice of a step claims beside what is open."""
    wanted = bearing(about, step, terms)
    if not wanted:
        return ()
    invoices = [late(book, number, terms.zone) for number in dict.fromkeys(number for number, _ in wanted)]
    return late_claims(invoices, wanted, step.level, terms, today)


def issue(
    book: Book, key: str, claims: Sequence[LateClaim], level: int, at: datetime, number: Callable[[Series, date], str]
) -> DebitNote | None:
    """Claim what a notice that went out has said, on a debit note of its own number."""
    if not claims:
        return None
    today = day_of(book.zone, at)
    note = debit_note(number(Series.DEBIT_NOTES, today), (book.entity, book.customer_id, book.currency), claims, today)
    book.enter(note)
    book.post(key, postings.of_invoice(note))
    book.claimed += [Claimed(level, claim, at, key, note.number, place) for place, claim in enumerate(claims, 1)]
    return issued(note)


def late(book: Book, number: str, zone: str) -> LateInvoice:
    """Return the past of an invoice."""
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
    own = [one for one in claimed if one.claim.instalment == item.instalment and one.claim.component == "interest"]
    entries = [entry for entry in booked.entries if entry.allocation.instalment == item.instalment]
    return Arrears(
        instalment=item.instalment,
        due_on=item.due_on,
        amount_minor=item.amount_minor,
        paid=tuple((_value_date(book, entry), entry.allocation.minor) for entry in entries),
        learnt=tuple((_value_date(book, entry), entry.at) for entry in entries),
        claims=tuple(_claim(book, one) for one in own),
    )


def _claim(book: Book, claimed: Claimed) -> ClaimedInterest:
    booked, claim = book.invoice(claimed.number), claimed.claim
    (item,) = (one for one in booked.items if one.instalment == claimed.position)
    paying = [one for one in booked.entries if one.allocation.instalment == claimed.position]
    return ClaimedInterest(
        notice=claimed.notice,
        at=claimed.at,
        number=claimed.number,
        position=claimed.position,
        minor=claim.minor,
        corrected_minor=claimed.corrected_minor,
        from_on=claim.from_on,
        until_on=claim.until_on,
        days=claim.days,
        rate_bp=claim.rate_bp,
        per=claim.per,
        open_minor=item.amount_minor - sum(one.allocation.minor for one in paying),
        cash=tuple(
            LateCash(
                source=one.receipt[0],
                external_id=one.receipt[1],
                value_date=book.receipts[one.receipt].receipt.value_date,
                minor=one.allocation.minor,
            )
            for one in paying
            if one.receipt is not None and one.allocation.kind == "cash"
        ),
    )


def _value_date(book: Book, entry: Entry) -> date:
    """Return from when an entry counts; what was credited was never owed."""
    if entry.allocation.kind == "credit":
        return date.min
    return day_of(book.zone, entry.at) if entry.receipt is None else book.receipts[entry.receipt].receipt.value_date
