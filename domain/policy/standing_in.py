"""Who may sit in a seat in somebody's place: its equals and those who are asked after it."""

from dataclasses import dataclass

from domain.approval.seats import SubjectKind
from domain.organisation import Person
from domain.policy.document import Policy
from domain.terms import RequestKind
from domain.value import Text

OF_ACCOUNTS: dict[SubjectKind, RequestKind] = {
    "write_off": "write_off",
    "credit_note": "credit",
    "cancellation": "credit",
    "refund": "refund",
    "claim": "claim",
    "receipt": "receipt",
    "reversal": "reversal",
    "hand_over": "hand_over",
    "plan": "plan",
    "exchange": "exchange",
}
"""Subjects that ``account_approvals`` speaks of, and under which key."""


@dataclass(frozen=True, slots=True)
class Place:
    """One role's place in an approval, and whose it may become by delegation, by hand, or beside it.

    Attributes:
        role: whose holders are asked.
        open_to: the roles one of which somebody must hold to sit here in a holder's place; none asks for no role.
    """

    role: str
    open_to: frozenset[str] = frozenset()

    def closed_to(self, person: Person) -> Text | None:
        """Return why a person cannot sit here in somebody's place, or none."""
        if not self.open_to or self.open_to.intersection(person.roles):
            return None
        names = ", ".join(sorted(self.open_to))
        return Text(
            en=f"holds none of the roles that may decide here ({names})", zh=f"不具备可在此审批的角色（{names}）"
        )


def place_of(policy: Policy, kind: SubjectKind, step: str, role: str) -> Place:
    """Return a role's place in a step of an approval: open to that role, to those of later steps, and to the fallback.

    For money that holds whatever the policy says: a second person by delegation must be one who could be asked.
    """
    if kind not in OF_ACCOUNTS and not policy.approvals.delegation.same_authority:
        return Place(role=role)
    fallback = policy.approvals.fallback_role
    after = _asked_after(policy, kind, step)
    return Place(role=role, open_to=frozenset({role, *after, *(() if fallback is None else (fallback,))}))


def _asked_after(policy: Policy, kind: SubjectKind, step: str) -> set[str]:
    if kind in OF_ACCOUNTS:
        tiers = policy.account_approvals.of(OF_ACCOUNTS[kind])
        names = [tier.id for tier in tiers]
        later = tiers[names.index(step) + 1 :] if step in names else ()
        return {role for tier in later for role in tier.seats}
    rules = [rule for rule in policy.approvals.matrix if rule.looks_at(kind)]
    rank = next((rule.rank for rule in rules if rule.id == step), None)
    return {role for rule in rules if rank is not None and rule.rank > rank for role in rule.seats}
