"""The embedded server is the real one, with time skipping, and what it holds survives a power cut."""

import asyncio
import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from temporalio import workflow
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker

from embedded import ports
from embedded.temporal_server import PortTaken, TemporalServer
from mendable import Mendable


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


def read(url: str) -> bytes:
    with urlopen(url) as answer:
        content: bytes = answer.read()
    return content


def test_it_meters_actions_and_shows_pages(temporal_server: TemporalServer) -> None:
    assert b"\naction{" in read(temporal_server.metrics_url)
    assert b"<html" in read(temporal_server.ui_url)


def port_of(url: str) -> int:
    return urlsplit(url if "//" in url else f"//{url}").port or 0


@pytest.mark.parametrize("place", ["address", "ui_url", "metrics_url"])
async def test_a_port_that_is_taken_before_it_is_used_gives_way_to_another(tmp_path: Path, place: str) -> None:
    server = TemporalServer(tmp_path)
    chosen = port_of(getattr(server, place))
    with socket.create_server((ports.LOOPBACK, chosen)):
        async with server:
            assert port_of(getattr(server, place)) != chosen
            assert (await (await server.connect()).count_workflows()).count == 0
            assert b"\naction{" in await asyncio.to_thread(read, server.metrics_url)


async def test_the_usual_port_is_taken_where_it_is_free_and_else_any_other(tmp_path: Path) -> None:
    (usual,) = ports.free(1)
    assert port_of(TemporalServer(tmp_path, usual=(usual, None)).address) == usual
    with socket.create_server((ports.LOOPBACK, usual)):
        assert port_of(TemporalServer(tmp_path, usual=(usual, None)).address) != usual


async def test_a_port_that_was_asked_for_is_never_exchanged(tmp_path: Path) -> None:
    (asked,) = ports.free(1)
    with socket.create_server((ports.LOOPBACK, asked)):
        server = TemporalServer(tmp_path, ui_port=asked)
        with pytest.raises(Mendable, match=rf"^the Temporal server's port {asked} is in use; ") as refused:
            await server.start()
    assert isinstance(refused.value, PortTaken)
    assert not server.is_running()
    assert server.log.read_text().count("address already in use") == 1


async def test_a_server_that_starts_again_keeps_its_address(tmp_path: Path) -> None:
    """What was told of it would look for it in vain."""
    async with TemporalServer(tmp_path) as server:
        address = server.address
        server.kill()
        with socket.create_server((ports.LOOPBACK, port_of(address))), pytest.raises(PortTaken):
            await server.start()
        await server.start()
        assert server.address == address


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
