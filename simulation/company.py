"""A company in memory under one policy: the same question gets the same answer for as long as the simulation lasts."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from connectors.conditions.cel_conditions import CelConditions
from connectors.policy_files.loading import LoadedPolicy, load
from connectors.policy_files.policy_resolver import PolicyResolver
from domain.account.effects import LoadCase
from domain.approval.questions import CheckSigner, ResolveApproval
from domain.deal.commands import LongerCalendar, Opened, Resolved, SignerChecked
from domain.deal.effects import AssignLead, ExtendCalendar, OpenDeal
from domain.organisation import Absence, Delegation, Person
from domain.policy.ports import CustomerFacts, ListPrice, OpenLeads
from domain.receivables.plausible import RateChecks
from domain.refusal import Code, refuse
from domain.terms import AccountTerms
from domain.value import Text, Value
from simulation.engine import Simulator
from simulation.ledger import MemoryLedger


class MemoryDirectory:
    """Implements `domain.policy.ports.Directory` for customers that are given.

    Attributes:
        made, reported: delegations and absences at run time, beside those of the organisation file.
        leads: counts the open leads and opportunities per owner.
    """

    def __init__(self, customers: Iterable[CustomerFacts]) -> None:
        self.customers = {customer.customer_id: customer for customer in customers}
        self.made: list[Delegation] = []
        self.reported: list[Absence] = []
        self.leads: Callable[[], tuple[OpenLeads, ...]] = tuple
        self._policies: dict[str, str] = {}

    async def customer(self, customer_id: str) -> CustomerFacts:
        """Return the facts of a customer (E_NOTFOUND)."""
        found = self.customers.get(customer_id)
        if found is None:
            raise refuse(Code.NOTFOUND, f"there is no customer {customer_id}", f"没有客户 {customer_id}")
        return found

    async def delegations(self) -> tuple[Delegation, ...]:
        """Return those that were made at run time."""
        return tuple(self.made)

    async def absences(self) -> tuple[Absence, ...]:
        """Return those that were reported at run time."""
        return tuple(self.reported)

    async def open_leads_by_owner(self) -> tuple[OpenLeads, ...]:
        """Return the open leads and opportunities per owner."""
        return self.leads()

    async def list_prices(self, skus: tuple[str, ...], currency: str) -> tuple[ListPrice, ...]:
        """Return none: prices are the policy's own."""
        return ()

    async def keep_policy(self, policy: str, document: str) -> None:
        """Keep a policy's document."""
        self._policies[policy] = document

    async def policy_document(self, policy: str) -> str:
        """Return a document that was kept, or an empty text."""
        return self._policies.get(policy, "")


class RememberedResolver:
    """Implements `domain.ports.Resolver`; asks the policy once for all customers and quotes that it treats alike.

    What hangs on who is away, or on who has how many leads, is asked each time.
    """

    def __init__(self, policy: PolicyResolver, directory: MemoryDirectory) -> None:
        self._policy = policy
        self._directory = directory
        org = policy.current.org
        self._people_stay = not (org.delegations or org.absences)
        self._opened: dict[tuple[Value, Value, int], Opened] = {}
        self._steps: dict[ResolveApproval, Resolved] = {}
        self._accounts: dict[tuple[Value, Value, int], tuple[AccountTerms, str]] = {}

    async def open_deal(self, effect: OpenDeal, at: datetime) -> Opened:
        """Classify, score, assign and compile the terms."""
        if not effect.owner or self._people_change:
            return await self._policy.open_deal(effect, at)
        customer = await self._directory.customer(effect.customer_id)
        key = (_alike(customer), effect.model_copy(update={"deal_id": "", "customer_id": ""}), at.year)
        known = self._opened.get(key)
        if known is None:
            known = self._opened[key] = await self._policy.open_deal(effect, at)
        named = known.customer.model_copy(update={"customer_id": customer.customer_id, "name": customer.name})
        return known.model_copy(update={"customer": named})

    async def assign(self, effect: AssignLead, at: datetime) -> str:
        """Return the next assignee."""
        return await self._policy.assign(effect, at)

    async def approval_steps(self, effect: ResolveApproval, at: datetime) -> Resolved:
        """Return the steps that fire, and until when their seats hold."""
        if self._people_change:
            return await self._policy.approval_steps(effect, at)
        subject = effect.subject.model_copy(update={"content_hash": ""})
        key = effect.model_copy(update={"approval_id": "", "customer_id": "", "subject": subject, "lines": ()})
        known = self._steps.get(key)
        if known is None:
            known = self._steps[key] = await self._policy.approval_steps(effect, at)
        return known.model_copy(update={"approval_id": effect.approval_id})

    async def longer_calendar(self, effect: ExtendCalendar, at: datetime) -> LongerCalendar:
        """Compile the deal's calendar for the years after its end."""
        return await self._policy.longer_calendar(effect, at)

    async def price_objection(self, effect: ResolveApproval) -> Text | None:
        """Return what is wrong with the list prices."""
        return await self._policy.price_objection(effect)

    @property
    def _people_change(self) -> bool:
        return not self._people_stay or bool(self._directory.made or self._directory.reported)

    async def people(self, names: Iterable[str]) -> tuple[Person, ...]:
        """Return the active people meant by ids and by ``role:…``."""
        return await self._policy.people(names)

    async def check_signer(self, effect: CheckSigner, at: datetime) -> SignerChecked:
        """Tell whether a person may sit in a seat."""
        return await self._policy.check_signer(effect, at)

    async def rate_checks(self, policy: str, entity: str, pair: tuple[str, str], at: datetime) -> RateChecks:
        """Return with what a stated rate is compared."""
        return await self._policy.rate_checks(policy, entity, pair, at)

    async def account_terms(self, effect: LoadCase, at: datetime) -> tuple[AccountTerms, str, str]:
        """Return the account's terms, their hash and the customer's name."""
        customer = await self._directory.customer(effect.customer_id)
        key = (_alike(customer), effect.model_copy(update={"customer_id": "", "run": ""}), at.year)
        known = self._accounts.get(key)
        if known is None:
            terms, digest, _ = await self._policy.account_terms(effect, at)
            known = self._accounts[key] = (terms, digest)
        return (*known, customer.name)


def _alike(customer: CustomerFacts) -> CustomerFacts:
    """Return what the policy knows a customer by, without what only names it."""
    return customer.model_copy(update=dict.fromkeys(("customer_id", "name", "tax_id", "email", "phone"), ""))


class Company(Simulator):
    """A simulator that works under a policy.

    Attributes:
        directory: its customers, and who stands in for whom.
        ledger: its books.
    """

    def __init__(self, policy: LoadedPolicy, customers: Iterable[CustomerFacts], start: datetime) -> None:
        self.directory = MemoryDirectory(customers)
        self.ledger = MemoryLedger()
        resolver = RememberedResolver(PolicyResolver(policy, self.directory, CelConditions()), self.directory)
        super().__init__(resolver, self.ledger, start, resolver)
        self.directory.leads = self.open_leads
        self.ledger.unbilled_minor = self.unbilled_minor
        self.ledger.holds = self.holds_of
        self.parties.writes = self.ledger.writes


def company(policy: Path | LoadedPolicy, customers: Iterable[CustomerFacts], start: datetime) -> Company:
    """Return a simulator that works under a policy, with an empty ledger.

    Raises:
        PolicyError: the policy's files are wrong; all of it is told.
    """
    return Company(load(policy) if isinstance(policy, Path) else policy, customers, start)
