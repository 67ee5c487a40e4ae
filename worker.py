"""The composition root of the worker: settings become connectors, connectors activities, activities a Worker."""

import asyncio
import inspect
import logging
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy.exc import DataError, IntegrityError
from temporalio import activity
from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

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
from activities.reach import Reach
from activities.records import RecordActivities
from activities.statements import StatementActivities
from activities.tax_papers import TaxPapers
from connectors.conditions.cel_conditions import CelConditions
from connectors.documents.typst_renderer import TypstRenderer
from connectors.einvoice.files import EInvoiceFiles
from connectors.einvoice.official_rules import OfficialRules
from connectors.letterhead.policy_letterheads import PolicyLetterheads
from connectors.mail.discarded import Discarded
from connectors.mail.eml_folder import EmlFolder
from connectors.mail.smtp import SmtpMailer
from connectors.mail.wording import Wording
from connectors.policy_files.loading import load
from connectors.policy_files.policy_resolver import PolicyResolver
from connectors.simulated.fiscal import SimulatedFiscal
from connectors.simulated.payouts import SimulatedPayouts
from connectors.simulated.vendor_book import VendorBook
from connectors.simulated.vendors import SimulatedCrm, SimulatedErp, SimulatedSigning
from domain.mail import Mailbox, Mailer
from mendable import Mendable
from settings import Settings, served_metrics
from storage.anchoring import anchored_daily
from storage.database import Database
from storage.operations.bank_lines import StoredBankBook
from storage.operations.documents import DocumentFiles
from storage.operations.fiscal import FiscalRecords
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.account_statements import Statements
from storage.queries.addresses import CustomerAddresses
from storage.queries.directory import StoredDirectory
from storage.queries.hand_over import HandOvers
from workflows import signing
from workflows.account import AccountWorkflow
from workflows.authentication import authenticate
from workflows.converter import DATA_CONVERTER
from workflows.data_errors import DataErrors
from workflows.deal import DealWorkflow
from workflows.messages import Limits
from workflows.queries_last import QueriesLast
from workflows.receivables import TemporalReceivables
from workflows.safety import Safety
from workflows.search_attributes import register
from workflows.statement import StatementWorkflow
from workflows.temporal_client import TemporalWorkflows
from workflows.words import TemporalWords

LOG = logging.getLogger("ltc.worker")
BUILD = "0.1.0"
"""Stands in every task of a history; the SDK's own is a hash of all modules, 32 characters long."""
STICKY = timedelta(seconds=5)
"""How long a task waits for a worker that died before another takes it."""
Activity = Callable[..., Any]


def real_now() -> datetime:
    """Return the wall clock, for what is stored beside the business: when a file was kept, whose orders are recent."""
    return datetime.now(UTC)


def mailer_of(settings: Settings) -> Mailer:
    """Return the mailer that the mail URL names; `Mendable` for another scheme."""
    parts = urlsplit(settings.mail_url)
    if parts.scheme == "file":
        return EmlFolder(Path(unquote(parts.path)))
    if parts.scheme in ("smtp", "smtps"):
        return SmtpMailer(settings.mail_url, Mailbox(address=settings.mail_sender))
    if parts.scheme == "discard":
        return Discarded()
    raise Mendable(f"LTC_MAIL_URL {parts.scheme}: is not known; write smtp://, smtps:// or file:///folder")


def activities_of(settings: Settings, client: Client, database: Database) -> list[Activity]:
    """Build every activity over its connectors."""
    log, books, addresses = Log(database), LedgerBooks(database), CustomerAddresses(database)
    resolver = PolicyResolver(load(settings.policy_file), StoredDirectory(database, real_now), CelConditions())
    words = TemporalWords(client, log, settings.task_queue, limits_of(settings))
    letterheads = PolicyLetterheads(resolver.current.policy)
    papers = papers_of(database)
    mailer, wording = mailer_of(settings), Wording()
    receivables = TemporalReceivables(TemporalWorkflows(client, settings.task_queue, limits_of(settings)))
    vendors = VendorBook(settings.data_dir / "simulated.db")
    fiscal = Fiscal(SimulatedFiscal(vendors), FiscalRecords(database, real_now))
    tax_papers = TaxPapers(addresses, letterheads, papers, fiscal)
    groups = (
        RecordActivities(log),
        ApprovalActivities(resolver),
        InvoicingActivities(books, words, tax_papers),
        PaymentActivities(books, resolver, words),
        StatementActivities(StoredBankBook(database), receivables, resolver.current.policy.statements.payer_mismatch),
        DunningActivities(books, addresses, resolver, letterheads, papers, tax_papers, mailer, wording),
        NotificationActivities(
            addresses, resolver, letterheads, papers, tax_papers, mailer, wording, log, reach_of(settings)
        ),
        HandOverActivities(
            addresses,
            letterheads,
            Statements(database),
            HandOvers(database),
            papers,
            DocumentFiles(database, real_now),
            mailer,
        ),
        CustomerPaperActivities(addresses, letterheads, Statements(database), papers, tax_papers, mailer, wording),
        CrmActivities(SimulatedCrm(vendors)),
        ErpActivities(SimulatedErp(vendors)),
        PayoutActivities(SimulatedPayouts(vendors)),
        ContractActivities(SimulatedSigning(vendors)),
    )
    return [authenticate, *(method for group in groups for method in activities_in(group))]


def papers_of(database: Database) -> Papers:
    """Return what renders documents and keeps them."""
    return Papers(TypstRenderer(), DocumentFiles(database, real_now), EInvoiceFiles(OfficialRules()))


def reach_of(settings: Settings) -> Reach:
    """Return where colleagues can look and act, as the settings have it."""
    ui, namespace = settings.temporal_ui_url, settings.temporal_namespace or "default"
    workflows = f"{ui.rstrip('/')}/namespaces/{namespace}/workflows" if ui else ""
    return Reach(api=settings.public_url, workflows=workflows, console=settings.console_allowed)


def activities_in(group: object) -> list[Activity]:
    """Return the activities among an object's methods."""
    methods = inspect.getmembers(group, inspect.ismethod)
    return [method for _, method in methods if activity._Definition.from_callable(method) is not None]


def limits_of(settings: Settings) -> Limits:
    """Return the limits that workflows are started with."""
    return Limits(console=settings.console_allowed)


def build(
    client: Client,
    task_queue: str,
    activities: Sequence[Activity],
    *,
    runner: WorkflowRunner | None = None,
    max_cached_workflows: int = 1000,
) -> Worker:
    """Build the worker the same way in production and in tests; production leaves the sandbox off (70 ms a deal)."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[DealWorkflow, AccountWorkflow, StatementWorkflow],
        activities=activities,
        interceptors=[Safety(), DataErrors(IntegrityError, DataError)],
        workflow_runner=QueriesLast(runner or UnsandboxedWorkflowRunner()),
        activity_executor=ThreadPoolExecutor(8, "ltc-activity"),
        max_cached_workflows=max_cached_workflows,
        build_id=BUILD,
        graceful_shutdown_timeout=timedelta(seconds=10),
        sticky_queue_schedule_to_start_timeout=STICKY,
    )


async def connect(settings: Settings, runtime: Runtime | None = None) -> Client:
    """Connect to Temporal as the settings and Temporal's own environment say, measured by a runtime of one's own."""
    return await Client.connect(**settings.temporal_options(), data_converter=DATA_CONVERTER, runtime=runtime)


async def run(settings: Settings) -> None:
    """Work until a signal asks to stop; what is under way is let finish."""
    signing.use_key(settings.signing_key.get_secret_value())
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    client, database = await connect(settings, served_metrics(settings)), Database(settings.database_url)
    await register(client)
    activities = activities_of(settings, client, database)
    working = build(client, settings.task_queue, activities, max_cached_workflows=settings.max_cached_workflows)
    async with working, asyncio.TaskGroup() as beside:
        beside.create_task(anchored_daily(database, real_now, stop))
        LOG.info(
            "works on queue %s of %s; Ctrl-C stops it", settings.task_queue, client.service_client.config.target_host
        )
        await stop.wait()
    database.close()
