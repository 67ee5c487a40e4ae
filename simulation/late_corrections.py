"""Interest that was not owed, credited in memory by the rules of the real ledger."""

from domain.receivables import postings
from domain.receivables.corrected import Corrected
from domain.receivables.ladder import day_of
from domain.receivables.late_corrections import WHY, DebitNoteCredit, corrections
from simulation.credits import note_of
from simulation.desk import Desk
from simulation.late_claims import late


def correct(desk: Desk) -> tuple[Corrected, ...]:
    """Credit what of the interest claimed upon touched invoices was not owed, and let what it frees pay them."""
    book = desk.book
    numbers = [number for number in book.touched() if any(one.claim.number == number for one in book.claimed)]
    if not numbers:
        return ()
    principal = [item for number in numbers for item in book.derived(number)]
    found = corrections([late(book, number, book.zone) for number in numbers], principal, desk.at)
    made = tuple(_credit(desk, one) for one in found.credits)
    for one in found.applied:
        book.apply((one.allocation,), (one.source, one.external_id))
        book.post(desk.key, postings.of_allocations((one.allocation,), book.currency))
    return made


def _credit(desk: Desk, found: DebitNoteCredit) -> Corrected:
    book = desk.book
    book.touch(found.number)
    note = note_of(desk, book.invoice(found.number), found.plan, WHY, day_of(book.zone, desk.at))
    minors = {(one.notice, one.position): one.minor for one in found.claims}
    book.claimed = [
        one._replace(corrected_minor=one.corrected_minor + minors.get((one.notice, one.position), 0))
        for one in book.claimed
    ]
    return Corrected(number=found.number, credit_note=note.number, minor=found.plan.minor, reason=WHY)
