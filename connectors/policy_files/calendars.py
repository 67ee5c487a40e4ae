"""The calendars a policy names, compiled for the years around an instant; the same question gets the same answer."""

from datetime import date, datetime
from functools import lru_cache

from connectors.calendars.public_holidays import UnknownCalendar, resolve
from domain.business_calendar import CompiledCalendar
from domain.local_time import instant
from domain.policy.document import Policy
from domain.refusal import Code, refuse
from domain.working_hours import WeeklyHours, weekly_hours

_YEARS_BEFORE, _YEARS_AFTER = 1, 3


@lru_cache(maxsize=512)
def _compiled(source: str, first: int, last: int, zone: str, hours: WeeklyHours | None) -> CompiledCalendar:
    return resolve(source, first_year=first, last_year=last, zone=zone, hours=hours)


class PolicyCalendars:
    """`domain.policy.compile.Calendars` over the calendars of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._calendars = policy.calendars

    def compiled(self, name: str, at: datetime, zone: str = "") -> CompiledCalendar:
        """Return a calendar from the year before an instant to the third year after it."""
        return self._of(name, instant(at).year - _YEARS_BEFORE, at, zone)

    def longer(self, name: str, known_until: date, at: datetime) -> CompiledCalendar:
        """Return a calendar that goes on where one that is known until a day ends, to the third year after an instant.

        Raises:
            Refused: the package knows no such years (E_STATE).
        """
        try:
            return self._of(name, min(known_until.year, instant(at).year - _YEARS_BEFORE), at)
        except UnknownCalendar as unknown:
            raise refuse(Code.STATE, str(unknown), f"日历 {name} 无法延长：{unknown}") from unknown

    def _of(self, name: str, first_year: int, at: datetime, zone: str = "") -> CompiledCalendar:
        rules = self._calendars[name]
        hours = None if rules.hours is None else weekly_hours(rules.hours, rules.weekend)
        return _compiled(rules.source, first_year, instant(at).year + _YEARS_AFTER, zone or rules.zone, hours)
