"""A clock is moved exactly as far as asked; a server that runs on is seen, whatever it answers."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import RPCError, WorkflowExecutionStatus
from temporalio.service import RPCStatusCode
from temporalio.testing import TimeSkipper

from simulation.clocks import RAN_ON, ClockRanOn, Clocks, beyond

REAL = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
DEAL = "deal/D-1"


class Server:
    """A server with one workflow, which skips time as asked and, if told to, some more; it is its handle as well."""

    id = DEAL

    def __init__(self, offset: timedelta = timedelta(), runs_on: timedelta = timedelta()) -> None:
        self.offset = offset
        self.runs_on = runs_on
        self.skipped = timedelta()
        self.jumps: list[timedelta] = []
        self.queries: list[str] = []
        self.run_id = "first"
        self.status = WorkflowExecutionStatus.RUNNING
        self.loses_the_answer = False

    @property
    def client(self) -> "Server":
        return self

    @property
    def raw_description(self) -> DescribeWorkflowExecutionResponse:
        response = DescribeWorkflowExecutionResponse()
        response.workflow_execution_info.first_run_id = self.run_id
        if self.skipped:
            response.workflow_extended_info.time_skipping_info.current_time.FromDatetime(REAL + self.skipped)
        return response

    def get_workflow_handle(self, workflow_id: str) -> "Server":
        assert workflow_id == DEAL
        return self

    async def describe(self) -> "Server":
        return self

    async def query(self, name: str, result_type: type) -> Any:
        self.queries.append(name)
        return result_type(self.offset.total_seconds())

    async def fast_forward(self, handle: "Server", duration: timedelta) -> bool:
        self.jumps.append(duration)
        self.skipped += duration + self.runs_on
        if self.loses_the_answer:
            raise RPCError("Timeout expired", RPCStatusCode.CANCELLED, b"")
        return True


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
    with pytest.raises(RPCError, match="Timeout expired"):
        await moving.move(DEAL, REAL + timedelta(days=2))
    server.loses_the_answer = False

    assert await moving.move(DEAL, REAL + timedelta(days=2))

    assert server.jumps == [timedelta(days=2)]


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
