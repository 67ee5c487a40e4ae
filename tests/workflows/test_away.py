"""While the database or Temporal is away nothing is lost, and all goes on by itself when they are back."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from domain.deal import commands as c
from embedded.temporal_server import TemporalServer
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, company, eventually
from tests.workflows.journeys import Journey
from tests.workflows.ports import Switch, over
from workflows.client import WorkflowsAway


@pytest.fixture(scope="module")
async def ltc(
    temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory, switch: Switch
) -> AsyncIterator[Company]:
    """A company whose database can be taken away."""
    async with company(temporal_server, tmp_path_factory.mktemp("away"), replacing=over(switch)) as opened:
        yield opened


async def test_without_the_log_commands_are_taken_and_recorded_later_without_a_gap(
    ltc: Company, begin: Begin, switch: Switch
) -> None:
    journey = await begin("qualify")
    recorded = len(await journey.kinds())
    switch.away = True
    answers = [await journey.note(f"call {number}") for number in range(3)]
    assert [answer.recorded for answer in answers] == [False, False, False]
    assert len(await journey.kinds()) == recorded

    switch.away = False
    await eventually(lambda: caught_up(journey, recorded + 3), 20, "the log to catch up")
    answer = await journey.note("back again")

    assert answer.recorded
    assert (await journey.kinds())[recorded:] == ["followed_up"] * 4
    await ltc.assert_healthy(journey.id)


async def caught_up(journey: Journey, count: int) -> bool:
    return len(await journey.kinds()) >= count


async def test_money_waits_for_the_ledger_and_moves_once(ltc: Company, begin: Begin, switch: Switch) -> None:
    journey = await begin("deliver")
    switch.away = True
    submission = journey.submission(journey.receipt(await journey.deal()), FINANCE)
    paying = asyncio.create_task(journey.workflows.submit_account("CN01", journey.customer_id, "CNY", submission))
    await eventually(lambda: tried(switch), 20, "the ledger to be asked twice")
    assert not paying.done()

    switch.away = False
    answered = await paying

    assert answered.recorded
    await ltc.ended(journey.id)
    assert (await ltc.kinds(journey.account)).count("receipt_recorded") == 1
    assert (await journey.kinds())[-1] == "deal_closed"
    await ltc.assert_sound()


async def tried(switch: Switch) -> bool:
    return switch.calls.count("operate") >= 3


async def test_a_restart_while_the_log_is_away_loses_nothing(ltc: Company, begin: Begin, switch: Switch) -> None:
    journey = await begin("qualify")
    recorded = len(await journey.kinds())
    switch.away = True
    await journey.note("before")
    await ltc.restart()
    await journey.note("after")
    switch.away = False

    await eventually(lambda: caught_up(journey, recorded + 2), 30, "the log to catch up")
    await ltc.assert_healthy(journey.id)


async def test_temporal_killed_in_the_middle_and_started_again(tmp_path: Path) -> None:
    async with TemporalServer(tmp_path / "temporal") as server, company(server, tmp_path) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.until("qualify")
        server.kill()
        note = journey.submission(c.FollowUp(channel="phone", note="while Temporal is away"))
        unheard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
        asked = (
            journey.workflows.capture(journey.start(), note),
            journey.workflows.submit_account(ENTITY, journey.customer_id, CURRENCY, note),
            journey.workflows.submit_deal(journey.deal_id, note),
            journey.workflows.signal_deal(journey.deal_id, note),
            journey.workflows.explain_deal(journey.deal_id),
            journey.workflows.ready(),
        )
        answers = [type(answer) for answer in await asyncio.gather(*asked, return_exceptions=True)]
        assert answers == [WorkflowsAway] * 6
        del asked

        await server.start()
        await journey.note("after it")
        answered = await journey.workflows.submit_deal(journey.deal_id, note)

        assert answered.recorded
        assert (await journey.kinds()).count("followed_up") == 2
        await journey.quote()
        assert (await journey.deal()).stage == "quote.pending"
        await ltc.assert_healthy(journey.id)
        gc.collect()
        assert unheard == []
