"""A bug of ours is a failed workflow task, which everybody sees; it neither ends a deal nor is it lost."""

from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.api.enums.v1 import EventType

from domain.deal import commands as c
from embedded.temporal_server import TemporalServer
from tests.workflows.harness import Company, company, eventually, instead
from tests.workflows.journeys import Journey
from worker import Activity


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


async def failures(ltc: Company, workflow_id: str) -> list[str]:
    """Return why tasks of a workflow failed."""
    return [
        str(event.workflow_task_failed_event_attributes.failure)
        async for event in ltc.handle(workflow_id).fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]
