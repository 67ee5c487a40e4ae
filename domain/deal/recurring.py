"""What a recurring item bills next, and what a change or an end in the middle of a period makes of it; by days."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from domain.billing_periods import Every, Period, period_at, prorated
from domain.deal.effects import LineAmount
from domain.deal.state import BillingItem, Deal, Recurring
from domain.local_time import at_local
from domain.quotes import QuoteLine
from domain.quoting import amounts_of
from domain.terms import DealTerms, PartKind

MOST_UNSETTLED = 36
"""So many invoices of recurring items may be unpaid; the next one waits until a person has seen to it."""
KEPT_SETTLED = 6
"""So many settled invoices of recurring items a deal remembers; the ledger has all of them."""


def next_days(item: Recurring) -> Period | None:
    """Return the days that are billed next; none before the start, and none when it is over."""
    if item.billed_until is None or item.over:
        return None
    until = period_at(item.every, item.billed_until).until
    return Period(start=item.billed_until, until=until if item.ends_on is None else min(until, item.ends_on))


def due_at(item: Recurring, days: Period, terms: DealTerms) -> datetime:
    """Return when these days are billed: as they begin, or in arrears as soon as they are over."""
    at = at_local(terms.zone, days.until if item.arrears else days.start, 0)
    return at if item.since is None else max(at, item.since)


def unsettled(deal: Deal) -> int:
    """Count the invoices of recurring items that are not paid."""
    return sum(
        item.kind is PartKind.RECURRING and (item.status == "requested" or item.open_minor > 0) for item in deal.billing
    )


def item_id(part: str, days: Period, revision: int = 0) -> str:
    """Name the billing item of some days; what an amendment adds to days that are billed is named by its revision."""
    return f"{part}:{days.start}" + (f":r{revision}" if revision else "")


def lines_of(lines: Iterable[QuoteLine], every: Every | None) -> tuple[QuoteLine, ...]:
    """Return the lines of a period; none are those that are billed once."""
    return tuple(line for line in lines if line.every == every)


def for_days(lines: Sequence[QuoteLine], every: Every, days: Period) -> dict[int, int]:
    """Return what each line costs for these days, by position."""
    amounts = amounts_of(lines) if lines else ()
    return {line.position: prorated(amount.minor, every, days) for line, amount in zip(lines, amounts, strict=True)}


def apart(new: dict[int, int], old: dict[int, int]) -> tuple[tuple[LineAmount, ...], tuple[LineAmount, ...]]:
    """Return what is to be billed more, and what is to be credited, to come from old amounts to new ones."""
    changes = {place: new.get(place, 0) - old.get(place, 0) for place in sorted({*new, *old})}
    more = tuple(LineAmount(position=place, minor=minor) for place, minor in changes.items() if minor > 0)
    less = tuple(LineAmount(position=place, minor=-minor) for place, minor in changes.items() if minor < 0)
    return more, less


def billed_in(deal: Deal, item: Recurring, day: date) -> tuple[str, ...]:
    """Return the billing items of a recurring item in the period of a day, the newest first."""
    period = period_at(item.every, day)
    return tuple(
        billed.id
        for billed in reversed(deal.billing)
        if billed.part == item.id and billed.status == "issued" and _start_of(billed) >= period.start
    )


def _start_of(billed: BillingItem) -> date:
    return date.fromisoformat(billed.id.removeprefix(f"{billed.part}:")[:10])
