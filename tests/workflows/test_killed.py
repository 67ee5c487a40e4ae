"""A worker killed between its database and Temporal leaves nothing behind that did not happen, and nothing undone."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from domain.account import commands as a
from domain.deal import commands as c
from domain.money import Money
from embedded.temporal_server import TemporalServer
from settings import ROOT
from simulation.clocks import wall
from simulation.patience import patiently
from simulation.replay_store import DatabaseStore
from simulation.sender import Sender
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey
from workflows.client import WorkflowsAway


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


async def test_a_step_whose_task_was_lost_with_its_server_has_not_happened(tmp_path: Path) -> None:
    """A replay or a demo that goes on after a power cut sends it again, though the log has it."""
    async with TemporalServer(tmp_path / "temporal") as server, company(server, tmp_path) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.until("qualify")
        kept, lost = (
            journey.submission(c.FollowUp(channel="phone", note=note)).model_copy(update={"id": f"source/{note}"})
            for note in ("kept", "lost")
        )
        await journey.workflows.submit_deal(journey.deal_id, kept)
        dying = await dies_upon(ltc, "followed_up")
        sent = asyncio.create_task(journey.workflows.submit_deal(journey.deal_id, lost))
        assert await dying.wait() == -9
        server.kill()
        with pytest.raises(WorkflowsAway):
            await sent
        store = DatabaseStore(ltc.database)
        assert await store.applied("source") == {"source/kept", "source/lost"}

        await server.start()
        await ltc.start()
        sender = Sender(
            ltc.client, journey.workflows, ltc.clocks, store, entity=ENTITY, task_queue=ltc.queue, limits=ltc.limits
        )

        assert await sender.applied("source") == {"source/kept"}
        assert await sender.applied("another") == frozenset()
        await journey.workflows.submit_deal(journey.deal_id, lost)
        assert await sender.applied("source") == {"source/kept", "source/lost"}
        assert (await journey.kinds()).count("followed_up") == 2
        await ltc.assert_healthy(journey.id)
        await ltc.assert_sound()
