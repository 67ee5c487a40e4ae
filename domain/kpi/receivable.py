"""An invoice with what was put against it: what is open on a day follows from value dates alone."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from domain.kpi.facts import AllocationFact, Facts, InvoiceFact, attribute


@dataclass(frozen=True, slots=True)
class Receivable:
    """An invoice and its allocations, in order of value date.

    Attributes:
        settled_on: the day from which nothing is open; nothing while some of it is.
    """

    invoice: InvoiceFact
    allocations: tuple[AllocationFact, ...]
    settled_on: date | None

    @property
    def disputed(self) -> bool:
        """Tell whether it was ever disputed."""
        return bool(self.invoice.disputes)

    @property
    def days_to_settle(self) -> int | None:
        """Return calendar days from issue to settlement."""
        return (self.settled_on - self.invoice.issued_on).days if self.settled_on else None

    @property
    def signed_days(self) -> int | None:
        """Return calendar days from the due date to settlement, negative when early."""
        return (self.settled_on - self.invoice.due_on).days if self.settled_on else None

    @property
    def days_late(self) -> int | None:
        """Return days settled after the due date, zero when early."""
        return None if self.signed_days is None else max(0, self.signed_days)

    def open_minor(self, day: date) -> int:
        """Return what is open at the end of a day; nothing before the invoice is issued."""
        if self.invoice.issued_on > day:
            return 0
        return self.invoice.minor - sum(a.minor for a in self.allocations if a.value_date <= day)

    def group(self, name: str) -> str | None:
        """Return the group it belongs to: its customer, or an attribute."""
        return self.invoice.customer if name == "customer" else attribute(self.invoice.attributes, name)


def receivables(facts: Facts) -> tuple[Receivable, ...]:
    """Join every invoice with its allocations."""
    applied: dict[str, list[AllocationFact]] = defaultdict(list)
    for allocation in facts.allocations:
        applied[allocation.number].append(allocation)
    joined = []
    for invoice in facts.invoices:
        allocations = tuple(sorted(applied[invoice.number], key=lambda a: a.value_date))
        joined.append(Receivable(invoice, allocations, _settled_on(invoice, allocations)))
    return tuple(joined)


def _settled_on(invoice: InvoiceFact, allocations: tuple[AllocationFact, ...]) -> date | None:
    """Return the last day on which the open amount went to zero and stayed there; a deposit settles at the issue."""
    left = invoice.minor
    settled = invoice.issued_on if left <= 0 else None
    for allocation in allocations:
        left -= allocation.minor
        if left > 0:
            settled = None
        elif settled is None:
            settled = max(allocation.value_date, invoice.issued_on)
    return settled
