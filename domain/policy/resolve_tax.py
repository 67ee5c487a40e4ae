"""Which tax a customer is charged: one pure function of the policy, the entity's country and the customer's facts."""

import re
from collections.abc import Iterator

from domain.einvoice.codes import REASONS, TaxCategory
from domain.policy.countries import among
from domain.policy.places import EntityRules
from domain.policy.ports import CustomerFacts
from domain.policy.taxes import AbroadRules, CodeRules, ReasonRules
from domain.terms import TaxRate
from domain.value import Text

_VAT_ID = re.compile("[A-Z]{2}[A-Z0-9+*]{2,12}")
_PREFIXES = {"GR": "EL"}
"""Where a VAT identifier does not begin with the code of its country."""


def tax_rates(entity: EntityRules, customer: CustomerFacts) -> tuple[TaxRate, ...]:
    """Return the rates that a customer is charged, by code and day of supply.

    A customer without a country is at home.
    """
    rules = entity.tax
    abroad = customer.country not in ("", entity.seller.country)
    rule = next((one for one in rules.abroad if _fits(one, customer)), None) if abroad else None
    if rule is not None and rule.category is not None:
        reason = _reason(rule.category, rule.reason)
        free = TaxRate(code="", rate_bp=0, category=rule.category, reason=reason)
        return tuple(free.model_copy(update={"code": code}) for code in sorted(rules.rates))
    codes = {**rules.rates, **(rule.rates if rule else {})}
    return tuple(rate for code in sorted(codes) for rate in _rates(code, codes[code]))


def has_vat_id(customer: CustomerFacts) -> bool:
    """Tell whether a customer has a VAT identifier of its own country."""
    prefix = _PREFIXES.get(customer.country, customer.country)
    return _VAT_ID.fullmatch(customer.tax_id) is not None and customer.tax_id.startswith(prefix)


def _fits(rule: AbroadRules, customer: CustomerFacts) -> bool:
    return among(customer.country, rule.countries) and rule.with_vat_id in (None, has_vat_id(customer))


def _rates(code: str, rule: CodeRules) -> Iterator[TaxRate]:
    category = None if rule.category is TaxCategory.STANDARD else rule.category
    reason = _reason(rule.category, rule.reason)
    if rule.rate_bp is not None or not rule.dated:
        yield TaxRate(code=code, rate_bp=rule.rate_bp or 0, category=category, reason=reason)
    for dated in rule.dated:
        yield TaxRate(code=code, rate_bp=dated.rate_bp, category=category, reason=reason, since=dated.since)


def _reason(category: TaxCategory, given: ReasonRules | None) -> Text | None:
    return REASONS.get(category) if given is None else Text(en=given.en, zh=given.zh)
