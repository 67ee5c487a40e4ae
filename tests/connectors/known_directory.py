"""A directory that knows what a test tells it."""

from domain.organisation import Absence, Delegation
from domain.policy.ports import CustomerFacts, ListPrice, OpenLeads
from domain.refusal import Code, refuse


class KnownDirectory:
    """`domain.policy.ports.Directory` over plain values."""

    def __init__(self, *customers: CustomerFacts) -> None:
        self.customers = {one.customer_id: one for one in customers}
        self.runtime_delegations: tuple[Delegation, ...] = ()
        self.runtime_absences: tuple[Absence, ...] = ()
        self.load: tuple[OpenLeads, ...] = ()
        self.prices: tuple[ListPrice, ...] = ()
        self.kept: dict[str, str] = {}

    async def customer(self, customer_id: str) -> CustomerFacts:
        if customer_id not in self.customers:
            raise refuse(Code.NOTFOUND, f"no customer {customer_id}", f"没有客户 {customer_id}")
        return self.customers[customer_id]

    async def delegations(self) -> tuple[Delegation, ...]:
        return self.runtime_delegations

    async def absences(self) -> tuple[Absence, ...]:
        return self.runtime_absences

    async def open_leads_by_owner(self) -> tuple[OpenLeads, ...]:
        return self.load

    async def list_prices(self, skus: tuple[str, ...], currency: str) -> tuple[ListPrice, ...]:
        return tuple(one for one in self.prices if one.sku in skus and one.price.currency == currency)

    async def keep_policy(self, policy: str, document: str) -> None:
        self.kept[policy] = document

    async def policy_document(self, policy: str) -> str:
        return self.kept.get(policy, "")
