"""What a workflow costs is counted from its own history: events, bytes, and the actions that Temporal bills.

The actions are those that the server's own meter counts. Two leave no event: a heartbeat, and an update that was
refused. The events of skipped time belong to the simulation and are left out.
"""

from collections import Counter
from collections.abc import Iterable

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from domain.value import Value

_SKIPPING = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
    }
)
_BILLED = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "start",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activity",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attributes",
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: "child workflow",
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: "signal to another",
}
_LOCAL = "local activities"


class Action(Value):
    """How many actions of a kind were billed."""

    kind: str
    count: int


class Cost(Value):
    """What one workflow has cost, all its runs together.

    Attributes:
        size_bytes: of all events as the server stores them.
        actions: what is billed, the most frequent kind first.
    """

    workflow_id: str
    runs: int = 0
    events: int = 0
    size_bytes: int = 0
    actions: tuple[Action, ...] = ()

    @property
    def billed(self) -> int:
        """Return the number of all actions."""
        return sum(action.count for action in self.actions)


async def cost_of(client: Client, workflow_id: str) -> Cost:
    """Count what a workflow has cost; nothing when Temporal knows no run of it (any more)."""
    runs, events, size_bytes, actions = 0, 0, 0, Counter[str]()
    query = f"WorkflowId = '{workflow_id.replace(chr(39), chr(39) * 2)}'"
    async for execution in client.list_workflows(query):
        history = await client.get_workflow_handle(workflow_id, run_id=execution.run_id).fetch_history()
        counted = [event for event in history.events if event.event_type not in _SKIPPING]
        runs += 1
        events += len(counted)
        size_bytes += sum(event.ByteSize() for event in counted)
        actions += billed(counted)
    kinds = tuple(Action(kind=kind, count=count) for kind, count in actions.most_common())
    return Cost(workflow_id=workflow_id, runs=runs, events=events, size_bytes=size_bytes, actions=kinds)


def billed(events: Iterable[HistoryEvent]) -> Counter[str]:
    """Count the billable actions in the history of one run."""
    actions = Counter[str]()
    tasks_with_markers = set[int]()
    for event in events:
        kind = _BILLED.get(event.event_type)
        if kind is not None and not _is_part_of_start(event):
            actions[kind] += 1
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            retries = event.activity_task_started_event_attributes.attempt - 1
            actions["retry"] += max(0, retries)
        elif event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            tasks_with_markers.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
    actions[_LOCAL] += len(tasks_with_markers)
    return +actions


def _is_part_of_start(event: HistoryEvent) -> bool:
    """A signal with start is one action; so is a new run, which its predecessor asked for."""
    return event.event_id == 2 and event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
