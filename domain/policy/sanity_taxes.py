"""A tax code has rates or a reason to have none, and rates change in order."""

from collections.abc import Iterator
from itertools import pairwise

from domain.einvoice.codes import TaxCategory
from domain.policy.document import Policy
from domain.policy.fault import Fault, Path
from domain.policy.taxes import AbroadRules, CodeRules


def tax_faults(policy: Policy) -> Iterator[Fault]:
    """Yield what is wrong with tax codes and with what holds abroad."""
    for name, entity in policy.entities.items():
        path: Path = ("entities", name, "tax")
        yield from _codes(entity.tax.rates, (*path, "rates"))
        for position, rule in enumerate(entity.tax.abroad):
            yield from _abroad(rule, (*path, "abroad", position))
        if entity.tax.abroad and not (entity.seller.country and entity.tax.rates):
            wrong = "abroad needs to know the entity's own country and rates"
            yield _fault((*path, "abroad"), wrong, "seller.country, tax.rates")


def _abroad(rule: AbroadRules, path: Path) -> Iterator[Fault]:
    if rule.category is TaxCategory.STANDARD:
        yield _fault((*path, "category"), "S has a rate: name the rates instead", "rates, or a category without tax")
    if rule.category is TaxCategory.EXEMPT and rule.reason is None:
        yield _fault((*path, "reason"), "nobody may guess why this is exempt", "reason: {en: …, zh: …}")
    if rule.category is not None and rule.rates:
        yield _fault((*path, "rates"), "rates have no effect beside a category", "one of the two")
    if rule.category is None and rule.reason is not None:
        yield _fault((*path, "reason"), "reason has no effect without a category", "leave it out")
    yield from _codes(rule.rates, (*path, "rates"))


def _codes(codes: dict[str, CodeRules], path: Path) -> Iterator[Fault]:
    for code, rule in codes.items():
        yield from _code(rule, (*path, code))


def _code(rule: CodeRules, path: Path) -> Iterator[Fault]:
    if rule.category is TaxCategory.STANDARD:
        if rule.rate_bp is None and not rule.dated:
            yield _fault((*path, "rate_bp"), "category S has no rate", "rate_bp: 1900, or dated rates")
        if rule.reason is not None:
            yield _fault((*path, "reason"), "reason has no effect where there is a tax", "leave it out")
    elif rule.rate_bp or rule.dated:
        yield _fault(path, f"category {rule.category} has no rate", "leave the rates out, or category S")
    elif rule.category is TaxCategory.EXEMPT and rule.reason is None:
        yield _fault((*path, "reason"), "nobody may guess why this is exempt", "reason: {en: …, zh: …}")
    for position, (before, dated) in enumerate(pairwise(rule.dated), 1):
        if dated.since <= before.since:
            wrong = f"{dated.since} is not after {before.since}"
            yield _fault((*path, "dated", position, "since"), wrong, "days that rise")


def _fault(path: Path, wrong: str, allowed: str) -> Fault:
    return Fault(part="policy", path=path, wrong=wrong, allowed=allowed)
