"""A deal neither notices that its worker was replaced nor that it was thrown out of memory."""

import asyncio
from pathlib import Path

from domain.deal import commands as c
from embedded.temporal_server import TemporalServer
from tests.workflows.harness import company
from tests.workflows.journeys import Journey
from tests.workflows.test_standard_deal import ACCOUNT

DEALS = 3


async def test_whole_deals_with_a_restart_between_every_step_and_a_cache_of_two(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    async with company(temporal_server, tmp_path, cached=2) as ltc:
        journeys = [Journey(ltc, await ltc.customer()) for number in range(DEALS)]
        await asyncio.gather(*(journey.capture() for journey in journeys))
        for step in ("qualify", "quote", "approve", "order", "deliver", "fall_behind", "pay"):
            await ltc.restart()
            await asyncio.gather(*(getattr(journey, step)() for journey in journeys))
        for journey in journeys:
            await ltc.ended(journey.id)
            assert (await journey.kinds())[-1] == "deal_closed"
            assert [kind for kind in await ltc.kinds(journey.account) if kind != "case_changed"] == ACCOUNT
            await ltc.assert_healthy(journey.id)
            await ltc.assert_healthy(journey.account)
        await ltc.assert_sound()


async def test_an_update_right_after_a_restart_is_neither_lost_nor_doubled(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    async with company(temporal_server, tmp_path) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.capture()
        await ltc.stop()
        submission = journey.submission(c.Qualify())
        asked = asyncio.create_task(journey.workflows.submit_deal(journey.deal_id, submission))
        await asyncio.sleep(0.2)
        assert not asked.done()

        await ltc.start()
        answered = await asked

        assert answered.stage == "opportunity"
        assert (await journey.kinds()).count("lead_qualified") == 1
        await ltc.assert_healthy(journey.id)


async def test_an_update_to_a_run_whose_first_task_did_nothing_is_not_lost(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    async with company(temporal_server, tmp_path) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.until("qualify")
        state = await journey.deal()
        await ltc.handle(journey.id).terminate("the test goes on with its state")
        start = journey.start().model_copy(update={"state": state})
        await ltc.skipping.start_workflow("Deal", start, id=journey.id, task_queue=ltc.queue)
        await ltc.settled(journey.id)
        await ltc.restart()

        await journey.quote()

        assert (await journey.deal()).stage == "quote.pending"
        await ltc.restart()
        await ltc.settled(journey.id)
        assert (await journey.deal()).stage == "quote.pending"
        await ltc.assert_healthy(journey.id)


async def test_signals_are_taken_while_no_worker_runs(temporal_server: TemporalServer, tmp_path: Path) -> None:
    async with company(temporal_server, tmp_path) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.capture()
        await ltc.stop()
        for number in range(5):
            submission = journey.submission(c.FollowUp(channel="phone", note=f"call {number}"))
            await journey.workflows.signal_deal(journey.deal_id, submission)
            await journey.workflows.signal_deal(journey.deal_id, submission)

        await ltc.start()
        await ltc.settled(journey.id)

        notes = [event.data for event in await ltc.events(journey.id) if event.kind == "followed_up"]
        assert [f"call {number}" in note for number, note in enumerate(notes)] == [True] * 5
        await ltc.assert_healthy(journey.id)
