"""What the books of an account in memory have of one invoice, one receipt and one claim."""

from datetime import datetime
from typing import NamedTuple

from domain.receivables.claims import Relief
from domain.receivables.entries import AppliedCash, CreditNote, Invoice, Match, OpenItem, Receipt
from domain.receivables.late_claims import LateClaim
from simulation.entry import Entry


class Claimed(NamedTuple):
    """A fee or interest that an item of a debit note claims, and the level whose notice it went with."""

    level: int
    claim: LateClaim
    at: datetime
    notice: str
    number: str
    position: int
    corrected_minor: int = 0


class BookedInvoice:
    """An invoice with its items and what is active against them."""

    __slots__ = (
        "broken_until", "credited_minor", "deducted_minor", "dispute_minors", "disputed_minor", "disputes", "entries",
        "invoice", "items", "notes", "restored_minor",
    )  # fmt: skip

    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice
        self.entries: list[Entry] = []
        self.disputes: tuple[tuple[datetime, datetime | None], ...] = ()
        self.dispute_minors: tuple[int, ...] = ()
        self.disputed_minor = 0
        self.credited_minor = 0
        self.deducted_minor = 0
        self.restored_minor = 0
        self.notes: list[CreditNote] = []
        self.broken_until: datetime | None = None
        self.items = [
            OpenItem(
                number=invoice.number,
                instalment=part.index,
                deal_id=invoice.deal_id,
                issued_on=invoice.issued_on,
                due_on=part.due_on,
                amount_minor=part.amount.minor,
                open_minor=part.amount.minor,
                currency=part.amount.currency,
                discount=part.discount,
                component=part.component,
                claim_of=part.claim_of,
            )
            for part in invoice.instalments
            if part.amount.minor
        ]

    @property
    def open_minor(self) -> int:
        """What is open of all instalments."""
        return sum(item.open_minor for item in self.items)

    @property
    def written_off(self) -> bool:
        """Whether a part of it is bad debt now."""
        return self.written_off_minor > 0

    @property
    def written_off_minor(self) -> int:
        """What of it is bad debt now."""
        return sum(entry.allocation.minor for entry in self.entries if entry.allocation.kind == "writeoff")

    @property
    def disputed(self) -> bool:
        """Whether a dispute is open."""
        return bool(self.disputes) and self.disputes[-1][1] is None

    @property
    def applied(self) -> list[AppliedCash]:
        """What receipts pay of it, oldest first, tolerance and discounts included."""
        return [
            AppliedCash(source=entry.receipt[0], external_id=entry.receipt[1], allocation=entry.allocation)
            for entry in self.entries
            if entry.receipt is not None
        ]

    @property
    def relief(self) -> Relief:
        """What nobody will pay of it."""
        credited = sum(entry.allocation.minor for entry in self.entries if entry.allocation.kind == "credit")
        return Relief(credited_minor=credited, written_off_minor=self.written_off_minor)

    def end_dispute(self, at: datetime) -> None:
        """Close the open dispute."""
        self.disputes = (*self.disputes[:-1], (self.disputes[-1][0], at))
        self.disputed_minor = 0


class BookedReceipt:
    """A receipt with what it pays now, what of it went back, its refunds under way by id, and what left twice of it."""

    __slots__ = (
        "claimed_minor", "entries", "match", "receipt", "refunded_minor", "refunds", "returned_minor", "under_way",
    )  # fmt: skip

    def __init__(self, receipt: Receipt, match: Match) -> None:
        self.receipt = receipt
        self.match = match
        self.entries: list[Entry] = []
        self.returned_minor = 0
        self.refunded_minor = 0
        self.claimed_minor = 0
        self.refunds = 0
        self.under_way: dict[str, int] = {}

    @property
    def applied(self) -> list[AppliedCash]:
        """What it pays, oldest first, its tolerance and discounts included."""
        source, external_id = self.receipt.source, self.receipt.external_id
        return [
            AppliedCash(source=source, external_id=external_id, allocation=entry.allocation) for entry in self.entries
        ]

    @property
    def reversed_minor(self) -> int:
        """What of it bounced."""
        return self.returned_minor - self.refunded_minor

    @property
    def left_minor(self) -> int:
        """What of it has not gone back."""
        return self.receipt.amount.minor - self.returned_minor

    @property
    def unapplied_minor(self) -> int:
        """What of it pays nothing (M2)."""
        paid = sum(entry.allocation.minor for entry in self.entries if entry.allocation.kind == "cash")
        return self.receipt.amount.minor - paid - self.returned_minor
