"""A figure is a value with its unit, and the unit alone says how exactly it must be met.

Money stays in minor units until the edge (`number`), so nothing is rounded before it is read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias


class Unit(StrEnum):
    """What a figure measures: counts, days and money are exact, the others have a tolerance."""

    COUNT = "count"
    MONEY = "money"
    MONEY_MEAN = "money_mean"
    MONEY_DAY = "money_day"
    MEAN = "mean"
    DSO = "dso"
    TEXT = "text"
    MINUTE = "minute"


TOLERANCES = {
    Unit.COUNT: Decimal(0),
    Unit.MONEY: Decimal(0),
    Unit.MONEY_MEAN: Decimal("0.000001"),
    Unit.MONEY_DAY: Decimal("0.00005"),
    Unit.MEAN: Decimal("0.000001"),
    Unit.DSO: Decimal("0.00005"),
}
"""How far a number may be from its expectation, in major units; units without a number have no entry."""

_PLACES = {Unit.MONEY_MEAN: 6, Unit.MONEY_DAY: 4, Unit.MEAN: 6, Unit.DSO: 4}
_AMOUNTS = frozenset({Unit.MONEY, Unit.MONEY_MEAN, Unit.MONEY_DAY})


@dataclass(frozen=True, slots=True)
class Figure:
    """One value: money in minor units, a moment as it is, ``None`` where the formula has no answer."""

    unit: Unit
    value: int | Decimal | str | datetime | None

    def number(self, exponent: int) -> Decimal | None:
        """Return the value in major units, or nothing for a figure that is no number."""
        if not isinstance(self.value, int | Decimal):
            return None
        exact = Decimal(self.value)
        return exact.scaleb(-exponent) if self.unit in _AMOUNTS else exact


@dataclass(frozen=True, slots=True)
class Section:
    """Figures by name."""

    entries: "Mapping[str, Node]"

    def get(self, name: str) -> "Node | None":
        """Return what stands under a name, or nothing."""
        return self.entries.get(name)

    def merged(self, other: "Section") -> "Section":
        """Join two sections; the same name must be a section in both (ValueError otherwise)."""
        entries = dict(self.entries)
        for name, theirs in other.entries.items():
            ours = entries.get(name)
            if ours is None:
                entries[name] = theirs
            elif isinstance(ours, Section) and isinstance(theirs, Section):
                entries[name] = ours.merged(theirs)
            else:
                raise ValueError(f"two figures are named {name}")
        return Section(entries)


@dataclass(frozen=True, slots=True)
class Series:
    """Sections in order, each known by the text under ``key`` (a month, a cut-off, a date)."""

    key: str
    rows: tuple[Section, ...]

    def row(self, label: str) -> Section | None:
        """Return the row of that label, or nothing."""
        return next((row for row in self.rows if row.get(self.key) == Figure(Unit.TEXT, label)), None)


Node: TypeAlias = Figure | Section | Series


def count(value: int) -> Figure:
    """Make a count, exact."""
    return Figure(Unit.COUNT, value)


def money(minor: int) -> Figure:
    """Make an amount of minor units, exact."""
    return Figure(Unit.MONEY, minor)


def money_mean(minor: Decimal | None) -> Figure:
    """Make a mean or percentile of amounts, in minor units."""
    return Figure(Unit.MONEY_MEAN, minor)


def mean(value: Decimal | None) -> Figure:
    """Make a mean, a rate or a percentile without a currency."""
    return Figure(Unit.MEAN, value)


def dso(value: Decimal | None) -> Figure:
    """Make a figure of the DSO family."""
    return Figure(Unit.DSO, value)


def text(value: str | None) -> Figure:
    """Make a label or a month."""
    return Figure(Unit.TEXT, value)


def day(value: date | None) -> Figure:
    """Make a day, written as ISO 8601."""
    return Figure(Unit.TEXT, value.isoformat() if value else None)


def minute(value: datetime | None) -> Figure:
    """Make a moment, exact to the minute."""
    return Figure(Unit.MINUTE, value)


def counts(pairs: Iterable[tuple[str, int]]) -> Section:
    """Make a section of counts."""
    return Section({name: count(number) for name, number in pairs})


def write(node: Node, exponent: int, depth: int = 0) -> str:
    """Write figures as JSON text, money in major units, means to six places, the DSO family to four."""
    if isinstance(node, Figure):
        return _write_figure(node, exponent)
    lines = list(_write_entries(node, exponent, depth + 1))
    opening, closing = ("{", "}") if isinstance(node, Section) else ("[", "]")
    if not lines:
        return opening + closing
    margin = "  " * depth
    return f"{opening}\n" + ",\n".join(f"{margin}  {line}" for line in lines) + f"\n{margin}{closing}"


def _write_entries(node: Section | Series, exponent: int, depth: int) -> Iterator[str]:
    if isinstance(node, Series):
        for row in node.rows:
            yield write(row, exponent, depth)
        return
    for name, entry in node.entries.items():
        yield f"{json.dumps(name, ensure_ascii=False)}: {write(entry, exponent, depth)}"


def _write_figure(figure: Figure, exponent: int) -> str:
    if figure.value is None:
        return "null"
    if isinstance(figure.value, datetime):
        return f'"{figure.value.astimezone(UTC):%Y-%m-%dT%H:%M:00Z}"'
    number = figure.number(exponent)
    if number is None:
        return json.dumps(figure.value, ensure_ascii=False)
    places = _PLACES.get(figure.unit)
    return f"{number if places is None else round(number, places):f}"
