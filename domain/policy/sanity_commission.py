"""Commission rules name people, roles and articles that there are, and their tiers rise."""

from collections.abc import Iterator
from itertools import pairwise

from domain.policy.commission import CommissionRule
from domain.policy.document import Policy
from domain.policy.fault import Fault, Path, repeated, unknown
from domain.policy.org_document import Organisation
from domain.policy.price_book import Product


def commission_faults(policy: Policy, org: Organisation, products: tuple[Product, ...]) -> Iterator[Fault]:
    """Yield what names nothing, what is there twice, and tiers that do not rise."""
    rules = policy.commission.rules
    yield from repeated((rule.id for rule in rules), "rule", "commission", "rules", key="id")
    people = {person.id for person in org.people}
    roles = {role for person in org.people for role in person.roles}
    articles = {product.sku for product in products}
    for position, rule in enumerate(rules):
        path: Path = ("commission", "rules", position)
        for nth, agent in enumerate(rule.agents):
            yield from unknown(agent, people, "person", *path, "agents", nth)
        for nth, role in enumerate(rule.roles):
            yield from unknown(role, roles, "person with role", *path, "roles", nth)
        for nth, sku in enumerate(rule.products if articles and not policy.quote.free_lines else ()):
            yield from unknown(sku, articles, "article", *path, "products", nth)
        yield from _tiers(rule, path)
        if any(not (one.agents or one.roles or one.products) for one in rules[:position]):
            yield Fault(
                part="policy",
                path=path,
                wrong=f"rule {rule.id} has no effect: a rule before it fits every line",
                allowed="the first match wins: the rule without agents, roles and products stands last",
            )


def _tiers(rule: CommissionRule, path: Path) -> Iterator[Fault]:
    tiers = [{amount.currency: amount.minor for amount in tier.above} for tier in rule.tiers]
    for nth, (before, tier) in enumerate(pairwise(tiers), 1):
        if before.keys() != tier.keys() or any(minor <= before[currency] for currency, minor in tier.items()):
            yield Fault(
                part="policy",
                path=(*path, "tiers", nth, "above"),
                wrong="the tier does not rise above the one before",
                allowed="the same currencies in every tier, each amount above that of the tier before",
            )
