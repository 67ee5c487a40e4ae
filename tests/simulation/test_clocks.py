"""A clock is moved exactly as far as asked; a server that runs on is seen, whatever it answers."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from temporalio.api.enums.v1 import FastForwardPollingResult
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionResponse,
    PollWorkflowExecutionTimeSkippingRequest,
    PollWorkflowExecutionTimeSkippingResponse,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.client import RPCError, WorkflowExecutionStatus
from temporalio.service import RPCStatusCode
from temporalio.testing import TimeSkipper

from simulation.clocks import RAN_ON, ClockRanOn, Clocks, beyond

REAL = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
DEAL = "deal/D-1"


class Server:
    """A server with one workflow, which skips time as asked and, if told to, some more; it is its handle as well."""

    id = DEAL
    namespace = "default"
    identity = "a test"

    def __init__(self, offset: timedelta = timedelta(), runs_on: timedelta = timedelta()) -> None:
        self.offset = offset
        self.runs_on = runs_on
        self.skipped = timedelta()
        self.jumps: list[timedelta] = []
        self.queries: list[str] = []
        self.run_id = "first"
        self.status = WorkflowExecutionStatus.RUNNING
        self.loses_the_answer = False
        self.under_way = False

    @property
    def client(self) -> "Server":
        return self

    @property
    def raw_description(self) -> DescribeWorkflowExecutionResponse:
        response = DescribeWorkflowExecutionResponse()
        response.workflow_execution_info.first_run_id = self.run_id
        if self.skipped:
            skipping = response.workflow_extended_info.time_skipping_info
            skipping.current_time.FromDatetime(REAL if self.under_way else REAL + self.skipped)
            skipping.fast_forward_info.has_completed = not self.under_way
        return response

    def get_workflow_handle(self, workflow_id: str) -> "Server":
        assert workflow_id == DEAL
        return self

    async def describe(self) -> "Server":
        return self

    async def query(self, name: str, result_type: type) -> Any:
        self.queries.append(name)
        return result_type(self.offset.total_seconds())

    @property
    def workflow_service(self) -> "Server":
        return self

    async def update_workflow_execution_options(
        self, request: UpdateWorkflowExecutionOptionsRequest, retry: bool
    ) -> None:
        assert not retry
        asked = request.workflow_execution_options.time_skipping_config.fast_forward_config.duration.ToTimedelta()
        self.jumps.append(asked)
        self.skipped += asked + self.runs_on
        if self.loses_the_answer:
            raise RPCError("Timeout expired", RPCStatusCode.CANCELLED, b"")

    async def poll_workflow_execution_time_skipping(
        self, request: PollWorkflowExecutionTimeSkippingRequest, retry: bool
    ) -> PollWorkflowExecutionTimeSkippingResponse:
        self.under_way = False
        return PollWorkflowExecutionTimeSkippingResponse(
            fast_forward_polling_result=FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED
        )


def clocks(server: Server) -> Clocks:
    return Clocks(cast("TimeSkipper", server), lambda: REAL)


async def test_a_clock_goes_as_far_as_asked_and_is_not_moved_back() -> None:
    server = Server(offset=timedelta(days=-100))
    moving = clocks(server)
    at = REAL - timedelta(days=90)
    assert await moving.now_of(DEAL) == REAL - timedelta(days=100)
    assert await moving.move(DEAL, at)
    assert await moving.move(DEAL, at - timedelta(hours=1))
    assert await moving.now_of(DEAL) == at
    assert server.jumps == [timedelta(days=10)]


async def test_a_long_way_is_gone_in_steps_that_the_server_takes() -> None:
    server = Server()
    assert await clocks(server).move(DEAL, REAL + timedelta(days=8000))
    assert server.jumps == [timedelta(days=3650), timedelta(days=3650), timedelta(days=700)]


@pytest.mark.parametrize("ran_on", [RAN_ON + timedelta(milliseconds=1), timedelta(days=4)])
async def test_a_server_that_runs_on_to_a_later_timer_is_seen(ran_on: timedelta) -> None:
    moving = clocks(Server(runs_on=ran_on))
    with pytest.raises(ClockRanOn, match=r"deal/D-1 should stand at 2026-09-08 08:00:00 and stands at 2026-09-"):
        await moving.move(DEAL, REAL + timedelta(days=1))


async def test_what_a_jump_takes_of_real_time_is_no_running_on() -> None:
    assert await clocks(Server(runs_on=RAN_ON)).move(DEAL, REAL + timedelta(days=1))


async def test_an_account_that_runs_again_is_moved_by_its_own_clock() -> None:
    server = Server(offset=timedelta(days=-10))
    moving = clocks(server)
    await moving.move(DEAL, REAL - timedelta(days=8))
    await moving.move(DEAL, REAL - timedelta(days=7))
    assert server.queries == ["clock_offset"]

    server.run_id, server.offset, server.skipped = "second", timedelta(days=-5), timedelta()
    await moving.move(DEAL, REAL - timedelta(days=3))

    assert server.jumps == [timedelta(days=2), timedelta(days=1), timedelta(days=2)]
    assert await moving.now_of(DEAL) == REAL - timedelta(days=3)
    assert server.queries == ["clock_offset"] * 2


async def test_a_jump_whose_answer_was_lost_is_not_done_twice() -> None:
    server = Server()
    moving = clocks(server)
    server.loses_the_answer = True

    assert await moving.move(DEAL, REAL + timedelta(days=2))
    assert await moving.move(DEAL, REAL + timedelta(days=2))

    assert server.jumps == [timedelta(days=2)]


async def test_a_jump_that_a_killed_sender_left_under_way_is_waited_for() -> None:
    server = Server()
    server.skipped, server.under_way = timedelta(days=3), True
    assert await clocks(server).now_of(DEAL) == REAL + timedelta(days=3)


async def test_an_answer_that_is_long_on_its_way_makes_no_jump_longer() -> None:
    """After a restart the worker has to replay a workflow before it can answer, while the server's time goes on."""

    class Slow(Server):
        real = REAL

        async def describe(self) -> Server:
            return copy.copy(self)

        async def query(self, name: str, result_type: type) -> Any:
            self.real += timedelta(seconds=24)
            self.skipped += timedelta(seconds=24)
            return await super().query(name, result_type)

    server = Slow(offset=timedelta(days=-100))
    server.skipped = timedelta(days=1)
    moving = Clocks(cast("TimeSkipper", server), lambda: server.real)
    assert await moving.move(DEAL, REAL - timedelta(days=90))
    assert server.jumps == [timedelta(days=9, seconds=-24)]


async def test_a_closed_workflow_has_no_time_and_is_left_alone() -> None:
    server = Server()
    server.status = WorkflowExecutionStatus.COMPLETED
    moving = clocks(server)
    assert not await moving.move(DEAL, REAL + timedelta(days=1))
    assert await moving.now_of(DEAL) is None
    assert server.jumps == []


def test_a_start_is_told_how_far_its_clock_is_from_the_real_one() -> None:
    assert clocks(Server()).offset_s(REAL - timedelta(days=2)) == -2 * 86_400


@pytest.mark.parametrize(
    ("at", "landing"),
    [("09:00:00", "09:00:15"), ("09:00:44", "09:00:59"), ("09:00:45", "09:00:45"), ("23:59:59", "23:59:59")],
)
def test_a_landing_is_past_the_timers_of_its_moment_and_in_its_minute(at: str, landing: str) -> None:
    assert beyond(datetime.fromisoformat(f"2026-09-07T{at}+00:00")).isoformat() == f"2026-09-07T{landing}+00:00"
