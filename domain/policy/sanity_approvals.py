"""A rule of the matrix can be met: its roles are held, and it asks for no more approvals than it has seats."""

from collections.abc import Iterator

from domain.policy.document import Policy
from domain.policy.fault import Fault, repeated, unknown
from domain.policy.org_document import Organisation
from domain.policy.resolve_steps import needed


def approval_faults(policy: Policy, org: Organisation) -> Iterator[Fault]:
    """Yield rules that could never be met, and roles that nobody holds."""
    roles = {role for person in org.people if person.active for role in person.roles}
    rules = policy.approvals
    yield from repeated((rule.id for rule in rules.matrix), "rule", "approvals", "matrix", key="id")
    for position, rule in enumerate(rules.matrix):
        path = ("approvals", "matrix", position)
        if not 1 <= needed(rule) <= len(rule.seats):
            yield Fault(
                part="policy",
                path=(*path, "needed"),
                wrong=f"rule {rule.id} needs {needed(rule)} approvals and has {len(rule.seats)} seats",
                allowed=f"any, all, or 1 to {len(rule.seats)}",
            )
        for number, role in enumerate(rule.seats):
            yield from unknown(role, roles, "active person with role", *path, "seats", number)
    if rules.fallback_role is not None:
        yield from unknown(rules.fallback_role, roles, "active person with role", "approvals", "fallback_role")
    shares = rules.warn_at_bp
    if list(shares) != sorted(set(shares)):
        yield Fault(
            part="policy", path=("approvals", "warn_at_bp"), wrong="the shares do not rise", allowed="e.g. [5000, 9000]"
        )
