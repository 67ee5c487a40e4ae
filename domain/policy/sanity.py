"""A policy that loads can run: every name exists, every sum is whole, every condition can be read, every key works.

What must hold beyond that (no gap between bands, a quorum for every possible requester) is the linter's to prove.
"""

from collections.abc import Iterator

from domain.policy.document import Policy
from domain.policy.fault import Fault, repeated
from domain.policy.org_document import Organisation
from domain.policy.price_book import Product
from domain.policy.sanity_approvals import approval_faults
from domain.policy.sanity_billing import billing_faults
from domain.policy.sanity_commission import commission_faults
from domain.policy.sanity_conditions import condition_faults
from domain.policy.sanity_countries import country_faults
from domain.policy.sanity_effects import idle_faults
from domain.policy.sanity_names import name_faults
from domain.policy.sanity_org import org_faults
from domain.policy.sanity_sums import sum_faults
from domain.policy.sanity_taxes import tax_faults
from domain.policy.sanity_terms import terms_faults
from domain.ports import Conditions


def faults(
    policy: Policy, org: Organisation, products: tuple[Product, ...], conditions: Conditions
) -> tuple[Fault, ...]:
    """Return all that is wrong with a policy and its files."""
    return (
        *org_faults(org),
        *name_faults(policy, org),
        *sum_faults(policy, org),
        *billing_faults(policy),
        *terms_faults(policy),
        *tax_faults(policy),
        *country_faults(policy),
        *approval_faults(policy, org),
        *condition_faults(policy, conditions),
        *idle_faults(policy),
        *commission_faults(policy, org, products),
        *_price_faults(policy, products),
    )


def _price_faults(policy: Policy, products: tuple[Product, ...]) -> Iterator[Fault]:
    codes = {code for entity in policy.entities.values() for code in entity.tax.rates}
    yield from repeated(((one.sku, one.list_price.currency) for one in products), "price", key="sku", part="price_book")
    for position, one in enumerate(products):
        if one.tax_code and one.tax_code not in codes:
            yield Fault(
                part="price_book",
                path=(position, "tax_code"),
                wrong=f"no entity has a tax rate {one.tax_code!r}",
                allowed=f"one of {', '.join(sorted(codes))}, or nothing",
            )
