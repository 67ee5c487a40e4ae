"""A letterhead is that of the policy in force when the document is made, and then stands on it for ever."""

from domain.documents import Seller
from domain.einvoice.forms import FormRule
from domain.fiscal.from_documents import FiscalRule
from domain.paper_ports import EntityLetterhead
from domain.policy.compile import entity_of
from domain.policy.document import Policy
from domain.policy.fiscal import FiscalRules


class PolicyLetterheads:
    """`domain.paper_ports.Letterheads` over the entities of a policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    async def letterhead(self, entity: str) -> EntityLetterhead:
        """Return an entity's letterhead, the default entity's for an empty name; E_NOTFOUND when there is none."""
        rules = entity_of(self._policy, entity or self._policy.default_entity)
        forms = (
            FormRule(country=country, form=one.form, needs=one.needs) for country, one in sorted(rules.einvoice.items())
        )
        seller = Seller.model_validate(rules.seller.model_dump())
        return EntityLetterhead(seller=seller, zone=rules.zone, forms=tuple(forms), fiscal=_fiscal(rules.fiscal))


def _fiscal(rules: FiscalRules | None) -> FiscalRule | None:
    if rules is None:
        return None
    return FiscalRule(
        countries=rules.countries, goods=tuple(sorted(rules.goods.items())), otherwise=rules.otherwise or ""
    )
