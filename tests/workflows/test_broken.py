"""A handler with a bug neither wedges nor fails its workflow: the signal is recorded, the update fails, all goes on."""

import json
from collections.abc import AsyncIterator

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.worker import Worker

from domain.deal import commands as c
from embedded.temporal_server import TemporalServer
from simulation.standard_deal import LINES
from tests.workflows.broken import FAILURES, BrokenAccount, BrokenDeal
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, company, runner
from tests.workflows.journeys import Journey
from tests.workflows.test_poison import receipt
from worker import activities_of
from workflows.safety import Safety


@pytest.fixture(scope="module")
async def ltc(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Company]:
    """A company whose worker has bugs in its handlers."""
    async with company(temporal_server, tmp_path_factory.mktemp("broken")) as opened:
        await opened.stop()
        async with Worker(
            opened.client,
            task_queue=opened.queue,
            workflows=[BrokenDeal, BrokenAccount],
            activities=activities_of(opened.settings, opened.client, opened.database),
            interceptors=[Safety()],
            workflow_runner=runner(),
        ):
            yield opened


async def both(begin: Begin) -> tuple[Journey, tuple[str, str]]:
    journey = await begin("qualify")
    await journey.send_account(receipt(f"{journey.deal_id}/1"))
    return journey, (journey.id, journey.account)


@pytest.mark.parametrize("name", ["command", "word"])
async def test_a_signal_whose_handler_fails_is_recorded(ltc: Company, begin: Begin, name: str) -> None:
    journey, ids = await both(begin)
    for workflow_id in ids:
        for kind in FAILURES:
            await ltc.handle(workflow_id).signal(name, {"actor": "liu.yang", "command": {"kind": kind}})
            await ltc.settled(workflow_id)

        refused = [json.loads(one.data) for one in await ltc.events(workflow_id) if one.kind == "command_refused"]
        assert [one["command"] for one in refused] == [name] * len(FAILURES)
        assert [one["text"]["en"] for one in refused] == [repr(failure) for failure in FAILURES.values()]
        await ltc.assert_healthy(workflow_id)
    await goes_on(journey)


@pytest.mark.parametrize("where", ["validator", "handler"])
async def test_an_update_whose_handler_fails_fails_alone(ltc: Company, begin: Begin, where: str) -> None:
    journey, ids = await both(begin)
    for workflow_id in ids:
        logged = await ltc.kinds(workflow_id)
        for kind in FAILURES:
            message = {"actor": {"id": where}, "command": {"kind": kind}}
            with pytest.raises(WorkflowUpdateFailedError):
                await ltc.handle(workflow_id).execute_update("submit", message)

        assert await ltc.kinds(workflow_id) == logged
        await ltc.assert_healthy(workflow_id)
    await goes_on(journey)


async def goes_on(journey: Journey) -> None:
    """Both workflows still do what they are told."""
    await journey.send(c.CreateQuote(lines=LINES))
    await journey.send_account(receipt(f"{journey.deal_id}/2"))
    assert (await journey.kinds())[-1] == "quote_created"
    assert (await journey.company.kinds(journey.account)).count("receipt_recorded") == 2
