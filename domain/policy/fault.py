"""What is wrong with a policy, where, and what would be right; all faults are told at once."""

from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import Literal

from domain.value import Value

Part = Literal["policy", "org", "price_book"]
Path = tuple[str | int, ...]


class Fault(Value):
    """One thing that is wrong.

    Attributes:
        part: in which of the policy's files.
        path: the keys that lead to it.
        wrong: what is wrong.
        allowed: what may stand there.
    """

    part: Part
    path: Path
    wrong: str
    allowed: str


def unknown(name: str, known: Collection[str], what: str, *path: str | int, part: Part = "policy") -> Iterator[Fault]:
    """Yield a fault when a name is none of those that exist."""
    if name not in known:
        allowed = f"one of {', '.join(sorted(known))}" if known else f"there is no {what} yet: write one"
        yield Fault(part=part, path=path, wrong=f"there is no {what} {name!r}", allowed=allowed)


def repeated(
    names: Iterable[Hashable], what: str, *path: str | int, key: str | None, part: Part = "policy"
) -> Iterator[Fault]:
    """Yield a fault for every name that stands a second time in a list (at ``key`` of its entries)."""
    seen: set[Hashable] = set()
    for position, name in enumerate(names):
        if name in seen:
            where = (*path, position) if key is None else (*path, position, key)
            yield Fault(part=part, path=where, wrong=f"{what} {name!r} stands here twice", allowed="each once")
        seen.add(name)
