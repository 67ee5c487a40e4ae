"""The replay's hands: it moves a workflow to a time, sends a command, and tries again while a server is away."""

import asyncio
import contextlib
import sys
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Protocol

from temporalio.client import Client, RPCError, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCStatusCode

from domain.account.state import Account
from domain.deal.state import Deal
from domain.machine import Submission
from domain.value import Value
from simulation.clocks import Clocks, beyond
from simulation.patience import patiently
from simulation.side_by_side import side_by_side
from simulation.wedged import check_not_wedged
from workflows.client import RUNNING, account_workflow_id, deal_workflow_id, statement_workflow_id
from workflows.messages import AccountInput, Answered, DealInput, Limits, StatementInput
from workflows.starting import Labels, account_labels, deal_labels
from workflows.temporal_client import TemporalWorkflows

PAST = timedelta(hours=1)
"""A clock this far past an event belongs to a replay that was interrupted: the workflow is started again."""
SETTLING_S = 0.02
LOOKED_AT = 250
"""Questions after which the server is asked whether something fails again and again."""
_GONE = frozenset({RPCStatusCode.NOT_FOUND})


class ReplayStore(Protocol):
    """What the replay asks of LTC's database."""

    async def keep_customer(self, customer_id: str, name: str, at: datetime) -> None:
        """Make sure that the customer exists."""

    async def applied(self, source: str) -> frozenset[str]:
        """Return the ids of all steps of a source that the event log has."""

    async def applied_beyond(self, workflow_id: str, version: int) -> frozenset[str]:
        """Return the ids of what the event log has of a workflow beyond a version."""

    async def deal_state(self, deal_id: str) -> Deal | None:
        """Return a deal folded from the event log, none when it is unknown."""

    async def open_workflows(self) -> tuple[str, ...]:
        """Return the workflow ids of all open deals and accounts by the read model."""


class Sender:
    """Sends to the workflows of one entity."""

    def __init__(
        self,
        client: Client,
        workflows: TemporalWorkflows,
        clocks: Clocks,
        store: ReplayStore,
        *,
        entity: str,
        task_queue: str,
        limits: Limits,
    ) -> None:
        self.entity = entity
        self.store = store
        self._client = client
        self._workflows = workflows
        self._clocks = clocks
        self._queue = task_queue
        self._limits = limits

    async def applied(self, source: str) -> frozenset[str]:
        """Return the ids of all steps of a source that have happened, and need not be sent again.

        The log may be ahead: what it has of a task that was lost with its server never came to be.
        """
        logged = await self.store.applied(source)
        if not logged:
            return logged
        running = {execution.id async for execution in self._client.list_workflows(RUNNING)}
        lost: set[str] = set()

        async def compare(workflow_id: str) -> None:
            # What a cut-off step set going, its invoice say, goes on by itself; the steps behind it need its end.
            await self.settled(workflow_id)
            lost.update(await self.store.applied_beyond(workflow_id, await self._version(workflow_id)))

        await side_by_side(compare(workflow_id) for workflow_id in running.union(await self.store.open_workflows()))
        return logged - lost

    async def _version(self, workflow_id: str) -> int:
        """Return the version of a workflow; one that Temporal does not know is as far as its log."""
        handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(workflow_id)
        try:
            progress: tuple[int, int] = await patiently(lambda: handle.query("progress", result_type=tuple[int, int]))
        except RPCError as error:
            if error.status not in _GONE:
                raise
            return sys.maxsize
        return progress[0]

    async def capture(self, start: DealInput, at: datetime, submission: Submission[Any]) -> Answered:
        """Start a deal with its clock at a business time."""

        def begun() -> DealInput:
            return start.model_copy(update={"clock_offset_s": self._clocks.offset_s(at)})

        return await patiently(lambda: self._workflows.capture(begun(), submission, "settled"))

    async def deal(self, deal_id: str, submission: Submission[Any]) -> Answered:
        """Send a command to a deal and wait until all it set going is done."""
        return await patiently(lambda: self._workflows.submit_deal(deal_id, submission, "settled"))

    async def account(self, customer_id: str, currency: str, at: datetime, submission: Submission[Any]) -> Answered:
        """Send a command to an account at a time, starting the account there if it does not run."""
        workflow_id = account_workflow_id(self.entity, customer_id, currency)
        await self.settled(workflow_id)
        await self.move_account(workflow_id, at)
        return await patiently(
            lambda: self._workflows.submit_account(
                self.entity, customer_id, currency, submission, "settled", self._clocks.offset_s(at)
            )
        )

    async def statement(self, start: StatementInput, at: datetime) -> None:
        """Have a bank statement posted at a time and wait for it; accounts that it starts have their clock there."""
        workflow_id = statement_workflow_id(start.account, start.known_as)
        started = start.model_copy(update={"clock_offset_s": self._clocks.offset_s(at)})
        await patiently(lambda: self._workflows.post_statement(started))
        await patiently(lambda: self._client.get_workflow_handle(workflow_id).result())

    async def move_deal(self, deal_id: str, at: datetime) -> None:
        """Move a deal to a time; one that Temporal has lost is started again from the event log, there."""
        workflow_id = deal_workflow_id(deal_id)
        now = await patiently(lambda: self._clocks.now_of(workflow_id))
        if now is None:
            await self._restart_deal(await self.store.deal_state(deal_id), at)
        elif now - at > PAST:
            handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(workflow_id)
            state = await patiently(lambda: handle.query("state", result_type=Deal))
            await self._end(handle)
            await self._restart_deal(state, at)
        else:
            await patiently(lambda: self._clocks.move(workflow_id, beyond(at)))

    async def move_account(self, workflow_id: str, at: datetime) -> None:
        """Move an account to a time, if it runs."""
        now = await patiently(lambda: self._clocks.now_of(workflow_id))
        if now is None:
            return
        if now - at > PAST:
            handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(workflow_id)
            state = await patiently(lambda: handle.query("state", result_type=Account))
            await self._end(handle)
            await self._restart_account(state, at)
        else:
            await patiently(lambda: self._clocks.move(workflow_id, beyond(at)))

    async def to_the_end(self, workflow_id: str, at: datetime) -> None:
        """Move an open workflow to the end; one that Temporal does not run is left as the event log has it."""
        now = await patiently(lambda: self._clocks.now_of(workflow_id))
        if now is not None and now < at:
            await patiently(lambda: self._clocks.move(workflow_id, at))
            await self.settled(workflow_id)

    async def state_of(self, deal_id: str) -> Deal:
        """Ask a deal for its state."""
        workflow_id = deal_workflow_id(deal_id)
        state: Deal | None = None
        try:
            handle = self._client.get_workflow_handle(workflow_id)
            state = await patiently(lambda: handle.query("state", result_type=Deal))
        except RPCError as error:
            if error.status not in _GONE:
                raise
            state = await self.store.deal_state(deal_id)
        if state is None:
            raise LookupError(f"deal {deal_id} is neither in Temporal nor in the event log")
        return state

    async def settled(self, workflow_id: str) -> None:
        """Wait until nothing is under way in a workflow; one that does not run is settled.

        Raises:
            Wedged: something in it fails again and again.
        """
        handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(workflow_id)
        try:
            # Only the workflow knows when it is done, and a query costs its history nothing.
            for asked in count(1):
                if await patiently(lambda: handle.query("settled", result_type=bool)):
                    return
                if asked % LOOKED_AT == 0:
                    await check_not_wedged(self._client, workflow_id)
                await asyncio.sleep(SETTLING_S)
        except RPCError as error:
            if error.status not in _GONE:
                raise

    async def _restart_deal(self, state: Deal | None, at: datetime) -> None:
        if state is None or state.stage.closed:
            return
        workflow_id = deal_workflow_id(state.deal_id)
        start = DealInput(
            deal_id=state.deal_id,
            entity=state.entity,
            currency=state.currency,
            customer=state.customer,
            clock_offset_s=self._clocks.offset_s(at),
            limits=self._limits,
            state=state,
        )
        await self._begin("Deal", start, workflow_id, deal_labels(start))

    async def _restart_account(self, state: Account, at: datetime) -> None:
        workflow_id = account_workflow_id(state.entity, state.customer_id, state.currency)
        start = AccountInput(
            entity=state.entity,
            customer_id=state.customer_id,
            currency=state.currency,
            clock_offset_s=self._clocks.offset_s(at),
            limits=self._limits,
            state=state,
        )
        await self._begin("Account", start, workflow_id, account_labels(start))

    async def _end(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Terminate a workflow; one that an unanswered try has terminated is terminated."""
        try:
            await patiently(lambda: handle.terminate("the replay goes on at an earlier time"))
        except RPCError as error:
            if error.status not in _GONE:
                raise

    async def _begin(self, kind: str, start: Value, workflow_id: str, labels: Labels) -> None:
        """Start a workflow; one that an unanswered try has started is started."""
        with contextlib.suppress(WorkflowAlreadyStartedError):
            await patiently(
                lambda: self._client.start_workflow(kind, start, id=workflow_id, task_queue=self._queue, **labels)
            )
