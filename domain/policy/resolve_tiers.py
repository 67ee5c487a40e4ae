"""An account's money takes the tiers whose amount it exceeds; what is asked about always takes one at least."""

from collections.abc import Iterator
from datetime import datetime

from domain.approval.seats import IN_ALL, Step, Subject
from domain.money import Money, Rounding
from domain.organisation import OrgSnapshot
from domain.policy.approving import AmountRule
from domain.policy.document import Policy
from domain.policy.eligibility import question
from domain.policy.rates import stated
from domain.policy.resolve_seats import seat
from domain.policy.standing_in import OF_ACCOUNTS, place_of
from domain.terms import RequestKind


def tier_steps(policy: Policy, org: OrgSnapshot, subject: Subject, at: datetime) -> tuple[Step, ...]:
    """Return the steps that a request of an account needs, the lowest tier first, with their seats.

    The account asks only above an amount; a rate that changed meanwhile never lets it pass without anybody.
    """
    currency = subject.amount.currency
    in_all = Money(minor=max(subject.amount.minor, dict(subject.measures).get(IN_ALL, 0)), currency=currency)
    asked = question(policy, org, subject, at)
    return tuple(
        Step(
            id=tier.id,
            rank=rank,
            needed=tier.enough,
            clause=f"{subject.kind} > {floor}",
            seats=tuple(
                seat(asked, f"{tier.id}.{n}", place_of(policy, subject.kind, tier.id, role))
                for n, role in enumerate(tier.seats, 1)
            ),
        )
        for rank, tier, floor in _taken(policy, OF_ACCOUNTS[subject.kind], in_all, at)
    )


def tier_roles(policy: Policy, kind: RequestKind, in_all: Money, at: datetime) -> tuple[str, ...]:
    """Return the roles that a request over an amount asks, the lowest tier first."""
    return tuple(dict.fromkeys(role for _, tier, _ in _taken(policy, kind, in_all, at) for role in tier.seats))


def _taken(policy: Policy, kind: RequestKind, in_all: Money, at: datetime) -> Iterator[tuple[int, AmountRule, Money]]:
    """Yield the tiers that an amount takes, each with its rank and its floor."""
    tiers, currency = policy.account_approvals.of(kind), in_all.currency
    floors = [stated(policy, tier.over, currency, at, Rounding.DOWN) or Money.zero(currency) for tier in tiers]
    lowest = min(floors, key=lambda floor: floor.minor, default=Money.zero(currency))
    for rank, (tier, floor) in enumerate(zip(tiers, floors, strict=True), 1):
        if in_all.exceeds(floor) or floor == lowest:
            yield rank, tier, floor
