"""The figures of cases: claims that grow by what is charged on top, are paid in parts, and end with a collector.

Every name but those of this module is the recording's own: what was claimed first (``claim``), what was charged on
top (``charge``), what notes are about (``what``), and what its system calls each record (``activity``).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.kpi import tree

REPEATED = "payment_repeated"
"""What a note is about when a payment was reported again that had been reported already."""
COLLECTION = "collection"
_FIXED = frozenset({
    "cases", "total_due", "paid", "settled", "partial", "unpaid", "multi_payment",
    "events", "activities", "first", "last", "payments_per_case",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """What was claimed of a case, on which day; ``charge`` is empty for what it began with, which is ``name``."""

    on: date
    minor: int
    name: str
    charge: str
    activity: str


@dataclass(frozen=True, slots=True)
class PaidFact:
    """Money that came in, or went back again (negative, and no report of a payment)."""

    on: date
    minor: int
    activity: str


@dataclass(frozen=True, slots=True)
class NoteFact:
    """Something that happened and moved no money; a hand-over to a collector is `COLLECTION`."""

    on: date
    what: str
    activity: str


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One case: all there is of one customer in one currency; the first claim is the oldest."""

    claims: tuple[ClaimFact, ...]
    paid: tuple[PaidFact, ...] = ()
    notes: tuple[NoteFact, ...] = ()

    @property
    def year(self) -> str:
        """The year of the first claim."""
        return str(self.claims[0].on.year)

    @property
    def due_minor(self) -> int:
        """All that was ever claimed."""
        return sum(claim.minor for claim in self.claims)

    @property
    def paid_minor(self) -> int:
        """The cash that came in and stayed, whether it pays something or not."""
        return sum(paid.minor for paid in self.paid)

    @property
    def payments(self) -> int:
        """How often a payment was reported, a repeated report included."""
        return sum(paid.minor > 0 for paid in self.paid) + sum(note.what == REPEATED for note in self.notes)

    @property
    def names(self) -> frozenset[str]:
        """What was charged and noted, by name."""
        charged = {claim.charge for claim in self.claims if claim.charge}
        return frozenset(charged | {note.what for note in self.notes if note.what != REPEATED})

    def days(self) -> Iterable[date]:
        """Yield the day of each record."""
        yield from (claim.on for claim in self.claims)
        yield from (paid.on for paid in self.paid)
        yield from (note.on for note in self.notes)

    def activities(self) -> Iterable[str]:
        """Yield what each record is called."""
        yield from (claim.activity for claim in self.claims)
        yield from (paid.activity for paid in self.paid if paid.minor > 0)
        yield from (note.activity for note in self.notes)


def case_figures(cases: Sequence[CaseFact], asked: Iterable[str] = ()) -> tree.Section:
    """Return ``totals`` and ``by_year``, the year of a case's first claim.

    Args:
        cases: with at least one claim each.
        asked: names of charges and notes to count beside those that there are.
    """
    names = sorted({COLLECTION, *asked, *(name for case in cases for name in case.names)} - _FIXED)
    years: dict[str, list[CaseFact]] = {}
    for case in cases:
        years.setdefault(case.year, []).append(case)
    by_year = tree.Section({year: _overview(years[year], names) for year in sorted(years)})
    totals = _overview(cases, names).merged(_records(cases))
    return tree.Section({"totals": totals, "by_year": by_year})


def _overview(cases: Sequence[CaseFact], names: Sequence[str]) -> tree.Section:
    first: Counter[str] = Counter()
    for case in cases:
        for claim in case.claims:
            if not claim.charge:
                first[claim.name] += claim.minor
    counted = {name: tree.count(sum(name in case.names for case in cases)) for name in names if name not in first}
    paid = [(case.paid_minor, case.due_minor) for case in cases]
    return tree.Section({
        "cases": tree.count(len(cases)),
        **{name: tree.money(minor) for name, minor in sorted(first.items())},
        "total_due": tree.money(sum(due for _, due in paid)),
        "paid": tree.money(sum(cash for cash, _ in paid)),
        "settled": tree.count(sum(cash >= due for cash, due in paid)),
        "partial": tree.count(sum(0 < cash < due for cash, due in paid)),
        "unpaid": tree.count(sum(cash <= 0 < due for cash, due in paid)),
        **counted,
        "multi_payment": tree.count(sum(case.payments > 1 for case in cases)),
    })  # fmt: skip


def _records(cases: Sequence[CaseFact]) -> tree.Section:
    activities = Counter(name for case in cases for name in case.activities())
    days = [day for case in cases for day in case.days()]
    payments = Counter(case.payments for case in cases)
    return tree.Section({
        "events": tree.count(activities.total()),
        "activities": tree.counts(activities.most_common()),
        "first": tree.day(min(days, default=None)),
        "last": tree.day(max(days, default=None)),
        "payments_per_case": tree.counts((str(often), payments[often]) for often in sorted(payments)),
    })  # fmt: skip
