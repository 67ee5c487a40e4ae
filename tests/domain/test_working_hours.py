"""Working hours are read as the policy writes them, and contradictions are errors."""

import pytest

from domain.working_hours import ROUND_THE_CLOCK, checked_week, weekly_hours


def test_the_policys_form_is_read() -> None:
    week = weekly_hours({"mon-thu": ["09:00-12:00", "13:30-18:00"], "fri": ["09:00-24:00"]}, ["sat", "sun"])
    assert week == (((540, 720), (810, 1080)),) * 4 + (((540, 1440),), (), ())
    assert weekly_hours({"mon-sun": ["00:00-24:00"]}) == ROUND_THE_CLOCK


@pytest.mark.parametrize(
    ("hours", "mend"),
    [
        ({"monday": ["09:00-17:00"]}, "is not a weekday"),
        ({"fri-mon": ["09:00-17:00"]}, "runs backwards"),
        ({"mon-fri": ["09:00-17:00"], "wed": ["10:00-12:00"]}, "wed has hours twice"),
        ({"mon-sun": ["09:00-17:00"]}, "sun is weekend"),
        ({"mon": ["9-17"]}, "not a window"),
        ({"mon": ["09:00-25:00"]}, "not a window"),
        ({"mon": ["17:00-09:00"]}, "must rise"),
        ({"mon": ["09:00-09:00"]}, "must rise"),
        ({"mon": ["09:00-24:30"]}, "must rise"),
        ({"mon": ["09:00-12:00", "11:00-18:00"]}, "must rise"),
        ({"mon": ["13:00-18:00", "09:00-12:00"]}, "must rise"),
        ({}, "at least one"),
    ],
)
def test_what_cannot_be_worked_is_an_error(hours: dict[str, list[str]], mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        weekly_hours(hours, ["sun"])


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="seven weekdays"):
        checked_week(ROUND_THE_CLOCK[:6])
