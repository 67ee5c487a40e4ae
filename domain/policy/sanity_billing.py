"""A schedule bills the whole order: a deposit comes first and is deducted later, a retention knows when it is due."""

from collections.abc import Iterator

from domain.due_dates import WHOLE_BP
from domain.policy.billing import PartRules
from domain.policy.document import Policy
from domain.policy.fault import Fault, Path, repeated
from domain.terms import PartKind, Trigger

_ORDER = tuple(Trigger)


def billing_faults(policy: Policy) -> Iterator[Fault]:
    """Yield what is wrong with the schedules."""
    for name, parts in policy.billing.schedules.items():
        path: Path = ("billing", "schedules", name)
        yield from _whole(parts, path)
        yield from repeated((part.id for part in parts), "part", *path, key="id")
        yield from _deposit(parts, path)
        yield from _recurring(parts, path)
        for position, part in enumerate(parts):
            if part.kind is PartKind.RETENTION and part.due is None:
                yield _fault((*path, position), f"retention {part.id} does not say when it is due", "due: issue+365d")


def _whole(parts: tuple[PartRules, ...], path: Path) -> Iterator[Fault]:
    shares = sum(part.share_bp for part in parts)
    if shares != WHOLE_BP and any(part.kind is not PartKind.RECURRING for part in parts):
        yield _fault(path, f"the shares add up to {shares}", f"shares of {WHOLE_BP} basis points together")


def _deposit(parts: tuple[PartRules, ...], path: Path) -> Iterator[Fault]:
    """A deposit that does not come before everything else could not be deducted from it."""
    for position, part in enumerate(parts):
        if part.kind is not PartKind.DEPOSIT:
            continue
        where = (*path, position)
        if position:
            yield _fault((*where, "kind"), f"deposit {part.id} is not the first part", "one deposit, as the first part")
        if part.share_bp >= WHOLE_BP:
            yield _fault((*where, "share_bp"), f"deposit {part.id} leaves nothing to deduct it from", "less than 10000")
        if any(_ORDER.index(other.upon) < _ORDER.index(part.upon) for other in parts):
            yield _fault((*where, "upon"), f"deposit {part.id} is asked for after another part", "upon: ordered")


def _recurring(parts: tuple[PartRules, ...], path: Path) -> Iterator[Fault]:
    """A recurring part has a period and no share; every other one is the other way round."""
    seen = set()
    for position, part in enumerate(parts):
        where = (*path, position)
        recurs = part.kind is PartKind.RECURRING
        if recurs and part.every is None:
            yield _fault(where, f"recurring part {part.id} does not say how often", "every: month, quarter or year")
        if recurs and part.share_bp:
            yield _fault((*where, "share_bp"), f"recurring part {part.id} has a share of the order", "leave it out")
        if recurs and part.every in seen:
            yield _fault((*where, "every"), f"two parts bill every {part.every}", "one part for each period")
        seen |= {part.every} if recurs else set()
        if not recurs and not part.share_bp:
            yield _fault((*where, "share_bp"), f"part {part.id} has no share of the order", "basis points above zero")
        for key in ("every", "when"):
            if not recurs and getattr(part, key) is not None:
                yield _fault((*where, key), f"{key} has no effect: part {part.id} does not recur", "leave it out")


def _fault(path: Path, wrong: str, allowed: str) -> Fault:
    return Fault(part="policy", path=path, wrong=wrong, allowed=allowed)
