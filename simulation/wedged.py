"""A workflow that cannot come to rest by itself is known by a failure that comes again and again."""

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse
from temporalio.client import Client

from mendable import Mendable

FAILED_OFTEN = 5
"""Attempts after which a failure is no passing one: by then half a minute has gone by."""


class Wedged(Mendable):
    """A workflow that does not come to rest until somebody mends what fails in it."""

    def __init__(self, workflow_id: str, what: str, attempts: int, cause: str) -> None:
        """Say what fails, how often and why."""
        super().__init__(
            f"{workflow_id} does not come to rest: {what} has failed {attempts} times ({cause[:300]}). Mend the cause, "
            "then start the same command again: it goes on where this one ended"
        )
        self.workflow_id = workflow_id


async def check_not_wedged(client: Client, workflow_id: str) -> None:
    """Raise `Wedged` where an activity, or the workflow's own code, has failed often and is tried again."""
    request = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id)
    )
    found = wedged_in(workflow_id, await client.workflow_service.describe_workflow_execution(request, retry=True))
    if found is not None:
        raise found


def wedged_in(workflow_id: str, described: DescribeWorkflowExecutionResponse) -> Wedged | None:
    """Return what keeps a described workflow from coming to rest, none where nothing does."""
    for activity in described.pending_activities:
        if activity.attempt > FAILED_OFTEN and activity.HasField("last_failure"):
            name, cause = activity.activity_type.name, activity.last_failure.message
            return Wedged(workflow_id, name, activity.attempt - 1, cause)
    task = described.pending_workflow_task
    if task.attempt > FAILED_OFTEN:
        return Wedged(workflow_id, "its own code", task.attempt - 1, "see the worker's log")
    return None
