"""What a source may say about a lead; what it adds beyond our fields is kept as it came."""

from typing import Annotated

from pydantic import Field

from api.customer_bodies import CompanyBody, Name, Short
from api.identifiers import Currency, CustomerId, DealId, Entity
from domain.deal.requests import Capture
from domain.money import Money
from domain.value import Strict

Said = Annotated[str, Field(max_length=2000)] | bool | int
"""What an attribute may be: the policy declares which of them are numbers or truths."""


class NewDeal(Strict):
    """A lead. 线索。

    Attributes:
        customer: the id of a customer, or a company that becomes one.
        contact: the person at the customer, best by e-mail.
        external_id: how the source knows this lead; two leads with the same source and id are one.
        deal_id: kept from another system; such a lead is known by this id alone.
    """

    customer: CustomerId | CompanyBody
    contact: Short = ""
    source: Name
    owner: Short = ""
    entity: Entity | None = None
    currency: Currency
    value: Money | None = None
    attributes: Annotated[dict[Name, Said], Field(max_length=50)] = Field(default_factory=dict)
    external_id: Annotated[str, Field(max_length=200)] = ""
    deal_id: DealId | None = None

    def command(self) -> Capture:
        """Return the first command of the deal."""
        attributes = {name: _text_of(value) for name, value in self.attributes.items()}
        if self.external_id:
            attributes["external_id"] = self.external_id
        return Capture(
            source=self.source, contact=self.contact, owner=self.owner, value=self.value,
            attributes=tuple(attributes.items()),
        )  # fmt: skip


def _text_of(said: str | bool | int) -> str:
    return str(said).lower() if isinstance(said, bool) else str(said)
