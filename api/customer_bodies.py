"""What people may write about a customer; names are data, the id is ours."""

import zoneinfo
from typing import Annotated

from pydantic import AfterValidator, Field

from api.country_zones import zone_of_country
from api.identifiers import CustomerId, Entity, NewCustomerId
from domain.countries import known_country
from domain.money import Money
from domain.value import Misfit, SpokenLanguage, Strict
from storage.entries import Contact, CustomerCard

_ZONES = frozenset(zoneinfo.available_timezones())


def _known_zone(zone: str) -> str:
    if zone not in _ZONES:
        raise Misfit("is no IANA time zone, e.g. Asia/Shanghai", "不是 IANA 时区，例如 Asia/Shanghai")
    return zone


Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Short = Annotated[str, Field(max_length=200)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Language = Annotated[SpokenLanguage, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$"), AfterValidator(known_country)]
Email = Annotated[str, Field(max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")]
ElectronicAddress = Annotated[str, Field(max_length=200, pattern=r"^([0-9A-Z]{2,4}:\S+)?$")]
Address = Annotated[tuple[Short, ...], Field(max_length=10)]
Attributes = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=100)], Annotated[str, Field(max_length=2000)]],
    Field(max_length=50),
]


class ContactBody(Strict):
    """A person at the customer. 联系人。"""

    name: Name
    role: Short = ""
    email: Email = ""
    phone: Short = ""


class CompanyBody(Strict):
    """A customer's master data; an invoice needs the legal name, address, tax id and e-mail. 客户主数据。

    Attributes:
        zone: of the customer's days and contact hours; else that of the country, else that of the legal entity.
        tax_id: its VAT identifier with its country before it, or its 统一社会信用代码.
        buyer_reference: stands on every invoice, e.g. a Leitweg-ID. 购买方参考号。
        electronic_address: where it takes electronic invoices, ``scheme:id`` (EAS), e.g. ``0204:991-12345-67``; empty
            is its e-mail address. 电子地址。
    """

    name: Name
    language: Language = "en"
    zone: Zone | None = None
    country: Country = ""
    tax_id: Short = ""
    address: Address = ()
    email: Email = ""
    phone: Short = ""
    buyer_reference: Short = ""
    electronic_address: ElectronicAddress = ""
    entity: Entity | None = None
    owner: Short = ""
    attributes: Attributes = Field(default_factory=dict)
    strategic: bool = False
    revenue: Money | None = None
    contacts: Annotated[tuple[ContactBody, ...], Field(max_length=100)] = ()

    @property
    def classifies(self) -> bool:
        """Tell whether it says something that the policy classifies the customer by."""
        return self.strategic or self.revenue is not None

    def card(self, customer_id: str, home: str) -> CustomerCard:
        """Return the master data under an id; ``home`` is the zone of who sells, where nothing names another."""
        said = {name: value for name, value in self if name not in ("customer_id", "entity", "attributes", "contacts")}
        return CustomerCard.model_validate(
            said
            | {
                "customer_id": customer_id,
                "zone": self.zone or zone_of_country(self.country) or home,
                "entity": self.entity or "",
                "attributes": tuple(self.attributes.items()),
                "contacts": contacts_of(self.contacts),
            }
        )


class NewCustomer(CompanyBody):
    """A new customer; the id is made unless another system's is kept."""

    customer_id: NewCustomerId | None = None


class CustomerChanges(Strict):
    """The fields to change; those left out stay. 只修改所给字段。"""

    name: Name | None = None
    language: Language | None = None
    zone: Zone | None = None
    country: Country | None = None
    tax_id: Short | None = None
    address: Address | None = None
    email: Email | None = None
    phone: Short | None = None
    buyer_reference: Short | None = None
    electronic_address: ElectronicAddress | None = None
    entity: Entity | None = None
    owner: Short | None = None
    attributes: Attributes | None = None
    strategic: bool | None = None
    revenue: Money | None = None

    @property
    def classifies(self) -> bool:
        """Tell whether it changes something that the policy classifies the customer by."""
        return self.strategic is not None or self.revenue is not None

    def applied(self, card: CustomerCard) -> CustomerCard:
        """Return the master data with these changes."""
        changes = {name: value for name, value in self if value is not None and name != "attributes"}
        if self.attributes is not None:
            changes["attributes"] = tuple(self.attributes.items())
        return card.model_copy(update=changes)


class Contacts(Strict):
    """All contacts of a customer; they replace the ones there are. 全部联系人，整体替换。"""

    contacts: Annotated[tuple[ContactBody, ...], Field(max_length=100)]


class Classification(Strict):
    """A class that a person sets over the policy's, and the exclusions only a person can lift. 客户分级覆盖。"""

    class_override: Annotated[str, Field(max_length=40)] = ""
    blacklisted: bool | None = None
    strategic: bool | None = None


class Merge(Strict):
    """Which customer this one is the same as. 合并到。"""

    into: CustomerId


def contacts_of(bodies: tuple[ContactBody, ...]) -> tuple[Contact, ...]:
    """Return contacts as they are stored."""
    return tuple(Contact.model_validate(body.model_dump()) for body in bodies)
