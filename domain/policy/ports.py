"""What the policy needs to know beyond its own files, as one protocol; storage implements it, the simulator too."""

from typing import Protocol

from domain.money import Money
from domain.organisation import Absence, Delegation
from domain.value import Value


class CustomerFacts(Value):
    """A customer as the policy's conditions see it, all of it known (nothing is left out when it is zero).

    Attributes:
        customer_id: ours.
        name: the legal name.
        country: ISO 3166 code, e.g. ``CN``; picks the contact calendar and the territory.
        language: of what the customer receives, e.g. ``zh-CN``.
        zone: IANA zone of quote expiry and contact hours.
        entity: the legal entity that sells to it; empty means the policy's default.
        owner: the person who looks after it already; empty if nobody does.
        pinned_class: the class a person has set; exclusions of the policy still come first.
        blacklisted, strategic: set by a person.
        annual_revenue: the customer's own, none when unknown (counts as nothing).
        bad_debt_24m: what was written off in the 24 months before, in the currency of the accounts' entity.
        orders_12m: orders in the 12 months before.
        orders_open: those of them whose deals are not closed: not delivered, invoiced or paid to the end.
        dbt_12m_days: average days beyond terms of what was paid in the 12 months before, rounded up, 0 if early.
        tax_id, email, phone: for finding duplicates; empty when unknown. A VAT identifier also decides the tax.
        sector: what the customer's attribute of that name says, e.g. ``public`` or ``sme``; empty when unknown.
    """

    customer_id: str
    name: str
    country: str = ""
    language: str = "en"
    zone: str = "UTC"
    entity: str = ""
    owner: str = ""
    pinned_class: str = ""
    blacklisted: bool = False
    strategic: bool = False
    annual_revenue: Money | None = None
    bad_debt_24m: Money | None = None
    orders_12m: int = 0
    orders_open: int = 0
    dbt_12m_days: int = 0
    tax_id: str = ""
    email: str = ""
    phone: str = ""
    sector: str = ""


class OpenLeads(Value):
    """How many leads and opportunities a person has open."""

    person: str
    count: int


class ListPrice(Value):
    """What one unit of an article costs at list, as people have set it at run time; inactive ones are not sold."""

    sku: str
    price: Money
    active: bool = True


class Directory(Protocol):
    """What the database knows that the policy asks for; every answer is as of now and committed."""

    async def customer(self, customer_id: str) -> CustomerFacts:
        """Return the facts of a customer; raises `domain.refusal.Refused` (E_NOTFOUND) when there is none."""

    async def delegations(self) -> tuple[Delegation, ...]:
        """Return the delegations made at run time that are not revoked, past and future ones too, oldest first."""

    async def absences(self) -> tuple[Absence, ...]:
        """Return the absences reported at run time that are not withdrawn, past and future ones too, oldest first."""

    async def open_leads_by_owner(self) -> tuple[OpenLeads, ...]:
        """Return the open leads and opportunities per owner; who has none may be left out."""

    async def list_prices(self, skus: tuple[str, ...], currency: str) -> tuple[ListPrice, ...]:
        """Return the list prices of these articles that were set at run time; the others are left out."""

    async def keep_policy(self, policy: str, document: str) -> None:
        """Store a policy's document under its name and content hash; storing it again changes nothing."""

    async def policy_document(self, policy: str) -> str:
        """Return the document that `keep_policy` stored, or an empty text when there is none."""
