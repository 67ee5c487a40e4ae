"""A credit note is positive, refers to one invoice, and never exceeds what is open or paid of it (M4, G3, G17)."""

from collections.abc import Sequence
from datetime import date

from domain.money import Money
from domain.receivables.allocating import oldest_first, said
from domain.receivables.entries import Allocation, AppliedCash, Component, CreditNote, Invoice, OpenItem, TaxSum
from domain.receivables.freed import FreedCash
from domain.receivables.reducing import LinedCredit
from domain.receivables.taxation import tax_within
from domain.refusal import Code, refuse
from domain.value import Value


class CreditPlan(Value):
    """What a credit note of an amount does.

    Attributes:
        minor: the gross of the credit note.
        released: cash it takes off the invoice, newest first; it becomes unapplied cash of its receipts. With cash
            goes its part of the discount that came with it: what was never paid is not given back.
        allocations: what it puts against the instalments, after the release.
    """

    minor: int
    released: tuple[AppliedCash, ...]
    allocations: tuple[Allocation, ...]

    @property
    def freed(self) -> tuple[FreedCash, ...]:
        """The cash that it takes off, by receipt; a discount that came with it was never paid."""
        found: dict[tuple[str, str], int] = {}
        for entry in self.released:
            if entry.allocation.kind == "cash":
                key = (entry.source, entry.external_id)
                found[key] = found.get(key, 0) + entry.allocation.minor
        return tuple(FreedCash(source=key[0], external_id=key[1], minor=minor) for key, minor in found.items())

    @property
    def released_minor(self) -> int:
        """The part of the credit that had been paid."""
        return sum(entry.allocation.minor for entry in self.released if entry.allocation.kind == "cash")

    @property
    def less_open_minor(self) -> int:
        """By how much less is open after it: what it releases, discounts beside cash included, it settles again."""
        return self.minor - sum(entry.allocation.minor for entry in self.released)


def creditable(items: Sequence[OpenItem], applied: Sequence[AppliedCash], deducted_minor: int = 0) -> int:
    """Return how much of an invoice can be credited: what is open, what was paid and what was taken off for that.

    Of a deposit, what later invoices have deducted stands.
    """
    paid = sum(cash.allocation.minor + off for cash, off in _pairs(applied))
    return max(0, sum(item.open_minor for item in items) + paid - deducted_minor)


def _pairs(applied: Sequence[AppliedCash]) -> list[tuple[AppliedCash, int]]:
    """Return the cash that pays an invoice, newest first, with the discount its receipt brought the same instalment."""
    offs: dict[tuple[str, str, int], int] = {}
    for entry in applied:
        if entry.allocation.kind == "discount":
            offs[_source(entry)] = offs.get(_source(entry), 0) + entry.allocation.minor
    return [(entry, offs.pop(_source(entry), 0)) for entry in reversed(applied) if entry.allocation.kind == "cash"]


def _source(entry: AppliedCash) -> tuple[str, str, int]:
    return entry.source, entry.external_id, entry.allocation.instalment


def credit_plan(
    items: Sequence[OpenItem], applied: Sequence[AppliedCash], minor: int | None, deducted_minor: int = 0
) -> CreditPlan:
    """Plan a credit: the open part first, then paid cash is released, the newest first (G17).

    Args:
        items: all instalments of the invoice, open or not.
        applied: what receipts pay of them, oldest first.
        minor: the gross to credit; none means all that is open.
        deducted_minor: of a deposit, what later invoices have taken off: that stands, and is not credited.

    Raises:
        Refused: not above zero, or more than open plus paid (E_AMOUNT).
    """
    open_minor, cap = sum(item.open_minor for item in items), creditable(items, applied, deducted_minor)
    wanted = open_minor if minor is None else minor
    if not 0 < wanted <= cap:
        raise refuse(
            Code.AMOUNT,
            f"{said(items, wanted)}: credit an amount above zero and at most {said(items, cap)}, which is open or paid",
            f"红冲金额 {said(items, wanted)} 须大于零且不超过未清与已付合计 {said(items, cap)}",
            cap=cap,
        )
    released = _released(applied, wanted - min(wanted, open_minor))
    return CreditPlan(minor=wanted, released=released, allocations=_against(items, released, wanted))


def _released(applied: Sequence[AppliedCash], minor: int) -> tuple[AppliedCash, ...]:
    found = []
    discounts = {_source(entry): entry for entry in applied if entry.allocation.kind == "discount"}
    for entry, off in _pairs(applied):
        whole = entry.allocation.minor + off
        part = min(minor, whole)
        minor -= part
        less = (2 * off * part + whole) // (2 * whole)
        for one, taken in ((entry, part - less), (discounts.get(_source(entry), entry), less)):
            if taken:
                found.append(one.model_copy(update={"allocation": one.allocation.part(taken)}))
    return tuple(found)


def _against(items: Sequence[OpenItem], released: Sequence[AppliedCash], minor: int) -> tuple[Allocation, ...]:
    freed: dict[int, int] = {}
    for entry in released:
        freed[entry.allocation.instalment] = freed.get(entry.allocation.instalment, 0) + entry.allocation.minor
    found = []
    for item in oldest_first(items):
        part = min(minor, item.open_minor + freed.get(item.instalment, 0))
        minor -= part
        if part:
            found.append(Allocation(number=item.number, instalment=item.instalment, kind="credit", minor=part))
    return tuple(found)


def credit_note_of(
    invoice: Invoice,
    plan: CreditPlan | None,
    number: str,
    issued_on: date,
    reason: str,
    credited_minor: int,
    restored: tuple[int, int] = (0, 0),
    of_lines: LinedCredit | None = None,
) -> CreditNote:
    """Build the document: its taxes are this credit's part of the invoice's, so that credits of it all undo it all.

    Args:
        credited_minor: of the notes before it; of a deposit, with what is deducted.
        restored: (gross, net) of the deductions that it undoes beside the plan.
    """
    settled, released = (0, 0) if plan is None else (plan.minor, plan.released_minor)
    upto = credited_minor + settled + restored[0]
    lines, taxes = ((), _taxes(invoice, credited_minor, upto)) if of_lines is None else of_lines[:2]
    gross = Money(minor=upto - credited_minor, currency=invoice.gross.currency)
    return CreditNote(
        number=number,
        credits=invoice.number,
        entity=invoice.entity,
        customer_id=invoice.customer_id,
        deal_id=invoice.deal_id,
        issued_on=issued_on,
        net=Money(minor=gross.minor - sum(part.tax.minor for part in taxes), currency=gross.currency),
        gross=gross,
        taxes=taxes,
        offset_minor=settled - released,
        released_minor=released,
        reason=reason,
        components=_components(invoice, plan),
        restored_minor=restored[0],
        restored_net_minor=restored[1],
        purpose=invoice.purpose,
        lines=lines,
        period=invoice.period,
    )


def _components(invoice: Invoice, plan: CreditPlan | None) -> tuple[tuple[Component, int], ...]:
    """Return what a credit takes off of fees and interest; nothing of what was sold."""
    component = {part.index: part.component for part in invoice.instalments}
    parts = ((component[part.instalment], part.minor) for part in (plan.allocations if plan else ()))
    return tuple(part for part in parts if part[0] != "principal")


def _taxes(invoice: Invoice, before_minor: int, upto_minor: int) -> tuple[TaxSum, ...]:
    """Return what lies between two amounts of an invoice, by category."""
    parts = zip(invoice.taxes, first_of(invoice, upto_minor), first_of(invoice, before_minor), strict=True)
    currency = invoice.gross.currency
    return tuple(
        whole.model_copy(
            update={
                "base": Money(minor=upto[0] - before[0], currency=currency),
                "tax": Money(minor=upto[1] - before[1], currency=currency),
            }
        )
        for whole, upto, before in parts
    )


def first_of(invoice: Invoice, minor: int) -> list[tuple[int, int]]:
    """Return (base, tax) per category of the first ``minor`` units of an invoice; all of it is the invoice itself."""
    if minor == invoice.gross.minor:
        return [(part.base.minor, part.tax.minor) for part in invoice.taxes]
    found, before, reached, whole = [], 0, 0, invoice.gross.minor
    for part in invoice.taxes:
        reached += part.base.minor + part.tax.minor
        upto = (2 * minor * reached + whole) // (2 * whole)
        tax = tax_within(upto - before, part.rate_bp)
        found.append((upto - before - tax, tax))
        before = upto
    return found
