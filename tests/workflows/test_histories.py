"""Every recorded history replays on the workflows of today, and the check notices a change that would break a deal."""

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from tests.workflows.harness import runner
from tests.workflows.recorded import FOLDER, JOURNEYS, STATEMENT, kept
from workflows.account import AccountWorkflow
from workflows.converter import DATA_CONVERTER
from workflows.deal import DealWorkflow
from workflows.safety import Safety
from workflows.statement import StatementWorkflow

HISTORIES = kept()
LARGEST_BYTES = 200 * 1024


def replayer() -> Replayer:
    return Replayer(
        workflows=[DealWorkflow, AccountWorkflow, StatementWorkflow],
        data_converter=DATA_CONVERTER,
        interceptors=[Safety()],
        workflow_runner=runner(),
    )


def test_every_journey_is_recorded_and_small() -> None:
    names = {history.workflow_id.rpartition("-")[0] for history in HISTORIES}

    assert names == {live.__name__ for live in JOURNEYS} | {STATEMENT}
    assert [path.name for path in FOLDER.iterdir() if path.stat().st_size > LARGEST_BYTES] == []


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.workflow_id)
async def test_a_recorded_history_replays(history: WorkflowHistory) -> None:
    await replayer().replay_workflow(history)


async def test_a_history_that_another_workflow_wrote_does_not_replay() -> None:
    history = next(history for history in kept() if history.workflow_id == "standard_deal-deal")
    activity = next(
        event for event in history.events if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    )
    activity.activity_task_scheduled_event_attributes.activity_type.name = "print_money"

    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history)
