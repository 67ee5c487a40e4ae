"""A lead's score is a sum of points, each with its reason."""

from domain.policy.document import Policy
from domain.policy.facts import Facts
from domain.ports import ConditionError, Conditions
from domain.value import Value


class Score(Value):
    """The points of a lead and where they come from, one line for each rule that gave any or could not be decided."""

    points: int
    reasons: tuple[str, ...]


def score(policy: Policy, source: str, facts: Facts, conditions: Conditions) -> Score:
    """Add up the points of the source and of every rule that holds; what cannot be decided gives none, and says so."""
    points = policy.lead.sources.get(source, 0)
    reasons = [f"{points:+d} source {source}"] if points else []
    for rule in policy.lead.score:
        try:
            if conditions.holds(rule.when, facts):
                points += rule.add
                reasons.append(f"{rule.add:+d} {rule.id}: {rule.when}")
        except ConditionError as error:
            reasons.append(f"+0 {rule.id}: {error}")
    return Score(points=points, reasons=tuple(reasons))
