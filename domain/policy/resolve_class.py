"""A customer's class: first match wins, exclusions come first, and no error ever gives a better class."""

from datetime import datetime

from domain.policy.customers import ClassRules
from domain.policy.document import Policy
from domain.policy.facts import customer_facts
from domain.policy.ports import CustomerFacts
from domain.ports import ConditionError, Conditions


def classify(policy: Policy, customer: CustomerFacts, conditions: Conditions, at: datetime) -> ClassRules:
    """Return the class of a customer.

    A condition that cannot be decided puts the customer into a class that excludes, and into no other; a class that
    a person has set wins over all but the exclusions. The last class catches the rest.
    """
    facts = customer_facts(policy, customer, at)
    for one in policy.classes:
        if customer.pinned_class == one.id:
            return one
        if customer.pinned_class and not one.block_quotes and _names(policy, customer.pinned_class):
            continue
        try:
            matches = conditions.holds(one.when, facts)
        except ConditionError:
            matches = one.block_quotes
        if matches:
            return one
    return policy.classes[-1]


def _names(policy: Policy, customer_class: str) -> bool:
    return any(one.id == customer_class for one in policy.classes)
