"""A workflow that goes on in a new run loses no command, no answer and no effect."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.account import commands as a
from domain.deal import commands as c
from domain.money import Money
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from simulation.patience import patiently
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey
from tests.workflows.ports import Switch, over
from tests.workflows.test_standard_deal import ACCOUNT, DEAL
from workflows.messages import Limits

SHORT = Limits(console=True, history_events=30, drain_s=2)
CALLS = 40


@pytest.fixture(scope="module")
async def ltc(
    temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory, switch: Switch
) -> AsyncIterator[Company]:
    """A company whose workflows go on in a new run every few steps."""
    folder = tmp_path_factory.mktemp("short")
    async with company(temporal_server, folder, limits=SHORT, replacing=over(switch)) as opened:
        yield opened


async def runs_of(ltc: Company, workflow_id: str) -> int:
    """Count the runs of a workflow that went on in another."""
    run_id, count = (await ltc.handle(workflow_id).describe()).run_id, 1
    while True:
        first = await anext(ltc.client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history_events())
        run_id = first.workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return count
        count += 1


async def test_a_standard_deal_over_many_runs_is_the_same_deal(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.until("pay")
    await ltc.ended(journey.id)

    assert await runs_of(ltc, journey.id) >= 3
    assert await runs_of(ltc, journey.account) >= 2
    kinds = await journey.kinds()
    assert [kind for kind in kinds if kind in DEAL and kind != "effect_completed"] == [
        kind for kind in DEAL if kind != "effect_completed"
    ]
    assert [kind for kind in await ltc.kinds(journey.account) if kind != "case_changed"] == ACCOUNT
    await ltc.assert_healthy(journey.id)
    await ltc.assert_sound()


async def test_its_clock_does_not_go_back(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.until("fall_behind")
    await journey.pay(minor=100, external_id=f"{journey.deal_id}/1")
    await journey.pay(minor=200, external_id=f"{journey.deal_id}/2")
    await journey.pay(minor=300, external_id=f"{journey.deal_id}/3")

    assert await runs_of(ltc, journey.account) >= 2
    for workflow_id in (journey.id, journey.account):
        times = [event.at for event in await ltc.events(workflow_id)]
        assert times == sorted(times)


async def test_commands_sent_while_it_changes_over_are_each_taken_once(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.until("qualify")
    before = await runs_of(ltc, journey.id)
    submissions = [journey.submission(c.FollowUp(channel="phone", note=f"call {n}")) for n in range(CALLS)]

    async def by_update(number: int) -> None:
        await asyncio.sleep(number * 0.03)
        await patiently(lambda: journey.workflows.submit_deal(journey.deal_id, submissions[number]))

    async def by_signal(number: int) -> None:
        await asyncio.sleep(number * 0.03)
        await journey.workflows.signal_deal(journey.deal_id, submissions[number])

    await asyncio.gather(*((by_update if number % 2 else by_signal)(number) for number in range(CALLS)))
    await ltc.settled(journey.id)

    causes = [event.cause for event in await ltc.events(journey.id) if event.kind == "followed_up"]
    assert sorted(causes) == sorted(submission.id for submission in submissions)
    assert await runs_of(ltc, journey.id) > before
    await ltc.assert_healthy(journey.id)


async def test_an_answer_is_kept_over_runs(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.capture()
    first = await journey.send(c.Qualify(), id="the-key")
    before = await runs_of(ltc, journey.id)
    while await runs_of(ltc, journey.id) == before:
        await journey.send(c.FollowUp(channel="phone", note="again"))
    count = len(await journey.kinds())

    again = await journey.send(c.Qualify(), id="the-key")
    other = await journey.refused(c.Qualify(override_reason="other"), id="the-key")

    assert first is not None
    assert again is not None
    assert (again.repeated, again.version) == (True, first.version)
    assert other.code == "E_IDEM"
    assert len(await journey.kinds()) == count


async def test_an_effect_under_way_is_done_once_by_the_next_run(ltc: Company, switch: Switch) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.until("order")
    await journey.send(c.RecordDelivery())
    before = await runs_of(ltc, journey.id)
    switch.hold("issue_invoice")
    await journey.workflows.submit_deal(journey.deal_id, journey.submission(c.AcceptDelivery(accepted_by="客户")))
    while await runs_of(ltc, journey.id) == before:
        await journey.note("is the invoice coming?")
        await asyncio.sleep(0.1)

    switch.let_go("issue_invoice")
    await ltc.settled(journey.id)

    assert (await journey.kinds()).count("invoice_issued") == 1
    assert (await journey.deal()).billing[0].number != ""
    await ltc.assert_sound()


async def test_somebody_who_waits_is_answered_before_the_new_run(ltc: Company) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.until("deliver")
    before = await runs_of(ltc, journey.account)
    for number in range(1, 200):
        await journey.pay(minor=100, external_id=f"{journey.deal_id}/{number}")
        if await runs_of(ltc, journey.account) > before:
            break

    assert await runs_of(ltc, journey.account) > before
    assert (await journey.deal()).billing[0].open_minor == (await journey.case()).case.open_minor
    await ltc.assert_sound()


async def test_what_the_ledger_refuses_is_the_answer_in_the_next_run_too(ltc: Company, switch: Switch) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.send_account(money(journey, 1000))
    before = await runs_of(ltc, journey.account)
    switch.hold("operate")
    refused = journey.submission(money(journey, 2000), FINANCE, id="refused")
    names = (ENTITY, journey.customer_id, CURRENCY)
    await journey.workflows.signal_account(*names, refused)
    number = 0
    while await runs_of(ltc, journey.account) == before:
        number += 1
        again = journey.submission(a.RetryEffect(effect_id="none"), FINANCE, id=f"nothing-{number}")
        await journey.workflows.signal_account(*names, again)
        await asyncio.sleep(0.1)
    switch.let_go("operate")
    await ltc.settled(journey.account)

    answer = await journey.refused_account(money(journey, 2000), id="refused")

    assert answer.code == "E_IDEM"
    assert (await journey.case()).case.unapplied_minor == 1000


def money(journey: Journey, minor: int) -> a.RecordReceipt:
    """Money on account, always under the same number of the bank."""
    return a.RecordReceipt(
        source="bank",
        external_id=journey.deal_id,
        amount=Money(minor=minor, currency=CURRENCY),
        value_date=wall().date(),
    )
