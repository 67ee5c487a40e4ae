"""The shipped policy for tests of the pure rules, with single keys changed as a test needs."""

import json
from datetime import UTC, datetime
from functools import cache

from connectors.conditions.cel_conditions import CelConditions
from connectors.policy_files.loading import LoadedPolicy, load
from domain.approval.seats import Subject
from domain.money import Money
from domain.organisation import Absence, Delegation, OrgSnapshot, Person, snapshot
from domain.policy.document import Policy
from domain.policy.ports import CustomerFacts
from tests.sources import ROOT

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
CEL = CelConditions()
Steps = tuple[str | int, ...]


@cache
def shipped(name: str = "standard") -> LoadedPolicy:
    return load(ROOT / "policies" / f"{name}.yaml")


def standard() -> Policy:
    return shipped().policy


def changed(*changes: tuple[Steps, object]) -> Policy:
    """Return the shipped policy with the values at some keys exchanged; none takes the key away."""
    tree = json.loads(shipped().document)["policy"]
    for path, value in changes:
        here = tree
        for key in path[:-1]:
            here = here[key]
        if value is None:
            del here[path[-1]]
        else:
            here[path[-1]] = value
    return Policy.model_validate_json(json.dumps(tree), strict=True)


def customer(**facts: object) -> CustomerFacts:
    """Return a customer of class B."""
    usual = {
        "customer_id": "c1", "name": "华东重工", "country": "CN", "language": "zh-CN", "zone": "Asia/Shanghai",
        "orders_12m": 5, "dbt_12m_days": 3,
    }  # fmt: skip
    return CustomerFacts.model_validate({**usual, **facts})


def subject(discount_bp: int = 0, minor: int = 1, currency: str = "CNY", **more: object) -> Subject:
    """Return a quote to be approved, asked for by Liu Yang."""
    measures = (
        ("max_discount_bp", discount_bp),
        ("discount_bp", discount_bp),
        ("total_minor", minor),
        ("gross_minor", minor),
        ("payment_days", 30),
        ("nonstandard_terms", 0),
    )
    usual = {
        "kind": "quote", "reference": "quote 1", "content_hash": "h", "measures": measures, "requester": "liu.yang",
        "owner": "liu.yang", "editors": ("liu.yang",), "amount": Money(minor=minor, currency=currency),
    }  # fmt: skip
    return Subject.model_validate({**usual, **more})


def org(*people: Person, delegations: tuple[Delegation, ...] = (), absences: tuple[Absence, ...] = ()) -> OrgSnapshot:
    """Return the shipped organisation, or the people given, with delegations and absences."""
    return snapshot(people or shipped().org.people, delegations, absences)


def person(name: str, *roles: str, manager: str = "", limit: str = "", active: bool = True) -> Person:
    authority = (Money.parse(limit),) if limit else ()
    return Person(
        id=name,
        name=name,
        email=f"{name}@example.com",
        roles=roles,
        manager=manager,
        active=active,
        authority=authority,
    )


def delegation(delegator: str, delegate: str, since: datetime = NOW, until: datetime | None = None) -> Delegation:
    return Delegation(delegator=delegator, delegate=delegate, since=since, until=until)


def absence(name: str, since: datetime = NOW, until: datetime | None = None) -> Absence:
    return Absence(person=name, since=since, until=until)
