"""A set of items pays for a receipt by itself only when it is proven to be the only one (auto-apply: unique only)."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from domain.receivables.entries import OpenItem
from domain.value import Value

MOST_ITEMS = 6
MOST_SETS = 5
MOST_NODES = 50_000

Chosen = tuple[int, ...]


class Cover(Value):
    """The sets of open items whose sum is an amount.

    Attributes:
        sets: the first few, as positions in the items searched.
        complete: whether the search saw every set, so that what it did not find is not there.
    """

    sets: tuple[Chosen, ...]
    complete: bool


class _Search:
    """A walk over sets, the largest sizes first, so that what is left shrinks fast."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self.smallness = [-size for size in sizes]
        self.nodes = 0
        self.of_size: dict[int, list[int]] = {}
        for place, size in enumerate(sizes):
            self.of_size.setdefault(size, []).append(place)

    def sets(self, start: int, left: int, chosen: Chosen, room: int) -> Iterator[Chosen]:
        exact = self.of_size.get(left, [])
        for last in exact[bisect_left(exact, start) :]:
            yield (*chosen, last)
        if room < 2:
            return
        for place in range(max(start, bisect_left(self.smallness, 1 - left)), len(self.sizes)):
            if self.sizes[place] * room < left or self.nodes >= MOST_NODES:
                return
            self.nodes += 1
            yield from self.sets(place + 1, left - self.sizes[place], (*chosen, place), room - 1)


def covering_sets(items: Sequence[OpenItem], minor: int, most_items: int = MOST_ITEMS) -> Cover:
    """Find the sets of at most ``most_items`` whole items whose open amounts add up to an amount.

    The search ends at `MOST_SETS` sets or after `MOST_NODES` steps, whichever comes first; it is incomplete then.
    """
    fitting = [place for place, item in enumerate(items) if 0 < item.open_minor <= minor]
    order = sorted(fitting, key=lambda place: (-items[place].open_minor, place))
    search = _Search([items[place].open_minor for place in order])
    found = list(islice(search.sets(0, minor, (), most_items), MOST_SETS))
    complete = len(found) < MOST_SETS and search.nodes < MOST_NODES
    return Cover(sets=tuple(tuple(sorted(order[place] for place in chosen)) for chosen in found), complete=complete)
