"""The calendars a policy names, compiled for the years around an instant; the same question gets the same answer."""

from datetime import datetime
from functools import lru_cache

from connectors.calendars.public_holidays import resolve
from domain.business_calendar import CompiledCalendar
from domain.local_time import instant
from domain.policy.document import Policy
from domain.working_hours import WeeklyHours, weekly_hours

_YEARS_BEFORE, _YEARS_AFTER = 1, 3


@lru_cache(maxsize=512)
def _compiled(source: str, year: int, zone: str, hours: WeeklyHours | None) -> CompiledCalendar:
    return resolve(source, first_year=year - _YEARS_BEFORE, last_year=year + _YEARS_AFTER, zone=zone, hours=hours)


class PolicyCalendars:
    """`domain.policy.compile.Calendars` over the calendars of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._calendars = policy.calendars

    def compiled(self, name: str, at: datetime, zone: str = "") -> CompiledCalendar:
        """Return a calendar from the year before an instant to the third year after it."""
        rules = self._calendars[name]
        hours = None if rules.hours is None else weekly_hours(rules.hours, rules.weekend)
        return _compiled(rules.source, instant(at).year, zone or rules.zone, hours)
