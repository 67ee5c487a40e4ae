"""What one ledger operation did, before the case is summed up."""

from typing import NamedTuple

from domain.receivables.entries import Allocation, Match
from domain.receivables.exchange import Exchanged
from domain.receivables.freed import FreedCash
from domain.receivables.second_person import Weighed


class Outcome(NamedTuple):
    """The part of a `Movement` that the operation itself knows.

    Attributes:
        reference: the id of what was made.
        minor: the amount disputed, promised, written off or credited.
        repeated: the business key had been applied before, so nothing changed.
        waits: nothing was done, since a second person must agree first.
        payer: who paid what is paid back.
        exchanged: what went into other currencies, or came back from them.
        claim: the debit note for what left twice.
        freed: cash that a credit note released.
        replaced: the promises that a payment plan has taken the place of.
        proposed: the invoices that are proposed for write-off.
    """

    reference: str
    allocations: tuple[Allocation, ...] = ()
    match: Match | None = None
    unapplied_minor: int = 0
    minor: int = 0
    repeated: bool = False
    waits: Weighed | None = None
    payer: str = ""
    exchanged: tuple[Exchanged, ...] = ()
    claim: str = ""
    freed: tuple[FreedCash, ...] = ()
    replaced: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
