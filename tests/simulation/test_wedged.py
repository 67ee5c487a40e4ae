"""What fails again and again is told from what is only slow, and from what will pass."""

import pytest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse

from simulation.wedged import FAILED_OFTEN, wedged_in

ID = "account/CN01/C-1/CNY"


def described(attempt: int, failure: str = "", task: int = 1) -> DescribeWorkflowExecutionResponse:
    found = DescribeWorkflowExecutionResponse()
    activity = found.pending_activities.add()
    activity.activity_type.name, activity.attempt = "exchange_receipt", attempt
    if failure:
        activity.last_failure.message = failure
    found.pending_workflow_task.attempt = task
    return found


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (DescribeWorkflowExecutionResponse(), ""),
        (described(1), ""),
        (described(FAILED_OFTEN, "the key is taken"), ""),
        (described(FAILED_OFTEN + 1), ""),
        (described(FAILED_OFTEN + 1, "the key is taken"), "exchange_receipt has failed 5 times (the key is taken)"),
        (described(1, "", FAILED_OFTEN), ""),
        (described(1, "", FAILED_OFTEN + 1), "its own code has failed 5 times (see the worker's log)"),
    ],
)
def test_only_what_has_failed_often_is_wedged(found: DescribeWorkflowExecutionResponse, says: str) -> None:
    wedged = wedged_in(ID, found)
    if not says:
        assert wedged is None
        return
    assert wedged is not None
    assert wedged.workflow_id == ID
    assert str(wedged).startswith(f"{ID} does not come to rest: {says}. Mend the cause, then start the same command")
