"""A message that the cockpit shows can be sent as it stands: what its command needs is in it, known or in capitals."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from domain.value import Value

_OF_NAME: Mapping[str, Any] = {"currency": "CNY", "quantity": "1"}
"""What is no word to be replaced, where the state does not know it."""
_TO_FILL_IN: Mapping[type, Any] = {int: 1, date: "2026-12-31", datetime: "2026-12-31T09:00:00+08:00", bool: False}


@cache
def commands_of(public: Any) -> Mapping[str, type[Value]]:
    """Return the commands of a public union by their kinds."""
    return {one.model_fields["kind"].default: one for one in get_args(get_args(public)[0])}


def sample(command: type[Value], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message of a kind of command, as JSON has it.

    Args:
        command: what is to be sent.
        known: the values of its fields by their names, and by ``kind.name`` where a command has its own; the latter
            are given although the field may be left out. What is not known stands as its name in capitals.
    """
    kind = command.model_fields["kind"].default
    return {"kind": kind, **_fields(command, kind, known)}


def _fields(model: type[Value], kind: str, known: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, field in model.model_fields.items():
        own = f"{kind}.{name}"
        if own in known:
            found[name] = known[own]
        elif field.is_required():
            found[name] = known[name] if name in known else _value(name, field.annotation, kind, known)
    return found


def _value(name: str, wanted: Any, kind: str, known: Mapping[str, Any]) -> Any:
    if name in _OF_NAME:
        return _OF_NAME[name]
    origin, inside = get_origin(wanted), get_args(wanted)
    if origin in (Annotated, Union, UnionType):
        return _value(name, inside[0], kind, known)
    if origin is Literal:
        return inside[0]
    if origin is tuple:
        return [_value(name, inside[0], kind, known)]
    if isinstance(wanted, type) and issubclass(wanted, Value):
        return _fields(wanted, kind, known)
    return _TO_FILL_IN.get(wanted, name.upper())
