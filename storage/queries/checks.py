"""A check recounts from the rows themselves and names the first few that do not add up."""

from collections.abc import Iterable, Sequence

from domain.value import Text, Value

MOST_NAMED = 5


class Check(Value):
    """One invariant recounted.

    Attributes:
        name: as in the guarantees, e.g. ``M1``.
        promise: what must hold.
        checked: how many things were counted.
        broken: how many of them do not hold.
        examples: the first of those, by name.
    """

    name: str
    promise: Text
    checked: int
    broken: int
    examples: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether nothing is broken."""
        return not self.broken


def checked(name: str, promise: Text, count: int, broken: Iterable[str]) -> Check:
    """Build a check from the names of what does not hold."""
    found: Sequence[str] = list(broken)
    return Check(name=name, promise=promise, checked=count, broken=len(found), examples=tuple(found[:MOST_NAMED]))
