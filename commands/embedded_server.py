"""Commands that work on what ``./ltc up`` runs find it by its data folder."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

import worker
from commands.up import reach
from embedded.claim import InUse, claimed
from embedded.temporal_server import TemporalServer
from settings import Settings
from simulation.clocks import Clocks
from simulation.replay_store import DatabaseStore
from simulation.sender import Sender
from storage.database import Database
from workflows import signing
from workflows.temporal_client import TemporalWorkflows


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Settings]:
    """Yield settings whose Temporal server runs: where nothing runs in a data folder, its server alone meanwhile."""
    folder = settings.data_dir / "temporal"
    async with AsyncExitStack() as stack:
        with suppress(InUse):
            if folder.exists():
                stack.enter_context(claimed(settings.data_dir))
                server = await stack.enter_async_context(TemporalServer(folder))
                settings = settings.model_copy(update={"temporal_address": server.address})
        yield settings


async def connected(settings: Settings) -> Client:
    """Connect to the server; `Mendable` when it does not answer."""
    await reach(settings)
    signing.use_key(settings.signing_key.get_secret_value())
    return await worker.connect(settings)


def sender_of(settings: Settings, client: Client, database: Database, clocks: Clocks, entity: str = "") -> Sender:
    """Return what moves and commands workflows under skipped time."""
    limits = worker.limits_of(settings)
    return Sender(
        client,
        TemporalWorkflows(client, settings.task_queue, limits),
        clocks,
        DatabaseStore(database),
        entity=entity,
        task_queue=settings.task_queue,
        limits=limits,
    )


def skipper_of(client: Client) -> TimeSkipper:
    """Return a skipper that moves time only when told to."""
    return TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
