"""What the policy says reaches its rule: every field of the compiled terms is read by something that runs."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from domain.terms import AccountTerms, DealTerms
from tests.sources import ROOT

RUNS = ("domain", "workflows", "activities", "storage")
ONLY_SAYS = ("domain/terms.py", "domain/policy/")


def fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield (class, field) of a model and of the terms inside it."""
    for name, field in model.model_fields.items():
        yield model.__name__, name
        for inner in models(field.annotation):
            yield from fields(inner)


def models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__ == "domain.terms":
        yield kind
    for inner in get_args(kind) if get_origin(kind) is not None else ():
        yield from models(inner)


@cache
def read() -> frozenset[str]:
    """Return the names of all attributes that are read where something runs."""
    found: set[str] = set()
    for folder in RUNS:
        for path in (ROOT / folder).rglob("*.py"):
            if not path.relative_to(ROOT).as_posix().startswith(ONLY_SAYS):
                tree = ast.parse(path.read_text())
                found |= {
                    node.attr
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
                }
    return frozenset(found)


@pytest.mark.parametrize("field", sorted({*fields(DealTerms), *fields(AccountTerms)}), ids=".".join)
def test_a_field_of_the_terms_is_read(field: tuple[str, str]) -> None:
    assert field[1] in read()
