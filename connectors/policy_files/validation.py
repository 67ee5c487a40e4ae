"""Plain data becomes a typed document, or a list of problems that say what may stand where."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connectors.policy_files.later import is_later
from connectors.policy_files.problems import Problem, dotted
from connectors.policy_files.yaml_tree import Document, Path, Tree

M = TypeVar("M", bound=BaseModel)
_SHOWN = 60


def validated(file: str, document: Document, model: type[M]) -> tuple[M | None, tuple[Problem, ...]]:
    """Return the document as a model, or none and everything that is wrong with it."""
    problems = [
        Problem(file=file, line=f.line, key=dotted(f.path), wrong=f.wrong, allowed=f.allowed) for f in document.flaws
    ]
    unread = {flaw.path for flaw in document.flaws}
    try:
        found = model.model_validate_json(json.dumps(document.tree), strict=True)
    except ValidationError as error:
        told: dict[Path, Problem] = {}
        for detail in error.errors(include_url=False):
            path = _path(detail["loc"], document.tree)
            if any(path[: len(flaw)] == flaw for flaw in unread):
                continue
            problem = _problem(file, document, path, detail, model)
            told[path] = problem if path not in told else _either(told[path], problem)
        return None, (*problems, *told.values())
    return (None if problems else found), tuple(problems)


def _path(loc: tuple[str | int, ...], tree: Tree) -> Path:
    """Return the keys of an error without the names of unions and types that pydantic puts between them."""
    path: list[str | int] = []
    here: Tree = tree
    for position, key in enumerate(loc):
        if isinstance(here, dict) and key in here:
            here = here[str(key)]
        elif isinstance(here, list) and isinstance(key, int) and key < len(here):
            here = here[key]
        elif isinstance(here, dict) and position == len(loc) - 1 and key != "[key]":
            pass
        else:
            continue
        path.append(key)
    return tuple(path)


def _problem(file: str, document: Document, path: Path, detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    wrong, allowed = _sentence(path, detail, model)
    return Problem(file=file, line=document.line_of(path), key=dotted(path), wrong=wrong, allowed=allowed)


def _sentence(path: Path, detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(path, model)
        case "missing":
            return "is missing", ""
        case "value_error":
            return str(context["error"]), ""
        case "literal_error" | "enum":
            return f"{_shown(detail)} is not known here", str(context["expected"])
        case "string_pattern_mismatch":
            return f"{_shown(detail)} has another form", str(context["pattern"])
        case _ if detail["msg"].startswith("Input should be "):
            return f"{_shown(detail)} does not fit", detail["msg"].removeprefix("Input should be ")
        case _:
            return detail["msg"], ""


def _shown(detail: ErrorDetails) -> str:
    text = repr(detail["input"])
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _unknown_key(path: Path, model: type[BaseModel]) -> tuple[str, str]:
    if is_later(path):
        return "is not yet supported by this version of LTC", "leave it out"
    keys = sorted(_keys_at(model, path[:-1]))
    close = get_close_matches(str(path[-1]), keys, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"there is no such key{hint}", ", ".join(keys)


def _either(one: Problem, other: Problem) -> Problem:
    allowed = " or ".join(dict.fromkeys(text for text in (one.allowed, other.allowed) if text))
    return one.model_copy(update={"allowed": allowed})


def _keys_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the keys that may stand in the mapping at a path."""
    here: tuple[Any, ...] = (model,)
    for key in path:
        here = tuple(inner for one in here for inner in _inside(one, key))
    return tuple(name for one in here if _is_model(one) for name in one.model_fields)


def _inside(kind: Any, key: str | int) -> Iterator[Any]:
    """Yield the types that may stand under a key of a type."""
    if _is_model(kind):
        if key in kind.model_fields:
            yield from _plain(kind.model_fields[key].annotation)
        return
    if get_origin(kind) in (tuple, dict):
        for argument in get_args(kind)[-1:] if get_origin(kind) is dict else get_args(kind)[:1]:
            yield from _plain(argument)


def _plain(kind: Any) -> Iterator[Any]:
    """Yield the alternatives of an annotation, without what `Annotated` adds."""
    if get_origin(kind) is Annotated:
        yield from _plain(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from _plain(one)
    else:
        yield kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
