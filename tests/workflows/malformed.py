"""One message for every field of every public command, well formed but for that field, which no database can keep."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.money import LARGEST_MINOR

GOOD: dict[object, object] = {
    str: "x", int: 1, bool: False, datetime: "2026-12-01T09:00:00Z", date: "2026-12-01", Decimal: "1.25",
}  # fmt: skip
SHORT = st.text(max_size=20)
BAD: dict[object, st.SearchStrategy[object]] = {
    str: st.builds(lambda before, after: f"{before}\0{after}", SHORT, SHORT),
    int: st.integers(min_value=LARGEST_MINOR + 1) | st.integers(max_value=-LARGEST_MINOR - 1),
    datetime: st.sampled_from(
        [
            "9999-12-31T23:59:59-12:00",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00+12:00",
            "1969-12-31T00:00:00Z",
            "2200-01-01T00:00:00+08:00",
            "2026-12-01T09:00:00",
            10**15 - 1,
        ]
    ),
    date: st.sampled_from(["9999-12-31", "0001-01-01", "1969-12-31", "2200-01-01"]),
    Decimal: st.sampled_from(["NaN", "Infinity", "-1.25", "0", "1e30", "0.0000000000001"]),
}


class Malformed(NamedTuple):
    """A command that its types may allow and no database can keep."""

    where: str
    command: dict[str, Any]


def malformed(commands: Any) -> list[Malformed]:
    """Return what is malformed of every command of an annotated union, one field at a time."""
    union = get_args(commands)[0]
    return [
        Malformed(f"{model.__name__}.{where}", content)
        for model in get_args(union)
        for where, content in _spoilt(model)
        if where != "kind"
    ]


def sample(kind: Any) -> Any:
    """Return something well formed of a type, as JSON."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return sample(parts[0])
    if origin is Literal:
        return parts[0]
    if origin in (Union, UnionType):
        return sample(next(part for part in parts if part is not NoneType))
    if origin is tuple:
        return [sample(part) for part in parts if part is not Ellipsis]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: sample(field.annotation) for name, field in kind.model_fields.items()} | _currency(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    return GOOD[kind]


def _currency(kind: type[BaseModel]) -> dict[str, str]:
    return {name: "CNY" for name in ("currency", "quote", "unit") if name in kind.model_fields}


def _spoilt(kind: Any) -> Iterator[tuple[str, Any]]:
    """Yield a type's sample with each of its leaves spoilt in turn, and the path to the leaf."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _spoilt(parts[0])
    elif origin in (Union, UnionType):
        yield from _spoilt(next(part for part in parts if part is not NoneType))
    elif origin is tuple:
        whole = sample(kind)
        for n, part in enumerate(part for part in parts if part is not Ellipsis):
            yield from ((f"{n}.{where}".strip("."), [*whole[:n], bad, *whole[n + 1 :]]) for where, bad in _spoilt(part))
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _spoilt_fields(kind)
    elif kind in BAD:
        yield from (("", bad) for bad in drawn(BAD[kind], 2))


def _spoilt_fields(kind: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    whole = sample(kind)
    for name, field in kind.model_fields.items():
        for where, bad in _spoilt(field.annotation):
            yield f"{name}.{where}".strip("."), whole | {name: bad}


def drawn(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """Return what Hypothesis draws, the same in every run."""
    found: list[Any] = []

    @seed(20_261_128)
    @settings(max_examples=number, database=None, phases=(Phase.generate,), deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found
