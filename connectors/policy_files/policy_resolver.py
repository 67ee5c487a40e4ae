"""The resolver answers by the policy that a deal is pinned to, and by the people of today.

The database is read through `Directory`; all rules are pure functions of ``domain.policy``.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from connectors.policy_files.calendars import PolicyCalendars
from connectors.policy_files.loading import LoadedPolicy, restore
from domain.account.effects import LoadCase
from domain.approval.questions import CheckSigner, ResolveApproval
from domain.approval.seats import Candidate
from domain.deal.commands import LongerCalendar, Opened, Resolved, SignerChecked
from domain.deal.effects import AssignLead, ExtendCalendar, OpenDeal
from domain.deal.state import Customer
from domain.organisation import OrgSnapshot, Person, snapshot
from domain.policy import compile as compiling
from domain.policy.facts import lead_facts
from domain.policy.ports import CustomerFacts, Directory
from domain.policy.resolve_assignee import assign
from domain.policy.resolve_class import classify
from domain.policy.resolve_prices import price_objection
from domain.policy.resolve_score import score
from domain.policy.resolve_steps import approval_steps, signer, steps_until
from domain.ports import Conditions
from domain.receivables.plausible import RateChecks
from domain.terms import AccountTerms
from domain.value import Text


class PolicyUnknown(Exception):
    """A deal is pinned to a policy that this database does not keep; restore the ``policy`` table from the backup."""

    def __init__(self, name: str) -> None:
        super().__init__(f"policy {name} is not in this database: restore its document, then the effect goes on")
        self.name = name


class PolicyResolver:
    """`domain.ports.Resolver` over one loaded policy; new deals get this one, older deals keep theirs."""

    def __init__(self, current: LoadedPolicy, directory: Directory, conditions: Conditions) -> None:
        self._current = current
        self._directory = directory
        self._conditions = conditions
        self._known = {current.name: current}
        self._kept = False

    @property
    def current(self) -> LoadedPolicy:
        """The policy that new deals run by."""
        return self._current

    async def open_deal(self, effect: OpenDeal, at: datetime) -> Opened:
        """Classify, score, assign and compile the terms.

        Raises:
            Refused: the customer or the legal entity does not exist (E_NOTFOUND).
        """
        loaded = await self._keep()
        policy = loaded.policy
        customer = await self._directory.customer(effect.customer_id)
        part = self._slice(loaded, customer, effect.entity, effect.currency, at)
        class_id = part.customer_class.id
        facts = lead_facts(policy, customer, class_id, effect.source, effect.value, effect.attributes, at)
        points = score(policy, effect.source, facts, self._conditions)
        load = await self._directory.open_leads_by_owner()
        org = await self.organisation()
        return Opened(
            terms=compiling.deal_terms(policy, part, PolicyCalendars(policy), at),
            customer=Customer(
                customer_id=customer.customer_id, name=customer.name, language=customer.language, zone=customer.zone
            ),
            score=points.points,
            score_reasons=points.reasons,
            assignee=assign(policy, org, customer, load, at, named=effect.owner),
        )

    async def assign(self, effect: AssignLead, at: datetime) -> str:
        """Return the next assignee, empty when nobody is left."""
        customer = await self._directory.customer(effect.customer_id)
        load = await self._directory.open_leads_by_owner()
        org = await self.organisation()
        return assign(self._current.policy, org, customer, load, at, not_to=effect.not_to)

    async def approval_steps(self, effect: ResolveApproval, at: datetime) -> Resolved:
        """Return the steps that fire under the deal's own policy, with seats filled by the people of today."""
        policy = (await self._pinned(effect.policy)).policy
        customer_class = effect.customer_class
        if not customer_class:
            customer = await self._directory.customer(effect.customer_id)
            customer_class = classify(policy, customer, self._conditions, at).id
        org = await self.organisation()
        steps = approval_steps(
            policy, org, effect.subject, self._conditions, at, customer_class=customer_class, entity=effect.entity
        )
        return Resolved(approval_id=effect.approval_id, steps=steps, until=steps_until(org, steps, at))

    async def longer_calendar(self, effect: ExtendCalendar, at: datetime) -> LongerCalendar:
        """Compile the calendar of the deal's entity, under the deal's own policy, for the years after its end.

        Raises:
            Refused: no later days are known (E_STATE).
        """
        policy = (await self._pinned(effect.policy)).policy
        name = compiling.entity_of(policy, effect.entity).calendar
        return LongerCalendar(calendar=PolicyCalendars(policy).longer(name, effect.known_until, at))

    async def price_objection(self, effect: ResolveApproval) -> Text | None:
        """Return what is wrong with the list prices of the effect's lines, or none: by its own policy's price book."""
        if not effect.lines:
            return None
        pinned = await self._pinned(effect.policy)
        skus = tuple(dict.fromkeys(line.sku for line in effect.lines))
        kept = await self._directory.list_prices(skus, effect.subject.amount.currency)
        return price_objection(pinned.policy, pinned.products, kept, effect.lines)

    async def check_signer(self, effect: CheckSigner, at: datetime) -> SignerChecked:
        """Tell whether a person may sit in a seat of this approval, and if not, why."""
        policy = (await self._pinned(effect.policy)).policy
        found = signer(policy, await self.organisation(), effect, at)
        if isinstance(found, Candidate):
            return SignerChecked(approval_id=effect.approval_id, candidate=found)
        return SignerChecked(approval_id=effect.approval_id, refused=found)

    async def account_terms(self, effect: LoadCase, at: datetime) -> tuple[AccountTerms, str, str]:
        """Return the account's terms, their hash and the customer's name; of a policy and class that it names, those.

        The class is that of the customer before the orders that are being billed: an account is opened by an invoice,
        and a first order would make nobody new any more just when it is to be collected.

        Raises:
            Refused: the customer or the legal entity does not exist (E_NOTFOUND).
        """
        loaded = await (self._pinned(effect.policy) if effect.policy else self._keep())
        policy = loaded.policy
        customer = await self._directory.customer(effect.customer_id)
        before = customer.model_copy(update={"orders_12m": customer.orders_12m - customer.orders_open})
        part = self._slice(loaded, before, effect.entity, effect.currency, at, effect.customer_class)
        terms = compiling.account_terms(policy, part, PolicyCalendars(policy), at)
        return terms, sha256(terms.model_dump_json().encode()).hexdigest(), customer.name

    async def rate_checks(self, policy: str, entity: str, pair: tuple[str, str], at: datetime) -> RateChecks:
        """Return the bounds of a pinned policy, and what it says the currencies are worth on that day."""
        return compiling.rate_checks((await self._pinned(policy)).policy, entity, pair, at)

    async def organisation(self) -> OrgSnapshot:
        """Return the people of the current policy's file with what was changed at run time."""
        org = self._current.org
        return snapshot(
            org.people,
            (*org.delegations, *await self._directory.delegations()),
            (*org.absences, *await self._directory.absences()),
        )

    async def people(self, names: Iterable[str]) -> tuple[Person, ...]:
        """Return the active people meant by ids and by ``role:…``, each once; a name that nobody has means nobody."""
        org = await self.organisation()
        found: dict[str, Person] = {}
        for name in names:
            one = org.find(name)
            group = org.holders(name.removeprefix("role:")) if name.startswith("role:") else (one,) if one else ()
            found |= {person.id: person for person in group if person.active}
        return tuple(found.values())

    def _slice(
        self,
        loaded: LoadedPolicy,
        customer: CustomerFacts,
        entity: str,
        currency: str,
        at: datetime,
        class_id: str = "",
    ) -> compiling.Slice:
        policy = loaded.policy
        kept = next((one for one in policy.classes if one.id == class_id), None)
        return compiling.Slice(
            policy=loaded.name,
            entity=entity or customer.entity or policy.default_entity,
            currency=currency,
            customer=customer,
            customer_class=kept or classify(policy, customer, self._conditions, at),
        )

    async def _keep(self) -> LoadedPolicy:
        """Store the current policy before the first deal or account is pinned to it."""
        if not self._kept:
            await self._directory.keep_policy(self._current.name, self._current.document)
            self._kept = True
        return self._current

    async def _pinned(self, name: str) -> LoadedPolicy:
        if name not in self._known:
            document = await self._directory.policy_document(name)
            if not document:
                raise PolicyUnknown(name)
            self._known[name] = restore(document)
        return self._known[name]
