"""What fits its type but no database can keep, or no clock can count with, is refused whatever way it comes in."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from pydantic import BaseModel

from domain.currencies import CURRENCIES
from domain.money import LARGEST_MINOR, Money
from domain.value import Text

FIRST_YEAR, LAST_YEAR = 1970, 2199
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL takes no NUL, and half of a surrogate pair is no UTF-8."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_REPLACEMENT = "\ufffd"


class Unstorable(NamedTuple):
    """Something that cannot be kept.

    Attributes:
        where: the path to it, e.g. ``lines.0.sku``; empty for the value itself.
        why: what it must be instead.
    """

    where: str
    why: Text


def unstorable(value: object) -> Iterator[Unstorable]:
    """Name every text, number and moment within a value that cannot be kept, in order."""
    found: list[tuple[str, object]] = [("", value)]
    while found:
        where, part = found.pop()
        if isinstance(part, Money) and part.currency not in CURRENCIES:
            why = Text(en="must be a currency of ISO 4217, e.g. CNY", zh="应为 ISO 4217 货币代码，例如 CNY")
            yield Unstorable(f"{where}.currency".strip("."), why)
        if (fault := _fault_of(part)) is not None:
            yield Unstorable(where, fault)
        found += reversed(list(_parts(where, part)))


def cleaned(text: str) -> str:
    """Return a text as it can be kept: characters that cannot are replaced."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def unstorable_line(text: str) -> int | None:
    """Return the first line of a text, from 1, that cannot be kept; None where all of it can."""
    found = _UNSTORABLE.search(text)
    return None if found is None else len(_LINE_END.findall(text, 0, found.start())) + 1


def _parts(where: str, value: object) -> Iterator[tuple[str, object]]:
    match value:
        case BaseModel():
            yield from ((f"{where}.{name}".strip("."), part) for name, part in value)
        case tuple() | list():
            yield from ((f"{where}.{n}".strip("."), part) for n, part in enumerate(value))
        case dict():
            for name, part in value.items():
                yield where, name
                yield f"{where}.{cleaned(str(name))[:50]}".strip("."), part


def _fault_of(value: object) -> Text | None:
    match value:
        case str() if _UNSTORABLE.search(value):
            return Text(en="must not contain NUL or half a surrogate pair", zh="不得包含 NUL 或不成对的代理字符")
        case int() if abs(value) > LARGEST_MINOR:
            limit = f"-{LARGEST_MINOR} … {LARGEST_MINOR}"
            return Text(en=f"must be within {limit}", zh=f"应在 {limit} 之内")
        case datetime() if value.tzinfo is None:
            example = "2026-01-31T09:00:00+08:00"
            return Text(en=f"must name its offset, e.g. {example}", zh=f"应注明时差，例如 {example}")
        case date() if not FIRST_YEAR <= value.year <= LAST_YEAR:
            return Text(
                en=f"must be in the years {FIRST_YEAR} to {LAST_YEAR}", zh=f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间"
            )
        case _:
            return None
