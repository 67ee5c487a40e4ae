"""What may be asked twice is asked again while its server is away; whoever waits in vain is told what to do."""

import asyncio

import pytest
from temporalio.client import RPCError
from temporalio.service import RPCStatusCode

from mendable import Mendable
from simulation.patience import TRIES, StillAway, patiently
from simulation.side_by_side import side_by_side
from workflows.client import WorkflowsAway
from workflows.temporal_client import NOT_NOW


class Asked:
    """Fails as it is told to, one failure a call, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self._failures:
            raise self._failures.pop(0)
        return "here"


def rpc(status: RPCStatusCode) -> RPCError:
    return RPCError(f"it says {status.name}", status, b"")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for."""
    monkeypatch.setattr("simulation.patience.PAUSE_S", 0.0)


async def test_what_comes_back_answers() -> None:
    failures = (WorkflowsAway("gone"), *map(rpc, sorted(NOT_NOW)))
    ask = Asked(*failures)
    assert await patiently(ask) == "here"
    assert ask.calls == 1 + len(failures)


async def test_what_is_not_there_is_said_at_once() -> None:
    ask = Asked(rpc(RPCStatusCode.NOT_FOUND))
    with pytest.raises(RPCError, match="NOT_FOUND"):
        await patiently(ask)
    assert ask.calls == 1


@pytest.mark.parametrize("failure", [WorkflowsAway("gone"), *map(rpc, sorted(NOT_NOW))])
async def test_what_stays_away_ends_in_a_sentence_that_says_what_to_do(failure: Exception) -> None:
    ask = Asked(*[failure] * 99)
    with pytest.raises(Mendable, match=r"does not answer \(.*\); .* Start the same command again") as told:
        await patiently(ask)
    assert isinstance(told.value, StillAway)
    assert ask.calls == TRIES


async def test_a_bug_is_no_outage() -> None:
    ask = Asked(*[rpc(RPCStatusCode.INVALID_ARGUMENT)] * 99)
    with pytest.raises(RPCError, match="INVALID_ARGUMENT"):
        await patiently(ask)


async def test_side_by_side_the_first_error_is_the_error() -> None:
    """In a group of errors nobody would recognise the sentence."""
    stopped: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.append("waits")
            raise

    async def fails() -> None:
        raise StillAway(WorkflowsAway("gone"))

    with pytest.raises(StillAway):
        await side_by_side([waits(), fails()])
    assert stopped == ["waits"]
