"""The embedded server is the real one, with time skipping, and what it holds survives a power cut."""

from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

from temporalio import workflow
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker

from embedded.temporal_server import TemporalServer


@workflow.defn
class Sleeper:
    """Sleeps for sixty days, one day at a time, and returns the seconds that passed on its clock."""

    @workflow.run
    async def run(self) -> float:
        began = workflow.now()
        for _ in range(60):
            await workflow.sleep(timedelta(days=1))
        return (workflow.now() - began).total_seconds()


async def test_a_jump_passes_sixty_timers(temporal_server: TemporalServer) -> None:
    skipper = TimeSkipper(await temporal_server.connect(), config=TimeSkippingConfig(enabled=False))
    async with Worker(skipper.client, task_queue="sleepers", workflows=[Sleeper]):
        handle = await skipper.client.start_workflow(Sleeper.run, id="sleeper", task_queue="sleepers")

        completed = await skipper.fast_forward(handle, timedelta(days=59, hours=1))
        description = await handle.describe()
        ended_first = not await skipper.fast_forward(handle, timedelta(days=2))

        assert completed
        assert description.close_time is None
        assert ended_first
        assert timedelta() <= timedelta(seconds=await handle.result()) - timedelta(days=60) < timedelta(minutes=1)


def test_it_meters_actions_and_shows_pages(temporal_server: TemporalServer) -> None:
    with urlopen(temporal_server.metrics_url) as answer:
        assert b"\naction{" in answer.read()
    with urlopen(temporal_server.ui_url) as answer:
        assert b"<html" in answer.read()


async def test_a_workflow_survives_a_kill(tmp_path: Path) -> None:
    async with TemporalServer(tmp_path) as server:
        client = await server.connect()
        await client.start_workflow("Sleeper", id="survivor", task_queue="nobody-polls")

        server.kill()
        assert not server.is_running()
        await server.start()

        description = await (await server.connect()).get_workflow_handle("survivor").describe()
        assert description.workflow_type == "Sleeper"
        assert description.close_time is None
    assert not server.is_running()
