"""The composition root of the API: settings become a database, a connection to the workflows, and routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

from fastapi import FastAPI
from fastapi.routing import APIRoute
from temporalio.client import Client

from api import errors, reference, webhooks
from api.authorisation import ALLOWED
from api.connecting import ConnectedLater
from api.deps import Edge
from api.idempotency import EchoedKey
from api.metrics import Counted, Metrics
from api.oidc import DiscoveredKeys, Issuer
from api.routes import (
    accounts,
    approvals,
    books,
    cancellations,
    credit_notes,
    customers,
    deals,
    delegations,
    exchange_rates,
    exchanges,
    files,
    health,
    invoices,
    operations,
    payer_accounts,
    periods,
    products,
    questions,
    receipts,
    receivable_lists,
    statements,
)
from api.size import Sized
from api.standard_webhooks import key_of
from connectors.policy_files.loading import load
from settings import Settings, served_metrics
from storage.database import Database
from storage.queries.business_time import clock_offset_s
from workflows.client import Workflows
from workflows.converter import DATA_CONVERTER
from workflows.messages import Limits
from workflows.search_attributes import register
from workflows.signing import use_key
from workflows.temporal_client import TemporalWorkflows

GUARDED = (
    customers, products, deals, cancellations, approvals, delegations, receipts, accounts, invoices, receivable_lists,
    books, files, operations, statements, questions, payer_accounts, credit_notes, periods, exchange_rates,
    exchanges,
)  # fmt: skip
DESCRIPTION = "Lead to cash: every deal is one durable workflow, and the money always adds up. 线索到现金。"


def create_app(edge: Edge | None = None) -> FastAPI:
    """Build the API; without an edge it is built from the settings when the server starts."""
    app = FastAPI(
        title="LTC", version="0.1.0", description=DESCRIPTION, openapi_url="/api/openapi.json", docs_url=None,
        redoc_url=None, lifespan=_lifespan,
    )  # fmt: skip
    app.state.edge = edge
    app.add_middleware(Sized)
    app.add_middleware(EchoedKey)
    app.state.metrics = Metrics()
    app.add_middleware(Counted, metrics=app.state.metrics)
    errors.install(app)
    for module in (health, reference, webhooks):
        app.include_router(module.router)
    for module in GUARDED:
        _check(module)
        app.include_router(module.router)
    app.openapi = reference.document_of(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


def _check(module: ModuleType) -> None:
    """Make sure that every call has its line in the table of roles, and none is without a caller."""
    for route in module.router.routes:
        assert isinstance(route, APIRoute)
        missing = {(method, route.path) for method in route.methods or ()} - ALLOWED.keys()
        if missing:
            raise LookupError(f"{missing} has no line in api/authorisation.py")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    if app.state.edge is not None:
        yield
        return
    async with built(Settings.load()) as edge:
        app.state.edge = edge
        yield


@asynccontextmanager
async def built(settings: Settings) -> AsyncIterator[Edge]:
    """Build what the routes share; Temporal and the database may be away, then `/readyz` says so."""
    issuer = None
    if settings.oidc_issuer is not None and settings.oidc_audience is not None:
        issuer = Issuer(settings.oidc_issuer, settings.oidc_audience, DiscoveredKeys(settings.oidc_issuer))
    for secrets in settings.webhook_secrets.values():
        for secret in secrets.get_secret_value().split():
            key_of(secret)
    use_key(settings.signing_key.get_secret_value())
    loaded = load(settings.policy_file)
    options, runtime = settings.temporal_options(), served_metrics(settings)

    async with Database(settings.database_url) as database:

        async def clock_offset() -> float:
            return await database.read(clock_offset_s)

        async def connect() -> Workflows:
            client = await Client.connect(**options, data_converter=DATA_CONVERTER, runtime=runtime)
            # Without them nothing can be started; the first worker may come up after the API.
            await register(client)
            limits = Limits(console=settings.console_allowed)
            return TemporalWorkflows(client, settings.task_queue, limits, clock_offset)

        yield Edge(
            settings, database, ConnectedLater(connect), policy=loaded.policy, standing=loaded.org.delegations,
            people=loaded.org.people, issuer=issuer,
        )  # fmt: skip
