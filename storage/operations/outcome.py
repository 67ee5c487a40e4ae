"""What one ledger operation did, before the case is summed up."""

from typing import NamedTuple

from domain.receivables.entries import Allocation, Match


class Outcome(NamedTuple):
    """The part of a `Movement` that the operation itself knows.

    Attributes:
        reference: the id of what was made.
        minor: the amount disputed, promised, written off or credited.
        repeated: the business key had been applied before, so nothing changed.
    """

    reference: str
    allocations: tuple[Allocation, ...] = ()
    match: Match | None = None
    unapplied_minor: int = 0
    minor: int = 0
    repeated: bool = False
