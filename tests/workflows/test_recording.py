"""What the event log refuses, or cannot take for long, a person sees and mends; nothing is lost or doubled."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata

from domain.account import commands as a
from domain.deal import commands as c
from domain.logged import AdoptLog
from domain.machine import Explanation
from domain.ports import TaskRow
from domain.refusal import Code
from domain.value import Value
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from simulation.standard_deal import FINANCE
from storage.queries.work import Stuck, stuck, tasks_of_workflow
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, company, eventually, signed
from tests.workflows.journeys import OPS, Journey
from tests.workflows.odds import NOTE, made_newer, made_older, written_by_another
from tests.workflows.ports import Switch, over
from workflows.messages import Answered, Envelope, Limits
from workflows.search_attributes import STATUS, WAITING_FOR

ADOPT = AdoptLog(reason="the other system is right")


async def details(ltc: Company, workflow_id: str) -> str:
    told: WorkflowMetadata = await ltc.handle(workflow_id).query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return told.current_details


async def stuck_now(ltc: Company) -> Stuck:
    return await ltc.database.read(stuck, wall(), wall() - timedelta(days=14))


async def task(ltc: Company, workflow_id: str) -> TaskRow | None:
    """Return the task that says that facts of a workflow wait, if there is one."""
    found = await ltc.database.read(tasks_of_workflow, workflow_id)
    return next((one for one in found if one.task_id == f"{workflow_id}/recording"), None)


async def alarmed(ltc: Company, workflow_id: str) -> None:
    """Wait until operations are told."""

    async def told() -> bool:
        return await task(ltc, workflow_id) is not None

    await eventually(told, 20, f"an alarm for {workflow_id}")


async def quiet(ltc: Company, workflow_id: str) -> None:
    """Wait until nothing is to be told any more."""

    async def gone() -> bool:
        return await task(ltc, workflow_id) is None

    await eventually(gone, 30, f"the alarm of {workflow_id} to be taken back")


async def begun(begin: Begin, kind: str) -> tuple[Journey, str]:
    journey = await begin("deliver")
    return journey, journey.id if kind == "deal" else journey.account


def a_command(kind: str) -> Value:
    """Return a command that changes little."""
    return c.FollowUp(channel="phone", note="ours") if kind == "deal" else a.PauseDunning(reason="ours")


def envelope(journey: Journey, workflow_id: str, command: Value, key: str, actor: Any = OPS) -> Envelope:
    told = Envelope(id=key, actor=actor, command=command.model_dump(mode="json"))
    return Envelope.model_validate(signed(workflow_id, told))


async def update(journey: Journey, workflow_id: str, command: Value, key: str, actor: Any = OPS) -> Answered:
    answered: Answered = await journey.company.handle(workflow_id).execute_update(
        "submit", envelope(journey, workflow_id, command, key, actor), result_type=Answered
    )
    return answered


async def assert_shown(journey: Journey, workflow_id: str) -> None:
    """Operations see it wherever they look."""
    ltc = journey.company
    page = await details(ltc, workflow_id)
    assert page.startswith("**Needs attention 需要处理**: the event log refuses what happened here (")
    sent = '{"actor": {"id": "you", "roles": ["ops"]}, "command": {"kind": "adopt_log", "reason": "REASON"}}'
    assert sent in page
    explained = await ltc.ask(workflow_id, "explain", Explanation)
    assert (explained.waiting[0].who, explained.waiting[0].command) == ("role:ops", "adopt_log")
    assert explained.moves == ("adopt_log",)
    found = (await ltc.handle(workflow_id).describe()).typed_search_attributes
    everyone = sorted({blocker.who for blocker in explained.waiting} - {"ltc"})
    assert (found[STATUS], found[WAITING_FOR]) == ("needs_attention", everyone)
    seen = await stuck_now(ltc)
    assert [(one.who, one.command) for one in seen.recordings if one.owner_workflow == workflow_id] == [
        ("role:ops", "adopt_log")
    ]
    attention = [row.deal_id for row in seen.deals] + [row.customer_id for row in seen.accounts]
    assert {journey.deal_id, journey.customer_id}.intersection(attention)
    assert await ltc.ask(workflow_id, "settled", bool)


@pytest.mark.parametrize("by", ["update", "signal"])
@pytest.mark.parametrize("kind", ["deal", "account"])
async def test_other_facts_in_the_log_are_seen_and_adopted(ltc: Company, begin: Begin, kind: str, by: str) -> None:
    journey, workflow_id = await begun(begin, kind)
    logged = await ltc.kinds(workflow_id)
    await written_by_another(journey, workflow_id)
    actor = FINANCE if kind == "account" else OPS
    waiting = asyncio.create_task(update(journey, workflow_id, a_command(kind), "ours", actor))

    await alarmed(ltc, workflow_id)

    await assert_shown(journey, workflow_id)
    await ltc.restart()
    assert not waiting.done()

    if by == "signal":
        await ltc.handle(workflow_id).signal("command", envelope(journey, workflow_id, ADOPT, "adopt"))
    else:
        answered = await update(journey, workflow_id, ADOPT, "adopt")
        assert (answered.recorded, answered.repeated) == (True, False)
    await quiet(ltc, workflow_id)

    assert (await waiting).recorded
    kinds = await ltc.kinds(workflow_id)
    theirs, ours = ("followed_up", "followed_up") if kind == "deal" else ("notice_void", "dunning_paused")
    assert kinds[len(logged) :] == [theirs, "log_adopted", ours]
    adopted = [event for event in await ltc.events(workflow_id) if event.kind == "log_adopted"]
    assert [(event.actor, event.cause, ADOPT.reason in event.data) for event in adopted] == [("lin.hao", "adopt", True)]
    assert journey.deal_id not in [row.deal_id for row in (await stuck_now(ltc)).deals]
    found = (await ltc.handle(workflow_id).describe()).typed_search_attributes
    assert found[STATUS] != "needs_attention"
    await ltc.assert_healthy(workflow_id)
    await ltc.assert_sound()


async def accepted(ltc: Company, workflow_id: str) -> int:
    """Count the updates that a workflow has accepted."""
    kind = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    return len([event async for event in ltc.handle(workflow_id).fetch_history_events() if event.event_type == kind])


async def test_while_the_log_refuses_nothing_is_taken_and_nothing_moves(ltc: Company, begin: Begin) -> None:
    journey = await begin("quote")
    await written_by_another(journey, journey.id)
    note = journey.submission(c.FollowUp(channel="phone", note="ours"))
    waiting = asyncio.create_task(journey.workflows.submit_deal(journey.deal_id, note))
    await alarmed(ltc, journey.id)
    before = await accepted(ltc, journey.id)

    refused = await journey.refused(c.FollowUp(channel="phone", note="more"))
    without = await journey.refused(ADOPT)
    repeated = asyncio.create_task(journey.workflows.submit_deal(journey.deal_id, note))

    assert (refused.code, "adopt_log" in refused.text.en, "adopt_log" in refused.text.zh) == (Code.STATE, True, True)
    assert without.code is Code.AUTH
    assert await accepted(ltc, journey.id) == before
    later = journey.submission(c.FollowUp(channel="phone", note="by signal"))
    await journey.workflows.signal_deal(journey.deal_id, later)
    await journey.send(ADOPT, OPS)
    await ltc.settled(journey.id)
    answers = await asyncio.gather(waiting, repeated)

    notes = [event.data for event in await ltc.events(journey.id) if event.kind == "followed_up"]
    assert NOTE in notes[0]
    assert sorted("ours" in note for note in notes[1:]) == [False, True]
    assert len({answer.version for answer in answers}) == 1
    await journey.approve()
    await ltc.assert_healthy(journey.id)


async def test_a_log_that_is_older_is_filled_when_the_database_is_restored(ltc: Company, begin: Begin) -> None:
    journey = await begin("approve")
    logged = await ltc.events(journey.id)
    rows = await made_older(ltc, journey.id, by=3)
    waiting = asyncio.create_task(journey.note("after the backup"))
    await alarmed(ltc, journey.id)
    assert "the log ends at" in await details(ltc, journey.id)

    await made_newer(ltc, journey.id, rows)
    answered = await waiting
    await quiet(ltc, journey.id)

    events = await ltc.events(journey.id)
    assert events[: len(logged)] == logged
    assert [event.kind for event in events[len(logged) :]] == ["followed_up"]
    assert answered.recorded
    await journey.order()
    await ltc.assert_healthy(journey.id)
    await ltc.assert_sound()


async def test_a_log_that_is_older_can_be_gone_on_from(ltc: Company, begin: Begin) -> None:
    journey = await begin("approve")
    rows = await made_older(ltc, journey.id, by=3)
    waiting = asyncio.create_task(journey.note("after the backup"))
    await alarmed(ltc, journey.id)

    await journey.send(ADOPT, OPS)

    assert (await waiting).recorded
    assert (await journey.deal()).stage == "quote.pending"
    assert "quote_approved" in [row["kind"] for row in rows]
    await journey.vote()
    assert (await journey.deal()).stage == "quote.approved"
    await journey.order()
    await ltc.assert_healthy(journey.id)
    await ltc.assert_sound()


async def test_where_the_log_refuses_nothing_there_is_nothing_to_adopt(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")

    assert (await journey.refused(ADOPT, OPS)).code is Code.STATE
    assert (await journey.refused_account(ADOPT, OPS)).code is Code.STATE
    explained = await ltc.ask(journey.id, "explain", Explanation)
    assert "adopt_log" not in explained.moves


async def test_what_cannot_be_recorded_for_long_is_shown_and_goes_on_by_itself(
    temporal_server: TemporalServer, tmp_path: Path
) -> None:
    switch, limits = Switch(), Limits(console=True, record_patience_s=2)
    async with company(temporal_server, tmp_path, limits=limits, replacing=over(switch)) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.until("qualify")
        switch.away = True
        answer = await journey.note("while it is away")
        assert (answer.recorded, answer.waiting[0].startswith("role:ops")) == (False, False)

        async def shown() -> bool:
            found = (await ltc.handle(journey.id).describe()).typed_search_attributes
            return found[STATUS] == "needs_attention"

        await eventually(shown, 30, "the outage to be shown")
        assert "nothing could be recorded for 1 minutes" in await details(ltc, journey.id)
        assert not (await journey.note("still taken")).recorded
        switch.away = False

        async def over_again() -> bool:
            return not await shown()

        await eventually(over_again, 30, "all to be well again")
        assert (await journey.kinds())[-2:] == ["followed_up"] * 2
        assert await task(ltc, journey.id) is None
        assert (await stuck_now(ltc)).deals == ()
        await ltc.assert_healthy(journey.id)
