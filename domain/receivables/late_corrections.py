"""Interest claimed for days on which it was not owed is credited; if it is owed after all, it is claimed again.

Money is often recorded after its value date. What it then proves not to have been owed goes by a credit note against
the debit note that claimed it; what had paid that interest pays what was sold instead (costs, interest, principal, G7).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from domain.receivables.allocating import oldest_first
from domain.receivables.crediting import CreditPlan
from domain.receivables.entries import Allocation, AllocationKind, AppliedCash, OpenItem
from domain.receivables.lateness import Arrears, ClaimedInterest, LateCash, LateInvoice, half_up, spells, whole_of
from domain.value import Value

WHY = "interest for days on which it was not owed / 冲回不应计的逾期利息"
"""What the credit note gives as its reason."""


class CorrectedClaim(Value):
    """So much of a claim was not owed."""

    notice: str
    position: int
    minor: int


class DebitNoteCredit(Value):
    """What is credited of one debit note, and of which of its claims."""

    number: str
    plan: CreditPlan
    claims: tuple[CorrectedClaim, ...]


class Corrections(Value):
    """Everything that an operation puts right.

    Attributes:
        credits: one for each debit note.
        applied: cash that they release and that pays principal now; what is left of it is unapplied.
    """

    credits: tuple[DebitNoteCredit, ...] = ()
    applied: tuple[AppliedCash, ...] = ()


class _Found(NamedTuple):
    """What is credited of one claim upon an instalment of an invoice."""

    invoice: str
    claim: ClaimedInterest
    minor: int

    @property
    def released(self) -> tuple[LateCash, ...]:
        """The cash that it takes off, the newest first: what is open goes first."""
        left = self.minor - min(self.minor, self.claim.open_minor)
        found: list[LateCash] = []
        for cash in reversed(self.claim.cash):
            taken = min(left, cash.minor)
            left -= taken
            if taken:
                found.append(cash.model_copy(update={"minor": taken}))
        return tuple(found)


def corrections(invoices: Sequence[LateInvoice], principal: Sequence[OpenItem], at: datetime) -> Corrections:
    """Work out what of the interest claimed upon invoices was not owed, as is known now.

    Cash that is released pays principal with its own value date, which may free more interest: until nothing is.

    Args:
        invoices: with what was claimed upon them.
        principal: the open items of them.
        at: now.
    """
    moved: tuple[tuple[LateCash, Allocation], ...] = ()
    while True:
        found = [one for invoice in invoices for one in _of_invoice(_with(invoice, moved, at))]
        following = tuple(_moved(found, principal))
        if _sum(following) <= _sum(moved):
            break
        moved = following
    return Corrections(
        credits=tuple(_credit(number, list(of)) for number, of in groupby(_by_note(found), key=_note)),
        applied=tuple(
            AppliedCash(source=cash.source, external_id=cash.external_id, allocation=part) for cash, part in following
        ),
    )


def owed_again(part: Arrears, invoice: LateInvoice) -> int:
    """Return what was corrected of an instalment's interest and is owed after all, and not claimed again yet."""
    again, excess = _excess(invoice, part)
    return max(0, -(again + sum(minor for minor in excess.values() if minor < 0)))


def _sum(moved: Iterable[tuple[LateCash, Allocation]]) -> int:
    return sum(part.minor for _, part in moved)


def _note(found: _Found) -> str:
    return found.claim.number


def _by_note(found: Iterable[_Found]) -> list[_Found]:
    return sorted(found, key=lambda one: (one.claim.number, one.claim.position))


def _of_invoice(invoice: LateInvoice) -> Iterator[_Found]:
    for part in invoice.parts:
        again, excess = _excess(invoice, part)
        left = max(0, again + sum(minor for minor in excess.values() if minor < 0))
        for claim in sorted(part.claims, key=lambda one: (one.at, one.notice, one.position), reverse=True):
            wanted = min(excess[claim.notice] if claim.days else left, claim.minor - claim.corrected_minor)
            if claim.days:
                excess[claim.notice] -= max(0, wanted)
            else:
                left -= wanted
            minor = min(wanted, claim.open_minor + sum(cash.minor for cash in claim.cash))
            if minor > 0:
                yield _Found(invoice.number, claim, minor)


def _excess(invoice: LateInvoice, part: Arrears) -> tuple[int, dict[str, int]]:
    """Return what of corrected interest was claimed again, and by how much each notice still claims too much.

    Below zero, more of a notice was corrected than is too much of it by now.
    """
    again = 0
    found: dict[str, int] = {}
    for notice, of_notice in groupby(sorted(part.claims, key=lambda one: one.notice), key=lambda one: one.notice):
        claims = list(of_notice)
        again += sum(one.minor - one.corrected_minor for one in claims if not one.days)
        first = [one for one in claims if one.days]
        if first:
            kept = sum(one.minor - one.corrected_minor for one in first)
            found[notice] = kept - _owed(invoice, part, first)
    return again, found


def _owed(invoice: LateInvoice, part: Arrears, claims: Sequence[ClaimedInterest]) -> int:
    """Return what is owed of what a notice claimed: all, unless something became known later that counts before."""
    claimed = sum(one.minor for one in claims)
    until, at = max(one.until_on for one in claims), claims[0].at
    if not any(value_date < until and recorded > at for value_date, recorded in part.learnt):
        return claimed
    exact = sum(
        one.rate_bp * days * bore
        for one in claims
        for _, days, bore in spells(invoice, part, one.from_on, one.until_on)
    )
    return min(claimed, half_up(exact, whole_of(claims[0].per)))


def _with(invoice: LateInvoice, moved: Sequence[tuple[LateCash, Allocation]], at: datetime) -> LateInvoice:
    """Return an invoice as it is when released cash pays it, too."""
    parts = []
    for part in invoice.parts:
        own = [(cash, to) for cash, to in moved if (to.number, to.instalment) == (invoice.number, part.instalment)]
        paid = (*part.paid, *((cash.value_date, to.minor) for cash, to in own))
        learnt = (*part.learnt, *((cash.value_date, at) for cash, _ in own))
        parts.append(part.model_copy(update={"paid": paid, "learnt": learnt}))
    return invoice.model_copy(update={"parts": tuple(parts)})


def _moved(found: Iterable[_Found], principal: Sequence[OpenItem]) -> Iterator[tuple[LateCash, Allocation]]:
    """Put what is released against what is open and undisputed of its invoice, oldest due first."""
    left = {(item.number, item.instalment): item.open_minor - item.disputed_minor for item in principal}
    for one in found:
        items = oldest_first(item for item in principal if item.number == one.invoice)
        for cash in one.released:
            yield from _pay(cash, items, left)


def _pay(
    cash: LateCash, items: Sequence[OpenItem], left: dict[tuple[str, int], int]
) -> Iterator[tuple[LateCash, Allocation]]:
    minor = cash.minor
    for item in items:
        place = item.number, item.instalment
        taken = min(minor, left[place])
        left[place] -= taken
        minor -= taken
        if taken:
            yield cash, Allocation(number=item.number, instalment=item.instalment, kind="cash", minor=taken)


def _credit(number: str, found: Sequence[_Found]) -> DebitNoteCredit:
    against = [_against(one.claim, one.minor, "credit") for one in found]
    released = [(cash, _against(one.claim, cash.minor, "cash")) for one in found for cash in one.released]
    return DebitNoteCredit(
        number=number,
        plan=CreditPlan(
            minor=sum(one.minor for one in found),
            released=tuple(
                AppliedCash(source=cash.source, external_id=cash.external_id, allocation=part)
                for cash, part in released
            ),
            allocations=tuple(against),
        ),
        claims=tuple(
            CorrectedClaim(notice=one.claim.notice, position=one.claim.position, minor=one.minor) for one in found
        ),
    )


def _against(claim: ClaimedInterest, minor: int, kind: AllocationKind) -> Allocation:
    return Allocation(number=claim.number, instalment=claim.position, kind=kind, minor=minor)
