"""Who gets a lead: whom the source named, else who knows the customer, else whoever has most room, in that order."""

from datetime import datetime

from domain.organisation import OrgSnapshot, Person
from domain.policy.document import Policy
from domain.policy.ports import CustomerFacts, OpenLeads


def assign(
    policy: Policy,
    org: OrgSnapshot,
    customer: CustomerFacts,
    load: tuple[OpenLeads, ...],
    at: datetime,
    *,
    named: str = "",
    not_to: tuple[str, ...] = (),
) -> str:
    """Return the id of the assignee, empty when nobody is left.

    Args:
        named: the owner given with the lead; stands under ``open`` whoever it is, else if that person works here.
        not_to: people who had the lead already.
    """
    rules = policy.lead.assign
    if rules.mode == "open":
        return "" if named in not_to else named
    first = (named, customer.owner) if rules.sticky_owner else (named,)
    for wanted in first:
        person = org.find(wanted)
        if person is not None and _available(org, person, at) and wanted not in not_to:
            return wanted
    open_leads = {one.person: one.count for one in load}
    pools = (_in_territory(policy, org, customer), _holders(org, rules.roles))
    for pool in pools:
        room = [
            one
            for one in pool
            if one.id not in not_to and _available(org, one, at) and open_leads.get(one.id, 0) < rules.capacity
        ]
        if room:
            return min(room, key=lambda one: open_leads.get(one.id, 0)).id
    spare = org.holders(rules.fallback_role) if rules.fallback_role else ()
    return next((one.id for one in spare if _available(org, one, at) and one.id not in not_to), "")


def _in_territory(policy: Policy, org: OrgSnapshot, customer: CustomerFacts) -> tuple[Person, ...]:
    team = policy.lead.assign.territories.get(customer.country)
    if team is None:
        return ()
    return tuple(one for one in _holders(org, policy.lead.assign.roles) if one.team == team)


def _holders(org: OrgSnapshot, roles: tuple[str, ...]) -> tuple[Person, ...]:
    return tuple(one for one in org.people if any(role in one.roles for role in roles))


def _available(org: OrgSnapshot, person: Person, at: datetime) -> bool:
    return person.active and org.absence(person.id, at) is None
