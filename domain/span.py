"""A span says in which time it is counted: calendar days, business days, working hours or hours by the wall."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    BeforeValidator,
    GetJsonSchemaHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from domain.value import Value

_FORM = re.compile(r"(-?[0-9]{1,6})(m|h|d|bd)(?:\s+(business|wall))?")
_ALLOWED = "write e.g. 30m, 4h, 8h business, 24h wall, 30d or 5bd / 可写 30m、4h、8h business、24h wall、30d、5bd"


class Clock(StrEnum):
    """Which time minutes and hours are counted in: working hours, or all of them."""

    BUSINESS = "business"
    WALL = "wall"


class Unit(StrEnum):
    """What a span counts."""

    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    BUSINESS_DAYS = "bd"


_TIMED = (Unit.MINUTES, Unit.HOURS)


class Span(Value):
    """A length of time as a policy writes it, e.g. ``8h business``; in JSON it is that same text.

    Attributes:
        amount: how many units; negative for an offset before an anchor (``-5bd``).
        unit: minutes, hours, calendar days or business days.
        clock: which time minutes and hours are counted in; nothing for days.
    """

    amount: int
    unit: Unit
    clock: Clock | None = None

    @classmethod
    def parse(cls, text: str, default: Clock | None = None) -> Self:
        """Read the policy's form; minutes and hours that name no clock take the default.

        Raises:
            ValueError: the text is no span, or names no clock where one is needed and none is the default.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a span of time: {_ALLOWED}")
        amount, unit, clock = match[1], Unit(match[2]), match[3]
        if clock is None and unit in _TIMED:
            clock = default
        return cls(amount=int(amount), unit=unit, clock=None if clock is None else Clock(clock))

    @model_validator(mode="before")
    @classmethod
    def _read(cls, raw: object) -> object:
        # A field of this type takes the text itself, in a policy as in a history.
        if not isinstance(raw, str):
            return raw
        span = cls.parse(raw)
        return {"amount": span.amount, "unit": span.unit, "clock": span.clock}

    @model_validator(mode="after")
    def _names_its_clock(self) -> Self:
        if (self.unit in _TIMED) != (self.clock is not None):
            mend = "say business or wall" if self.clock is None else "days have no business or wall clock"
            raise ValueError(f"{self}: {mend}: {_ALLOWED}")
        return self

    @model_serializer
    def _text(self) -> str:
        return str(self)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "title": "Span", "pattern": f"^{_FORM.pattern}$", "examples": ["8h business", "5bd"]}

    @property
    def duration(self) -> timedelta:
        """The length of minutes or hours; days have none until they meet a calendar (ValueError)."""
        if self.unit not in _TIMED:
            raise ValueError(f"{self} has no fixed length: use domain.business_calendar.after")
        return timedelta(minutes=self.amount if self.unit is Unit.MINUTES else 60 * self.amount)

    def negated(self) -> Self:
        """Return the span that leads as far the other way."""
        return self.model_copy(update={"amount": -self.amount})

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}" + (f" {self.clock}" if self.clock else "")


def _business(raw: object) -> object:
    return Span.parse(raw, Clock.BUSINESS) if isinstance(raw, str) else raw


def _wall(raw: object) -> object:
    return Span.parse(raw, Clock.WALL) if isinstance(raw, str) else raw


BusinessSpan = Annotated[Span, BeforeValidator(_business)]
"""A policy field whose hours are working hours unless it says ``wall``."""
WallSpan = Annotated[Span, BeforeValidator(_wall)]
"""A policy field whose hours are all hours unless it says ``business``."""
