"""A running workflow's clock is moved forward exactly once, whatever becomes of the server meanwhile.

The server takes a repeated request for another jump, and the SDK's `TimeSkipper.fast_forward` lets its client repeat
it: an answer lost in a crash would move the clock twice. So a jump is sent with one try, and its id tells afterwards
whether it arrived.
"""

from datetime import timedelta
from uuid import uuid4

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import FastForwardConfig, TimeSkippingConfig, WorkflowExecution
from temporalio.api.enums.v1 import FastForwardPollingResult
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import (
    PollWorkflowExecutionTimeSkippingRequest,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.client import Client, RPCError

from simulation.patience import patiently
from simulation.wedged import check_not_wedged
from workflows.temporal_client import UNANSWERED

_COMPLETED = FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED
_UNKNOWN = "fast_forward_id does not match"


async def forward(client: Client, workflow_id: str, span: timedelta) -> bool:
    """Move a workflow forward by a span; returns whether it still ran at the end of it."""
    return await patiently(lambda: _moved(client, workflow_id, span))


async def _moved(client: Client, workflow_id: str, span: timedelta) -> bool:
    jump_id = uuid4().hex
    unanswered = await _sent(client, workflow_id, jump_id, span)
    outcome = await finished(client, workflow_id, jump_id)
    if outcome is not None:
        return outcome
    raise unanswered or RuntimeError(f"{workflow_id} was moved by somebody else at the same time")


async def finished(client: Client, workflow_id: str, jump_id: str) -> bool | None:
    """Wait for the end of a jump; returns whether the workflow still ran then, none for a jump that never arrived.

    Raises:
        Wedged: something in it fails again and again.
    """
    request = PollWorkflowExecutionTimeSkippingRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow_id),
        fast_forward_id=jump_id,
    )
    poll = client.workflow_service.poll_workflow_execution_time_skipping
    while True:
        told = await patiently(lambda: poll(request, retry=True))
        if told.fast_forward_polling_result == _COMPLETED:
            return True
        if _UNKNOWN in told.failed_reason:
            return None
        if told.failed_reason:
            return False
        # Time stands still while something is tried: what fails for ever would be waited for for ever.
        await check_not_wedged(client, workflow_id)


async def _sent(client: Client, workflow_id: str, jump_id: str, span: timedelta) -> RPCError | None:
    """Ask for a jump with one try; returns the error that leaves open whether the server has heard it."""
    config = TimeSkippingConfig(enabled=True, fast_forward_config=FastForwardConfig(id=jump_id))
    config.fast_forward_config.duration.FromTimedelta(span)
    request = UpdateWorkflowExecutionOptionsRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow_id),
        workflow_execution_options=WorkflowExecutionOptions(time_skipping_config=config),
        update_mask=FieldMask(paths=["time_skipping_config"]),
        identity=client.identity,
    )
    try:
        await client.workflow_service.update_workflow_execution_options(request, retry=False)
    except RPCError as error:
        if error.status not in UNANSWERED:
            raise
        return error
    return None
