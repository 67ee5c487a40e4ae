"""How far a workflow is follows from its history alone: no worker is asked, and nothing is set going."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from temporalio import workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from workflows.account import AccountWorkflow
from workflows.client import RUNNING
from workflows.converter import DATA_CONVERTER
from workflows.deal import DealWorkflow
from workflows.safety import Safety
from workflows.shell import Shell


class Position(NamedTuple):
    """Where a workflow is.

    Attributes:
        version: how many events it has had.
        fault: why its history does not lead there any more, empty if it does.
    """

    workflow_id: str
    version: int
    fault: str = ""


class _Noted(Interceptor):
    """Keeps hold of the shell of every workflow that is replayed."""

    def __init__(self) -> None:
        self.shells: dict[str, Shell[Any]] = {}

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002  # the SDK's name
    ) -> type[WorkflowInboundInterceptor]:
        """Return the interceptor's class."""
        shells = self.shells

        class Noting(WorkflowInboundInterceptor):
            async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002  # the SDK's name
                shells[workflow.info().workflow_id] = workflow.instance().shell
                return await super().execute_workflow(input)

        return Noting


async def positions(client: Client) -> AsyncIterator[Position]:
    """Yield the position of every running workflow, by replaying its history here."""
    noted = _Noted()
    replayer = Replayer(
        workflows=[DealWorkflow, AccountWorkflow],
        interceptors=[Safety(), noted],
        data_converter=DATA_CONVERTER,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with replayer.workflow_replay_iterator(_histories(client)) as replayed:
        async for one in replayed:
            workflow_id = one.history.workflow_id
            shell = noted.shells.pop(workflow_id, None)
            fault = "" if one.replay_failure is None else str(one.replay_failure)
            yield Position(workflow_id, 0 if shell is None else shell.version, fault)


async def _histories(client: Client) -> AsyncIterator[WorkflowHistory]:
    async for execution in client.list_workflows(RUNNING):
        yield await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()
