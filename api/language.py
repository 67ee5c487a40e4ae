"""A caller reads 中文 or English, as their Accept-Language prefers."""

from typing import Literal

Language = Literal["en", "zh"]


def preferred(accept_language: str) -> Language:
    """Return the language of an Accept-Language header; English unless Chinese is wanted more."""
    best: tuple[float, Language] = (0.0, "en")
    for part in accept_language.split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        name = tag.strip().lower()
        if quality > best[0] and name.split("-")[0] in ("zh", "en"):
            best = (quality, "zh" if name.startswith("zh") else "en")
    return best[1]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
