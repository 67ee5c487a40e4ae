"""A server without a worker is told from one that has one, also when the server still remembers the dead one."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from embedded.temporal_server import TemporalServer
from tests.workflows.harness import Company, company, eventually
from workflows.client import WorkflowsAway
from workflows.temporal_client import TemporalWorkflows
from workflows.workers import POLLED_WITHIN, nobody

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - POLLED_WITHIN - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ((), "no worker polls the task queue ltc: start one"),
        ((LONG_AGO,), "no worker polls the task queue ltc since 2026-03-02 08:57:59 UTC: start one"),
        ((LONG_AGO, NOW - POLLED_WITHIN), ""),
        ((NOW + timedelta(seconds=5),), ""),
    ],
)
def test_only_who_has_asked_of_late_counts(asked: tuple[datetime, ...], says: str) -> None:
    told = nobody("ltc", asked, NOW)
    assert told.startswith(says) if says else not told


@pytest.fixture
async def ltc(temporal_server: TemporalServer, tmp_path: Path) -> AsyncIterator[Company]:
    async with company(temporal_server, tmp_path) as opened:
        yield opened


async def test_a_queue_that_a_worker_polls_is_ready_and_another_is_not(ltc: Company) -> None:
    async def polled() -> bool:
        with contextlib.suppress(WorkflowsAway):
            await ltc.workflows.worked()
            return True
        return False

    await eventually(polled, 20, "the worker to ask for work")
    with pytest.raises(WorkflowsAway, match="no worker polls the task queue nobody-here: start one"):
        await TemporalWorkflows(ltc.client, "nobody-here", ltc.limits).worked()
