"""Every name a policy uses is defined in it, and every list names a thing once."""

from collections.abc import Collection, Iterator

from domain.policy.document import Policy
from domain.policy.fault import Fault, repeated, unknown
from domain.policy.org_document import Organisation


def name_faults(policy: Policy, org: Organisation) -> Iterator[Fault]:
    """Yield what is used and not defined, and what is defined twice."""
    yield from unknown(policy.default_entity, policy.entities, "entity", "default_entity")
    for code, entity in policy.entities.items():
        yield from unknown(entity.calendar, policy.calendars, "calendar", "entities", code, "calendar")
        tax = entity.tax
        if tax.rates or tax.default:
            yield from unknown(tax.default, tax.rates, "tax rate", "entities", code, "tax", "default")
    contact = policy.dunning.contact
    for country, calendar in contact.countries.items():
        yield from unknown(calendar, policy.calendars, "calendar", "dunning", "contact", "countries", country)
    if contact.otherwise is not None:
        yield from unknown(contact.otherwise, policy.calendars, "calendar", "dunning", "contact", "otherwise")
    for code in policy.dunning.interest:
        yield from unknown(code, policy.entities, "entity", "dunning", "interest", code)
    for code in policy.dunning.agencies:
        yield from unknown(code, policy.entities, "entity", "dunning", "agencies", code)
    yield from _class_faults(policy)
    yield from _lead_faults(policy, org)
    yield from _list_faults(policy)


def _class_faults(policy: Policy) -> Iterator[Fault]:
    yield from repeated((one.id for one in policy.classes), "class", "classes", key="id")
    excluding = True
    for position, one in enumerate(policy.classes):
        sections: tuple[tuple[str, str, Collection[str]], ...] = (
            ("terms", one.terms, policy.terms),
            ("ladder", one.ladder, policy.dunning.ladders),
            ("tolerance", one.tolerance, policy.tolerances),
            ("schedule", one.schedule, policy.billing.schedules),
        )
        for key, name, known in sections:
            yield from unknown(name, known, key, "classes", position, key)
        if one.sla is not None:
            yield from unknown(one.sla, policy.lead.slas, "sla", "classes", position, "sla")
        if one.block_quotes and not excluding:
            yield Fault(
                part="policy",
                path=("classes", position, "block_quotes"),
                wrong=f"class {one.id} excludes, but stands after a class that does not",
                allowed="the first match wins: classes that exclude stand first",
            )
        excluding = excluding and one.block_quotes
    last = policy.classes[-1]
    if last.when.strip() != "true" or last.block_quotes:
        yield Fault(
            part="policy",
            path=("classes", len(policy.classes) - 1, "when"),
            wrong=f"the last class {last.id} does not catch every other customer",
            allowed="when: 'true', without block_quotes",
        )


def _lead_faults(policy: Policy, org: Organisation) -> Iterator[Fault]:
    roles = {role for person in org.people if person.active for role in person.roles}
    teams = {person.team for person in org.people if person.active and person.team}
    assign = policy.lead.assign
    for position, role in enumerate(assign.roles):
        yield from unknown(role, roles, "active person with role", "lead", "assign", "roles", position)
    for country, team in assign.territories.items():
        yield from unknown(team, teams, "active person in team", "lead", "assign", "territories", country)
    if assign.fallback_role is not None:
        yield from unknown(assign.fallback_role, roles, "active person with role", "lead", "assign", "fallback_role")
    if assign.mode == "capacity_round_robin" and not assign.roles:
        yield Fault(
            part="policy", path=("lead", "assign"), wrong="nobody is asked", allowed="roles: [sales], or mode: open"
        )


def _list_faults(policy: Policy) -> Iterator[Fault]:
    yield from repeated((one.id for one in policy.opportunity.stages), "stage", "opportunity", "stages", key="id")
    yield from repeated((one.id for one in policy.lead.score), "score rule", "lead", "score", key="id")
    yield from repeated(((one.currency, one.on) for one in policy.rates), "rate", "rates", key="on")
    for name, reasons in (("disqualify_reasons", policy.lead.disqualify_reasons),):
        yield from repeated(reasons, "reason", "lead", name, key=None)
    yield from repeated(policy.opportunity.lost_reasons, "reason", "opportunity", "lost_reasons", key=None)
    yield from repeated(policy.dunning.dispute.reasons, "reason", "dunning", "dispute", "reasons", key=None)
