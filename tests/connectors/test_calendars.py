"""Compiled calendars say what the published holiday decrees say, and mark what is not published yet."""

from datetime import date

import pytest

from connectors.calendars.public_holidays import UnknownCalendar, compile_calendar, resolve
from domain.business_calendar import CompiledCalendar, add_business_days, is_business_day
from domain.working_hours import weekly_hours

CN_HOURS = weekly_hours({"mon-fri": ["09:00-12:00", "13:30-18:00"]}, ["sat", "sun"])
OFFICE = weekly_hours({"mon-fri": ["09:00-17:00"]}, ["sat", "sun"])


def china(first_year: int = 2026, last_year: int = 2027) -> CompiledCalendar:
    return resolve("CN", first_year=first_year, last_year=last_year, zone="Asia/Shanghai", hours=CN_HOURS)


def berlin() -> CompiledCalendar:
    return resolve("DE-BE", first_year=2026, last_year=2026, zone="Europe/Berlin", hours=OFFICE)


def test_g13_the_chinese_national_day_of_2026() -> None:
    cal = china()
    assert is_business_day(cal, date(2026, 9, 20))
    assert is_business_day(cal, date(2026, 10, 10))
    assert not any(is_business_day(cal, date(2026, 10, day)) for day in range(1, 8))
    assert add_business_days(cal, date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert cal.windows(date(2026, 9, 20)) == CN_HOURS[0]


def test_every_makeup_day_of_2026() -> None:
    days = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
    assert china(2026, 2026).extra_workdays == tuple(date(2026, *day) for day in days)


def test_a_chinese_year_without_published_makeup_days_is_provisional() -> None:
    cal = china(2025, 2099)
    published = [year for year in range(2025, 2100) if year not in cal.provisional_years]
    assert {2025, 2026} <= set(published)
    assert published == list(range(2025, 2025 + len(published)))
    assert 2099 in cal.provisional_years
    assert cal.is_provisional(date(2099, 5, 1))
    assert not cal.is_provisional(date(2026, 5, 1))
    assert china(2026, 2026).provisional_years == ()


def test_berlin_has_its_own_holidays_and_no_makeup_days() -> None:
    cal = berlin()
    assert cal.holidays == tuple(date(2026, *d) for d in ((1, 1), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (12, 25)))
    assert cal.extra_workdays == ()
    assert cal.provisional_years == ()
    whole_country = resolve("DE", first_year=2027, last_year=2027, zone="Europe/Berlin", hours=OFFICE)
    berlin_2027 = resolve("DE-BE", first_year=2027, last_year=2027, zone="Europe/Berlin", hours=OFFICE)
    assert set(berlin_2027.holidays) - set(whole_country.holidays) == {date(2027, 3, 8)}  # women's day


def test_a_holiday_counts_on_a_weekend_that_is_worked() -> None:
    daily = weekly_hours({"mon-sun": ["09:00-17:00"]})
    cal = compile_calendar("DE", "BE", first_year=2026, last_year=2026, zone="Europe/Berlin", hours=daily)
    assert not is_business_day(cal, date(2026, 10, 3))  # a Saturday
    assert not is_business_day(cal, date(2026, 3, 8))  # a Sunday
    assert is_business_day(cal, date(2026, 10, 4))


def test_years_are_bounds_and_the_zone_is_kept() -> None:
    cal = china(2026, 2027)
    assert (cal.valid_from, cal.valid_until, cal.zone) == (date(2026, 1, 1), date(2028, 1, 1), "Asia/Shanghai")
    assert all(cal.covers(day) for day in (*cal.holidays, *cal.extra_workdays))


def test_the_version_names_the_content() -> None:
    assert china().version == china().version
    assert china().version.startswith("CN holidays-")
    assert china().version != china(2026, 2026).version
    other_hours = resolve("CN", first_year=2026, last_year=2027, zone="Asia/Shanghai", hours=OFFICE)
    assert other_hours.version != china().version


def test_a_calendar_of_three_years_is_small() -> None:
    assert len(china(2025, 2027).model_dump_json()) < 800


def test_the_policys_package_form_is_the_same_calendar() -> None:
    assert (
        resolve("pkg:holidays/DE-BE", first_year=2026, last_year=2026, zone="Europe/Berlin", hours=OFFICE) == berlin()
    )


def test_always() -> None:
    assert resolve("always", first_year=2026, last_year=2026) == CompiledCalendar.always()


@pytest.mark.parametrize("country", ["CN", "CHN"])
def test_both_country_codes_know_what_is_provisional(country: str) -> None:
    cal = compile_calendar(country, None, first_year=2099, last_year=2099, zone="Asia/Shanghai", hours=CN_HOURS)
    assert cal.provisional_years == (2099,)


def test_dates_that_wait_for_the_moon_are_provisional() -> None:
    cal = resolve("AE", first_year=2099, last_year=2099, zone="Asia/Dubai", hours=OFFICE)
    assert cal.provisional_years == (2099,)


@pytest.mark.parametrize("name", ["", "XX", "DE-ZZ", "pkg:chinesecalendar", "cn", "DE-"])
def test_a_name_that_is_not_known_says_what_can_be_written(name: str) -> None:
    with pytest.raises(UnknownCalendar, match=r"write always, a country like CN.*DE-BE"):
        resolve(name, first_year=2026, last_year=2026, zone="UTC", hours=OFFICE)


def test_years_zone_and_hours_are_checked() -> None:
    with pytest.raises(UnknownCalendar, match="known from 1950 to 2100"):
        china(2026, 2101)
    with pytest.raises(UnknownCalendar, match="not 2027 to 2026"):
        china(2027, 2026)
    with pytest.raises(UnknownCalendar, match="Asia/Shanghai"):
        resolve("CN", first_year=2026, last_year=2026, zone="China", hours=CN_HOURS)
    with pytest.raises(UnknownCalendar, match="needs working hours"):
        resolve("CN", first_year=2026, last_year=2026)
    with pytest.raises(UnknownCalendar, match="leave its hours out"):
        resolve("always", first_year=2026, last_year=2026, hours=OFFICE)
