"""Statistics are exact, percentiles interpolate, and nothing is measured where there is nothing."""

from decimal import Decimal

from domain.kpi import tree
from domain.kpi.spread import average, deviation, median, quantile, ratio, spread


def test_percentiles_interpolate_linearly() -> None:
    assert quantile([0, 10], 25) == Decimal("2.5")
    assert quantile([1, 2, 3, 4], 50) == Decimal("2.5")
    assert quantile([1, 2, 3, 4, 10], 90) == Decimal("7.6")
    assert quantile([7], 95) == 7
    assert quantile([], 50) is None


def test_mean_median_and_sample_deviation() -> None:
    assert average([1, 2, 6]) == 3
    assert median([9, 1, 2]) == 2
    found = deviation([2, 4, 4, 4, 6])
    assert found is not None
    assert round(found, 20) == Decimal("1.41421356237309504880")
    assert deviation([2]) is None
    assert average([]) is None


def test_a_thousand_thirds_do_not_drift() -> None:
    third = ratio(1, 3)
    assert third is not None
    mean = average([third] * 1000)
    assert mean is not None
    assert abs(mean - third) < Decimal("1e-40")
    assert ratio(1, 0) is None


def test_spread_of_nothing_has_a_count_and_no_numbers() -> None:
    names = ("mean", "median", "std_sample", "min", "p10", "p25", "p75", "p90", "p95", "max")
    assert spread([]) == tree.Section({"n": tree.count(0)} | dict.fromkeys(names, tree.mean(None)))
