"""A discount falls with time and ends before the invoice is due, whatever the day of issue."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from domain.due_dates import DiscountTax, Due, DueRule
from domain.policy.billing import DiscountRules, TermsRules
from domain.policy.document import Policy
from domain.policy.fault import Fault, Path
from domain.span import Unit

_DAYS = tuple(date(2027, 1, 1) + timedelta(days=n) for n in range(366 + 365))
"""Days of issue of two years, one of them a leap year: no rule depends on more than day and month."""


def terms_faults(policy: Policy) -> Iterator[Fault]:
    """Yield what is wrong with payment terms."""
    for name, terms in policy.terms.items():
        if terms.discount is not None:
            yield from _discount(terms, terms.discount, ("terms", name, "discount"))
    mixed = {name for name, terms in policy.terms.items() if terms.discount and terms.discount.tax is DiscountTax.MIXED}
    for code, entity in policy.entities.items():
        if mixed and entity.tax.price_includes_tax:
            yield _fault(
                ("entities", code, "tax", "price_includes_tax"),
                f"the terms {', '.join(sorted(mixed))} tax the discounted net, so prices with tax would not hold",
                "tax: included or excluded in those terms, or prices without tax",
            )


def _discount(terms: TermsRules, discount: DiscountRules, path: Path) -> Iterator[Fault]:
    for position, (before, step) in enumerate(pairwise(discount.steps), 1):
        if step.rate_bp >= before.rate_bp:
            yield _fault(
                (*path, "steps", position, "rate_bp"),
                f"{step.rate_bp} is not below {before.rate_bp}",
                "rates that fall from step to step",
            )
        if not _earlier(before.within, step.within):
            yield _fault(
                (*path, "steps", position, "within"),
                f"{step.within} is not always later than {before.within}",
                "windows that grow from step to step",
            )
    for position, part in enumerate(terms.instalments):
        if not _earlier(discount.steps[-1].within, part.due):
            yield _fault(
                (*path, "steps", len(discount.steps) - 1, "within"),
                f"{discount.steps[-1].within} is not always before instalment {position + 1} is due ({part.due})",
                "a window that ends before every due date",
            )
    if discount.grace is not None and discount.grace.unit not in (Unit.DAYS, Unit.BUSINESS_DAYS):
        yield _fault((*path, "grace"), f"{discount.grace} is not in days", "e.g. 1bd or 2d")


def _earlier(one: DueRule, other: DueRule) -> bool:
    """Tell whether a rule gives an earlier day than another for every day of issue; only a date is compared once."""
    if one.kind is Due.FIXED and other.kind is Due.FIXED:
        return one.due_on(_DAYS[0]) < other.due_on(_DAYS[0])
    return all(one.due_on(day) < other.due_on(day) for day in _DAYS)


def _fault(path: Path, wrong: str, allowed: str) -> Fault:
    return Fault(part="policy", path=path, wrong=wrong, allowed=allowed)
