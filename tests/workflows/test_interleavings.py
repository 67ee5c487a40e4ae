"""However messages, queries and slow local activities meet, the history replays, and each message is obeyed once."""

import asyncio
import functools
import os
import random
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowHistory, WorkflowQueryFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from domain.account import commands as a
from domain.deal import commands as c
from domain.machine import Submission
from embedded.temporal_server import TemporalServer
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE, OWNER
from tests.workflows.harness import Company, company, signed
from tests.workflows.journeys import Journey
from tests.workflows.test_histories import replayer
from worker import Activity
from workflows.client import NotAnswered
from workflows.messages import Envelope
from workflows.timeouts import LOCAL

SEEDS = range(int(os.environ.get("LTC_INTERLEAVINGS", "1")))
"""How many random runs there are of each kind; more are run by hand after a change of the shell or of the SDK."""
DEALS, MESSAGES = 3, 20
OURS = LOCAL | {"authenticate", "record_deal", "record_account", "recall", "logged_deal", "logged_account", "log_head"}
QUERIES = ("settled", "progress", "state", "__temporal_workflow_metadata")
SHORT_TASK = timedelta(seconds=2)
"""After four fifths of it a task that waits for local activities is ended, and another is begun."""


class Pace:
    """How long local activities take: mostly as long as a query does, some so long that their task is ended before."""

    def __init__(self, seed: int, slow_share: float) -> None:
        self.random = random.Random(seed)
        self._slow_share = slow_share

    async def pause(self) -> None:
        """Wait as the next local activity does."""
        slow = self.random.random() < self._slow_share
        await asyncio.sleep(self.random.uniform(0.3, 1.2) if slow else self.random.uniform(0, 0.006))

    def slowed(self, ltc: Company, activities: list[Activity]) -> list[Activity]:
        """Put a pause before everything that runs within workflow tasks."""
        return [self._behind(one) for one in activities]

    def _behind(self, one: Activity) -> Activity:
        name = activity._Definition.must_from_callable(one).name
        if name not in OURS:
            return one

        @functools.wraps(one)
        async def behind(*arguments: Any) -> Any:
            await self.pause()
            return await one(*arguments)

        vars(behind).pop("__temporal_activity_definition", None)
        return activity.defn(name=name)(behind)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("slow_share", "cached"), [(0.0, 1000), (0.0, 2), (0.15, 1000)])
async def test_what_happened_in_any_order_replays_in_that_order(
    temporal_server: TemporalServer, tmp_path: Path, seed: int, slow_share: float, cached: int
) -> None:
    pace = Pace(seed, slow_share)
    async with company(temporal_server, tmp_path, cached=cached, replacing=pace.slowed) as ltc:
        journeys = [Journey(ltc, await ltc.customer()) for _ in range(DEALS)]
        histories = await asyncio.gather(*(lived_through(journey, pace.random) for journey in journeys))
        for journey in journeys:
            assert (await journey.kinds()).count("followed_up") == MESSAGES
            await ltc.assert_healthy(journey.id)
            await ltc.assert_healthy(journey.account)
    for history in (one for both in histories for one in both):
        await replayer().replay_workflow(history)


async def lived_through(journey: Journey, chance: random.Random) -> tuple[WorkflowHistory, WorkflowHistory]:
    """Send a deal and its account messages of every sort, and ask both all the time."""
    ltc = journey.company
    await begun(journey)
    over = asyncio.Event()
    asked = [asyncio.create_task(asks(ltc, name, chance, over)) for name in (journey.id, journey.account) * 2]
    updates: list[asyncio.Task[Any]] = []
    for number in range(MESSAGES):
        note = journey.submission(c.FollowUp(channel="phone", note=f"call {number}"))
        updates += [asyncio.create_task(one) for one in await sent(journey, note, chance)]
        await asyncio.sleep(chance.uniform(0, 0.02))
    await asyncio.gather(*updates)
    over.set()
    await asyncio.gather(*asked)
    await ltc.settled(journey.id)
    await ltc.settled(journey.account)
    return await ltc.handle(journey.id).fetch_history(), await ltc.handle(journey.account).fetch_history()


async def begun(journey: Journey) -> None:
    """Start a deal whose tasks may not be long, and its account."""
    capture = Envelope(
        id=f"{journey.deal_id}/0",
        actor=OWNER,
        command=c.Capture(source="web", contact="张三", owner=OWNER.id).model_dump(mode="json"),
    )
    await journey.company.skipping.start_workflow(
        "Deal", journey.start(), id=journey.id, task_queue=journey.company.queue, task_timeout=SHORT_TASK,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal="command", start_signal_args=[signed(journey.id, capture)],
    )  # fmt: skip
    await journey.send_account(advance(journey, 0))


async def sent(journey: Journey, note: Submission[Any], chance: random.Random) -> list[Coroutine[Any, Any, Any]]:
    """Send one message to the deal, and perhaps one to the account; returns the updates that are to be waited for."""
    names = (ENTITY, journey.customer_id, CURRENCY)
    updates: list[Coroutine[Any, Any, Any]] = []
    if chance.random() < 0.6:
        await journey.workflows.signal_deal(journey.deal_id, note)
    else:
        updates.append(heard(lambda: journey.workflows.submit_deal(journey.deal_id, note)))
    kind = chance.random()
    if kind < 0.2:
        await journey.workflows.signal_deal(journey.deal_id, journey.submission(c.SubmitQuote()))
    elif kind < 0.4:
        await journey.workflows.signal_account(*names, journey.submission(advance(journey, note.id), FINANCE))
    elif kind < 0.5:
        money = journey.submission(advance(journey, note.id), FINANCE)
        updates.append(heard(lambda: journey.workflows.submit_account(*names, money)))
    return updates


async def heard(send: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Send until it is answered, with the same key, as who is not answered in time is told to."""
    while True:
        try:
            return await send()
        except NotAnswered:
            continue


def advance(journey: Journey, name: object) -> a.RecordReceipt:
    """Money that pays nothing yet."""
    return a.RecordReceipt.model_validate(
        {
            "source": "bank",
            "external_id": f"{journey.deal_id}/{name}",
            "amount": {"minor": 1000, "currency": CURRENCY},
            "value_date": "2026-11-25",
        }
    )


async def asks(ltc: Company, workflow_id: str, chance: random.Random, over: asyncio.Event) -> None:
    """Ask again and again, as a page that somebody looks at."""
    while not over.is_set():
        try:
            await ltc.handle(workflow_id).query(chance.choice(QUERIES))
        except (WorkflowQueryFailedError, RPCError):
            continue
        await asyncio.sleep(chance.uniform(0, 0.03))
