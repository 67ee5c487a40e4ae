"""An allocation that is active in the books in memory, and how a part of it is taken back."""

from datetime import datetime
from typing import NamedTuple

from domain.receivables.entries import Allocation

ReceiptKey = tuple[str, str]


class Entry(NamedTuple):
    """An active allocation and the receipt it came from, if from one; ``seq`` orders them in time."""

    seq: int
    receipt: ReceiptKey | None
    allocation: Allocation
    at: datetime


def same(one: Allocation, other: Allocation) -> bool:
    """Tell whether two allocations are of one kind against one item."""
    return (one.number, one.instalment, one.kind) == (other.number, other.instalment, other.kind)


def reduce_entry(entries: list[Entry], entry: Entry, taken: int) -> None:
    """Take a part of an active allocation back."""
    place = next(place for place, known in enumerate(entries) if known.seq == entry.seq)
    before = entries[place].allocation
    left = before.minor - taken
    if left:
        kept = before.model_copy(update={"minor": left, "tax_minor": before.tax_minor - before.part(taken).tax_minor})
        entries[place] = entries[place]._replace(allocation=kept)
    else:
        del entries[place]
