"""Credit notes in the books of one account in memory, as `storage.operations.credits` makes them."""

from collections.abc import Sequence
from datetime import date

from domain.account import effects as f
from domain.deal.commands import CreditedPart
from domain.deal.effects import CreditInvoice, ServicePeriod
from domain.receivables import postings
from domain.receivables.cancelling import MadeCredit, part_of_credit
from domain.receivables.crediting import CreditPlan, credit_note_of, credit_plan, creditable
from domain.receivables.entries import CreditNote
from domain.receivables.numbering import Series
from domain.receivables.reducing import LinedCredit, creditable_lines, less_lined, lined, taken
from domain.receivables.second_person import weighed
from simulation.booked import BookedInvoice
from simulation.deposits import given_up, post_given_up, restore, to_restore
from simulation.desk import Desk, Outcome


def credit_note(desk: Desk, effect: f.CreditNote) -> Outcome:
    """Issue a credit note over an amount of an invoice, or all that is open of it."""
    return credit(desk, effect, effect.minor, effect.reason)


def credit(desk: Desk, effect: f.CreditNote | f.ResolveDispute, minor: int | None, reason: str) -> Outcome:
    """Issue a credit note: paid cash is released where more is credited than is open."""
    booked = desk.book.invoice(effect.number)
    plan = credit_plan(booked.items, booked.applied, minor, booked.deducted_minor)
    waits = weighed(effect.second, plan.minor, desk.book.currency, earlier_minor=given_before(booked), evidence=reason)
    if waits is not None:
        return Outcome(effect.number, waits=waits)
    note = note_of(desk, booked, plan, reason, effect.issue_on)
    return Outcome(note.number, plan.allocations, minor=plan.minor, freed=plan.freed)


def credit_whole(desk: Desk, effect: CreditInvoice) -> MadeCredit | None:
    """Credit all that is open or paid of an invoice and restore what it deducted; nothing of it is no credit note."""
    booked = desk.book.invoice(effect.number)
    cash, restored = booked.applied, to_restore(desk.book, booked)
    whole = creditable(booked.items, cash, booked.deducted_minor)
    if not whole and not restored[0]:
        return None
    plan = credit_plan(booked.items, cash, whole, booked.deducted_minor) if whole else None
    before, left = given_before(booked), booked.open_minor - (plan.less_open_minor if plan else 0)
    return MadeCredit(note_of(desk, booked, plan, effect.reason, effect.issue_on, restored), plan, left, before)


def credit_lines(desk: Desk, effect: CreditInvoice, numbers: Sequence[str]) -> tuple[CreditedPart, ...]:
    """Credit what an order became less than what was invoiced, from the newest of its invoices back."""
    return tuple(part_of_credit(one) for one in make_lines(desk, effect, numbers))


def make_lines(desk: Desk, effect: CreditInvoice, numbers: Sequence[str]) -> tuple[MadeCredit, ...]:
    """Make the credit notes, the newest invoices first."""
    wanted = {amount.position: amount.minor for amount in effect.amounts}
    made = (credit_some(desk, effect, number, wanted) for number in numbers)
    return tuple(one for one in made if one is not None)


def credit_some(desk: Desk, effect: CreditInvoice, number: str, wanted: dict[int, int]) -> MadeCredit | None:
    """Credit what one invoice bills of the wanted amounts, and take it off them."""
    booked = desk.book.invoice(number)
    amounts = taken(booked.invoice, booked.notes, wanted)
    for place, minor in amounts.items():
        wanted[place] -= minor
    of_lines, cash = lined(booked.invoice, amounts, effect), booked.applied
    most = creditable(booked.items, cash)
    minor = creditable_lines(number, of_lines, most, to_restore(desk.book, booked)[0])
    if not minor:
        return None
    plan, whole = credit_plan(booked.items, cash, minor), of_lines if of_lines.gross_minor <= most else None
    left, before = booked.open_minor - plan.less_open_minor, given_before(booked)
    note = note_of(desk, booked, plan, effect.reason, effect.issue_on, of_lines=whole, service=effect.service)
    return MadeCredit(note, plan, left, before)


def given_before(booked: BookedInvoice) -> int:
    """Return what of an invoice was given away already, by credit or as bad debt."""
    return booked.credited_minor + booked.written_off_minor


def note_of(
    desk: Desk, booked: BookedInvoice, plan: CreditPlan | None, reason: str, issue_on: date,
    restored: tuple[int, int] = (0, 0), of_lines: LinedCredit | None = None, service: ServicePeriod | None = None,
) -> CreditNote:  # fmt: skip
    """Make a credit note: its number, what it releases and settles, and its postings."""
    book = desk.book
    document = desk.number(Series.CREDIT_NOTES, issue_on)
    before = sum(note.gross.minor for note in booked.notes if not note.lines) + booked.deducted_minor
    left = less_lined(booked.invoice, booked.notes)
    note = credit_note_of(left, plan, document, issue_on, reason, before, restored, of_lines)
    if service is not None:
        note = note.model_copy(update={"period": service.days})
    deposit = booked.invoice.deductions[0].number if restored[0] else booked.invoice.number
    up = given_up(book, deposit)
    for entry in () if plan is None else plan.released:
        book.take_back((entry.source, entry.external_id), (entry.allocation,))
        book.post(desk.key, postings.of_unallocations((entry.allocation,), book.currency))
    book.apply(() if plan is None else plan.allocations)
    restore(book, booked, restored[0])
    book.post(desk.key, postings.of_credit(note))
    for _, earned in postings.releases_of(note):
        book.post(desk.key, earned)
    booked.credited_minor += note.gross.minor
    booked.notes.append(note)
    post_given_up(book, desk.key, deposit, up, postings.BAD_DEBT)
    return note
