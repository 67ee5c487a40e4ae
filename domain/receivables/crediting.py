"""A credit note is positive, refers to one invoice, and never exceeds what is open or paid of it (M4, G3, G17)."""

from collections.abc import Sequence
from datetime import date

from domain.money import Money
from domain.receivables.allocating import oldest_first, said
from domain.receivables.entries import Allocation, AppliedCash, CreditNote, Invoice, OpenItem, TaxSum
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
    def released_minor(self) -> int:
        """The part of the credit that had been paid."""
        return sum(entry.allocation.minor for entry in self.released if entry.allocation.kind == "cash")


def creditable(items: Sequence[OpenItem], applied: Sequence[AppliedCash]) -> int:
    """Return how much of an invoice can be credited: what is open, what was paid and what was taken off for that."""
    return sum(item.open_minor for item in items) + sum(cash.allocation.minor + off for cash, off in _pairs(applied))


def _pairs(applied: Sequence[AppliedCash]) -> list[tuple[AppliedCash, int]]:
    """Return the cash that pays an invoice, newest first, with the discount its receipt brought the same instalment."""
    offs: dict[tuple[str, str, int], int] = {}
    for entry in applied:
        if entry.allocation.kind == "discount":
            offs[_source(entry)] = offs.get(_source(entry), 0) + entry.allocation.minor
    return [(entry, offs.pop(_source(entry), 0)) for entry in reversed(applied) if entry.allocation.kind == "cash"]


def _source(entry: AppliedCash) -> tuple[str, str, int]:
    return entry.source, entry.external_id, entry.allocation.instalment


def credit_plan(items: Sequence[OpenItem], applied: Sequence[AppliedCash], minor: int | None) -> CreditPlan:
    """Plan a credit: the open part first, then paid cash is released, the newest first (G17).

    Args:
        items: all instalments of the invoice, open or not.
        applied: what receipts pay of them, oldest first.
        minor: the gross to credit; none means all that is open.

    Raises:
        Refused: not above zero, or more than open plus paid (E_AMOUNT).
    """
    open_minor, cap = sum(item.open_minor for item in items), creditable(items, applied)
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
    invoice: Invoice, plan: CreditPlan, number: str, issued_on: date, reason: str, credited_minor: int
) -> CreditNote:
    """Build the document: its taxes are this credit's part of the invoice's, so that credits of it all undo it all.

    Args:
        invoice: what it refers to.
        plan: from `credit_plan`.
        number: from the series of credit notes.
        issued_on: in the legal entity's zone.
        reason: why, as printed.
        credited_minor: the gross of the credit notes before it.
    """
    taxes = _taxes(invoice, credited_minor, credited_minor + plan.minor)
    component = {part.index: part.component for part in invoice.instalments}
    parts = tuple((component[part.instalment], part.minor) for part in plan.allocations)
    gross = Money(minor=plan.minor, currency=invoice.gross.currency)
    return CreditNote(
        number=number,
        credits=invoice.number,
        entity=invoice.entity,
        customer_id=invoice.customer_id,
        deal_id=invoice.deal_id,
        issued_on=issued_on,
        net=Money(minor=plan.minor - sum(part.tax.minor for part in taxes), currency=gross.currency),
        gross=gross,
        taxes=taxes,
        offset_minor=plan.minor - plan.released_minor,
        released_minor=plan.released_minor,
        reason=reason,
        components=tuple(part for part in parts if part[0] != "principal"),
    )


def _taxes(invoice: Invoice, before_minor: int, upto_minor: int) -> tuple[TaxSum, ...]:
    """Return what lies between two amounts of an invoice, by category."""
    parts = zip(invoice.taxes, _parts(invoice, upto_minor), _parts(invoice, before_minor), strict=True)
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


def _parts(invoice: Invoice, minor: int) -> list[tuple[int, int]]:
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
