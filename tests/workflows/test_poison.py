"""No message, however malformed, wedges or fails a workflow, and each is visible in its timeline."""

import json

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from domain.account import commands as a
from domain.deal import commands as c
from domain.money import Money
from domain.refusal import Code
from simulation.standard_deal import LINES
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, signed
from tests.workflows.journeys import Journey
from tests.workflows.poison import UNKNOWN, UNREADABLE, Poison, envelope, messages, raw, words
from workflows.messages import Envelope, Limits


async def refusals(ltc: Company, workflow_id: str) -> list[dict[str, str]]:
    """Read the recorded refusals of a workflow."""
    events = await ltc.events(workflow_id)
    return [json.loads(event.data) for event in events if event.kind == "command_refused"]


async def swallow(ltc: Company, workflow_id: str, poisons: list[Poison]) -> list[str]:
    """Send poison as signals; returns what was not recorded as refused."""
    unseen = []
    for poison in poisons:
        before = len(await refusals(ltc, workflow_id))
        await ltc.handle(workflow_id).signal(poison.name, args=list(poison.args))
        await ltc.settled(workflow_id)
        if len(await refusals(ltc, workflow_id)) != before + 1:
            unseen.append(poison.what)
    return unseen


async def test_a_deal_records_every_poison_signal_and_goes_on(ltc: Company, begin: Begin) -> None:
    journey = await begin("qualify")
    poisons = [*messages(journey.id), *words(journey.id), *UNKNOWN]

    assert await swallow(ltc, journey.id, poisons) == []

    codes = {refusal["code"] for refusal in await refusals(ltc, journey.id)}
    assert codes == {Code.GATE, Code.AUTH, Code.LIMIT, Code.NOTFOUND}
    await journey.send(c.CreateQuote(lines=LINES))
    assert (await journey.kinds())[-1] == "quote_created"
    await ltc.assert_healthy(journey.id)
    state = await journey.deal()
    assert len(state.model_dump_json()) < 65_536


async def test_an_account_records_every_poison_signal_and_goes_on(ltc: Company, begin: Begin) -> None:
    journey = await begin()
    await journey.send_account(receipt(f"{journey.deal_id}/1"))
    poisons = [*messages(journey.account), *words(journey.account), *UNKNOWN]

    assert await swallow(ltc, journey.account, poisons) == []

    await journey.send_account(receipt(f"{journey.deal_id}/2"))
    assert (await journey.case()).case.unapplied_minor == 2000
    await ltc.assert_healthy(journey.account)


def receipt(external_id: str) -> a.RecordReceipt:
    """Money that pays nothing yet, so that the account stays open."""
    return a.RecordReceipt(
        source="bank",
        external_id=external_id,
        amount=Money(minor=1000, currency="CNY"),
        value_date="2026-11-25",  # type: ignore[arg-type]  # pydantic reads it
    )


async def test_what_the_sdk_itself_cannot_read_is_left_out_and_harms_nothing(ltc: Company, begin: Begin) -> None:
    journey = await begin("qualify")
    await journey.send_account(receipt(f"{journey.deal_id}/1"))
    for workflow_id in (journey.id, journey.account):
        for name in ("command", "word"):
            await ltc.handle(workflow_id).signal(name, args=[raw(b"{not json"), raw(b"\xff")])
        await ltc.settled(workflow_id)

        assert await refusals(ltc, workflow_id) == []
    await journey.send(c.CreateQuote(lines=LINES))
    await journey.send_account(receipt(f"{journey.deal_id}/2"))
    for workflow_id in (journey.id, journey.account):
        await ltc.assert_healthy(workflow_id)


async def test_a_poison_update_is_rejected_and_leaves_no_history(ltc: Company, begin: Begin) -> None:
    journey = await begin("qualify")
    await journey.send_account(receipt(f"{journey.deal_id}/1"))
    for workflow_id in (journey.id, journey.account):
        before = await ltc.history_length(workflow_id)

        for poison in messages(workflow_id):
            await rejected(journey, workflow_id, "submit", poison)
        for poison in UNKNOWN:
            await rejected(journey, workflow_id, poison.name, poison)

        assert await ltc.history_length(workflow_id) == before
        await ltc.assert_healthy(workflow_id)
    await journey.send(c.CreateQuote(lines=LINES))
    assert (await journey.kinds())[-1] == "quote_created"


async def rejected(journey: Journey, workflow_id: str, name: str, poison: Poison) -> None:
    with pytest.raises((WorkflowUpdateFailedError, RPCError)):
        await journey.company.handle(workflow_id).execute_update(name, args=list(poison.args))


async def test_without_a_console_only_what_is_signed_is_obeyed(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture", limits=Limits(console=False))
    unsigned = Envelope(id="by-hand", actor="liu.yang", command={"kind": "respond"})

    assert await swallow(ltc, journey.id, [Poison("unsigned", "command", (unsigned,))]) == []
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await ltc.handle(journey.id).execute_update("submit", unsigned)
    assert getattr(caught.value.cause, "type", "") == Code.AUTH
    assert [refusal["code"] for refusal in await refusals(ltc, journey.id)] == [Code.AUTH]

    actor = {"id": "liu.yang", "roles": ["sales"]}
    genuine = signed(journey.id, Envelope.model_validate(unsigned.model_dump() | {"actor": actor}))
    await ltc.handle(journey.id).signal("command", genuine)
    await ltc.settled(journey.id)
    assert (await journey.kinds())[-1] == "lead_responded"


async def test_an_unsigned_message_is_recorded_as_of_the_console(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    claimed = envelope({"kind": "respond"}, actor={"id": "liu.yang", "roles": ["sales"], "via": "api"})

    await ltc.handle(journey.id).signal("command", claimed)
    await ltc.settled(journey.id)

    last = (await ltc.events(journey.id))[-1]
    assert (last.kind, last.actor, last.via) == ("lead_responded", "liu.yang", "console")


async def test_poison_before_the_capture_waits_for_it(ltc: Company, begin: Begin) -> None:
    journey = await begin()
    await ltc.skipping.start_workflow(
        "Deal", journey.start(), id=journey.id, task_queue=ltc.queue,
        start_signal="command", start_signal_args=[UNREADABLE[0][1][0]],
    )  # fmt: skip

    await journey.capture()
    await ltc.settled(journey.id)

    assert (await journey.kinds())[0] == "lead_captured"
    assert len(await refusals(ltc, journey.id)) == 1
    await ltc.assert_healthy(journey.id)
