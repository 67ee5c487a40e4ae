"""A condition reads integers, texts and truth values and answers true or false; whatever else happens is an error.

The library follows the CEL specification, where ``a || b`` holds although ``b`` is absent. An approval must not hang on
that, so every name a condition reads has to be there before it is evaluated.
"""

import re
from functools import lru_cache

import cel

from domain.ports import ConditionError

Fact = tuple[str, int | str | bool]

# Not size: this library counts the bytes of a text, the specification its characters.
_FUNCTIONS = frozenset(
    {
        "!_", "-_", "@in", "_!=_", "_%_", "_&&_", "_*_", "_+_", "_-_", "_/_", "_<=_", "_<_", "_==_", "_>=_", "_>_",
        "_?_:_", "_||_", "contains", "endsWith", "startsWith",
    }
)  # fmt: skip
_ALLOWED = "comparisons, && || ! ?:, + - * / %, in [...], contains, startsWith, endsWith"
_TEXT = re.compile(r"""'[^'\\]*'|"[^"\\]*\"""")
_FLOAT = re.compile(r"[0-9]\.[0-9]|[0-9][eE][-+]?[0-9]|[0-9]\.(?![A-Za-z])")
_INT64 = 2**63
_LONGEST = 2000


@lru_cache(maxsize=4096)
def _program(expression: str) -> cel.Program:
    if len(expression) > _LONGEST:
        raise ConditionError(f"a condition has at most {_LONGEST} characters")
    if "\\" in expression:
        raise ConditionError("texts in a condition have no backslash")
    if _FLOAT.search(_TEXT.sub("''", expression)):
        raise ConditionError(f"{expression!r}: write integers (basis points, minor units), not decimals")
    try:
        program = cel.compile(expression)
    except ValueError as error:
        raise ConditionError(f"{expression!r} cannot be read: {_first_line(error)}") from error
    if unknown := sorted(set(program.functions()) - _FUNCTIONS):
        raise ConditionError(f"{expression!r} uses {', '.join(unknown)}; allowed are {_ALLOWED}")
    return program


@lru_cache(maxsize=4096)
def _names(expression: str) -> tuple[str, ...]:
    return tuple(_program(expression).variables())


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [""]
    return lines[0].rpartition("ERROR: <input>:")[2] or lines[0]


class CelConditions:
    """`domain.ports.Conditions` by the package ``common-expression-language``; compiled programs are kept."""

    def check(self, expression: str, names: tuple[str, ...]) -> None:
        """Raise `ConditionError` when the expression is malformed or names something unknown."""
        unknown = [name for name in _names(expression) if name not in names]
        if unknown:
            raise ConditionError(f"{', '.join(unknown)} is not known here; known are {', '.join(sorted(names))}")

    def names(self, expression: str) -> tuple[str, ...]:
        """Return the names an expression reads, sorted; a malformed one raises `ConditionError`."""
        return _names(expression)

    def holds(self, expression: str, facts: tuple[Fact, ...]) -> bool:
        """Return whether the condition holds.

        Raises:
            ConditionError: a name it reads is absent, a value has the wrong type or leaves 64 bits, a number is
                divided by zero, or the result is neither true nor false.
        """
        given = dict(facts)
        needed = _names(expression)
        if absent := [name for name in needed if name not in given]:
            raise ConditionError(f"{', '.join(absent)} is absent")
        context = {name: _checked(name, given[name]) for name in needed}
        try:
            result = _program(expression).execute(context)
        except (TypeError, ValueError, RuntimeError, ArithmeticError) as error:
            raise ConditionError(f"{expression!r} cannot be decided: {_first_line(error)}") from error
        if not isinstance(result, bool):
            raise ConditionError(f"{expression!r} gives {result!r}, not true or false")
        return result


def _checked(name: str, value: object) -> int | str | bool:
    if isinstance(value, int):
        if not -_INT64 <= value < _INT64:
            raise ConditionError(f"{name} is {value}, which leaves 64 bits")
        return value
    if isinstance(value, str):
        return value
    raise ConditionError(f"{name} is {type(value).__name__}; an integer, a text or a truth value is needed")
