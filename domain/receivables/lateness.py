"""What lateness costs is counted day by day: what bore interest of an instalment on each of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from domain.receivables.taxation import WHOLE_BP
from domain.terms import DatedRate
from domain.value import Value

YEAR_DAYS = 365
DAY = timedelta(days=1)


class LateCash(Value):
    """Cash of a receipt that pays interest, and from when it counts."""

    source: str
    external_id: str
    value_date: date
    minor: int


class ClaimedInterest(Value):
    """Interest that a debit note claims upon an instalment, and what became of the claim.

    Attributes:
        notice: what it went with; all rates of an instalment that it claims are rounded together.
        at: when the notice went out.
        number, position: of its item on the debit note.
        minor, corrected_minor: how much it claims, and what of that was credited since it was not owed.
        from_on, until_on, rate_bp, per: see `domain.receivables.late_claims.LateClaim`.
        days: how many bore it; none where it claims again what was corrected before.
        open_minor: of its item.
        cash: what pays its item, oldest first.
    """

    notice: str
    at: datetime
    number: str
    position: int
    minor: int
    corrected_minor: int = 0
    from_on: date
    until_on: date
    days: int
    rate_bp: int
    per: Literal["year", "day"]
    open_minor: int = 0
    cash: tuple[LateCash, ...] = ()


class Arrears(Value):
    """An instalment of principal over time.

    Attributes:
        paid: (value date, minor) of what pays or settles it and was not taken back.
        learnt: (value date, when it was recorded) of the same.
        claims: the interest that was claimed upon it, oldest first.
    """

    instalment: int
    due_on: date
    amount_minor: int
    paid: tuple[tuple[date, int], ...] = ()
    learnt: tuple[tuple[date, datetime], ...] = ()
    claims: tuple[ClaimedInterest, ...] = ()

    @property
    def claimed_until(self) -> date | None:
        """The last day for which interest was claimed, if any."""
        return max((claim.until_on for claim in self.claims), default=None)

    @property
    def claimed_minor(self) -> int:
        """How much interest was claimed, less what was corrected."""
        return sum(claim.minor - claim.corrected_minor for claim in self.claims)


class LateInvoice(Value):
    """An invoice over time.

    Attributes:
        parts: all its instalments.
        disputes: (first day, last day or none, minor) of its disputes, open and ended.
        fee_levels: the levels whose fee was claimed upon it.
    """

    number: str
    parts: tuple[Arrears, ...]
    disputes: tuple[tuple[date, date | None, int], ...] = ()
    fee_levels: tuple[int, ...] = ()


def whole_of(per: Literal["year", "day"]) -> int:
    """Return by what (days × minor units × basis points) are divided to give interest."""
    return WHOLE_BP * (YEAR_DAYS if per == "year" else 1)


def half_up(numerator: int, denominator: int) -> int:
    """Divide what is not below zero, and round half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def spells(
    invoice: LateInvoice, part: Arrears, begun: date, until: date, rates: tuple[DatedRate, ...] = ()
) -> Iterator[tuple[date, int, int]]:
    """Yield (first day, days, what bore interest of it on each) of an instalment, gapless from one day to another.

    Args:
        invoice: of which the instalment is a part.
        part: the instalment.
        begun, until: the first and the last day; nothing where the first is after the last.
        rates: at whose changes a spell ends, too.
    """
    changes = {value_date + DAY for one in invoice.parts for value_date, _ in one.paid}
    changes |= {rate.since for rate in rates}
    changes |= {opened for opened, _, _ in invoice.disputes}
    changes |= {ended + DAY for _, ended, _ in invoice.disputes if ended is not None}
    end = until + DAY
    days = sorted({begun, end, *(day for day in changes if begun < day < end)}) if begun < end else []
    for first, following in pairwise(days):
        yield first, (following - first).days, _bearing(invoice, part, first)


def _bearing(invoice: LateInvoice, part: Arrears, day: date) -> int:
    """Return what bears interest of an instalment on a day: disputes lie on the oldest instalments first."""
    disputed = sum(minor for opened, ended, minor in invoice.disputes if opened <= day and (not ended or day <= ended))
    for one in sorted(invoice.parts, key=lambda each: (each.due_on, each.instalment)):
        left = max(0, one.amount_minor - sum(minor for value_date, minor in one.paid if value_date < day))
        held = min(disputed, left)
        if one.instalment == part.instalment:
            return left - held
        disputed -= held
    raise ValueError(f"{part.instalment} is no instalment of {invoice.number}")
