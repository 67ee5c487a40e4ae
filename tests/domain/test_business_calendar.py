"""Business time: golden vectors, and a hundred thousand random questions answered as a minute-by-minute clock does."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.business_calendar import (
    CalendarEnded,
    CompiledCalendar,
    Roll,
    add_business_days,
    add_working_time,
    after,
    business_days_between,
    is_business_day,
    next_window,
    roll,
    working_time_between,
)
from domain.refusal import Code, Refused
from domain.span import Span
from domain.working_hours import WeeklyHours, weekly_hours
from tests.domain.minute_clock import DAY, MINUTE, MinuteClock

HOUR = timedelta(hours=1)
OFFICE = weekly_hours({"mon-fri": ["09:00-17:00"]})
CN_HOURS = weekly_hours({"mon-fri": ["09:00-12:00", "13:30-18:00"]}, ["sat", "sun"])
CN_DAYS_OFF = {1: [1, 2], 2: [16, 17, 18, 19, 20, 23], 4: [6], 5: [1, 4, 5], 6: [19], 9: [25], 10: range(1, 8)}
CN_HOLIDAYS = tuple(date(2026, month, day) for month, days in CN_DAYS_OFF.items() for day in days)
CN_MAKEUP = tuple(date(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)))
DE_HOLIDAYS = tuple(date(2026, m, d) for m, d in ((1, 1), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (12, 25)))


def calendar(
    zone: str, hours: WeeklyHours, holidays: tuple[date, ...] = (), makeup: tuple[date, ...] = ()
) -> CompiledCalendar:
    return CompiledCalendar(
        zone=zone,
        version=f"{zone} test",
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 1, 1),
        hours=hours,
        holidays=holidays,
        extra_workdays=makeup,
    )


OFFICE_UTC = calendar("UTC", OFFICE)
CHINA = calendar("Asia/Shanghai", CN_HOURS, CN_HOLIDAYS, CN_MAKEUP)
BERLIN = calendar("Europe/Berlin", OFFICE, DE_HOLIDAYS)
# Windows that begin, end and lie inside the hours that a change of the clocks skips or repeats.
BERLIN_NIGHTS = calendar(
    "Europe/Berlin", weekly_hours({"mon-sat": ["22:00-24:00"], "sun": ["00:00-02:15", "02:30-02:45", "02:50-06:00"]})
)
NEW_YORK = calendar("America/New_York", weekly_hours({"mon-sun": ["01:30-09:00", "09:00-17:45"]}), DE_HOLIDAYS)
# Its clocks change at midnight: on one day 0:00 to 1:00 does not exist, on another it comes twice.
HAVANA = calendar(
    "America/Havana", weekly_hours({"mon-fri": ["08:00-16:00"], "sat-sun": ["00:00-00:30", "12:00-24:00"]})
)
EVERY_CALENDAR = [OFFICE_UTC, CHINA, BERLIN, BERLIN_NIGHTS, NEW_YORK, HAVANA]


def local(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type, misc]  # year to minute, never the zone


def china(*parts: int) -> datetime:
    return local("Asia/Shanghai", *parts)


def test_g12_an_hour_from_sunday_evening_is_monday_at_ten() -> None:
    sunday = datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert add_working_time(OFFICE_UTC, sunday, HOUR) == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert add_working_time(OFFICE_UTC, sunday.replace(hour=11), HOUR) == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_g13_eight_hours_across_the_national_day_week() -> None:
    assert add_working_time(CHINA, china(2026, 9, 30, 17, 0), 8 * HOUR) == china(2026, 10, 8, 17, 30)
    assert is_business_day(CHINA, date(2026, 9, 20))
    assert is_business_day(CHINA, date(2026, 10, 10))
    assert not any(is_business_day(CHINA, date(2026, 10, day)) for day in range(1, 8))
    assert not is_business_day(CHINA, date(2026, 10, 11))


def test_a_makeup_sunday_has_mondays_hours() -> None:
    assert CHINA.windows(date(2026, 9, 20)) == ((540, 720), (810, 1080))
    assert CHINA.windows(date(2026, 9, 27)) == ()
    assert next_window(CHINA, china(2026, 9, 19, 8, 0)) == china(2026, 9, 20, 9, 0)
    assert next_window(CHINA, china(2026, 9, 20, 12, 0)) == china(2026, 9, 20, 13, 30)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ((2026, 3, 6), 1, (2026, 3, 9)),  # Friday
        ((2026, 3, 7), 1, (2026, 3, 9)),  # Saturday
        ((2026, 3, 7), -1, (2026, 3, 6)),
        ((2026, 3, 9), -1, (2026, 3, 6)),
        ((2026, 3, 7), 0, (2026, 3, 7)),
        ((2026, 9, 30), 1, (2026, 10, 8)),
        ((2026, 9, 30), 3, (2026, 10, 10)),
        ((2026, 10, 12), -1, (2026, 10, 10)),
    ],
)
def test_business_days_are_counted_from_the_day_itself(
    day: tuple[int, int, int], count: int, expected: tuple[int, int, int]
) -> None:
    assert add_business_days(CHINA, date(*day), count) == date(*expected)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Roll.NONE, date(2026, 5, 31)),
        (Roll.FOLLOWING, date(2026, 6, 1)),
        (Roll.PRECEDING, date(2026, 5, 29)),
        (Roll.MODIFIED_FOLLOWING, date(2026, 5, 29)),
    ],
)
def test_the_last_sunday_of_may_rolls_by_rule(rule: Roll, expected: date) -> None:
    assert roll(OFFICE_UTC, date(2026, 5, 31), rule) == expected
    assert roll(OFFICE_UTC, date(2026, 5, 28), rule) == date(2026, 5, 28)


def test_modified_following_follows_inside_the_month() -> None:
    assert roll(OFFICE_UTC, date(2026, 5, 30), Roll.MODIFIED_FOLLOWING) == date(2026, 5, 29)
    assert roll(OFFICE_UTC, date(2026, 5, 16), Roll.MODIFIED_FOLLOWING) == date(2026, 5, 18)


def test_edges_of_working_time() -> None:
    monday_nine = datetime(2026, 3, 2, 9, tzinfo=UTC)
    sunday = datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert add_working_time(OFFICE_UTC, monday_nine, 8 * HOUR) == monday_nine + 8 * HOUR
    assert add_working_time(OFFICE_UTC, sunday, timedelta()) == sunday
    assert add_working_time(OFFICE_UTC, monday_nine, -HOUR) == datetime(2026, 2, 27, 16, tzinfo=UTC)
    assert next_window(OFFICE_UTC, monday_nine + 8 * HOUR) == monday_nine + DAY
    assert working_time_between(OFFICE_UTC, monday_nine, sunday) == timedelta()
    assert working_time_between(OFFICE_UTC, monday_nine + HOUR, sunday) == -HOUR


def test_a_span_is_counted_in_its_own_time() -> None:
    friday = local("Europe/Berlin", 2026, 3, 27, 15, 30)
    expected = {
        "2d": local("Europe/Berlin", 2026, 3, 29, 15, 30),  # 47 hours: the clocks go forward that night
        "48h wall": local("Europe/Berlin", 2026, 3, 29, 16, 30),
        "2bd": local("Europe/Berlin", 2026, 3, 31, 15, 30),
        "2h business": local("Europe/Berlin", 2026, 3, 30, 9, 30),
        "-1bd": local("Europe/Berlin", 2026, 3, 26, 15, 30),
        "-1d": local("Europe/Berlin", 2026, 3, 26, 15, 30),
        "-45m business": local("Europe/Berlin", 2026, 3, 27, 14, 45),
    }
    assert {text: after(BERLIN, friday, Span.parse(text)) for text in expected} == {
        text: at.astimezone(UTC) for text, at in expected.items()
    }


def test_a_clock_that_falls_back_into_yesterday_does_not_reopen_it() -> None:
    # In 2010 St John's set its clocks back one hour at 00:01: Sunday had begun, then it was Saturday 23:01 again.
    night = weekly_hours({"sat": ["09:00-17:00"], "sun": ["00:00-00:30"]})
    cal = calendar("America/St_Johns", night).model_copy(
        update={"version": "2010", "valid_from": date(2010, 1, 1), "valid_until": date(2011, 1, 1)}
    )
    saturday_again = datetime(2010, 11, 7, 3, 0, tzinfo=UTC)
    assert saturday_again.astimezone(ZoneInfo("America/St_Johns")).day == 6
    opened = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    assert next_window(cal, saturday_again) == saturday_again
    assert working_time_between(cal, opened - HOUR, saturday_again) == timedelta(minutes=30)
    assert add_working_time(cal, saturday_again, -timedelta(minutes=15)) == datetime(2010, 11, 7, 2, 45, tzinfo=UTC)
    assert add_working_time(cal, opened, timedelta(minutes=90)) == datetime(2010, 11, 7, 4, 0, tzinfo=UTC)


def test_instants_come_back_in_utc() -> None:
    friday = local("Europe/Berlin", 2026, 3, 27, 15, 30)
    for text in ("2d", "48h wall", "2bd", "2h business", "0h business"):
        assert after(BERLIN, friday, Span.parse(text)).tzinfo is UTC
    assert next_window(BERLIN, friday).tzinfo is UTC


LAST_MORNING, LAST_EVENING = (datetime(2026, 12, 31, hour, tzinfo=ZoneInfo("Europe/Berlin")) for hour in (9, 17))
FIRST_MORNING = datetime(2026, 1, 2, 9, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: is_business_day(BERLIN, date(2027, 1, 1)),
        lambda: is_business_day(BERLIN, date(2025, 12, 31)),
        lambda: add_business_days(BERLIN, date(2026, 12, 31), 1),
        lambda: add_business_days(BERLIN, date(2026, 1, 1), -1),
        lambda: add_business_days(BERLIN, date(2027, 1, 4), -5),
        lambda: business_days_between(BERLIN, date(2026, 12, 31), date(2027, 1, 4)),
        lambda: roll(BERLIN, date(2026, 1, 1), Roll.PRECEDING),
        lambda: next_window(BERLIN, LAST_EVENING),
        lambda: add_working_time(BERLIN, LAST_MORNING, 9 * HOUR),
        lambda: add_working_time(BERLIN, FIRST_MORNING, -HOUR),
        lambda: working_time_between(BERLIN, LAST_MORNING, LAST_MORNING + 30 * DAY),
        lambda: after(BERLIN, LAST_MORNING, Span.parse("1bd")),
    ],
)
def test_beyond_its_end_a_calendar_never_guesses(ask: Callable[[], object]) -> None:
    with pytest.raises(CalendarEnded, match="extend the calendar") as ended:
        ask()
    assert isinstance(ended.value, Refused)
    assert ended.value.code is Code.STATE
    assert ended.value.version == BERLIN.version
    assert not BERLIN.covers(ended.value.day)


def test_what_needs_no_calendar_never_ends() -> None:
    late = datetime(2040, 1, 1, tzinfo=UTC)
    assert after(BERLIN, late, Span.parse("30d")) == datetime(2040, 1, 31, tzinfo=UTC)
    assert after(BERLIN, late, Span.parse("1h wall")) == late + HOUR
    assert roll(BERLIN, late.date(), Roll.NONE) == late.date()


def test_a_naive_instant_is_an_error() -> None:
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001  the mistake under test
    asks: list[Callable[[], object]] = [
        lambda: add_working_time(BERLIN, naive, HOUR),
        lambda: next_window(BERLIN, naive),
        lambda: after(BERLIN, naive, Span.parse("1d")),
        lambda: after(BERLIN, naive, Span.parse("1h wall")),
    ]
    for ask in asks:
        with pytest.raises(ValueError, match="has no zone"):
            ask()


def test_always_works_round_the_clock() -> None:
    always = CompiledCalendar.always()
    at = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert add_working_time(always, at, 25 * HOUR) == at + 25 * HOUR
    assert add_business_days(always, date(2026, 2, 28), 30) == date(2026, 3, 30)
    assert next_window(always, at) == at
    assert working_time_between(always, at, at + 1000 * HOUR) == 1000 * HOUR
    assert roll(always, date(2026, 3, 1), Roll.FOLLOWING) == date(2026, 3, 1)


def test_its_json_is_compact_and_round_trips() -> None:
    text = CHINA.model_dump_json()
    assert '"extra_workdays":["2026:0104,0214,0228,0509,0920,1010"]' in text
    assert len(text) < 600
    assert CompiledCalendar.model_validate_json(text) == CHINA
    assert CompiledCalendar.model_validate(CHINA.model_dump()) == CHINA
    assert CompiledCalendar.model_validate({**CHINA.model_dump(), "holidays": ["2026-10-01"], "later": 1}).holidays == (
        date(2026, 10, 1),
    )


def test_an_equal_calendar_gives_equal_answers_and_an_altered_one_its_own() -> None:
    copy = CompiledCalendar.model_validate_json(CHINA.model_dump_json())
    assert hash(copy) == hash(CHINA)
    altered = CHINA.model_copy(update={"holidays": ()})
    assert add_business_days(copy, date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert add_business_days(altered, date(2026, 9, 30), 1) == date(2026, 10, 1)
    assert add_business_days(CHINA, date(2026, 9, 30), 1) == date(2026, 10, 8)


@pytest.mark.parametrize(
    "change",
    [
        {"hours": ()},
        {"hours": ((),) * 7},
        {"hours": (((540, 540),), *OFFICE[1:])},
        {"hours": (((540, 720), (700, 800)), *OFFICE[1:])},
        {"hours": (((540, 1441),), *OFFICE[1:])},
        {"valid_until": date(2026, 1, 1)},
        {"extra_workdays": (date(2026, 1, 4),), "makeup_weekday": 6},
        {"holidays": ["2026:0230"]},
        {"holidays": ["2026:010"]},
    ],
)
def test_a_calendar_nobody_could_work_by_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CompiledCalendar.model_validate({**BERLIN.model_dump(), **change})


@pytest.mark.parametrize("cal", EVERY_CALENDAR, ids=lambda cal: f"{cal.zone}-{len(cal.hours[6])}")
def test_a_hundred_thousand_answers_agree_with_the_minute_clock(cal: CompiledCalendar) -> None:
    oracle = MinuteClock(
        cal.zone,
        {weekday: list(windows) for weekday, windows in enumerate(cal.hours)},
        cal.holidays,
        cal.extra_workdays,
        2026,
    )
    draw = random.Random(f"seed of {cal.version}")
    last_minute = len(oracle.worked) - 1
    tick = timedelta(microseconds=1)
    for _ in range(17_000):
        first, last = sorted(draw.randrange(30 * 1440, last_minute - 30 * 1440) for _ in range(2))
        if draw.random() < 0.7:
            last = min(last, first + draw.randrange(1, 6 * 1440))
        odd = timedelta(microseconds=draw.choice([0, draw.randrange(60_000_000)]))
        a, b = oracle.start + first * MINUTE + odd, oracle.start + last * MINUTE + odd
        passed = oracle.between(a, b)
        assert working_time_between(cal, a, b) == passed, (a, b)
        assert next_window(cal, a) == oracle.next_open(a), a
        amount = timedelta(minutes=draw.randrange(1, 2000)) + odd
        end = add_working_time(cal, a, amount)
        assert oracle.between(a, end) == amount, (a, amount, end)
        assert oracle.is_open(end - tick), (a, amount, end)
        begin = add_working_time(cal, b, -amount)
        assert oracle.between(begin, b) == amount, (b, amount, begin)
        assert oracle.is_open(begin), (b, amount, begin)


@pytest.mark.parametrize("cal", [CHINA, BERLIN, NEW_YORK], ids=lambda cal: str(cal.zone))
def test_business_days_agree_with_stepping_day_by_day(cal: CompiledCalendar) -> None:
    working = {
        day
        for day in (date(2026, 1, 1) + n * DAY for n in range(365))
        if day in cal.extra_workdays or (cal.hours[day.weekday()] and day not in cal.holidays)
    }
    draw = random.Random(7)
    for _ in range(5_000):
        day = date(2026, 1, 1) + draw.randrange(100, 265) * DAY
        count = draw.randrange(-40, 41)
        step = DAY if count > 0 else -DAY
        here, left = day, abs(count)
        while left:
            here += step
            left -= here in working
        assert add_business_days(cal, day, count) == here, (day, count)
        assert is_business_day(cal, day) == (day in working)
        if count > 0:
            assert business_days_between(cal, day, here) == count
            assert business_days_between(cal, here, day) == -count
        following = day
        while following not in working:
            following += DAY
        preceding = day
        while preceding not in working:
            preceding -= DAY
        assert roll(cal, day, Roll.FOLLOWING) == following
        assert roll(cal, day, Roll.PRECEDING) == preceding
        modified = following if following.month == day.month else preceding
        assert roll(cal, day, Roll.MODIFIED_FOLLOWING) == modified
