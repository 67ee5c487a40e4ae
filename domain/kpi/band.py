"""A band is a range of whole days known by its label, so that any table may choose its own bands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NOT_DUE = re.compile(r"not_due|current")
_AT_MOST = re.compile(r"<=\s*(-?\d+)")
_ABOVE = re.compile(r">\s*(\d+)")
_BETWEEN = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_OPEN = re.compile(r"(\d+)\+")


@dataclass(frozen=True, slots=True)
class Band:
    """Whole days from ``low`` to ``high``, both included; ``None`` is without bound."""

    label: str
    low: int | None
    high: int | None

    def holds(self, days: int) -> bool:
        """Tell whether a number of days lies in the band."""
        return (self.low is None or days >= self.low) and (self.high is None or days <= self.high)


def bands(labels: Sequence[str]) -> tuple[Band, ...]:
    """Read labels in order; one that names no range is left out, so whoever asks for it finds nothing.

    ``N+`` starts above the band before it: ``90+`` after ``61-90`` is from 91, ``46+`` after ``31-45`` from 46.
    """
    found: list[Band] = []
    for label in labels:
        band = _read(label, found[-1].high if found else None)
        if band is not None:
            found.append(band)
    return tuple(found)


def _read(label: str, before: int | None) -> Band | None:
    if _NOT_DUE.fullmatch(label):
        return Band(label, None, 0)
    if match := _AT_MOST.fullmatch(label):
        return Band(label, None, int(match[1]))
    if match := _ABOVE.fullmatch(label):
        return Band(label, int(match[1]) + 1, None)
    if match := _BETWEEN.fullmatch(label):
        return Band(label, int(match[1]), int(match[2]))
    if match := _OPEN.fullmatch(label):
        low = int(match[1])
        return Band(label, low if before is None else max(low, before + 1), None)
    return None
