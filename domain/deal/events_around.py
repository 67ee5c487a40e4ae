"""What changes around a deal while it runs: its people and its calendar."""

from datetime import date
from typing import Literal

from domain.business_calendar import CompiledCalendar
from domain.value import Value


class CalendarRunsOut(Value):
    """The deal's calendar ends soon, and a date after its last day is or may be wanted: it is extended."""

    kind: Literal["calendar_runs_out"] = "calendar_runs_out"
    valid_until: date


class CalendarExtended(Value):
    """The deal's calendar knows more days; no day changes that it knew for certain."""

    kind: Literal["calendar_extended"] = "calendar_extended"
    calendar: CompiledCalendar
