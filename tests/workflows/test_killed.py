"""A worker killed between its database and Temporal leaves nothing behind that did not happen, and nothing undone."""

import asyncio
import json
import sys
from pathlib import Path

from domain.account import commands as a
from domain.deal import commands as c
from domain.money import Money
from embedded.temporal_server import TemporalServer
from settings import ROOT
from simulation.clocks import wall
from simulation.sender import patiently
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey


async def dies_upon(ltc: Company, kind: str) -> asyncio.subprocess.Process:
    """Put a worker that dies upon an event of a kind in the place of the company's."""
    await ltc.stop()
    folder = ltc.settings.data_dir
    module = ("-m", "tests.workflows.dying_worker", ltc.server.address, str(folder), ltc.queue, kind)
    return await asyncio.create_subprocess_exec(sys.executable, *module, cwd=ROOT)


async def test_what_a_killed_worker_wrote_gives_way_to_what_happened(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    async with company(temporal_server, tmp_path) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.until("qualify")
        before = len(await journey.kinds())
        dying = await dies_upon(ltc, "followed_up")
        note = journey.submission(c.FollowUp(channel="phone", note="lost or not"))
        sent = asyncio.create_task(patiently(lambda: journey.workflows.submit_deal(journey.deal_id, note)))
        assert await dying.wait() == -9
        ghosts = await ltc.events(journey.id)
        assert [event.kind for event in ghosts[before:]] == ["followed_up"]

        await ltc.start()
        answered = await sent

        assert answered.version == before + 1
        assert answered.recorded
        events = await ltc.events(journey.id)
        assert [event.kind for event in events[before:]] == ["followed_up"]
        assert events[before].at > ghosts[before].at
        await journey.quote()
        await ltc.assert_healthy(journey.id)
        await ltc.assert_sound()


async def test_an_account_whose_first_task_was_killed_is_opened_once(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    async with company(temporal_server, tmp_path) as ltc:
        journey = Journey(ltc, await ltc.customer())
        dying = await dies_upon(ltc, "account_opened")
        money = a.RecordReceipt(
            source="bank", external_id="1", amount=Money(minor=1000, currency=CURRENCY), value_date=wall().date()
        )
        receipt = journey.submission(money, FINANCE)
        names = (ENTITY, journey.customer_id, CURRENCY)
        sent = asyncio.create_task(patiently(lambda: journey.workflows.submit_account(*names, receipt)))
        assert await dying.wait() == -9
        assert "account_opened" in await ltc.kinds(journey.account)

        await ltc.start()
        await sent
        await ltc.settled(journey.account)

        kinds = await ltc.kinds(journey.account)
        assert [kinds.count(kind) for kind in ("account_opened", "case_loaded", "receipt_recorded")] == [1, 1, 1]
        last = [event for event in await ltc.events(journey.account) if event.kind == "case_changed"][-1]
        assert json.loads(last.data)["case"]["unapplied_minor"] == 1000
        await ltc.assert_healthy(journey.account)
        await ltc.assert_sound()
