"""Policies as trees of plain values: their keys, and copies with changes."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from ruamel.yaml import YAML

from tests.sources import ROOT

POLICIES = ROOT / "policies"
GONE = object()
Change = tuple[tuple[str | int, ...], object]


def keys(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Yield every key of a document; positions in lists and names in mappings are left out."""
    for name, field in model.model_fields.items():
        yield f"{path}{name}"
        for inner in models(field.annotation):
            yield from keys(inner, f"{path}{name}.")


def models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield the models of documents that a type holds, at any depth."""
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__.startswith("domain.policy"):
        yield kind
    for inner in get_args(kind) if get_origin(kind) is not None else ():
        yield from models(inner)


def edited(tree: Any, changes: list[Change]) -> Any:
    """Return a copy with values set at paths, or gone."""
    tree = copy.deepcopy(tree)
    for path, value in changes:
        here: Any = tree
        for key in path[:-1]:
            here = here.setdefault(key, {}) if isinstance(here, dict) else here[key]
        if value is GONE:
            del here[path[-1]]
        else:
            here[path[-1]] = value
    return tree


@cache
def plain(name: str) -> Any:
    """Return a shipped file as JSON has it."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(POLICIES / name), default=str))
