"""A jump whose answer is lost in a crash is made once; one that never arrived is made after all."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import RPCError, WorkflowHandle
from temporalio.service import RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker

from embedded.temporal_server import TemporalServer
from simulation.forwarding import forward
from simulation.patience import TRIES, StillAway

SPAN = timedelta(days=3)
QUEUE = "forwarded"


@workflow.defn(name="Forwarded")
class Forwarded:
    """Sleeps day after day, and says what its clock shows."""

    @workflow.run
    async def run(self) -> None:
        self.began = workflow.now()
        while True:
            await workflow.sleep(timedelta(days=1))

    @workflow.signal
    def look(self) -> None:
        """Have a workflow task, which carries the time."""

    @workflow.query
    def days(self) -> float:
        return (workflow.now() - self.began) / timedelta(days=1)


class Unsteady:
    """The server's calls, of which the first jump breaks before or after the server has heard of it."""

    def __init__(
        self, service: Any, breaks: str, status: RPCStatusCode = RPCStatusCode.UNAVAILABLE, for_ever: bool = False
    ) -> None:
        self._service = service
        self._for_ever = for_ever
        self._breaks = breaks
        self._status = status
        self.sent = 0

    async def update_workflow_execution_options(self, request: Any, **options: Any) -> Any:
        self.sent += 1
        breaks = self._breaks if self.sent == 1 or self._for_ever else "never"
        broken = RPCError("the connection broke", self._status, b"")
        if breaks == "before":
            raise broken
        answer = await self._service.update_workflow_execution_options(request, **options)
        if breaks == "after":
            raise broken
        return answer

    async def poll_workflow_execution_time_skipping(self, request: Any, **options: Any) -> Any:
        return await self._service.poll_workflow_execution_time_skipping(request, **options)


@pytest.fixture(scope="module")
async def skipper(temporal_server: TemporalServer) -> AsyncIterator[TimeSkipper]:
    """A client that starts workflows whose time can be skipped, and a worker for them."""
    skipper = TimeSkipper(await temporal_server.connect(), config=TimeSkippingConfig(enabled=False))
    async with Worker(skipper.client, task_queue=QUEUE, workflows=[Forwarded]):
        yield skipper


async def begun(skipper: TimeSkipper, name: str) -> WorkflowHandle[Any, Any]:
    handle = await skipper.client.start_workflow(Forwarded.run, id=f"forwarded/{name}", task_queue=QUEUE)
    assert await days(handle) == 0
    return handle


async def days(handle: WorkflowHandle[Any, Any]) -> int:
    await handle.signal(Forwarded.look)
    return round(await handle.query(Forwarded.days))


def unsteady(skipper: TimeSkipper, breaks: str, **how: Any) -> Any:
    client = skipper.client
    service = Unsteady(client.workflow_service, breaks, **how)
    return SimpleNamespace(namespace=client.namespace, identity=client.identity, workflow_service=service)


@pytest.mark.parametrize(("breaks", "sent"), [("never", 1), ("after", 1), ("before", 2)])
async def test_a_jump_is_made_once(skipper: TimeSkipper, breaks: str, sent: int) -> None:
    handle = await begun(skipper, breaks)
    client = unsteady(skipper, breaks)

    assert await forward(client, handle.id, SPAN)

    assert client.workflow_service.sent == sent
    assert await days(handle) == 3
    assert await forward(skipper.client, handle.id, SPAN)
    assert await days(handle) == 6
    await handle.terminate()


@pytest.mark.parametrize(
    ("status", "error"), [(RPCStatusCode.INTERNAL, StillAway), (RPCStatusCode.INVALID_ARGUMENT, RPCError)]
)
async def test_a_jump_that_never_gets_through_moves_nothing_and_ends(
    skipper: TimeSkipper, monkeypatch: pytest.MonkeyPatch, status: RPCStatusCode, error: type[Exception]
) -> None:
    monkeypatch.setattr("simulation.patience.PAUSE_S", 0.0)
    handle = await begun(skipper, status.name)
    client = unsteady(skipper, "before", status=status, for_ever=True)
    with pytest.raises(error, match="the connection broke"):
        await forward(client, handle.id, SPAN)
    assert client.workflow_service.sent == TRIES
    assert await days(handle) == 0
    await handle.terminate()


async def test_a_workflow_that_has_ended_is_not_moved(skipper: TimeSkipper) -> None:
    handle = await begun(skipper, "ended")
    await handle.terminate()
    before = await closed_at(handle)
    with pytest.raises(RPCError) as told:
        await forward(skipper.client, handle.id, SPAN)
    assert told.value.status is RPCStatusCode.NOT_FOUND
    assert await closed_at(handle) == before


async def closed_at(handle: WorkflowHandle[Any, Any]) -> datetime | None:
    return (await handle.describe()).close_time
