"""A country's public holidays and make-up workdays become a `CompiledCalendar`; what is not yet official is marked."""

import hashlib
from datetime import date
from importlib.metadata import version
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from domain.business_calendar import CompiledCalendar
from domain.working_hours import WeeklyHours

# Where a decree moves workdays for a year at a time: years after the last one with a move are not published yet.
_DECREED_YEARLY = frozenset({"AZ", "BY", "CN", "HU", "KG", "KZ", "LV", "RU", "UZ", "VN"})
# How the package, in this language, marks a date that depends on the sighting of the moon.
_LANGUAGE, _ESTIMATED = "en_US", "estimated"
_FORMS = "write always, a country like CN, or a country and subdivision like DE-BE (pkg:holidays/DE-BE is the same)"


class UnknownCalendar(ValueError):
    """No calendar has this name, or this zone; the message says what can be written."""


def resolve(
    name: str, *, first_year: int, last_year: int, zone: str = "UTC", hours: WeeklyHours | None = None
) -> CompiledCalendar:
    """Compile the calendar a policy names.

    Args:
        name: ``always``, or ``CN``, ``DE-BE``, ``pkg:holidays/DE-BE``.
        first_year: the first year it shall know; ``always`` knows them all.
        last_year: the last year it shall know.
        zone: IANA zone its days are counted in.
        hours: working hours per weekday; a country needs them, ``always`` has none but its own.

    Raises:
        UnknownCalendar: no such name or zone, or hours missing or superfluous.
    """
    if name == "always":
        if hours is not None:
            raise UnknownCalendar("calendar 'always' works round the clock: leave its hours out")
        return CompiledCalendar.always(_checked_zone(zone))
    if hours is None:
        raise UnknownCalendar(f"calendar {name!r} needs working hours, e.g. mon-fri 09:00-17:00")
    country, dash, subdivision = name.removeprefix("pkg:holidays/").partition("-")
    if dash and not subdivision:
        raise UnknownCalendar(f"{name!r} names no subdivision after its dash: {_FORMS}")
    return compile_calendar(
        country, subdivision or None, first_year=first_year, last_year=last_year, zone=zone, hours=hours
    )


def compile_calendar(
    country: str, subdivision: str | None, *, first_year: int, last_year: int, zone: str, hours: WeeklyHours
) -> CompiledCalendar:
    """Compile the days off and make-up workdays of a country's years, both included.

    Days that change nothing (a holiday on a weekday without hours) are left out. The version names the package and
    a digest of the content, so that two calendars of one version are equal.

    Raises:
        UnknownCalendar: the package knows no such country, subdivision or year, or there is no such zone.
    """
    name = f"{country}-{subdivision}" if subdivision else country
    source = _read(name, country, subdivision, first_year, last_year)
    years = range(first_year, last_year + 1)
    extra = {day for day in source.weekend_workdays if not hours[day.weekday()]}
    draft = CompiledCalendar(
        zone=_checked_zone(zone),
        version=name,
        valid_from=date(first_year, 1, 1),
        valid_until=date(last_year + 1, 1, 1),
        hours=hours,
        holidays=tuple(sorted(day for day in source if day.year in years and hours[day.weekday()])),
        extra_workdays=tuple(sorted(day for day in extra if day.year in years)),
        provisional_years=tuple(year for year in years if _is_provisional(source, year)),
    )
    digest = hashlib.sha256(draft.model_dump_json().encode()).hexdigest()[:8]
    return draft.model_copy(update={"version": f"{name} holidays-{version('holidays')} {digest}"})


def _read(name: str, country: str, subdivision: str | None, first_year: int, last_year: int) -> holidays.HolidayBase:
    # One year more on both sides: a decree may move a day across New Year.
    years = range(first_year - 1, last_year + 2)
    try:
        source = holidays.country_holidays(country, subdiv=subdivision, years=years, expand=False, language=_LANGUAGE)
    except NotImplementedError as error:
        raise UnknownCalendar(f"there are no holidays for {name!r}: {_FORMS}") from error
    if not source.start_year <= first_year <= last_year <= source.end_year:
        known = f"{source.start_year} to {source.end_year}"
        raise UnknownCalendar(f"holidays of {name} are known from {known}, not {first_year} to {last_year}")
    return source


def _is_provisional(source: holidays.HolidayBase, year: int) -> bool:
    if source.country in _DECREED_YEARLY:
        return not any(day.year >= year for day in source.weekend_workdays)
    return any(day.year == year and _ESTIMATED in name for day, name in source.items())


def _checked_zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnknownCalendar(f"{zone!r} is no time zone: write an IANA name like Asia/Shanghai") from error
