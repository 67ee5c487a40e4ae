"""A deal ends once, whoever pushes: cancelled beside its invoice, from the UI, or paid, unpaid and paid again."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.account import commands as a
from domain.deal import commands as c
from domain.machine import Actor
from domain.money import Money
from domain.refusal import Refused
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from simulation.standard_deal import CURRENCY
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, company, eventually
from tests.workflows.journeys import Journey
from tests.workflows.ports import Switch, over
from workflows.deal import NEVER_CAPTURED
from workflows.messages import Limits

WITHDRAWN = c.Cancel(reason="withdrawn", delivered="credited")


@pytest.fixture(scope="module")
async def ltc(
    temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory, switch: Switch
) -> AsyncIterator[Company]:
    """A company whose ledger can be made to take its time."""
    async with company(temporal_server, tmp_path_factory.mktemp("endings"), replacing=over(switch)) as opened:
        yield opened


async def test_cancelled_while_its_invoice_is_being_issued(ltc: Company, begin: Begin, switch: Switch) -> None:
    journey = await begin("order")
    await journey.send(c.RecordDelivery())
    switch.hold("issue_invoice")
    await journey.workflows.submit_deal(journey.deal_id, journey.submission(c.AcceptDelivery(accepted_by="客户")))
    await eventually(lambda: asked(switch), 10, "the invoice to be under way")
    answered = await journey.workflows.submit_deal(journey.deal_id, journey.submission(WITHDRAWN))
    assert answered.stage == "cancelling"

    switch.let_go("issue_invoice")
    await ltc.ended(journey.id)
    await ltc.settled(journey.account)

    kinds = await journey.kinds()
    assert [kinds.count(kind) for kind in ("invoice_issued", "credit_required", "invoice_credited")] == [1, 1, 1]
    assert [kind for kind in kinds if kind in ("invoice_sent", "receivable_opened")] == []
    assert kinds.count("deal_cancelled") == 1
    assert await ltc.handle(journey.id).result() == "closed.cancelled"
    assert await open_of(ltc, journey) == 0
    await ltc.assert_healthy(journey.id)
    await ltc.assert_sound()


async def asked(switch: Switch) -> bool:
    return "issue_invoice" in switch.calls


async def open_of(ltc: Company, journey: Journey) -> int:
    """Return what the account owes, whether it runs or has ended."""
    if await ltc.runs(journey.account):
        return (await journey.case()).case.open_minor
    told = [event for event in await ltc.events(journey.account) if event.kind in ("case_loaded", "case_changed")]
    cases = [json.loads(event.data)["case"] for event in told]
    return int(cases[-1]["open_minor"])


async def test_the_cancel_button_of_the_ui_is_the_command(ltc: Company, begin: Begin) -> None:
    journey = await begin("order")

    await ltc.handle(journey.id).cancel(reason="the customer is gone")
    await ltc.ended(journey.id)

    requested = next(event for event in await ltc.events(journey.id) if event.kind == "cancel_requested")
    assert (requested.actor, requested.via) == ("console", "console")
    assert json.loads(requested.data)["reason"] == "the customer is gone"
    assert await ltc.handle(journey.id).result() == "closed.cancelled"
    await ltc.assert_healthy(journey.id)


async def test_the_cancel_button_where_nothing_can_be_cancelled_is_refused(ltc: Company, begin: Begin) -> None:
    journey = await begin("qualify")

    await ltc.handle(journey.id).cancel()
    await eventually(lambda: is_refused(ltc, journey.id), 10, "the refusal")
    await ltc.restart()
    await journey.quote()
    await journey.note("it goes on")

    kinds = await journey.kinds()
    assert kinds.count("command_refused") == 1
    assert (await journey.deal()).stage == "quote.pending"
    await ltc.assert_healthy(journey.id)


async def is_refused(ltc: Company, workflow_id: str) -> bool:
    return "command_refused" in await ltc.kinds(workflow_id)


async def test_without_a_console_the_cancel_button_is_refused(ltc: Company, begin: Begin) -> None:
    journey = await begin("order", limits=Limits(console=False))

    await ltc.handle(journey.id).cancel()
    await eventually(lambda: is_refused(ltc, journey.id), 10, "the refusal")

    assert await ltc.runs(journey.id)
    assert (await journey.deal()).stage == "active"


async def test_an_account_is_not_cancelled_while_money_is_open(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")

    await ltc.handle(journey.account).cancel()
    await eventually(lambda: is_refused(ltc, journey.account), 10, "the refusal")
    await ltc.restart()
    await journey.pay()

    await ltc.ended(journey.account)
    assert (await journey.kinds())[-1] == "deal_closed"
    await ltc.assert_healthy(journey.account)


async def test_a_deal_that_nobody_captured_is_cancelled_at_once(ltc: Company, begin: Begin) -> None:
    journey = await begin()
    await ltc.skipping.start_workflow("Deal", journey.start(), id=journey.id, task_queue=ltc.queue)

    await ltc.handle(journey.id).cancel()
    await ltc.ended(journey.id)

    assert await journey.kinds() == []


async def test_a_deal_whose_capture_is_refused_ends_by_itself(ltc: Company, begin: Begin) -> None:
    journey = await begin()
    nobody = journey.submission(c.Capture(source="web"), Actor(id="nobody"))
    with pytest.raises(Refused, match="E_AUTH"):
        await journey.workflows.capture(journey.start(), nobody)

    await ltc.clocks.move(journey.id, wall() + timedelta(minutes=11))
    await ltc.ended(journey.id)

    assert await ltc.handle(journey.id).result() == NEVER_CAPTURED
    assert await journey.kinds() == []


async def test_a_payment_that_bounces_opens_the_closed_deal_again(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    receipt = journey.receipt(await journey.deal())
    await journey.send_account(receipt)
    await ltc.ended(journey.id)
    await ltc.ended(journey.account)

    bounced = a.ReverseReceiptNow(
        source=receipt.source, external_id=receipt.external_id, amount=receipt.amount, reason="no cover"
    )
    await journey.send_account(bounced)

    assert await ltc.runs(journey.id)
    state = await journey.deal()
    assert (state.stage, state.reopened, state.billing[0].open_minor) == ("active", True, receipt.amount.minor)
    again = receipt.model_copy(update={"external_id": f"{journey.deal_id}/again"})
    await journey.send_account(again)
    await ltc.ended(journey.id)
    await ltc.ended(journey.account)

    kinds = await journey.kinds()
    assert [kinds.count(kind) for kind in ("deal_closed", "deal_reopened")] == [2, 1]
    assert await ltc.handle(journey.id).result() == "closed.paid"
    await ltc.assert_healthy(journey.id)
    await ltc.assert_healthy(journey.account)
    await ltc.assert_sound()


async def test_a_closed_deal_is_not_captured_again(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    await journey.send(c.Disqualify(reason="no_need"))
    await ltc.ended(journey.id)
    kinds, first = await journey.kinds(), (await ltc.handle(journey.id).describe()).run_id

    with pytest.raises(Refused, match="E_STATE"):
        await journey.workflows.capture(journey.start(), journey.submission(c.Capture(source="web")))

    assert await journey.kinds() == kinds
    assert (await ltc.handle(journey.id).describe()).run_id == first


async def test_a_late_word_to_a_closed_deal_changes_nothing(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    await journey.pay()
    await ltc.ended(journey.id)
    kinds = await journey.kinds()

    extra = a.RecordReceipt(
        source="bank",
        external_id=f"{journey.deal_id}/extra",
        amount=Money(minor=500, currency=CURRENCY),
        value_date=(await ltc.events(journey.id))[-1].at.date(),
    )
    await journey.send_account(extra)

    assert (await journey.case()).case.unapplied_minor == 500
    assert not await ltc.runs(journey.id)
    assert await journey.kinds() == kinds
