"""The search for the items that an amount pays, on inputs made to be hard: it must end soon whatever it is given.

The floor is a bare loop of as many steps as the search may take, each with the arithmetic of one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bench.timing import timed
from domain.receivables.covering import MOST_NODES, covering_sets
from domain.receivables.entries import OpenItem

SIZES = (100, 1_000, 10_000)
_DAY = date(2026, 4, 1)
HARD: Mapping[str, Callable[[int], tuple[list[int], int]]] = {
    "all even, an odd amount": lambda many: ([2 * (10**6 + nth) for nth in range(many)], 6 * 10**6 + 1),
    "all alike, no sum": lambda many: ([10**6] * many, 5 * 10**6 + 1),
    "one cent short of six": lambda many: ([10**6 + 7 * nth for nth in range(many)], 6 * 10**6 + 7 * many - 1),
    "doubling, then alike": lambda many: ([2**nth for nth in range(40)] + [999_983] * many, 2**40 - 2),
}
"""Amounts of so many items, and the amount that is searched for."""


@dataclass(frozen=True)
class Worst:
    """The longest search.

    Attributes:
        ms: processor milliseconds of the worst search of all inputs and sizes.
        floor_ms: of the bare loop.
        growth: the worst among the most items against the worst among the fewest; 1 does not grow.
    """

    inputs: int
    input: str
    items: int
    ms: float
    floor_ms: float
    times_floor: float
    growth: float


def measured(sizes: tuple[int, ...] = SIZES) -> Worst:
    """Search every hard input of every size once."""
    found: list[tuple[float, str, int]] = []
    for name, hard in HARD.items():
        for many in sizes:
            minors, wanted = hard(many)
            items = [_item(nth, minor) for nth, minor in enumerate(minors)]
            took_s, _ = timed(lambda items=items, wanted=wanted: covering_sets(items, wanted))  # type: ignore[misc]
            found.append((took_s, name, many))
    worst_s, name, many = max(found)
    floor_s, _ = timed(_loop)
    ends = [max(took_s for took_s, _, size in found if size == end) for end in (sizes[0], sizes[-1])]
    return Worst(
        inputs=len(found),
        input=name,
        items=many,
        ms=worst_s * 1e3,
        floor_ms=floor_s * 1e3,
        times_floor=worst_s / floor_s,
        growth=ends[1] / ends[0],
    )


def _loop() -> int:
    left, room = 10**12, 6
    for step in range(MOST_NODES):
        if step * room < left:
            left -= 1
    return left


def _item(nth: int, minor: int) -> OpenItem:
    return OpenItem(
        number=f"I-{nth}", instalment=1, deal_id="", issued_on=_DAY, due_on=_DAY, amount_minor=minor,
        open_minor=minor, currency="CNY",
    )  # fmt: skip
