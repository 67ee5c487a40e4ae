"""LTC as a whole for one scenario: real workflows, activities and storage; only paper and post are quick and kept."""

import asyncio
import inspect
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

import worker
from activities.approvals import ApprovalActivities
from activities.contracts import ContractActivities
from activities.crm import CrmActivities
from activities.customer_papers import CustomerPaperActivities
from activities.dunning import DunningActivities
from activities.erp import ErpActivities
from activities.fiscal import Fiscal
from activities.hand_over import HandOverActivities
from activities.invoicing import InvoicingActivities
from activities.notifications import NotificationActivities
from activities.papers import Papers
from activities.payments import PaymentActivities
from activities.payouts import PayoutActivities
from activities.records import RecordActivities
from activities.tax_papers import TaxPapers
from connectors.conditions.cel_conditions import CelConditions
from connectors.einvoice.files import EInvoiceFiles
from connectors.einvoice.official_rules import OfficialRules
from connectors.letterhead.policy_letterheads import PolicyLetterheads
from connectors.mail.wording import Wording
from connectors.policy_files.loading import LoadedPolicy
from connectors.policy_files.policy_resolver import PolicyResolver
from connectors.simulated.fiscal import SimulatedFiscal
from connectors.simulated.payouts import SimulatedPayouts
from connectors.simulated.vendors import SimulatedCrm, SimulatedErp, SimulatedSigning
from domain.mail import Mail, MailReceipt
from domain.policy.ports import CustomerFacts
from domain.rendering import NotArchivable, Printed
from embedded.temporal_server import TemporalServer
from simulation.clocks import Clocks, wall
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import put_customer
from storage.operations.documents import DocumentFiles
from storage.operations.fiscal import FiscalRecords
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.account_statements import Statements
from storage.queries.addresses import CustomerAddresses
from storage.queries.directory import StoredDirectory
from storage.queries.hand_over import HandOvers
from tests.workflows.harness import SIGNING_KEY, Company, runner
from workflows import signing
from workflows.authentication import authenticate
from workflows.messages import Limits
from workflows.temporal_client import TemporalWorkflows
from workflows.words import TemporalWords

LIMITS = Limits(vendor_attempts=3)
EINVOICES = EInvoiceFiles(OfficialRules())


class BlankPaper:
    """Prints nothing: how documents look is tested elsewhere."""

    def render(self, document: Printed) -> bytes:
        """Return a file that names the document and nothing else."""
        return document.model_dump_json().encode()

    def render_archival(self, document: Printed) -> bytes:
        """Refuse, so that no file is put into a page that is none."""
        raise NotArchivable(document.number)


class Postbox:
    """Keeps every mail by its key, in the order they came.

    Attributes:
        mails: the first mail under each key.
    """

    def __init__(self) -> None:
        self.mails: dict[str, Mail] = {}

    async def send(self, mail: Mail) -> MailReceipt:
        """Keep the mail."""
        self.mails.setdefault(mail.message_key, mail)
        return MailReceipt(message_id=f"<{mail.message_key}@postbox.invalid>")


class Gate:
    """Keeps activities of some kinds waiting until they are let through."""

    def __init__(self) -> None:
        self._shut: dict[str, asyncio.Event] = {}

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that are kept waiting."""
        return frozenset(kind for kind, event in self._shut.items() if not event.is_set())

    def shut(self, kind: str) -> None:
        """Keep a kind waiting from now on."""
        self._shut[kind] = asyncio.Event()

    def open(self, kind: str) -> None:
        """Let a kind through."""
        self._shut[kind].set()

    async def __call__(self, kind: str) -> None:
        """Wait if this kind has to."""
        if kind in self._shut:
            await self._shut[kind].wait()


class ScenarioCompany(Company):
    """One scenario's own database, task queue and worker on the session's server."""

    def __init__(
        self, server: TemporalServer, client: Client, folder: Path, url: str, policy: LoadedPolicy, *, cached: int
    ) -> None:
        super().__init__(server, folder, limits=LIMITS, cached=cached)
        self.client = client
        self.database = Database(url)
        self.policy = policy
        self.postbox = Postbox()
        self.gate = Gate()

    async def open(self) -> None:
        """Start to work on a database that has its tables, over a client that knows the search attributes."""
        signing.use_key(SIGNING_KEY)
        skipper = TimeSkipper(self.client, config=TimeSkippingConfig(enabled=False))
        self.skipping = skipper.client
        self.workflows = TemporalWorkflows(self.skipping, self.queue, self.limits)
        self.clocks = Clocks(skipper)
        await self.start()

    async def start(self) -> None:
        """Start a worker."""
        self.worker = worker.build(
            self.client, self.queue, self.activities(), runner=runner(), max_cached_workflows=self.cached
        )
        self._running = asyncio.create_task(self.worker.run())

    def activities(self) -> list[worker.Activity]:
        """Build the activities as the worker does, with paper and post of the tests, behind the gate."""
        log, books, addresses = Log(self.database), LedgerBooks(self.database), CustomerAddresses(self.database)
        resolver = PolicyResolver(self.policy, StoredDirectory(self.database, wall), CelConditions())
        words = TemporalWords(self.client, log, self.queue, self.limits)
        letterheads = PolicyLetterheads(self.policy.policy)
        papers = Papers(BlankPaper(), DocumentFiles(self.database, wall), EINVOICES)
        fiscal = Fiscal(SimulatedFiscal(self.vendors), FiscalRecords(self.database, wall))
        tax_papers, wording = TaxPapers(addresses, letterheads, papers, fiscal), Wording()
        groups = (
            RecordActivities(log),
            ApprovalActivities(resolver),
            InvoicingActivities(books, words, tax_papers),
            PaymentActivities(books, resolver, words),
            DunningActivities(books, addresses, resolver, letterheads, papers, tax_papers, self.postbox, wording),
            NotificationActivities(addresses, resolver, letterheads, papers, tax_papers, self.postbox, wording, log),
            CustomerPaperActivities(
                addresses, letterheads, Statements(self.database), papers, tax_papers, self.postbox, wording
            ),
            HandOverActivities(
                addresses,
                letterheads,
                Statements(self.database),
                HandOvers(self.database),
                papers,
                DocumentFiles(self.database, wall),
                self.postbox,
            ),
            CrmActivities(SimulatedCrm(self.vendors)),
            ErpActivities(SimulatedErp(self.vendors)),
            PayoutActivities(SimulatedPayouts(self.vendors)),
            ContractActivities(SimulatedSigning(self.vendors)),
        )
        return [authenticate, *(gated(one, self.gate) for group in groups for one in worker.activities_in(group))]

    async def keep_customer(self, facts: CustomerFacts, at: datetime) -> None:
        """Keep a customer as the scenario describes it."""
        card = CustomerCard(
            customer_id=facts.customer_id,
            name=facts.name,
            language=facts.language,
            zone=facts.zone,
            country=facts.country,
            email=facts.email,
            class_override=facts.pinned_class,
        )
        await self.database.write(put_customer, card, at)


def gated(carry_out: worker.Activity, gate: Callable[[str], Any]) -> worker.Activity:
    """Put the gate before an activity."""
    definition = activity._Definition.must_from_callable(carry_out)
    name = definition.name
    if name is None:
        raise TypeError(f"{carry_out} has no name")

    async def behind(*arguments: Any) -> Any:
        await gate(name)
        return await carry_out(*arguments)

    # Temporal reads the types of arguments and result from the signature.
    behind.__signature__ = inspect.signature(carry_out)  # type: ignore[attr-defined]  # functions may have one
    behind.__annotations__ = inspect.get_annotations(getattr(carry_out, "__func__", carry_out))
    return activity.defn(name=name)(behind)
