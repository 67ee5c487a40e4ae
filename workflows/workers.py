"""Whether any worker takes up what is asked: a server without one accepts signals, and answers no command."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

WITHIN = timedelta(seconds=2)
"""How long the server may take to say who polls."""
POLLED_WITHIN = timedelta(minutes=2)
"""A worker asks at least every 70 seconds; one that died is still named for minutes."""


async def pollers(client: Client, queue: str) -> tuple[datetime, ...]:
    """Return when each worker of a task queue that the server knows of has asked last.

    Raises:
        RPCError: the server does not answer in time.
    """
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await client.workflow_service.describe_task_queue(request, timeout=WITHIN)
    return tuple(one.last_access_time.ToDatetime(UTC) for one in found.pollers)


def nobody(queue: str, asked: Iterable[datetime], now: datetime) -> str:
    """Return why nothing is done, empty where a worker has asked for work of late."""
    latest = max(asked, default=None)
    if latest is not None and now - latest <= POLLED_WITHIN:
        return ""
    since = "" if latest is None else f" since {latest:%Y-%m-%d %H:%M:%S} UTC"
    return f"no worker polls the task queue {queue}{since}: start one (./ltc worker), its log says why it stopped"
