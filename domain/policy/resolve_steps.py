"""Every rule that fires adds its step; a rule that cannot be decided fires."""

from datetime import datetime

from domain.approval.questions import CheckSigner
from domain.approval.seats import AT_LIST, Candidate, Step, Subject
from domain.organisation import OrgSnapshot
from domain.policy.approving import ApprovalRule
from domain.policy.document import Policy
from domain.policy.eligibility import barred, hindered, limit_of, question
from domain.policy.facts import Facts, subject_facts
from domain.policy.resolve_seats import seat, seats_until
from domain.policy.resolve_tiers import tier_steps
from domain.policy.standing_in import OF_ACCOUNTS, place_of
from domain.ports import ConditionError, Conditions
from domain.value import Text


def approval_steps(
    policy: Policy,
    org: OrgSnapshot,
    subject: Subject,
    conditions: Conditions,
    at: datetime,
    *,
    customer_class: str = "",
    entity: str = "",
) -> tuple[Step, ...]:
    """Return the steps a subject needs, by rank, with their seats; none when no rule fires."""
    if subject.kind in OF_ACCOUNTS:
        return tier_steps(policy, org, subject, at)
    facts = subject_facts(policy, subject, customer_class, entity, at)
    asked = question(policy, org, subject, at)
    steps = []
    for rule in sorted(policy.approvals.matrix, key=lambda one: one.rank):
        clause = _fires(rule, subject, facts, conditions)
        if clause is None:
            continue
        steps.append(
            Step(
                id=rule.id,
                rank=rule.rank,
                needed=rule.enough,
                clause=clause,
                seats=tuple(
                    seat(asked, f"{rule.id}.{n}", place_of(policy, subject.kind, rule.id, role))
                    for n, role in enumerate(rule.seats, 1)
                ),
                covers=_covers(rule, subject, conditions),
            )
        )
    return tuple(steps)


def steps_until(org: OrgSnapshot, steps: tuple[Step, ...], at: datetime) -> datetime | None:
    """Return when steps resolved at an instant are to be resolved again, since people come or go by date; or none."""
    return seats_until(org, (one for step in steps for one in step.seats), at)


def signer(policy: Policy, org: OrgSnapshot, asked_for: CheckSigner, at: datetime) -> Candidate | Text:
    """Return a person as a candidate for a seat that is handed over or added, or why that person may not sit there.

    Who signs beside a seat in a quote, a contract or an amendment gives an opinion more, whatever their role; who takes
    a seat over, or signs beside one for money, must hold what `Place` says.
    """
    who, subject = asked_for.who, asked_for.subject
    person = org.find(who)
    if person is None:
        return Text(en=f"{who} is not in the organisation", zh=f"{who} 不在组织中")
    asked = question(policy, org, subject, at)
    why = barred(asked, person) or hindered(asked, person)
    if why is None and (asked_for.purpose == "transfer" or subject.kind in OF_ACCOUNTS):
        why = place_of(policy, subject.kind, asked_for.step, asked_for.role).closed_to(person)
    if why is not None:
        return Text(en=f"{who} {why.en}", zh=f"{who} {why.zh}")
    return Candidate(person=who, limit=limit_of(asked, person))


def _fires(rule: ApprovalRule, subject: Subject, facts: Facts, conditions: Conditions) -> str | None:
    """Return the clause as it is shown when the rule fires, none when it does not."""
    if not rule.looks_at(subject.kind):
        return None
    try:
        return rule.when if conditions.holds(rule.when, facts) else None
    except ConditionError as error:
        return f"{rule.when}  [cannot be decided: {error}]"


def _covers(rule: ApprovalRule, subject: Subject, conditions: Conditions) -> tuple[tuple[str, int], ...]:
    """Return the measures a rule compares; none unless all that it reads are measures, for texts have no order.

    An amount at list prices stands beside each amount: it tells whether more is sold, or only less given away.
    """
    read = set(conditions.names(rule.when))
    measures = {**dict(subject.measures), "amount_minor": subject.amount.minor}
    if not read or not read <= measures.keys():
        return ()
    beside = {AT_LIST[name] for name in read & AT_LIST.keys()} & measures.keys()
    return tuple((name, measures[name]) for name in sorted(read | beside))
