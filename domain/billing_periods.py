"""Calendar periods of recurring items: a part of one costs its days, and all parts of it together cost the whole."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from domain.money import of_whole
from domain.value import Value

_MONTHS = 12


class Every(StrEnum):
    """How long a period of a recurring item is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Its length in months."""
        return {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: _MONTHS}[self]


class Period(Value):
    """Days from ``start`` up to, and without, ``until``."""

    start: date
    until: date

    @model_validator(mode="after")
    def _leads_forward(self) -> Self:
        if self.until <= self.start:
            raise ValueError(f"{self.start} to {self.until} is no period")
        return self

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.start).days

    def __str__(self) -> str:
        return f"{self.start}/{self.last}"


def period_at(every: Every, day: date) -> Period:
    """Return the calendar month, quarter or year that a day is in."""
    months = every.months
    first = (day.month - 1) // months * months
    start = date(day.year, first + 1, 1)
    end = first + months
    return Period(start=start, until=date(day.year + end // _MONTHS, end % _MONTHS + 1, 1))


def prorated(minor: int, every: Every, part: Period) -> int:
    """Return what a part of one period costs of the period's price: by days, half up from the period's start on.

    The parts of a period add up to it exactly, wherever it is cut; a part must lie in one period.
    """
    whole = period_at(every, part.start)
    return of_whole(minor, (part.until - whole.start).days, whole.days) - of_whole(
        minor, (part.start - whole.start).days, whole.days
    )


def months_of(period: Period) -> tuple[Period, ...]:
    """Return the calendar months that a period touches, the first and last one cut to it."""
    found, start = [], period.start
    while start < period.until:
        until = min(period_at(Every.MONTH, start).until, period.until)
        found.append(Period(start=start, until=until))
        start = until
    return tuple(found)
