"""Every country that a policy names is one that there is: no customer could be of another, so it would do nothing."""

from collections.abc import Iterator

from domain.countries import COUNTRIES
from domain.policy.countries import EU
from domain.policy.document import Policy
from domain.policy.fault import Fault, Path

_ALLOWED = "a code of ISO 3166, e.g. CN, DE, GR, GB"


def country_faults(policy: Policy) -> Iterator[Fault]:
    """Yield every name of a country that is none."""
    for code, path in _single(policy):
        if code not in COUNTRIES:
            yield Fault(part="policy", path=path, wrong=f"there is no country {code!r}", allowed=_ALLOWED)
    for code, path in _of_rules(policy):
        if code not in COUNTRIES and code != EU:
            allowed = f"{_ALLOWED}, or {EU} for every member"
            yield Fault(part="policy", path=path, wrong=f"there is no country {code!r}", allowed=allowed)


def _single(policy: Policy) -> Iterator[tuple[str, Path]]:
    """Yield the names that stand for one country alone, and where."""
    for name, entity in policy.entities.items():
        path: Path = ("entities", name)
        if entity.seller.country:
            yield entity.seller.country, (*path, "seller", "country")
        for code in entity.einvoice:
            yield code, (*path, "einvoice", code)
        for position, code in enumerate(entity.fiscal.countries if entity.fiscal is not None else ()):
            yield code, (*path, "fiscal", "countries", position)
    for code in policy.dunning.contact.countries:
        yield code, ("dunning", "contact", "countries", code)
    for code in policy.lead.assign.territories:
        yield code, ("lead", "assign", "territories", code)


def _of_rules(policy: Policy) -> Iterator[tuple[str, Path]]:
    """Yield the names by which a rule is chosen, and where."""
    for name, entity in policy.entities.items():
        for nth, abroad in enumerate(entity.tax.abroad):
            for position, code in enumerate(abroad.countries):
                yield code, ("entities", name, "tax", "abroad", nth, "countries", position)
    for nth, limit in enumerate(policy.legal_max):
        for position, code in enumerate(limit.countries):
            yield code, ("legal_max", nth, "countries", position)
