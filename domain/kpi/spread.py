"""How values lie: exact in Decimal, percentiles by linear interpolation, nothing where there is nothing to measure."""

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext

from domain.kpi import tree

_EXACT = Context(prec=50)
"""Far more digits than any figure shows, so that no order of summing can be seen."""

_PERCENTS = (("p10", 10), ("p25", 25), ("p75", 75), ("p90", 90), ("p95", 95))


def ratio(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Divide to fifty digits; nothing where the divisor is zero."""
    return _EXACT.divide(Decimal(part), Decimal(whole)) if whole else None


def average(values: Sequence[int | Decimal]) -> Decimal | None:
    """Return the mean, or nothing without values."""
    with localcontext(_EXACT):
        return ratio(sum(map(Decimal, values), Decimal(0)), len(values))


def median(values: Sequence[int | Decimal]) -> Decimal | None:
    """Return the 50th percentile, or nothing without values."""
    return quantile(sorted(values), 50)


def quantile(ascending: Sequence[int | Decimal], percent: int) -> Decimal | None:
    """Return a percentile of values in ascending order by linear interpolation, or nothing without values."""
    if not ascending:
        return None
    index, rest = divmod((len(ascending) - 1) * percent, 100)
    low = Decimal(ascending[index])
    if not rest:
        return low
    with localcontext(_EXACT):
        return low + (Decimal(ascending[index + 1]) - low) * rest / 100


def deviation(values: Sequence[int | Decimal]) -> Decimal | None:
    """Return the sample standard deviation (n - 1), or nothing below two values."""
    centre = average(values)
    if centre is None or len(values) < 2:
        return None
    with localcontext(_EXACT):
        squares = sum(((Decimal(value) - centre) ** 2 for value in values), Decimal(0))
        return (squares / (len(values) - 1)).sqrt()


def spread(values: Sequence[int | Decimal], unit: Callable[[Decimal | None], tree.Figure] = tree.mean) -> tree.Section:
    """Return n, mean, median, sample deviation, extremes and percentiles in a unit."""
    ascending = sorted(values)
    entries: dict[str, tree.Node] = {
        "n": tree.count(len(ascending)),
        "mean": unit(average(ascending)),
        "median": unit(quantile(ascending, 50)),
        "std_sample": unit(deviation(ascending)),
        "min": unit(quantile(ascending, 0)),
    }
    entries.update((name, unit(quantile(ascending, percent))) for name, percent in _PERCENTS)
    entries["max"] = unit(quantile(ascending, 100))
    return tree.Section(entries)
