"""What was asked for long and often enough is proposed for write-off, once for each item; finance decides."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from domain.receivables.entries import NextStep
from domain.receivables.ladder import day_of, slot_on
from domain.terms import DunningTerms
from domain.value import Value

MOST_NAMED = 10


class Exhausted(Value):
    """An open item of principal whose ladder may be at its end.

    Attributes:
        level: that it has reached.
        attempts: how many notices about it went out.
        claimed: a part of it is in dispute, promised or in a payment plan.
        proposed: it was proposed for write-off before.
    """

    number: str
    instalment: int
    due_on: date
    open_minor: int
    level: int
    attempts: int
    claimed: bool = False
    proposed: bool = False


def _may_be(items: Iterable[Exhausted], least: int, terms: DunningTerms) -> list[Exhausted]:
    """Return what may be proposed, oldest first: a case of a customer is at its end as a whole."""
    known, last = list(items), len(terms.levels)
    ended = [item for item in known if item.level >= last]
    if terms.unit == "customer" and ended:
        ended = known
    found = (item for item in ended if item.attempts >= least and not (item.claimed or item.proposed))
    return sorted(found, key=lambda item: (item.due_on, item.number, item.instalment))


def _due_at(item: Exhausted, after_days: int, terms: DunningTerms) -> datetime:
    return slot_on(terms.zone, item.due_on + timedelta(days=after_days), terms.at_minute)


def next_proposal(items: Iterable[Exhausted], terms: DunningTerms, now: datetime) -> NextStep | None:
    """Return when the next items are proposed for write-off, none where the policy or the items have none."""
    rules = terms.write_off
    waiting = _may_be(items, rules.min_attempts, terms) if rules else []
    if rules is None or not waiting:
        return None
    first = waiting[0]
    at = max(now, _due_at(first, rules.after_days, terms))
    about = [item for item in waiting if _due_at(item, rules.after_days, terms) <= at]
    return NextStep(
        at=at,
        action="write_off",
        invoices=tuple(dict.fromkeys(item.number for item in about))[:MOST_NAMED],
        items=len(about),
        days_late=(day_of(terms.zone, at) - first.due_on).days,
    )


def to_propose(items: Iterable[Exhausted], terms: DunningTerms, now: datetime) -> tuple[Exhausted, ...]:
    """Return the items that are proposed for write-off now, the oldest first."""
    rules = terms.write_off
    if rules is None:
        return ()
    return tuple(
        item for item in _may_be(items, rules.min_attempts, terms) if _due_at(item, rules.after_days, terms) <= now
    )


def proposed_minor(items: Iterable[Exhausted]) -> int:
    """Return what is open of all that was proposed and is neither written off nor paid."""
    return sum(item.open_minor for item in items if item.proposed)
