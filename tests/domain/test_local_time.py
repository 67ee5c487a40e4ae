"""A local time is the first instant at which the zone's clock has reached it."""

from datetime import UTC, date, datetime, time

import pytest

from domain.local_time import at_clock, at_local, end_of_month, instant, local_clock, local_day


@pytest.mark.parametrize(
    ("zone", "day", "minute", "expected"),
    [
        ("Asia/Shanghai", (2026, 1, 15), 540, (2026, 1, 15, 1, 0)),
        ("Asia/Shanghai", (2026, 1, 15), 1440, (2026, 1, 15, 16, 0)),
        ("Europe/Berlin", (2026, 3, 29), 119, (2026, 3, 29, 0, 59)),
        ("Europe/Berlin", (2026, 3, 29), 150, (2026, 3, 29, 1, 0)),  # 02:30 is skipped: the instant of the change
        ("Europe/Berlin", (2026, 3, 29), 180, (2026, 3, 29, 1, 0)),
        ("Europe/Berlin", (2026, 10, 25), 150, (2026, 10, 25, 0, 30)),  # 02:30 comes twice: the first
        ("Europe/Berlin", (2026, 10, 25), 180, (2026, 10, 25, 2, 0)),
        ("America/New_York", (2026, 3, 8), 121, (2026, 3, 8, 7, 0)),
        ("America/New_York", (2026, 11, 1), 90, (2026, 11, 1, 5, 30)),
        ("America/Havana", (2026, 3, 8), 0, (2026, 3, 8, 5, 0)),  # no midnight: the day begins at 01:00
        ("Australia/Lord_Howe", (2026, 10, 4), 135, (2026, 10, 3, 15, 30)),  # half an hour is skipped
        ("Pacific/Apia", (2011, 12, 30), 720, (2011, 12, 30, 10, 0)),  # the whole day is skipped
    ],
)
def test_skipped_and_repeated_times(
    zone: str, day: tuple[int, int, int], minute: int, expected: tuple[int, int, int, int, int]
) -> None:
    assert at_local(zone, date(*day), minute) == datetime(*expected, tzinfo=UTC)


def test_seconds_are_kept() -> None:
    at = datetime(2026, 7, 1, 23, 59, 58, 123456, tzinfo=UTC)
    assert local_day("Asia/Shanghai", at) == date(2026, 7, 2)
    assert local_clock("Asia/Shanghai", at) == time(7, 59, 58, 123456)
    assert at_clock("Asia/Shanghai", date(2026, 7, 2), time(7, 59, 58, 123456)) == at
    skipped = at_clock("Europe/Berlin", date(2026, 3, 29), time(2, 30, 15, 5))
    assert skipped == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_naive_instant_is_an_error() -> None:
    with pytest.raises(ValueError, match="pass an aware datetime"):
        instant(datetime(2026, 1, 1))  # noqa: DTZ001  the mistake under test


@pytest.mark.parametrize(
    ("day", "expected"),
    [((2026, 1, 15), 31), ((2026, 2, 1), 28), ((2028, 2, 29), 29), ((2026, 4, 30), 30), ((2026, 12, 31), 31)],
)
def test_end_of_month(day: tuple[int, int, int], expected: int) -> None:
    assert end_of_month(date(*day)) == date(*day).replace(day=expected)
