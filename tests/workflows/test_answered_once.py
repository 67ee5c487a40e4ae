"""A command id counts once in the life of its account or deal, whichever run was asked and whatever way it came."""

import asyncio
import json
from typing import Any

from domain.account import commands as a
from domain.deal import commands as c
from domain.machine import Answer
from domain.money import Money
from domain.refusal import Code
from embedded.temporal_server import TemporalServer
from simulation.patience import patiently
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE, LINES
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey
from tests.workflows.test_killed import dies_upon
from workflows.deal_machine import kept


async def bounced_and_paid_again(ltc: Company, journey: Journey) -> a.ReverseReceiptNow:
    """Pay, let 300 bounce under the key ``bounce``, pay again, and open the account once more."""
    receipt = journey.receipt(await journey.deal())
    await journey.send_account(receipt, id="pay")
    await ltc.ended(journey.account)
    bounce = a.ReverseReceiptNow(
        source="bank", external_id=receipt.external_id, amount=Money(minor=300, currency=CURRENCY), reason="no cover"
    )
    await journey.send_account(bounce, id="bounce")
    again = receipt.model_copy(update={"external_id": f"{journey.deal_id}/2", "amount": bounce.amount})
    await journey.send_account(again, id="pay again")
    await ltc.ended(journey.account)
    extra = again.model_copy(update={"external_id": f"{journey.deal_id}/3", "invoices": ()})
    await journey.send_account(extra, id="extra")
    assert await ltc.runs(journey.account)
    return bounce


async def test_a_repeat_to_a_later_run_of_the_account_moves_no_money(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    bounce = await bounced_and_paid_again(ltc, journey)
    kinds = await ltc.kinds(journey.account)

    answered = await journey.send_account(bounce, id="bounce")

    assert answered is not None
    assert answered.repeated
    assert (await journey.refused_account(bounce, id="pay")).code is Code.IDEM
    one_more = bounce.model_copy(update={"amount": Money(minor=301, currency=CURRENCY)})
    assert (await journey.refused_account(one_more, id="bounce")).code is Code.IDEM
    assert await ltc.kinds(journey.account) == kinds

    journey.by = "signal"
    await journey.send_account(bounce, id="bounce")
    assert await ltc.kinds(journey.account) == kinds
    await journey.send_account(one_more, id="bounce")
    assert await ltc.kinds(journey.account) == [*kinds, "command_refused"]
    assert (await journey.case()).case.unapplied_minor == 300
    await ltc.assert_healthy(journey.account)
    await ltc.assert_sound()


async def test_messages_out_of_an_old_history_change_nothing_when_sent_again(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    await bounced_and_paid_again(ltc, journey)
    messages = await signed_messages(ltc, journey.account)
    assert sorted(message["id"] for message in messages["submit"]) == ["bounce", "extra", "pay", "pay again"]
    assert [message["command"]["kind"] for message in messages["word"]] == ["invoice_opened"]
    kinds = await ltc.kinds(journey.account)

    for message in messages["submit"]:
        await ltc.handle(journey.account).signal("command", message)
        await ltc.handle(journey.account).execute_update("submit", message)
    for message in messages["word"]:
        await ltc.handle(journey.account).signal("word", message)
    await ltc.settled(journey.account)

    assert await ltc.kinds(journey.account) == kinds
    await ltc.assert_sound()


async def signed_messages(ltc: Company, workflow_id: str) -> dict[str, list[dict[str, Any]]]:
    """Read from the histories of all runs what a process of ours signed, by the name it was sent to."""
    found: dict[str, list[dict[str, Any]]] = {"submit": [], "word": []}
    async for execution in ltc.client.list_workflows(f"WorkflowId = '{workflow_id}'"):
        handle = ltc.client.get_workflow_handle(workflow_id, run_id=execution.run_id)
        async for event in handle.fetch_history_events():
            update = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
            signal = event.workflow_execution_signaled_event_attributes
            for name, payloads in ((update.name, update.args.payloads), (signal.signal_name, signal.input.payloads)):
                found.get(name, []).extend(json.loads(payload.data) for payload in payloads)
    return found


async def test_what_was_refused_stays_refused_when_its_message_is_sent_again(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture", by="signal")
    await journey.send(c.SubmitQuote(), id="too early")
    await journey.qualify()
    await journey.send(c.CreateQuote(lines=LINES))
    kinds = await journey.kinds()

    await journey.send(c.SubmitQuote(), id="too early")
    assert await journey.kinds() == kinds
    journey.by = "update"
    assert (await journey.refused(c.SubmitQuote(), id="too early")).code is Code.STATE

    await journey.send(c.SubmitQuote(), id="in time")
    assert (await journey.deal()).stage == "quote.pending"


async def test_a_deal_that_is_opened_again_knows_what_it_was_told_before(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    await journey.send(c.Qualify(), id="the-key")
    await journey.quote()
    await journey.approve()
    await journey.order()
    await journey.deliver()
    await bounced_and_paid_again(ltc, journey)
    await ltc.ended(journey.id)
    bounce = a.ReverseReceiptNow(
        source="bank", external_id=f"{journey.deal_id}/2", amount=Money(minor=100, currency=CURRENCY), reason="again"
    )
    await journey.send_account(bounce, id="bounce again")
    assert await ltc.runs(journey.id)
    kinds = await journey.kinds()

    answered = await journey.send(c.Qualify(), id="the-key")

    assert answered is not None
    assert answered.repeated
    assert (await journey.refused(c.Qualify(override_reason="other"), id="the-key")).code is Code.IDEM
    assert await journey.kinds() == kinds


async def test_a_command_of_a_task_that_never_came_to_be_is_not_taken_for_a_repeat(
    temporal_server: TemporalServer, tmp_path: Any
) -> None:
    async with company(temporal_server, tmp_path) as ltc:
        journey = Journey(ltc, await ltc.customer())
        await journey.until("deliver")
        await bounced_and_paid_again(ltc, journey)
        before = await ltc.kinds(journey.account)
        dying = await dies_upon(ltc, "dunning_paused")
        pause = journey.submission(a.PauseDunning(reason="talks"), FINANCE, id="pause")
        names = (ENTITY, journey.customer_id, CURRENCY)
        sent = asyncio.create_task(patiently(lambda: journey.workflows.submit_account(*names, pause)))
        assert await dying.wait() == -9
        assert await ltc.kinds(journey.account) == [*before, "dunning_paused"]

        await ltc.start()
        await sent
        await ltc.settled(journey.account)

        assert (await journey.case()).pause is not None
        assert await ltc.kinds(journey.account) == [*before, "dunning_paused"]
        await ltc.assert_healthy(journey.account)


def test_a_state_that_lets_an_answer_go_says_up_to_where() -> None:
    answers = tuple(Answer(id=str(n), digest="", version=n) for n in range(256))
    assert kept(answers[:255], 0, answers[255]) == {"answers": answers}
    assert kept(answers, 0, answers[7].model_copy(update={"code": "E_STATE"})).keys() == {"answers"}

    more = kept(answers, 0, Answer(id="256", digest="", version=256))

    assert (more["answers"][0].id, more["answers"][-1].id, len(more["answers"])) == ("1", "256", 256)
    assert more["forgotten"] == 1
    assert kept(answers, 9, Answer(id="256", digest="", version=256))["forgotten"] == 9
