"""A workflow that is reset in the Temporal UI goes on from where its event log ends: nothing is lost or done twice."""

import asyncio
import json
from typing import Any

import pytest

from domain.account import commands as a
from domain.account.state import Account
from domain.deal import commands as c
from domain.deal.state import Deal
from domain.refusal import Code
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, eventually
from tests.workflows.journeys import Journey
from tests.workflows.poison import raw
from workflows.messages import Envelope

PLACES = (0, 0.25, 0.5, 0.75, 1)
"""Tasks to reset to, from the first to the last."""


async def adopted(ltc: Company, workflow_id: str, times: int = 1) -> None:
    """Wait until a workflow has gone on from its log so many times."""

    async def has() -> bool:
        return (await ltc.kinds(workflow_id)).count("log_adopted") == times

    await eventually(has, 20, f"{workflow_id} to go on from its log")
    await ltc.settled(workflow_id)


def what_lasts(state: Deal | Account) -> dict[str, Any]:
    """Return all of a state but what a reset changes: the line that tells of it, and answers, which the log keeps."""
    told = [line for line in state.timeline if line.kind != "log_adopted"]
    return state.model_dump(exclude={"version", "timeline", "answers", "forgotten"}) | {"timeline": told}


@pytest.mark.parametrize("back", PLACES)
async def test_a_deal_goes_on_from_its_log(ltc: Company, begin: Begin, back: float) -> None:
    journey = await begin("approve")
    before, logged = await journey.deal(), await ltc.events(journey.id)

    await ltc.reset(journey.id, back)
    await adopted(ltc, journey.id)

    events = await ltc.events(journey.id)
    assert events[:-1] == logged
    assert (events[-1].kind, events[-1].actor, events[-1].cause[:6]) == ("log_adopted", "system", "reset/")
    assert what_lasts(await journey.deal()) == what_lasts(before)
    for step in (journey.order, journey.deliver, journey.fall_behind, journey.pay):
        await step()
    await ltc.ended(journey.id)
    kinds = await journey.kinds()
    assert [kinds.count(kind) for kind in ("quote_sent", "invoice_issued", "invoice_sent", "deal_closed")] == [1] * 4
    await ltc.assert_healthy(journey.id)
    await ltc.assert_sound()


@pytest.mark.parametrize("back", PLACES)
async def test_an_account_goes_on_from_its_log(ltc: Company, begin: Begin, back: float) -> None:
    journey = await begin("deliver")
    number = (await journey.deal()).billing[0].number
    await journey.send_account(a.Dispute(number=number, minor=1_000_000, reason="quality"))
    await journey.pay(minor=500_000, external_id=f"{journey.deal_id}/part")
    before, logged = await journey.case(), await ltc.events(journey.account)

    await ltc.reset(journey.account, back)
    await adopted(ltc, journey.account)

    assert (await ltc.events(journey.account))[:-1] == logged
    assert what_lasts(await journey.case()) == what_lasts(before)
    await journey.send_account(a.Resolve(number=number, outcome="reject"))
    await journey.pay()
    await ltc.ended(journey.account)
    await ltc.ended(journey.id)
    assert (await ltc.kinds(journey.account)).count("receipt_recorded") == 2
    await ltc.assert_healthy(journey.account)
    await ltc.assert_sound()


async def test_business_time_does_not_go_back_where_time_was_skipped(ltc: Company, begin: Begin) -> None:
    journey = await begin("fall_behind")
    notices = [event for event in await ltc.events(journey.account) if event.kind == "notice_sent"]
    assert len(notices) >= 2

    for workflow_id in (journey.account, journey.id):
        await ltc.reset(workflow_id, 0)
        await adopted(ltc, workflow_id)
    # The ladder goes on meanwhile, and claims a fee and interest beside the invoice.
    # It is paid on the account's own day: money of an earlier one would take interest back, and be left over.
    for nth in range(3):
        account = await journey.case()
        if rest := account.case.open_minor:
            paid = journey.receipt(await journey.deal(), rest, f"{journey.deal_id}/{nth}")
            await journey.send_account(paid.model_copy(update={"value_date": account.timeline[-1].at.date()}))
    await ltc.ended(journey.account)
    await ltc.ended(journey.id)

    for workflow_id in (journey.account, journey.id):
        events = await ltc.events(workflow_id)
        assert [event.at for event in events] == sorted(event.at for event in events)
        levels = [json.loads(event.data)["level"] for event in events if event.kind == "notice_sent"]
        assert levels == sorted(set(levels))
        await ltc.assert_healthy(workflow_id)


async def test_what_came_by_signal_is_neither_obeyed_nor_refused_again(ltc: Company, begin: Begin) -> None:
    journey = await begin("qualify")
    sales = {"id": "liu.yang", "roles": ["sales"]}
    call: dict[str, Any] = {"kind": "follow_up", "channel": "phone", "note": "twice the same"}
    too_early: list[dict[str, Any]] = [{"kind": "send_quote"}, {"kind": "create_quote", "lines": []}]
    for command in (call, call, *too_early):
        await ltc.handle(journey.id).signal("command", Envelope(actor="liu.yang", command=command))
        await ltc.handle(journey.id).signal("command", {"actor": sales, "command": command})
    for poison in (raw(b"{not json"), raw(b'"approve"')):
        await ltc.handle(journey.id).signal("command", poison)
    named = Envelope(id="early", actor="liu.yang", command={"kind": "accept_quote", "content_hash": "x"})
    await ltc.handle(journey.id).signal("command", named)
    await ltc.settled(journey.id)
    await journey.quote()
    await journey.approve()
    before, logged = await journey.deal(), await ltc.events(journey.id)
    assert [event.kind for event in logged].count("followed_up") == 2

    for times, back in enumerate((0, 0.4, 1), 1):
        await ltc.reset(journey.id, back)
        await adopted(ltc, journey.id, times)
        await ltc.restart()

    after = [event for event in await ltc.events(journey.id) if event.kind != "log_adopted"]
    assert after == list(logged)
    assert (await journey.deal()).stage == before.stage == "quote.approved"
    await ltc.assert_healthy(journey.id)


async def test_what_nobody_had_served_before_the_reset_is_served_once(ltc: Company, begin: Begin) -> None:
    journey = await begin("approve")
    logged = await journey.kinds()
    await ltc.stop()
    for number in range(3):
        note = journey.submission(c.FollowUp(channel="phone", note=f"unserved {number}"))
        await journey.workflows.signal_deal(journey.deal_id, note)
    await ltc.reset(journey.id, 0.6)
    await journey.workflows.signal_deal(journey.deal_id, journey.submission(c.SendQuoteNow()))

    await ltc.start()
    await adopted(ltc, journey.id)

    kinds = await journey.kinds()
    assert kinds[: len(logged) + 4] == [*logged, "log_adopted", *["followed_up"] * 3]
    assert kinds.count("quote_sent") == 1
    await ltc.restart()
    await journey.send(await journey.acceptance())
    await ltc.assert_healthy(journey.id)


async def test_a_repeat_gets_its_first_answer_after_a_reset_too(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    first = await journey.send(c.Qualify(), id="the-key")
    await journey.send(c.FollowUp(channel="phone", note="called"))
    assert first is not None

    await ltc.reset(journey.id, 0)
    await adopted(ltc, journey.id)
    again = await journey.workflows.submit_deal(journey.deal_id, journey.submission(c.Qualify(), id="the-key"))

    assert (again.repeated, again.version, again.recorded) == (True, first.version, True)
    assert (await journey.refused(c.Qualify(override_reason="other"), id="the-key")).code is Code.IDEM
    assert (await journey.kinds()).count("lead_qualified") == 1


async def test_a_reset_to_where_nothing_has_happened_since_changes_nothing(ltc: Company, begin: Begin) -> None:
    journey = await begin("qualify")
    note = journey.submission(c.FollowUp(channel="phone", note="once"))
    await journey.workflows.signal_deal(journey.deal_id, note)
    await ltc.settled(journey.id)
    logged = await ltc.events(journey.id)
    await journey.workflows.signal_deal(journey.deal_id, note)
    await ltc.settled(journey.id)
    run_id = (await ltc.handle(journey.id).describe()).run_id

    await ltc.reset(journey.id, 1)
    await ltc.settled(journey.id)

    assert (await ltc.handle(journey.id).describe()).run_id != run_id
    assert await ltc.events(journey.id) == logged
    await journey.quote()
    await ltc.restart()
    await journey.approve()
    assert "log_adopted" not in await journey.kinds()
    await ltc.assert_healthy(journey.id)


async def test_updates_that_wait_are_answered_across_a_reset(ltc: Company, begin: Begin) -> None:
    journey = await begin("qualify")
    await ltc.stop()
    notes = [journey.submission(c.FollowUp(channel="phone", note=f"call {number}")) for number in range(3)]
    waiting = [asyncio.create_task(journey.workflows.submit_deal(journey.deal_id, note)) for note in notes]
    await asyncio.sleep(0.2)
    await ltc.reset(journey.id, 0.5)

    await ltc.start()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    repeated = [await journey.workflows.submit_deal(journey.deal_id, note) for note in notes]

    assert len({answer.version for answer in repeated}) == 3
    assert [answer for answer in answers if isinstance(answer, AssertionError)] == []
    assert (await journey.kinds()).count("followed_up") == 3
    await ltc.assert_healthy(journey.id)


async def test_a_closed_deal_that_is_reset_stays_closed(ltc: Company, begin: Begin) -> None:
    journey = Journey(ltc, await ltc.customer())
    await journey.until("pay")
    await ltc.ended(journey.id)
    logged = await journey.kinds()

    await ltc.reset(journey.id, 0.5)
    await ltc.ended(journey.id)

    assert await journey.kinds() == [*logged, "log_adopted"]
    assert await ltc.handle(journey.id).result() == "closed.paid"
    assert (await journey.refused(c.FollowUp(channel="phone", note="late"))).code is Code.STATE
    await ltc.assert_sound()
