"""An organisation names each person once, and neither managers nor delegations run in a circle."""

from collections.abc import Iterator

from domain.organisation import OrgSnapshot, Person, closes_a_circle, snapshot
from domain.policy.fault import Fault, Path, repeated, unknown
from domain.policy.org_document import Organisation


def org_faults(org: Organisation) -> Iterator[Fault]:
    """Yield what is wrong with the people, their managers, delegations and absences."""
    known = {person.id for person in org.people}
    yield from repeated((person.id for person in org.people), "person", "people", key="id", part="org")
    whole = snapshot(org.people)
    for position, person in enumerate(org.people):
        path: Path = ("people", position, "manager")
        if person.manager:
            yield from unknown(person.manager, known, "person", *path, part="org")
        if _in_a_ring(whole, person):
            yield _fault(path, f"{person.id} is above {person.id}", "a line of managers that ends at the top")
        yield from repeated(person.roles, "role", "people", position, "roles", key=None, part="org")
    for position, delegation in enumerate(org.delegations):
        for key, name in (("delegator", delegation.delegator), ("delegate", delegation.delegate)):
            yield from unknown(name, known, "person", "delegations", position, key, part="org")
        if closes_a_circle(org.delegations[:position], delegation):
            wrong = f"{delegation.delegator} to {delegation.delegate} closes a circle"
            yield _fault(("delegations", position), wrong, "delegations that end with somebody who decides")
    for position, absence in enumerate(org.absences):
        yield from unknown(absence.person, known, "person", "absences", position, "person", part="org")


def _in_a_ring(org: OrgSnapshot, person: Person) -> bool:
    top = person
    for manager in org.managers(person.id):
        top = manager
    return bool(person.manager) and top.manager == person.id


def _fault(path: Path, wrong: str, allowed: str) -> Fault:
    return Fault(part="org", path=path, wrong=wrong, allowed=allowed)
