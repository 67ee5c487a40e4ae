"""Values are stored as JSON text, which both databases give back byte for byte."""

from collections.abc import Sequence

import orjson


def pairs_text(pairs: Sequence[tuple[str, ...]]) -> str:
    """Write tuples of words."""
    return orjson.dumps(pairs).decode()


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read (name, value) pairs."""
    return tuple((name, value) for name, value in orjson.loads(text))


def words_text(words: Sequence[str]) -> str:
    """Write words."""
    return orjson.dumps(list(words)).decode()


def words(text: str) -> tuple[str, ...]:
    """Read words."""
    return tuple(orjson.loads(text))


def sets(text: str) -> tuple[tuple[str, ...], ...]:
    """Read tuples of words of any length."""
    return tuple(tuple(part) for part in orjson.loads(text))
