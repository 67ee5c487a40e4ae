"""A bug of ours is a failed workflow task, which everybody sees; it neither ends a deal nor is it lost."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.service import RPCError

from domain.deal import commands as c
from embedded.temporal_server import TemporalServer
from tests.workflows.harness import Company, company, eventually, instead
from tests.workflows.journeys import Journey
from worker import Activity
from workflows.client import WorkflowsAway
from workflows.temporal_client import NOT_NOW


@activity.defn(name="sync_crm")
async def sync_crm(job: dict[str, Any]) -> dict[str, str]:
    """Answer what no result of an effect is."""
    return {"kind": "nonsense"}


def buggy(ltc: Company, activities: list[Activity]) -> list[Activity]:
    return instead(activities, sync_crm)


async def test_a_result_that_is_none_fails_the_task_and_not_the_deal(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    async with company(temporal_server, tmp_path, replacing=buggy) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.until("approve")
        await journey.send(c.SendQuoteNow())
        accepted = journey.submission(await journey.acceptance())
        await journey.workflows.submit_deal(journey.deal_id, accepted)

        async def failed() -> bool:
            return bool(await failures(ltc, journey.id))

        await eventually(failed, 20, "a failed task")
        assert await ltc.runs(journey.id)
        assert "nonsense" in (await failures(ltc, journey.id))[0]
        await eventually(lambda: refuses_to_answer(ltc, journey.id), 60, "the server to give up queries")
        with pytest.raises(WorkflowsAway, match="failed state"):
            await journey.workflows.explain_deal(journey.deal_id)


async def refuses_to_answer(ltc: Company, workflow_id: str) -> bool:
    """Tell whether the server says of itself that a task fails; until the third it lets the question wait."""
    with pytest.raises(RPCError) as told:
        await ltc.handle(workflow_id).query("progress", rpc_timeout=timedelta(seconds=2))
    assert told.value.status in NOT_NOW
    return "failed state" in str(told.value)


async def failures(ltc: Company, workflow_id: str) -> list[str]:
    """Return why tasks of a workflow failed."""
    return [
        str(event.workflow_task_failed_event_attributes.failure)
        async for event in ltc.handle(workflow_id).fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]
