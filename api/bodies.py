"""A body is read strictly: no unknown field, no number in quotes, nothing that storage or a clock cannot hold."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.errors import faults
from api.problems import Fault, Rejected, reject
from domain.money import LARGEST_MINOR, Money
from domain.refusal import Detail
from domain.value import Text

T = TypeVar("T")
FIRST_YEAR, LAST_YEAR = 1970, 2199
_CURRENCY = re.compile(r"[A-Z]{3}")


class JsonBody(Generic[T]):
    """The body of a call as a dependency, with its place in the OpenAPI document."""

    def __init__(self, adapter: TypeAdapter[T], name: str) -> None:
        self._adapter = adapter
        self._name = name
        _DOCUMENTED.append(self)

    async def __call__(self, request: Request) -> T:
        """Read the body of a request (422)."""
        return self.read(await request.body())

    def read(self, raw: bytes) -> T:
        """Read a body (422)."""
        try:
            value = self._adapter.validate_json(raw, strict=True, extra="forbid")
        except ValidationError as error:
            raise _misfit(faults(error)) from error
        if wrong := tuple(_unstorable("", value)):
            raise _misfit(wrong)
        return value

    def _schema(self) -> dict[str, Any]:
        return self._adapter.json_schema(ref_template=f"#/components/schemas/{self._name}.{{model}}")

    def definitions(self) -> dict[str, Any]:
        """Return the schemas that it refers to, by names that no other body uses."""
        return {f"{self._name}.{name}": part for name, part in self._schema().get("$defs", {}).items()}

    @property
    def documented(self) -> dict[str, Any]:
        """Return what the route adds to the OpenAPI document."""
        schema = {name: part for name, part in self._schema().items() if name != "$defs"}
        return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_DOCUMENTED: list[JsonBody[Any]] = []
"""Every body that a route takes; the OpenAPI document refers to what they are made of."""


def body_of(model: type[T]) -> JsonBody[T]:
    """Return the dependency that reads a body of this type."""
    return JsonBody(TypeAdapter(model), model.__name__)


def definitions() -> dict[str, Any]:
    """Return the schemas that all documented bodies refer to."""
    found: dict[str, Any] = {}
    for body in _DOCUMENTED:
        found |= body.definitions()
    return found


def _misfit(details: tuple[Detail, ...]) -> Rejected:
    text = Text(en="the body does not fit what this call takes", zh="请求内容不符合此接口的要求")
    return Rejected(Fault.BODY, text, details)


def _unstorable(where: str, value: object) -> Iterator[Detail]:
    """Name what fits its type but cannot be kept: NUL, amounts out of reach, moments without a zone."""
    match value:
        case BaseModel():
            yield from (found for name, part in value for found in _unstorable(f"{where}.{name}".strip("."), part))
            if isinstance(value, Money) and _CURRENCY.fullmatch(value.currency) is None:
                yield Detail(name=f"{where}.currency", value="must be an ISO 4217 code, e.g. CNY")
        case tuple() | list():
            yield from (found for n, part in enumerate(value) for found in _unstorable(f"{where}.{n}".strip("."), part))
        case dict():
            yield from (found for pair in value.items() for found in _unstorable(where, pair))
        case _:
            if wrong := _fault_of(value):
                yield Detail(name=where, value=wrong)


def _fault_of(value: object) -> str:
    match value:
        case str() if "\x00" in value:
            return "must not contain NUL"
        case int() if abs(value) > LARGEST_MINOR:
            return f"must be between -{LARGEST_MINOR} and {LARGEST_MINOR}"
        case datetime() if value.tzinfo is None:
            return "must name its offset, e.g. 2026-01-31T09:00:00+08:00"
        case date() if not FIRST_YEAR <= value.year <= LAST_YEAR:
            return f"must be in the years {FIRST_YEAR} to {LAST_YEAR}"
        case _:
            return ""


def require(condition: bool, field: str, en: str, zh: str) -> None:
    """Refuse a body (422) unless a condition holds that its types cannot say."""
    if not condition:
        raise reject(Fault.BODY, en, zh, **{field: en})
