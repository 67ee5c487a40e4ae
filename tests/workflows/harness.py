"""A worker in this process, sandboxed, on the session's server and a real database: what workflow tests stand on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import worker
from connectors.simulated.vendor_book import VendorBook
from embedded.temporal_server import TemporalServer
from settings import ROOT, Settings
from simulation.clocks import Clocks, wall
from simulation.patience import patiently
from storage.database import Database
from storage.entries import CustomerCard
from storage.migrate import upgrade
from storage.operations.customers import put_customer
from storage.queries.events import LoggedEvent, events_of
from storage.queries.invariants import verified
from workflows import signing
from workflows.messages import Envelope, Limits, Word
from workflows.search_attributes import register
from workflows.temporal_client import TemporalWorkflows

R = TypeVar("R")
PASSED_THROUGH = ("domain", "activities", "workflows", "mendable", "pydantic", "annotated_types", "orjson")
_NUMBERS = count(1)
SIGNING_KEY = "a key of the tests, thirty-two characters long"
CONSOLE = Limits(console=True)
POLL_S = 0.02
_NO_FAULTS = frozenset(
    {
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
    }
)
"""Why the server ends a task without a fault of the workflow: somebody reset it, or a message came as it ended."""
Replacing = Callable[["Company", list[worker.Activity]], list[worker.Activity]]
NOT_NOW = frozenset(
    {
        RPCStatusCode.CANCELLED,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.FAILED_PRECONDITION,  # a new run whose first task is not scheduled yet
    }
)


def runner() -> SandboxedWorkflowRunner:
    """The sandbox that tests always work in; what is pure, or checked elsewhere, is passed through."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def unchanged(company: "Company", activities: list[worker.Activity]) -> list[worker.Activity]:
    """Every activity as the worker has it."""
    return activities


class Company:
    """LTC as a whole with one worker, which a test may stop, start and replace.

    Attributes:
        limits: what every workflow is started with, those that others start included.
        cached: how many workflows the worker keeps in memory.
        replacing: what a test puts in the place of activities.
        settings: with a database of its own, SQLite unless a URL is given, and the shipped policy unless another is.
    """

    def __init__(
        self,
        server: TemporalServer,
        folder: Path,
        *,
        limits: Limits = CONSOLE,
        cached: int = 1000,
        replacing: Replacing = unchanged,
        database_url: str = "",
        policy_file: Path | None = None,
    ) -> None:
        self.server = server
        self.limits = limits
        self.cached = cached
        self.replacing = replacing
        self.queue = f"ltc-{uuid4().hex[:8]}"
        self.settings = settings_of(server.address, folder, self.queue, console=limits.console)
        if database_url:
            self.settings = self.settings.model_copy(update={"database_url": database_url})
        if policy_file:
            self.settings = self.settings.model_copy(update={"policy_file": policy_file})
        self.vendors = VendorBook(folder / "simulated.db")
        self.worker: Worker | None = None
        self._running: asyncio.Task[None] | None = None
        self._handles: dict[str, WorkflowHandle[Any, Any]] = {}

    async def open(self) -> None:
        """Make the tables, connect, register search attributes and start to work."""
        signing.use_key(SIGNING_KEY)
        upgrade(self.settings.database_url)
        self.database = Database(self.settings.database_url)
        self.client = await worker.connect(self.settings)
        await register(self.client)
        skipper = TimeSkipper(self.client, config=TimeSkippingConfig(enabled=False))
        self.skipping = skipper.client
        self.workflows = TemporalWorkflows(self.skipping, self.queue, self.limits)
        self.clocks = Clocks(skipper)
        await self.start()

    async def close(self) -> None:
        """Stop working and let go of the database; what still runs on the server is left there."""
        await self.stop()
        self.database.close()

    async def start(self) -> None:
        """Start a worker."""
        activities = self.replacing(self, worker.activities_of(self.settings, self.client, self.database))
        self.worker = worker.build(
            self.client, self.queue, activities, runner=runner(), max_cached_workflows=self.cached
        )
        self._running = asyncio.create_task(self.worker.run())

    async def stop(self) -> None:
        """Stop the worker as a deploy does."""
        if self.worker is None or self._running is None:
            return
        await self.worker.shutdown()
        await self._running
        self.worker = None

    async def restart(self) -> None:
        """Stop the worker and start another, which has no workflow in its cache."""
        await self.stop()
        await self.start()

    async def customer(self, customer_id: str = "", name: str = "") -> str:
        """Keep a customer of class C, who can be written to; a new one unless an id is given."""
        customer_id = customer_id or fresh()
        card = CustomerCard(
            customer_id=customer_id,
            name=name or f"客户 {customer_id}",
            language="zh-CN",
            zone="Asia/Shanghai",
            country="CN",
            address=("上海市黄浦区中山东一路 1 号",),
            tax_id="91310000MA1K111111",
            email=f"{customer_id.lower()}@customer.example",
            class_override="C",
        )
        await self.database.write(put_customer, card, wall())
        return customer_id

    def handle(self, workflow_id: str) -> WorkflowHandle[Any, Any]:
        """Return the handle of whichever run is the newest."""
        return self.client.get_workflow_handle(workflow_id)

    async def settled(self, workflow_id: str, within_s: float = 60) -> None:
        """Wait until a workflow has nothing under way; one that does not run is settled."""
        await eventually(lambda: self._settled(workflow_id), within_s, f"{workflow_id} to settle")

    async def _settled(self, workflow_id: str) -> bool:
        try:
            if not await self.runs(workflow_id):
                return True
            done: bool = await self.handle(workflow_id).query("settled", result_type=bool)
        except WorkflowQueryFailedError:
            return False  # it ran ahead of a task, or the worker was going away
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return True
            if error.status in NOT_NOW:
                return False
            raise
        return done

    async def runs(self, workflow_id: str) -> bool:
        """Tell whether a workflow is under way."""
        return (await self.handle(workflow_id).describe()).status is WorkflowExecutionStatus.RUNNING

    async def ended(self, workflow_id: str, within_s: float = 30) -> None:
        """Wait until a workflow has ended."""

        async def gone() -> bool:
            return not await self.runs(workflow_id)

        await eventually(gone, within_s, f"{workflow_id} to end")

    async def pass_time(self, workflow_id: str, span: timedelta) -> datetime:
        """Move a workflow forward and wait until what fell due is done; returns its business time."""
        now = await patiently(lambda: self.clocks.now_of(workflow_id))
        assert now is not None, f"{workflow_id} does not run"
        await patiently(lambda: self.clocks.move(workflow_id, now + span))
        await self.settled(workflow_id)
        return now + span

    async def events(self, workflow_id: str) -> tuple[LoggedEvent, ...]:
        """Read what the event log has of a workflow."""
        return await self.database.read(events_of, workflow_id)

    async def kinds(self, workflow_id: str) -> list[str]:
        """Read the kinds of all events of a workflow, in order."""
        return [event.kind for event in await self.events(workflow_id)]

    async def ask(self, workflow_id: str, query: str, answer: type[R]) -> R:
        """Ask a workflow, again while its worker is away."""
        told: R = await patiently(lambda: self.handle(workflow_id).query(query, result_type=answer))
        return told

    async def reset(self, workflow_id: str, back: float) -> None:
        """Reset a workflow, as the UI does, to one of its tasks: 0 is the first, 1 the last."""
        handle = self.handle(workflow_id)
        events = [event async for event in handle.fetch_history_events()]
        tasks = [one.event_id for one in events if one.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
        run_id = (await handle.describe()).run_id or ""
        request = ResetWorkflowExecutionRequest(
            namespace=self.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            reason="a test",
            workflow_task_finish_event_id=tasks[round(back * (len(tasks) - 1))],
            request_id=f"{run_id}/{back}",
        )
        await self.client.workflow_service.reset_workflow_execution(request)

    async def history_length(self, workflow_id: str) -> int:
        """Return how many events the newest run has."""
        return (await self.handle(workflow_id).describe()).history_length

    async def assert_healthy(self, workflow_id: str) -> None:
        """No task of the newest run has failed, and the log has every fact of the state without a gap.

        A task that timed out is none that failed: its worker was stopped in the middle of it. Nor is one that was
        reset, or one that was to end the run when a message had just come: the server has it done again with it.
        """
        async for event in self.handle(workflow_id).fetch_history_events():
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                cause = event.workflow_task_failed_event_attributes.cause
                assert cause in _NO_FAULTS, event
        logged = await self.events(workflow_id)
        assert [event.seq for event in logged] == list(range(1, len(logged) + 1))
        if await self.runs(workflow_id):
            version, recorded = await self.ask(workflow_id, "progress", tuple[int, int])
            assert (version, recorded) == (len(logged), len(logged))

    async def assert_sound(self) -> None:
        """Every invariant of the ledger and the log holds."""
        broken = [check for check in await self.database.read(verified) if not check.holds]
        assert broken == []


def settings_of(address: str, folder: Path, queue: str, *, console: bool) -> Settings:
    """Return the settings of a company of the tests."""
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{folder / 'ltc.db'}",
            "data_dir": folder,
            "mail_url": "discard:",
            "policy_file": ROOT / "policies" / "standard.yaml",
            "public_url": "http://localhost",
            "signing_key": SIGNING_KEY,
            "console_allowed": console,
            "task_queue": queue,
            "temporal_address": address,
            "temporal_namespace": "default",
        }
    )


@asynccontextmanager
async def company(server: TemporalServer, folder: Path, **options: Any) -> AsyncIterator[Company]:
    """Open a company and close it again."""
    opened = Company(server, folder, **options)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


def fresh() -> str:
    """Return a customer's id that no other test of the session has: all share one server."""
    return f"C-{next(_NUMBERS):05}"


async def eventually(holds: Callable[[], Any], within_s: float, what: str) -> None:
    """Wait until something holds."""
    loop = asyncio.get_running_loop()
    limit = loop.time() + within_s
    while not await holds():
        assert loop.time() < limit, f"waited {within_s:.0f} s for {what}"
        await asyncio.sleep(POLL_S)


def signed(workflow_id: str, message: Any) -> Any:
    """Sign a message as the API does."""
    assert isinstance(message, Envelope | Word)
    return message.model_copy(update={"signature": signing.sign(workflow_id, message)})


def instead(activities: Sequence[worker.Activity], *others: worker.Activity) -> list[worker.Activity]:
    """Put other activities in the place of those with the same names."""

    def name(one: worker.Activity) -> str | None:
        found = activity._Definition.from_callable(one)
        return found.name if found else None

    taken = {name(other) for other in others}
    return [one for one in activities if name(one) not in taken] + list(others)
