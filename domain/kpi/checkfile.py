"""A check file is what somebody else computed: its dates, bands and groups are our questions, its numbers never are."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypeVar

from domain.kpi.inputs import Inputs
from domain.kpi.monthly import Month

Json: TypeAlias = "bool | int | str | Decimal | list[Json] | dict[str, Json] | None"
"""What JSON text holds, numbers exact; NaN is read as nothing."""

PARTS = ("sales", "ar")
"""Sections whose figures a check file may name at its root, or under their own name."""

CASE_PARTS = ("totals", "by_year")
"""Sections of the figures of cases."""

_INTEREST = re.compile(r"late_interest_(\d+)pct")
_ABOVE = re.compile(r">\s*(\d+)%")
_CALENDAR = re.compile(r"(close|engage)_(quarter|month)")
_T = TypeVar("_T")


class CheckFileError(Exception):
    """A check file that cannot be read; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class CheckFile:
    """The expected figures by name, as read."""

    expected: Mapping[str, Json]


def read_check(text: str) -> CheckFile:
    """Read JSON text exactly; CheckFileError where it is no JSON object."""
    try:
        read = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except ValueError as error:
        raise CheckFileError(f"the check file is not JSON ({error}); write one object of figures by name") from error
    if not isinstance(read, dict):
        raise CheckFileError("the check file must be one JSON object of figures by name")
    return CheckFile(read)


def inputs_of(check: CheckFile, default: Inputs | None = None) -> Inputs:
    """Take the questions from a check file; what it does not ask keeps its default.

    Raises:
        CheckFileError: a run date, cut-off, ``as_of`` date or month is not an ISO date.
    """
    asked = default or Inputs()
    places = list(_places(check))
    rows = [row for table in _under(places, "aging") for row in _rows(table)]
    run_dates = [_day(value, "run_date") for value in _under(places, "run_date")]
    buckets = [bucket for row in rows for bucket in _under([row], "buckets")]
    return Inputs(
        run_on=run_dates[0] if run_dates else asked.run_on,
        kinds=_unique(_names(_under(places, "events"))) or asked.kinds,
        cutoffs=_labels(places, "aging", "cutoff", _day) or asked.cutoffs,
        as_of=_labels(places, "as_of", "date", _day) or asked.as_of,
        months=_labels(places, "monthly", "month", _month) or asked.months,
        ageing_bands=_unique(_names(buckets)) or asked.ageing_bands,
        late_bands=_unique(_names(_under(places, "late_histogram"))) or asked.late_bands,
        discount_percents=_numbers(_ABOVE, _names(_under(places, "approvals_by_discount"))) or asked.discount_percents,
        interest_percents=_numbers(_INTEREST, _names(places)) or asked.interest_percents,
        groups=_unique([*asked.groups, *_groups(_names([*places, *rows]))]),
    )


def of_cases_alone(check: CheckFile) -> tuple[CheckFile, tuple[str, ...]]:
    """Return what a check file expects of cases, and the names of its other parts, which are not about them."""
    mine = {name: value for name, value in check.expected.items() if name in CASE_PARTS}
    return CheckFile(mine), tuple(name for name in check.expected if name not in mine)


def names_asked(check: CheckFile) -> tuple[str, ...]:
    """Return the names of charges and notes that a check file asks of cases: one that no case has counts zero."""
    years = [year for table in _under([dict(check.expected)], "by_year") for year in _values(table)]
    places = [*_under([dict(check.expected)], "totals"), *years]
    numbers = (name for place in places if isinstance(place, dict) for name in place if place[name] == 0)
    return _unique(numbers)


def _values(table: Json) -> list[Json]:
    return list(table.values()) if isinstance(table, dict) else []


def _no_number(_: str) -> None:
    return None


def _places(check: CheckFile) -> Iterator[Json]:
    yield dict(check.expected)
    for part in PARTS:
        if part in check.expected:
            yield check.expected[part]


def _under(places: Iterable[Json], name: str) -> list[Json]:
    return [place[name] for place in places if isinstance(place, dict) and name in place]


def _names(places: Iterable[Json]) -> list[str]:
    return [name for place in places if isinstance(place, dict) for name in place]


def _rows(table: Json) -> list[Json]:
    return table if isinstance(table, list) else []


def _labels(places: Sequence[Json], table: str, key: str, read: Callable[[Json, str], _T]) -> tuple[_T, ...]:
    rows = [row for found in _under(places, table) for row in _rows(found)]
    return _unique(read(value, f"{table}.{key}") for value in _under(rows, key))


def _groups(names: Iterable[str]) -> list[str]:
    tails = [name.removeprefix("by_") for name in names if name.startswith("by_")]
    return [tail for tail in tails if not _CALENDAR.fullmatch(tail)]


def _numbers(pattern: re.Pattern[str], names: Iterable[str]) -> tuple[int, ...]:
    return _unique(int(match[1]) for name in names if (match := pattern.fullmatch(name)))


def _unique(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


def _day(value: Json, where: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise CheckFileError(f"{where} is {value!r}; write a date like 2017-06-30") from error


def _month(value: Json, where: str) -> Month:
    try:
        return Month.read(str(value))
    except ValueError as error:
        raise CheckFileError(f"{where} is {value!r}; write a month like 2017-06") from error
