"""The metrics of a process are served on the port that the settings name, and nowhere without one."""

import asyncio
from pathlib import Path
from urllib.request import urlopen

import pytest

import worker
from embedded import ports
from embedded.temporal_server import TemporalServer
from mendable import Mendable
from settings import Settings, served_metrics
from tests.workflows.harness import settings_of


@pytest.fixture
def settings(temporal_server: TemporalServer, tmp_path: Path) -> Settings:
    return settings_of(temporal_server.address, tmp_path, "unused", console=False)


def test_without_a_port_nothing_is_served(settings: Settings) -> None:
    assert served_metrics(settings) is None


async def test_what_a_connection_asks_of_temporal_is_counted(settings: Settings) -> None:
    (port,) = ports.free(1)
    asked = settings.model_copy(update={"metrics_port": port})
    client = await worker.connect(asked, served_metrics(asked))
    assert (await client.count_workflows("WorkflowType = 'Nothing'")).count == 0

    with await asyncio.to_thread(urlopen, f"http://{ports.LOOPBACK}:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    (counted,) = [line for line in lines if 'operation="CountWorkflowExecutions"' in line and "_total{" in line]
    assert counted.startswith("temporal_request_total{")
    assert counted.endswith(" 1")

    with pytest.raises(Mendable, match=rf"on port {port} \(.*\); give each process of one machine an LTC_METRICS_PORT"):
        served_metrics(asked)
