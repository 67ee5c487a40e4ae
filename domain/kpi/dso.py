"""Days sales outstanding and its family, on plain amounts of minor units; nothing where the formula divides by zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from domain.kpi.spread import ratio


@dataclass(frozen=True, slots=True)
class PeriodSales:
    """What was invoiced in a period of so many days."""

    minor: int
    days: int


def dso(receivable_minor: int, sales: PeriodSales) -> Decimal | None:
    """Return the days of sales a receivable stands for: simple DSO, or best possible DSO of what is not overdue."""
    return ratio(receivable_minor * sales.days, sales.minor)


def countback(receivable_minor: int, newest_first: Iterable[PeriodSales]) -> Decimal | None:
    """Return DSO by exhaustion: whole periods of sales, newest first, then a part; nothing when the sales run out."""
    left, days = receivable_minor, 0
    if left <= 0:
        return Decimal(0)
    for period in newest_first:
        if left < period.minor:
            part = ratio(left * period.days, period.minor)
            return None if part is None else days + part
        left -= period.minor
        days += period.days
        if left == 0:
            return Decimal(days)
    return None


def delinquent_days(receivable_minor: int, current_minor: int, sales: PeriodSales) -> Decimal | None:
    """Return the average days delinquent: simple DSO less best possible DSO."""
    return dso(receivable_minor - current_minor, sales)


def collection_effectiveness(begin_minor: int, sales_minor: int, end_minor: int, current_minor: int) -> Decimal | None:
    """Return CEI in percent: what was collected of what could be, ``current`` being the end's part not overdue."""
    collected = begin_minor + sales_minor - end_minor
    return ratio(collected * 100, begin_minor + sales_minor - current_minor)


def days_weighted(parts: Iterable[tuple[int, int]]) -> Decimal | None:
    """Return days weighted by amount, of (amount, days): days beyond terms where the days are those past due."""
    weighted, whole = 0, 0
    for minor, days in parts:
        weighted += minor * days
        whole += minor
    return ratio(weighted, whole)


def interest_minor(minor: int, days: int, percent: int) -> int:
    """Return simple interest, act/365, rounded half up to the minor unit."""
    exact, year = minor * percent * days, 36500
    return (2 * exact + year) // (2 * year)
