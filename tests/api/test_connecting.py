"""While Temporal is away the API says so; once it is there, one connection serves all."""

import asyncio

import pytest
from temporalio.service import RPCError, RPCStatusCode

from api.connecting import ConnectedLater
from tests.api.scripted_workflows import ScriptedWorkflows
from workflows.client import Workflows, WorkflowsAway
from workflows.search_attributes import MissingSearchAttributes


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Failed client connect"),
        RPCError("Failed client connect", RPCStatusCode.UNAVAILABLE, b""),
        MissingSearchAttributes("Failed client connect"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_failed_connection_is_temporal_away_and_is_tried_again(error: Exception) -> None:
    tried: list[str] = []

    async def connect() -> Workflows:
        tried.append("once more")
        if len(tried) < 3:
            raise error
        return ScriptedWorkflows()

    workflows = ConnectedLater(connect)
    for _ in range(2):
        with pytest.raises(WorkflowsAway, match="Failed client connect"):
            await workflows.ready()
    await asyncio.gather(*(workflows.ready() for _ in range(5)))
    assert len(tried) == 3
