"""A query changes nothing: neither state nor history, nor the time at which something is said to have happened."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import WorkflowQueryFailedError
from temporalio.worker import Worker

import worker
from domain.account.state import Account
from domain.deal import commands as c
from domain.deal.state import Deal
from embedded.temporal_server import TemporalServer
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, company, eventually
from tests.workflows.journeys import Journey
from tests.workflows.ports import Switch, over
from tests.workflows.test_histories import replayer
from workflows.timeouts import LOCAL

QUERIES = ("state", "explain", "progress", "settled", "clock_offset", "__temporal_workflow_metadata")
DEALS = 4


@pytest.fixture(scope="module")
async def ltc(
    temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory, switch: Switch
) -> AsyncIterator[Company]:
    """A company whose ledger can be made to take its time."""
    async with company(temporal_server, tmp_path_factory.mktemp("queries"), replacing=over(switch)) as opened:
        yield opened


async def test_a_query_leaves_state_and_history_as_they_are(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    await ltc.settled(journey.account)
    for workflow_id, kind in ((journey.id, Deal), (journey.account, Account)):
        handle = ltc.handle(workflow_id)
        for _ in range(2):
            state, length = await handle.query("state", result_type=kind), await ltc.history_length(workflow_id)

            first = [await handle.query(name) for name in QUERIES]
            second = [await handle.query(name) for name in reversed(QUERIES)]

            assert first == second[::-1]
            assert await handle.query("state", result_type=kind) == state
            assert await ltc.history_length(workflow_id) == length
            await ltc.restart()
        await replayer().replay_workflow(await handle.fetch_history())
    await journey.pay()
    await ltc.ended(journey.id)


async def test_what_happens_while_somebody_asks_is_dated_as_if_nobody_had(
    ltc: Company, begin: Begin, switch: Switch
) -> None:
    journeys = [await begin("order") for _ in range(DEALS)]
    for journey in journeys:
        await journey.send(c.RecordDelivery())
    switch.hold("issue_invoice")
    activities = ltc.replacing(ltc, worker.activities_of(ltc.settings, ltc.client, ltc.database))
    elsewhere = await worker.connect(ltc.settings)
    await ltc.stop()
    async with Worker(
        elsewhere, task_queue=ltc.queue, activities=activities, activity_executor=ThreadPoolExecutor(DEALS)
    ):
        await ltc.start()
        for journey in journeys:
            accepted = journey.submission(c.AcceptDelivery(accepted_by="客户"))
            await journey.workflows.submit_deal(journey.deal_id, accepted)
        await eventually(lambda: under_way(switch), 20, "the invoices to be under way")
        await asked_while_it_comes(ltc, journeys, switch)

    for journey in journeys:
        await ltc.settled(journey.id)
        issued = next(event for event in await ltc.events(journey.id) if event.kind == "invoice_issued")
        assert issued.at >= await known_at(ltc, journey, issued.cause)
        await ltc.restart()
        dated = next(line.at for line in (await journey.deal()).timeline if line.kind == "invoice_issued")
        assert dated >= await known_at(ltc, journey, issued.cause)
        await ltc.assert_healthy(journey.id)


async def test_what_a_local_question_answers_is_dated_by_the_moment_that_asked(ltc: Company, begin: Begin) -> None:
    """Where a query is answered in between, the worker tells of the answer a task later than the history does."""
    journey = await begin("deliver")
    await ltc.settled(journey.account)
    for workflow_id, owner in ((journey.id, journey.deal_id), (journey.account, journey.account)):
        logged = await ltc.events(workflow_id)
        asked_at = {f"{owner}/{event.seq}": event.at for event in logged}
        parted = ((event, event.cause.rpartition("/")) for event in logged)
        answered = [event for event, (asking, _, kind) in parted if kind in LOCAL and asking in asked_at]
        assert answered
        for event in answered:
            assert event.at == asked_at[event.cause.rpartition("/")[0]], event
        await ltc.restart()
        read_back: Deal | Account = await ltc.ask(workflow_id, "state", Deal if workflow_id == journey.id else Account)
        assert {line.seq: line.at for line in read_back.timeline} == {event.seq: event.at for event in logged}
    await journey.pay()
    await ltc.ended(journey.id)


async def known_at(ltc: Company, journey: Journey, effect_id: str) -> datetime:
    """Return when the server had the result of an effect."""
    scheduled = 0
    async for event in ltc.handle(journey.id).fetch_history_events():
        if effect_id.encode() in event.activity_task_scheduled_event_attributes.input.SerializeToString():
            scheduled = event.event_id
        if scheduled and event.activity_task_completed_event_attributes.scheduled_event_id == scheduled:
            return event.event_time.ToDatetime(tzinfo=UTC)
    raise LookupError(effect_id)


async def under_way(switch: Switch) -> bool:
    return switch.calls.count("issue_invoice") == DEALS


async def asked_while_it_comes(ltc: Company, journeys: list[Journey], switch: Switch) -> None:
    """Have queries wait for a worker, let results come, and start a worker that knows nothing of the deals."""
    await ltc.stop()
    queries = [asyncio.create_task(ask(ltc, journey)) for journey in journeys for _ in range(3)]
    await asyncio.sleep(0.5)
    assert not any(query.done() for query in queries)
    switch.let_go("issue_invoice")
    await eventually(lambda: come(ltc, journeys), 30, "the results to come")
    await ltc.start()
    await asyncio.gather(*queries)


async def ask(ltc: Company, journey: Journey) -> Any:
    """Ask until there is an answer: a query that runs ahead of a task fails."""
    while True:
        try:
            return await ltc.ask(journey.id, "state", Deal)
        except WorkflowQueryFailedError:
            continue


async def come(ltc: Company, journeys: list[Journey]) -> bool:
    for journey in journeys:
        found = [event async for event in ltc.handle(journey.id).fetch_history_events()]
        if not found[-1].HasField("workflow_task_scheduled_event_attributes"):
            return False
    return True
