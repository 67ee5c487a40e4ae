"""Implements `workflows.client.Workflows` on a Temporal client: signs what it sends, turns answers into refusals."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.deal.state import Deal
from domain.machine import Explanation, Submission
from domain.refusal import Code, Detail, Refused, refuse
from domain.value import Text, Value
from workflows import signing
from workflows.client import (
    NotAnswered,
    WorkflowsAway,
    account_workflow_id,
    deal_workflow_id,
    statement_workflow_id,
)
from workflows.converter import thin
from workflows.deal_machine import ORGANISATION
from workflows.messages import (
    AccountInput,
    AccountSubmission,
    Answered,
    DealInput,
    DealSubmission,
    Envelope,
    Limits,
    StatementInput,
    Until,
    Word,
)
from workflows.reading import digest_of
from workflows.starting import account_labels, deal_labels, statement_labels
from workflows.workers import nobody, pollers

ANSWER_WITHIN = timedelta(seconds=20)
"""Longer than any local work takes; an answer that is later may still have been applied, the key tells."""
QUERY_WITHIN = timedelta(seconds=5)
UNANSWERED = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        # A connection that breaks in the middle of a call is one of these, whatever the server would have said.
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.INTERNAL,
    }
)
"""After one of these nobody knows whether the server has heard the call."""
NOT_NOW = UNANSWERED | {RPCStatusCode.FAILED_PRECONDITION}
"""After one of these the same call may succeed later. The last is said of a workflow whose task has failed, until it
is tried again, and of one whose first task is not scheduled yet."""


async def real_time() -> float:
    """Production adds nothing to the clock."""
    return 0


class TemporalWorkflows:
    """The API's way to the workflows.

    Attributes:
        clock_offset: tells the seconds that what is started now adds to its clock: under ``up`` the sum of all jumps.
    """

    def __init__(
        self,
        client: Client,
        task_queue: str,
        limits: Limits,
        clock_offset: Callable[[], Awaitable[float]] = real_time,
    ) -> None:
        self._client = client
        self._queue = task_queue
        self._limits = limits
        self._clock_offset = clock_offset

    async def capture(self, start: DealInput, submission: DealSubmission, until: Until = "recorded") -> Answered:
        """Start a deal with its capture."""
        workflow_id = deal_workflow_id(start.deal_id)
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            "Deal",
            start.model_copy(update={"limits": self._limits}),
            id=workflow_id,
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            **deal_labels(start, getattr(submission.command, "value", None)),
        )
        try:
            return await self._with_start(workflow_id, operation, submission, until)
        except WorkflowAlreadyStartedError as error:
            await _heard(operation)
            raise _closed(workflow_id) from error

    async def submit_deal(self, deal_id: str, submission: DealSubmission, until: Until = "recorded") -> Answered:
        """Send a command to a deal and wait for its answer."""
        return await self._update(deal_workflow_id(deal_id), submission, until)

    async def submit_account(
        self,
        entity: str,
        customer_id: str,
        currency: str,
        submission: AccountSubmission,
        until: Until = "recorded",
        clock_offset_s: float | None = None,
    ) -> Answered:
        """Send a command to an account, starting it if it does not run."""
        offset_s = await self._clock_offset() if clock_offset_s is None else clock_offset_s
        workflow_id = account_workflow_id(entity, customer_id, currency)
        start = self._account(entity, customer_id, currency, offset_s)
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            "Account",
            start,
            id=workflow_id,
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            **account_labels(start),
        )
        return await self._with_start(workflow_id, operation, submission, until)

    async def signal_deal(self, deal_id: str, submission: DealSubmission) -> None:
        """Hand a command over durably; a deal that has closed refuses with E_STATE."""
        workflow_id = deal_workflow_id(deal_id)
        try:
            await self._client.get_workflow_handle(workflow_id).signal("command", _signed(workflow_id, submission))
        except RPCError as error:
            raise await self._refusal(workflow_id, error) from error

    async def signal_account(self, entity: str, customer_id: str, currency: str, submission: AccountSubmission) -> None:
        """Hand a command over durably, starting the account if it does not run."""
        workflow_id = account_workflow_id(entity, customer_id, currency)
        start = self._account(entity, customer_id, currency, await self._clock_offset())
        try:
            await self._client.start_workflow(
                "Account",
                start,
                id=workflow_id,
                task_queue=self._queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal="command",
                start_signal_args=[_signed(workflow_id, submission)],
                **account_labels(start),
            )
        except RPCError as error:
            raise await self._refusal(workflow_id, error) from error

    async def post_statement(self, start: StatementInput) -> None:
        """Start the statement's workflow, or wake it up where it runs."""
        workflow_id = statement_workflow_id(start.account, start.known_as)
        offset_s = start.clock_offset_s or await self._clock_offset()
        try:
            await self._client.start_workflow(
                "Statement",
                start.model_copy(update={"clock_offset_s": offset_s}),
                id=workflow_id,
                task_queue=self._queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal="more",
                **statement_labels(start),
            )
        except RPCError as error:
            raise await self._refusal(workflow_id, error) from error

    def _account(self, entity: str, customer_id: str, currency: str, offset_s: float) -> AccountInput:
        return AccountInput(
            entity=entity, customer_id=customer_id, currency=currency, clock_offset_s=offset_s, limits=self._limits
        )

    async def explain_deal(self, deal_id: str) -> Explanation:
        """Ask a deal why it is where it is."""
        answer: Explanation = await self._query(deal_id, "explain", Explanation)
        return answer

    async def state_deal(self, deal_id: str) -> Value:
        """Ask a deal for its whole state."""
        answer: Deal = await self._query(deal_id, "state", Deal)
        return answer

    async def org_changed(self, accounts: Sequence[str] = ()) -> None:
        """Tell every deal with an open approval, and these accounts, that people changed."""
        query = (
            "WorkflowType = 'Deal' AND LtcStage IN ('quote.pending', 'active.amending') AND ExecutionStatus = 'Running'"
        )
        try:
            async for execution in self._client.list_workflows(query):
                await self._tell_of_people(execution.id)
            for account in accounts:
                await self._tell_of_people(account)
        except RPCError as error:
            raise WorkflowsAway(str(error)) from error

    async def _tell_of_people(self, workflow_id: str) -> None:
        """Say that people changed; who has ended meanwhile has no seat to fill."""
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            now = await handle.describe()
            told = f"{ORGANISATION}/{now.run_id}/{self._client.identity}/{now.history_length}"
            word = Word(id=told, sender=ORGANISATION, command={"kind": "org_changed"})
            await handle.signal("word", word.model_copy(update={"signature": signing.sign(workflow_id, word)}))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def ready(self) -> None:
        """Raise `WorkflowsAway` unless Temporal answers."""
        try:
            healthy = await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except RPCError as error:
            raise WorkflowsAway(str(error)) from error
        if not healthy:
            raise WorkflowsAway("the Temporal server is not serving")

    async def worked(self) -> None:
        """Raise `WorkflowsAway` unless a worker asks for work, and Temporal answers."""
        try:
            idle = nobody(self._queue, await pollers(self._client, self._queue), datetime.now(UTC))
        except RPCError as error:
            raise WorkflowsAway(str(error)) from error
        if idle:
            raise WorkflowsAway(idle)

    async def _with_start(
        self,
        workflow_id: str,
        operation: WithStartWorkflowOperation[Any, Any],
        submission: Submission[Any],
        until: Until,
    ) -> Answered:
        try:
            answered: Answered = await self._client.execute_update_with_start_workflow(
                "submit",
                _signed(workflow_id, submission, until),
                start_workflow_operation=operation,
                id=_update_id(submission),
                result_type=Answered,
                rpc_timeout=ANSWER_WITHIN,
            )
        except WorkflowUpdateFailedError as error:
            raise _refused(error) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            await _heard(operation)
            raise await self._unanswered(workflow_id) from error
        except RPCError as error:
            await _heard(operation)
            raise await self._refusal(workflow_id, error) from error
        return answered

    async def _update(self, workflow_id: str, submission: Submission[Any], until: Until) -> Answered:
        handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(workflow_id)
        try:
            answered: Answered = await handle.execute_update(
                "submit",
                _signed(workflow_id, submission, until),
                id=_update_id(submission),
                result_type=Answered,
                rpc_timeout=ANSWER_WITHIN,
            )
        except WorkflowUpdateFailedError as error:
            raise _refused(error) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise await self._unanswered(workflow_id) from error
        except RPCError as error:
            raise await self._refusal(workflow_id, error) from error
        return answered

    async def _query(self, deal_id: str, name: str, answer: type) -> Any:
        workflow_id = deal_workflow_id(deal_id)
        handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(workflow_id)
        try:
            return await handle.query(name, result_type=answer, rpc_timeout=QUERY_WITHIN)
        except WorkflowQueryFailedError as error:
            raise WorkflowsAway(str(error)) from error
        except RPCError as error:
            raise await self._refusal(workflow_id, error) from error

    async def _unanswered(self, workflow_id: str) -> WorkflowsAway:
        """Tell a Temporal that is away from workers that are."""
        try:
            await self.ready()
        except WorkflowsAway as away:
            return away
        return NotAnswered(f"{workflow_id} has not answered; repeat with the same key")

    async def _refusal(self, workflow_id: str, error: RPCError) -> Exception:
        """Tell an unknown workflow from a closed one from a server that is away."""
        if error.status in NOT_NOW:
            return WorkflowsAway(str(error))
        if error.status is not RPCStatusCode.NOT_FOUND:
            return error
        try:
            description = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as unknown:
            if unknown.status is RPCStatusCode.NOT_FOUND:
                return refuse(Code.NOTFOUND, f"there is no {workflow_id}", f"不存在 {workflow_id}")
            return WorkflowsAway(str(unknown))
        if description.status is WorkflowExecutionStatus.RUNNING:
            return WorkflowsAway(f"{workflow_id} was changing over to a new run; repeat with the same key")
        return _closed(workflow_id)


async def _heard(operation: WithStartWorkflowOperation[Any, Any]) -> None:
    """Take the error of a start that failed, which is being raised, so that nobody reports it as never retrieved."""
    with contextlib.suppress(Exception, asyncio.CancelledError):
        await operation.workflow_handle()


def _signed(workflow_id: str, submission: Submission[Any], until: Until = "recorded") -> Envelope:
    envelope = Envelope(
        id=submission.id,
        actor=submission.actor,
        command=thin(submission.command),
        expected_version=submission.expected_version,
        until=until,
    )
    return envelope.model_copy(update={"signature": signing.sign(workflow_id, envelope)})


def _update_id(submission: Submission[Any]) -> str:
    """The server dedupes by id without looking at the content, so the content is in the id."""
    return f"{submission.id}/{digest_of(submission)[:8]}"


def _closed(workflow_id: str) -> Refused:
    return refuse(
        Code.STATE, f"{workflow_id} is closed, nothing more can be done to it", f"{workflow_id} 已关闭，不能再操作"
    )


def _refused(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == "AcceptedUpdateCompletedWorkflow":
        return WorkflowsAway("the workflow was ended by hand before it answered; repeat with the same key")
    if not isinstance(cause, ApplicationError) or cause.type not in set(Code):
        return error
    english = cause.message.partition(": ")[2] if cause.message.startswith("E_") else cause.message
    chinese = str(cause.details[0]) if cause.details else english
    raw = cause.details[1] if len(cause.details) > 1 else []
    details = tuple(Detail.model_validate(item) for item in raw)
    return Refused(Code(cause.type), Text(en=english, zh=chinese), details)
