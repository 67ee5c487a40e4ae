"""A label names its range, and a label that names none is left out rather than guessed."""

import pytest

from domain.kpi.band import bands


@pytest.mark.parametrize(
    ("labels", "days", "held"),
    [
        (("not_due", "1-30", "31-60", "61-90", "90+"), 0, "not_due"),
        (("not_due", "1-30", "31-60", "61-90", "90+"), 30, "1-30"),
        (("not_due", "1-30", "31-60", "61-90", "90+"), 90, "61-90"),
        (("not_due", "1-30", "31-60", "61-90", "90+"), 91, "90+"),
        (("<=0", "1-3", "4-10", "31-45", "46+"), -5, "<=0"),
        (("<=0", "1-3", "4-10", "31-45", "46+"), 46, "46+"),
        (("current", "1-15", ">15"), 16, ">15"),
    ],
)
def test_every_day_lies_in_one_band(labels: tuple[str, ...], days: int, held: str) -> None:
    assert [band.label for band in bands(labels) if band.holds(days)] == [held]


def test_an_unreadable_label_is_left_out() -> None:
    assert [band.label for band in bands(("1-3", "later", "4+"))] == ["1-3", "4+"]
