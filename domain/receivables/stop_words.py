"""Words of a customer after which no machine may write to them: insolvency, death, a lawyer."""

import re
import unicodedata
from collections.abc import Iterable

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def found_in(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return the stop words that a text holds, in the order of the policy.

    Case, width and the space between words do not matter. A word of letters must stand alone: ``estate`` is not in
    ``restated``. One of Chinese characters may stand anywhere, since nothing parts them.
    """
    told = _plain(text)
    return tuple(word for word in words if re.search(_pattern(_plain(word)), told))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
    return " ".join(folded.split())


def _pattern(word: str) -> str:
    """Bound a word at those of its ends that are no Chinese character; beside one it still stands alone."""
    apart = r"[^\W_\u3400-\u9fff\uf900-\ufaff]"
    begin = "" if _CHINESE.match(word[0]) else f"(?<!{apart})"
    end = "" if _CHINESE.match(word[-1]) else f"(?!{apart})"
    return f"{begin}{re.escape(word)}{end}"
