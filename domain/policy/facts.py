"""What the policy's conditions may read, and its type; what is not known is left out: reading it is an error."""

from datetime import datetime

from domain.approval.seats import Subject
from domain.money import Money, Rounding
from domain.policy.document import Policy
from domain.policy.ports import CustomerFacts
from domain.policy.rates import converted

Scalar = int | str | bool
Facts = tuple[tuple[str, Scalar], ...]
Kinds = dict[str, type[Scalar]]

OF_CUSTOMERS: Kinds = {
    "blacklisted": bool,
    "strategic": bool,
    "country": str,
    "annual_revenue_minor": int,
    "bad_debt_24m_minor": int,
    "orders_12m": int,
    "dbt_12m_days": int,
}
"""Names a class condition may read."""

OF_APPROVALS: Kinds = {
    "max_discount_bp": int,
    "discount_bp": int,
    "total_minor": int,
    "gross_minor": int,
    "list_total_minor": int,
    "list_gross_minor": int,
    "amount_minor": int,
    "payment_days": int,
    "nonstandard_terms": bool,
    "customer_class": str,
    "entity": str,
    "currency": str,
}
"""Names an approval condition may read; ``…_minor`` are in the policy's currency."""

_OF_LEADS: Kinds = {
    "source": str,
    "value_minor": int,
    "customer_class": str,
    "country": str,
    "strategic": bool,
    "orders_12m": int,
}
_ATTRIBUTE_KINDS: dict[str, type[Scalar]] = {"int": int, "bool": bool, "string": str}
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def of_leads(policy: Policy) -> Kinds:
    """Return the names a score condition may read: the built-in ones and the attributes the policy declares."""
    return _OF_LEADS | {name: _ATTRIBUTE_KINDS[kind] for name, kind in policy.lead.attributes.items()}


def customer_facts(policy: Policy, customer: CustomerFacts, at: datetime) -> Facts:
    """Return the facts of a customer; an amount without a rate is left out."""
    own: dict[str, Scalar] = {
        "blacklisted": customer.blacklisted,
        "strategic": customer.strategic,
        "country": customer.country,
        "orders_12m": customer.orders_12m,
        "dbt_12m_days": customer.dbt_12m_days,
    }
    for name, amount in (
        ("annual_revenue_minor", customer.annual_revenue),
        ("bad_debt_24m_minor", customer.bad_debt_24m),
    ):
        if amount is None:
            own[name] = 0
        elif (here := converted(policy, amount, policy.currency, at, Rounding.HALF_UP)) is not None:
            own[name] = here.minor
    return tuple(own.items())


def lead_facts(
    policy: Policy,
    customer: CustomerFacts,
    customer_class: str,
    source: str,
    value: Money | None,
    attributes: tuple[tuple[str, str], ...],
    at: datetime,
) -> Facts:
    """Return the facts of a lead; an attribute that cannot be read as its declared type is left out."""
    known: dict[str, Scalar] = {}
    for name, text in attributes:
        kind = policy.lead.attributes.get(name)
        if kind is not None and (read := _read(text, kind)) is not None:
            known[name] = read
    here = None if value is None else converted(policy, value, policy.currency, at, Rounding.DOWN)
    if here is not None:
        known["value_minor"] = here.minor
    built_in: dict[str, Scalar] = {
        "source": source,
        "customer_class": customer_class,
        "country": customer.country,
        "strategic": customer.strategic,
        "orders_12m": customer.orders_12m,
    }
    return tuple((known | built_in).items())


def subject_facts(policy: Policy, subject: Subject, customer_class: str, entity: str, at: datetime) -> Facts:
    """Return the facts of what is to be approved, amounts in the policy's currency, rounded up.

    Without a rate all amounts are left out: a rule that compares them cannot be decided, and so fires.
    """
    measures: dict[str, Scalar] = {**dict(subject.measures), "amount_minor": subject.amount.minor}
    for name in [name for name in measures if name.endswith("_minor")]:
        amount = Money(minor=int(measures.pop(name)), currency=subject.amount.currency)
        if (here := converted(policy, amount, policy.currency, at, Rounding.UP)) is not None:
            measures[name] = here.minor
    if measures.get("nonstandard_terms") in (0, 1):
        measures["nonstandard_terms"] = bool(measures["nonstandard_terms"])
    context = {"customer_class": customer_class, "entity": entity}
    measures |= {name: text for name, text in context.items() if text}
    return tuple((measures | {"currency": subject.amount.currency}).items())


def _read(text: str, kind: str) -> Scalar | None:
    if kind == "string":
        return text
    if kind == "bool":
        return _TRUTH.get(text.strip().lower())
    digits = text.strip()
    return int(digits) if digits.removeprefix("-").isdecimal() and len(digits) <= 18 else None
