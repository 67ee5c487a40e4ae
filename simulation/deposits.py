"""Deposits in the books of one account in memory, as `storage.operations.deposits` keeps them."""

from domain.receivables import postings
from domain.receivables.deposits import SETTLING, Deposit, part_of
from simulation.book import Book
from simulation.booked import BookedInvoice


def deposit_in(book: Book, number: str) -> Deposit:
    """Return a deposit's invoice with what was paid and deducted of it."""
    booked = book.invoice(number)
    return Deposit(
        invoice=booked.invoice,
        paid_minor=sum(entry.allocation.minor for entry in booked.entries if entry.allocation.kind in SETTLING),
        deducted_minor=booked.deducted_minor,
        credited_minor=booked.credited_minor,
        written_off_minor=booked.written_off_minor,
    )


def given_up(book: Book, number: str) -> int:
    """Return the net of what was given up of a deposit; of what is no deposit, nothing."""
    deposit = book.invoice(number).invoice.purpose == "deposit"
    return deposit_in(book, number).given_up_net_minor if deposit else 0


def post_given_up(book: Book, key: str, number: str, before: int, against: str) -> None:
    """Post by how much an operation has changed what is given up of a deposit."""
    book.post(key, postings.of_given_up(before, given_up(book, number), book.currency, against))


def to_restore(book: Book, booked: BookedInvoice) -> tuple[int, int]:
    """Return (gross, net) of what an invoice still takes off, as its credit would restore it."""
    minor = booked.invoice.deducted_minor - booked.restored_minor
    if not minor:
        return (0, 0)
    deposit = deposit_in(book, booked.invoice.deductions[0].number)
    part = part_of(deposit, deposit.used_minor - minor, deposit.used_minor)
    return (minor, part.net.minor)


def restore(book: Book, booked: BookedInvoice, minor: int) -> None:
    """Make a deduction free again."""
    if minor:
        booked.restored_minor += minor
        book.invoice(booked.invoice.deductions[0].number).deducted_minor -= minor
