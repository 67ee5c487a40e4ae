"""Words of a customer after which no machine may write to them: insolvency, death, a lawyer."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_CHINESE = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_CHINESE = re.compile(f"[{_CHINESE}]")
_APART = rf"[^\W_{_CHINESE}]"
_BREAK = "\u200b"
"""A place where a line may break: some programs put it between words, others into long ones."""


def found_in(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return the stop words that a text holds, in the order of the policy.

    Case, width, the space between words and what mail puts into them unseen (soft hyphens, joiners) do not matter. A
    word of letters must stand alone: ``estate`` is not in ``restated``. One of Chinese characters may stand anywhere,
    since nothing parts them, and may be parted itself, since a line ends between any two of them.
    """
    told = _plain(text)
    return tuple(word for word in words if re.search(_pattern(_plain(word).replace(_BREAK, "")), told))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("_", " ")
    seen = "".join(char for char in folded if char == _BREAK or unicodedata.category(char) != "Cf")
    return " ".join(seen.split())


def _pattern(word: str) -> str:
    """Bound a word at those of its ends that are no Chinese character; beside one it still stands alone."""
    tight = re.sub(rf"(?<=[{_CHINESE}]) | (?=[{_CHINESE}])", "", word)
    begin = "" if _IS_CHINESE.match(tight[:1]) else f"(?<!{_APART})"
    end = "" if _IS_CHINESE.match(tight[-1:]) else f"(?!{_APART})"
    inside = "".join(f"{_between(one, other)}{re.escape(other)}" for one, other in pairwise(tight))
    return f"{begin}{re.escape(tight[:1])}{inside}{end}"


def _between(one: str, other: str) -> str:
    """Return what may stand between two characters of a word that follow each other."""
    return f"[ {_BREAK}]*" if _IS_CHINESE.search(one + other) else f"{_BREAK}*"
