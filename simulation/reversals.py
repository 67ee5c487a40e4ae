"""Money that bounced or was charged back in the books in memory, by the rules of the real ones."""

from typing import Any

from domain.account import effects as f
from domain.money import Money
from domain.receivables import postings
from domain.receivables.allocating import bounced, checked_amount
from domain.receivables.chargebacks import beyond, claim_for, claim_item
from domain.receivables.entries import Allocation
from domain.receivables.ladder import day_of
from domain.receivables.numbering import Series
from domain.receivables.second_person import checked_agreed, weighed
from simulation.booked import BookedReceipt
from simulation.desk import Desk, Outcome
from simulation.movements import take_back


def reverse(desk: Desk, effect: f.ReverseReceipt) -> Outcome:
    """Money bounced: take back what it paid beyond what is unapplied, then take it out of cash."""
    book, key = desk.book, (effect.source, effect.external_id)
    booked = book.receipt(key)
    minor = checked_amount(effect.amount, book.currency)
    checked_agreed(effect.minor, minor, book.currency)
    before = booked.reversed_minor + booked.claimed_minor
    waits = weighed(effect.second, minor, book.currency, earlier_minor=before, evidence=effect.reason)
    if waits is not None:
        return Outcome("/".join(key), waits=waits)
    twice = beyond(effect.amount, booked.left_minor, max(booked.refunded_minor - booked.claimed_minor, 0))
    parts: tuple[Allocation, ...] = ()
    if minor > twice:
        parts = take_back(desk, key, bounced(booked.applied, booked.unapplied_minor, minor - twice))
        booked.returned_minor += minor - twice
        book.unapplied_minor -= minor - twice
        book.post(desk.key, postings.of_bounce(Money(minor=minor - twice, currency=book.currency)))
    claim = _claim_twice(desk, booked, twice) if twice else ""
    return Outcome("/".join(key), parts, None, booked.unapplied_minor, minor=twice, claim=claim)


def _claim_twice(desk: Desk, booked: BookedReceipt, minor: int) -> str:
    """Claim what left twice, on a debit note; returns its number."""
    book, receipt = desk.book, booked.receipt
    on = day_of(book.zone, desk.at)
    number = desk.number(Series.DEBIT_NOTES, on)
    item = claim_item(receipt.source, receipt.external_id)
    claim = claim_for(number, (book.entity, book.customer_id, book.currency), item, minor, on)
    book.enter(claim)
    book.post(desk.key, postings.of_invoice(claim))
    booked.claimed_minor += minor
    return number


REVERSALS: dict[type[f.LedgerEffect], Any] = {f.ReverseReceipt: reverse}
