"""What customers owe and how they pay: every statistic is over settled invoices, every sum over all."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from domain.kpi import tree
from domain.kpi.band import bands
from domain.kpi.dso import days_weighted, interest_minor
from domain.kpi.facts import Facts
from domain.kpi.receivable import Receivable
from domain.kpi.spread import average, median, ratio, spread


def overview(items: Sequence[Receivable]) -> tree.Section:
    """Return the fourteen figures of any group of invoices."""
    settled = [item for item in items if item.settled_on]
    late = [item for item in settled if item.days_late]
    days = [item.days_to_settle or 0 for item in settled]
    disputed = sum(item.disputed for item in items)
    open_minor = [_open_minor(item) for item in items]
    return tree.Section(
        {
            "invoices": tree.count(len(items)),
            "amount": tree.money(_minor(items)),
            "settled": tree.count(len(settled)),
            "settled_amount": tree.money(_minor(settled)),
            "open": tree.count(len(items) - len(settled)),
            "open_amount": tree.money(sum(open_minor)),
            "mean_days_to_settle": tree.mean(average(days)),
            "median_days_to_settle": tree.mean(median(days)),
            "mean_days_late": tree.mean(average([item.days_late or 0 for item in settled])),
            "late": tree.count(len(late)),
            "share_late": tree.mean(ratio(len(late), len(settled))),
            "late_amount": tree.money(_minor(late)),
            "disputed": tree.count(disputed),
            "share_disputed": tree.mean(ratio(disputed, len(items))),
        }
    )


def statistics(items: Sequence[Receivable]) -> tree.Section:
    """Return dates, terms and the spreads of days and amounts."""
    settled = [item for item in items if item.settled_on]
    signed = [item.signed_days or 0 for item in settled]
    clipped = [max(0, days) for days in signed]
    return tree.Section(
        {
            "totals": overview(items),
            **_dates(items),
            "customers": tree.count(len({item.invoice.customer for item in items})),
            "terms_days": _terms(items),
            "days_to_settle": spread([item.days_to_settle or 0 for item in settled]),
            "days_late_clipped": spread(clipped),
            "days_late_only_late": spread([days for days in clipped if days]),
            "signed_days": spread(signed),
            "amount": spread([item.invoice.minor for item in items], tree.money_mean),
            "amount_weighted_days_to_settle": tree.mean(_weighted(settled, lambda item: item.days_to_settle)),
            "amount_weighted_days_late": tree.mean(_weighted(settled, lambda item: item.days_late)),
            "paid": tree.counts(
                (
                    ("early", sum(days < 0 for days in signed)),
                    ("on_due_date", sum(days == 0 for days in signed)),
                    ("late", sum(days > 0 for days in signed)),
                )
            ),
        }
    )


def late_histogram(items: Sequence[Receivable], labels: Sequence[str]) -> tree.Section:
    """Count settled invoices by days past due, in bands named by their labels."""
    signed = [item.signed_days for item in items if item.signed_days is not None]
    return tree.counts((band.label, sum(map(band.holds, signed))) for band in bands(labels))


def late_interest(items: Sequence[Receivable], percent: int) -> tree.Figure:
    """Return what a yearly rate would charge for the days late of settled invoices, rounded on each."""
    return tree.money(sum(interest_minor(item.invoice.minor, item.days_late or 0, percent) for item in items))


def disputed_or_not(items: Sequence[Receivable]) -> tree.Section:
    """Compare invoices that were ever disputed with those that never were."""
    return tree.Section(
        {
            "False": overview([item for item in items if not item.disputed]),
            "True": overview([item for item in items if item.disputed]),
        }
    )


def disputes(facts: Facts, items: Iterable[Receivable]) -> tree.Section:
    """Count disputes; days are calendar days, of the closed ones and from the invoice's issue."""
    pairs = [(item.invoice, dispute) for item in items for dispute in item.invoice.disputes]
    lengths = [(facts.day(d.closed_at) - facts.day(d.opened_at)).days for _, d in pairs if d.closed_at]
    return tree.Section(
        {
            "n": tree.count(len(pairs)),
            "closed": tree.count(len(lengths)),
            "open": tree.count(len(pairs) - len(lengths)),
            "resolution_days": spread(lengths),
            "opened_days_after_issue": spread([(facts.day(d.opened_at) - i.issued_on).days for i, d in pairs]),
        }
    )


def grouped(items: Sequence[Receivable], name: str) -> dict[str, list[Receivable]]:
    """Split invoices by customer or by an attribute, groups in order; those without it are in no group."""
    groups: dict[str, list[Receivable]] = {}
    for item in items:
        group = item.group(name)
        if group is not None:
            groups.setdefault(group, []).append(item)
    return dict(sorted(groups.items()))


def _minor(items: Iterable[Receivable]) -> int:
    return sum(item.invoice.minor for item in items)


def _open_minor(item: Receivable) -> int:
    return 0 if item.settled_on else item.open_minor(date.max)


def _dates(items: Sequence[Receivable]) -> dict[str, tree.Node]:
    issued = [item.invoice.issued_on for item in items]
    settled = [item.settled_on for item in items if item.settled_on]
    return {
        "first_issued": tree.day(min(issued, default=None)),
        "last_issued": tree.day(max(issued, default=None)),
        "first_settled": tree.day(min(settled, default=None)),
        "last_settled": tree.day(max(settled, default=None)),
    }


def _terms(items: Iterable[Receivable]) -> tree.Section:
    days = sorted((item.invoice.due_on - item.invoice.issued_on).days for item in items)
    return tree.counts((str(term), days.count(term)) for term in dict.fromkeys(days))


def _weighted(items: Iterable[Receivable], days: Callable[[Receivable], int | None]) -> Decimal | None:
    return days_weighted((item.invoice.minor, days(item) or 0) for item in items)
