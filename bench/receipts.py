"""Open items and the receipts that pay them, made up from a seed together with the truth of what each one pays.

Most receipts name their invoices; some give only an amount that is the sum of a few items, some an amount that two
items have, some an amount that is no sum of items. Each item is paid at most once, so an amount alone is either proven
to mean its items or a person must say.
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from random import Random
from typing import Literal, NamedTuple

from domain.money import Money
from domain.receivables.covering import MOST_ITEMS

CURRENCY = "CNY"
SMALL, LARGE = 10, 100
"""How many items an account has; half of all items are in accounts of each size."""
LEAST, MOST = 100_00, 90_000_00
DUE_ON, PAID_ON = date(2026, 4, 1), date(2026, 3, 20)
Kind = Literal["named", "several", "amount", "twins", "stray"]
KINDS: tuple[tuple[Kind, int], ...] = (("named", 60), ("several", 15), ("amount", 15), ("twins", 5), ("stray", 5))
"""Of a hundred receipts."""


class Made(NamedTuple):
    """One open item."""

    number: str
    minor: int


class Paid(NamedTuple):
    """One receipt with its truth.

    Attributes:
        pays: the numbers it pays; none where only a person could say.
    """

    customer_id: str
    external_id: str
    minor: int
    reference: str
    kind: Kind
    pays: frozenset[str]


class Book(NamedTuple):
    """One account."""

    customer_id: str
    items: tuple[Made, ...]
    receipts: tuple[Paid, ...]


def books(items: int, receipts: int, seed: int = 7) -> Iterator[Book]:
    """Yield accounts with so many items and receipts in all; the same seed gives the same."""
    chance = Random(seed)
    sizes = [LARGE] * (items // 2 // LARGE)
    sizes += [SMALL] * ((items - sum(sizes)) // SMALL)
    chance.shuffle(sizes)
    left_items, left_receipts = sum(sizes), receipts
    for nth, size in enumerate(sizes):
        share = round(left_receipts * size / left_items)
        yield _book(chance, f"B-{nth:05}", size, min(share, size // 3))
        left_items, left_receipts = left_items - size, left_receipts - min(share, size // 3)


def _book(chance: Random, customer_id: str, size: int, receipts: int) -> Book:
    kinds = [chance.choices([kind for kind, _ in KINDS], [share for _, share in KINDS])[0] for _ in range(receipts)]
    # Sums of many items prove nothing: there the search gives up, which the covering figure is about.
    kinds = [kind if size == SMALL or kind in ("named", "several") else "named" for kind in kinds]
    minors = [chance.randrange(LEAST, MOST) for _ in range(size)]
    places = iter(chance.sample(range(size), size))
    chosen = []
    for kind in kinds:
        mine = [next(places) for _ in range(_needs(kind, chance))]
        if kind == "twins":
            minors[mine[1]] = minors[mine[0]]
        chosen.append((kind, mine))
    made = tuple(Made(f"{customer_id}-{nth:03}", minor) for nth, minor in enumerate(minors))
    paid = tuple(_paid(chance, customer_id, nth, kind, mine, made) for nth, (kind, mine) in enumerate(chosen))
    return Book(customer_id, made, paid)


def _needs(kind: Kind, chance: Random) -> int:
    return {"named": 1, "several": 3, "amount": chance.randrange(1, 3), "twins": 2, "stray": 0}[kind]


def _paid(chance: Random, customer_id: str, nth: int, kind: Kind, mine: list[int], made: tuple[Made, ...]) -> Paid:
    items = [made[place] for place in mine]
    minor, reference = sum(item.minor for item in items), ""
    pays = frozenset(item.number for item in items)
    if kind in ("named", "several"):
        reference = f"payment of {' and '.join(sorted(pays))}"
    if kind == "twins":
        minor, pays = items[0].minor, frozenset()
    if kind == "stray":
        minor = _no_sum(chance, [item.minor for item in made])
    return Paid(customer_id, f"{customer_id}/{nth}", minor, reference, kind, pays)


def _no_sum(chance: Random, minors: list[int]) -> int:
    sums = {sum(some) for many in range(1, MOST_ITEMS + 1) for some in combinations(minors, many)}
    while (minor := chance.randrange(LEAST, MOST)) in sums:
        pass
    return minor


def money(minor: int) -> Money:
    """Return an amount of the books' currency."""
    return Money(minor=minor, currency=CURRENCY)
