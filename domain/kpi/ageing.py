"""What is open at the end of a day, by days past due; what is disputed is included."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.kpi import tree
from domain.kpi.ar import grouped
from domain.kpi.band import Band, bands
from domain.kpi.receivable import Receivable


def ageing(
    items: Sequence[Receivable], cutoffs: Iterable[date], labels: Sequence[str], groups: Sequence[str]
) -> tree.Series:
    """Return one row for each cut-off, with its bands over all and for each group of each name."""
    ranges = bands(labels)
    return tree.Series("cutoff", tuple(_row(items, cutoff, ranges, groups) for cutoff in cutoffs))


def _row(items: Sequence[Receivable], cutoff: date, ranges: Sequence[Band], groups: Sequence[str]) -> tree.Section:
    open_minors = [minor for item in items if (minor := item.open_minor(cutoff))]
    return tree.Section(
        {
            "cutoff": tree.day(cutoff),
            "open_n": tree.count(len(open_minors)),
            "open_amount": tree.money(sum(open_minors)),
            "buckets": _buckets(items, cutoff, ranges),
            **{
                f"by_{name}": tree.Section(
                    {group: _buckets(members, cutoff, ranges) for group, members in grouped(items, name).items()}
                )
                for name in groups
            },
        }
    )


def _buckets(items: Sequence[Receivable], cutoff: date, ranges: Sequence[Band]) -> tree.Section:
    late = [(minor, (cutoff - item.invoice.due_on).days) for item in items if (minor := item.open_minor(cutoff))]
    return tree.Section({band.label: _bucket([minor for minor, days in late if band.holds(days)]) for band in ranges})


def _bucket(minors: Sequence[int]) -> tree.Section:
    return tree.Section({"n": tree.count(len(minors)), "amount": tree.money(sum(minors))})
