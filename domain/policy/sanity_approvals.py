"""A rule can be met: its roles are held, and it asks for no more approvals than it has seats."""

from collections.abc import Iterator
from typing import get_args

from domain.policy.approving import Seating
from domain.policy.document import Policy
from domain.policy.fault import Fault, Path, repeated, unknown
from domain.policy.org_document import Organisation
from domain.policy.standing_in import OF_ACCOUNTS
from domain.terms import RequestKind

_AMONG = 2
"""Holders a seat of an account's approval needs: whoever asks may hold the role too."""


def approval_faults(policy: Policy, org: Organisation) -> Iterator[Fault]:
    """Yield rules that could never be met, and roles that nobody holds."""
    roles = {role for person in org.people if person.active for role in person.roles}
    rules = policy.approvals
    yield from repeated((rule.id for rule in rules.matrix), "rule", "approvals", "matrix", key="id")
    for position, rule in enumerate(rules.matrix):
        path = ("approvals", "matrix", position)
        yield from _seating_faults(rule, rule.id, roles, path)
        for place, kind in enumerate(rule.of):
            if kind in OF_ACCOUNTS:
                yield Fault(
                    part="policy",
                    path=(*path, "of", place),
                    wrong=f"of: {kind} has no effect: account_approvals says who must agree to it",
                    allowed=f"a tier of account_approvals.{OF_ACCOUNTS[kind]}",
                )
    if rules.fallback_role is not None:
        yield from unknown(rules.fallback_role, roles, "active person with role", "approvals", "fallback_role")
    shares = rules.warn_at_bp
    if list(shares) != sorted(set(shares)):
        yield Fault(
            part="policy", path=("approvals", "warn_at_bp"), wrong="the shares do not rise", allowed="e.g. [5000, 9000]"
        )
    yield from _tier_faults(policy, org, roles)


def _tier_faults(policy: Policy, org: Organisation, roles: set[str]) -> Iterator[Fault]:
    for kind in get_args(RequestKind):
        tiers = policy.account_approvals.of(kind)
        yield from repeated((tier.id for tier in tiers), "tier", "account_approvals", kind, key="id")
        for position, tier in enumerate(tiers):
            path: Path = ("account_approvals", kind, position)
            yield from _seating_faults(tier, tier.id, roles, path)
            for number, role in enumerate(tier.seats):
                held = sum(person.active and role in person.roles for person in org.people)
                if 0 < held < _AMONG:
                    yield Fault(
                        part="policy",
                        path=(*path, "seats", number),
                        wrong=f"only one active person has the role {role!r}, and may be the one who asks",
                        allowed=f"a role that {_AMONG} active people have",
                    )


def _seating_faults(rule: Seating, name: str, roles: set[str], path: Path) -> Iterator[Fault]:
    if not 1 <= rule.enough <= len(rule.seats):
        yield Fault(
            part="policy",
            path=(*path, "needed"),
            wrong=f"rule {name} needs {rule.enough} approvals and has {len(rule.seats)} seats",
            allowed=f"any, all, or 1 to {len(rule.seats)}",
        )
    for number, role in enumerate(rule.seats):
        yield from unknown(role, roles, "active person with role", *path, "seats", number)
