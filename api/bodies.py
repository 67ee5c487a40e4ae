"""A body is read strictly: no unknown field, no number in quotes, nothing that storage or a clock cannot hold."""

import json
from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from api.errors import faults
from api.field_faults import FieldFault
from api.problems import Fault, Rejected
from domain.storable import unstorable
from domain.value import Text

T = TypeVar("T")
_TWICE = Text(en="stands twice in one object: say it once", zh="在同一对象中出现两次：请只写一次")


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
        if twice := said_twice(raw):
            raise _misfit((FieldFault(twice, _TWICE),))
        if wrong := tuple(FieldFault(one.where, one.why) for one in unstorable(value)):
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


def said_twice(raw: bytes) -> str:
    """Return a name that stands twice in one object of a JSON text, empty if none does.

    Readers differ in which of the two they take, so that what one party checks may be what the other ignores.
    """
    repeated: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                repeated.append(name[:100])
            seen.add(name)

    # What stands first is never read as a value, so that it may be a number of any length.
    json.loads(raw, object_pairs_hook=look, parse_int=str, parse_float=str)
    return repeated[0] if repeated else ""


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


def _misfit(fields: tuple[FieldFault, ...]) -> Rejected:
    text = Text(en="the body does not fit what this call takes", zh="请求内容不符合此接口的要求")
    return Rejected(Fault.BODY, text, fields=fields)


def require(condition: bool, field: str, en: str, zh: str) -> None:
    """Refuse a body (422) unless a condition holds that its types cannot say."""
    if not condition:
        text = Text(en=en, zh=zh)
        raise Rejected(Fault.BODY, text, fields=(FieldFault(field, text),))
