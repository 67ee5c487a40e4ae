"""An update is answered once: a refusal leaves nothing, a repeat gets the first answer, the ledger has its say."""

import asyncio
import json

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.account import commands as a
from domain.approval.machine import seats_open
from domain.deal import commands as c
from domain.machine import Actor
from domain.money import Money
from domain.refusal import Code
from domain.value import Value
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE, LINES
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, signed
from tests.workflows.journeys import Journey
from workflows.messages import Answered, Envelope, Word

NOBODY = Actor(id="nobody")


async def test_what_the_rules_refuse_leaves_no_history(ltc: Company, begin: Begin) -> None:
    journey = await begin("qualify")
    before = await ltc.history_length(journey.id)

    refused = {
        (await journey.refused(c.SendQuoteNow())).code,
        (await journey.refused(c.CreateQuote(lines=LINES), NOBODY)).code,
        (await journey.refused(c.CreateQuote(lines=LINES), expected_version=1)).code,
        (await journey.refused(c.Advance(met=("nothing",)))).code,
    }

    assert refused == {Code.STATE, Code.AUTH, Code.STALE, Code.GATE}
    assert await ltc.history_length(journey.id) == before
    assert "command_refused" not in await journey.kinds()


async def test_a_repeat_gets_the_first_answer_even_where_it_would_be_refused_now(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    first = await journey.send(c.Qualify(), id="the-key")
    await journey.send(c.CreateQuote(lines=LINES))
    kinds = await journey.kinds()

    assert await journey.send(c.Qualify(), id="the-key") == first
    again = await at_the_door(journey, c.Qualify(), "the-key")

    assert first is not None
    assert (again.repeated, again.version) == (True, first.version)
    assert await journey.kinds() == kinds


async def test_a_decision_said_again_under_another_key_is_told_to_be_known(ltc: Company, begin: Begin) -> None:
    journey = await begin("quote")
    approval = (await journey.deal()).approval
    assert approval is not None
    decision = c.Decide(approval_id=approval.id, verdict="approve", content_hash=approval.subject.content_hash)
    person = Actor(id=seats_open(approval)[0][1].candidates[0].person)
    first = await journey.send(decision, person, id="first")
    kinds = await journey.kinds()

    again = await journey.send(decision, person, id="second")

    assert first is not None
    assert again is not None
    assert (first.repeated, again.repeated) == (False, True)
    assert await journey.kinds() == kinds
    assert kinds.count("seat_decided") == 1


async def at_the_door(journey: Journey, command: Value, key: str) -> Answered:
    """Send a command under an update id that the server has not seen."""
    submission = journey.submission(command, id=key)
    envelope = Envelope(id=key, actor=submission.actor, command=command.model_dump(mode="json"))
    handle = journey.company.handle(journey.id)
    answered: Answered = await handle.execute_update("submit", signed(journey.id, envelope), result_type=Answered)
    return answered


async def test_a_key_used_for_other_content_is_refused(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    await journey.send(c.Qualify(), id="the-key")
    before = await ltc.history_length(journey.id)

    assert (await journey.refused(c.Qualify(override_reason="other"), id="the-key")).code is Code.IDEM
    assert (await journey.refused(c.Qualify(), NOBODY, id="the-key")).code is Code.IDEM

    assert await ltc.history_length(journey.id) == before


async def test_two_at_once_under_one_key_are_one(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    submission = journey.submission(c.FollowUp(channel="phone", note="called"), id="once")

    answers = await asyncio.gather(
        *(journey.workflows.submit_deal(journey.deal_id, submission) for _ in range(5)),
        at_the_door(journey, c.FollowUp(channel="phone", note="called"), "once"),
    )

    assert len({answer.version for answer in answers}) == 1
    assert (await journey.kinds()).count("followed_up") == 1


async def test_an_expected_version_is_kept_to(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    version = (await journey.deal()).version

    refused = await journey.refused(c.Qualify(), expected_version=version - 1)
    await journey.send(c.Qualify(), expected_version=version)

    assert refused.code is Code.STALE
    assert {detail.name: detail.value for detail in refused.details}["current"] == str(version)


async def test_what_the_ledger_refuses_fails_the_update_and_is_recorded_once(ltc: Company, begin: Begin) -> None:
    journey = await begin()
    first = money(journey, 1000)
    await journey.send_account(first)

    refused = await journey.refused_account(money(journey, 2000), id="again")
    repeated = await journey.refused_account(money(journey, 2000), id="again")

    assert (refused.code, refused.text.zh != "") == (Code.IDEM, True)
    assert (repeated.code, repeated.text) == (refused.code, refused.text)
    recorded = [event for event in await ltc.events(journey.account) if event.kind == "command_refused"]
    assert [json.loads(event.data)["code"] for event in recorded] == [Code.IDEM]
    assert (await journey.case()).case.unapplied_minor == 1000
    await ltc.assert_sound()


def money(journey: Journey, minor: int, end: str = "") -> a.RecordReceipt:
    """Money on account, under the same number of the bank unless it ends otherwise."""
    return a.RecordReceipt(
        source="bank",
        external_id=f"{journey.deal_id}{end}",
        amount=Money(minor=minor, currency=CURRENCY),
        value_date="2026-11-25",  # type: ignore[arg-type]  # pydantic reads it
    )


async def test_the_failure_of_an_update_names_the_code(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture")
    envelope = Envelope(id="x", actor=NOBODY, command={"kind": "qualify"})

    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await ltc.handle(journey.id).execute_update("submit", signed(journey.id, envelope))

    cause = caught.value.cause
    assert (getattr(cause, "type", ""), getattr(cause, "non_retryable", False)) == (Code.AUTH, True)


async def test_by_signal_every_refusal_is_a_recorded_fact(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture", by="signal")
    await journey.send(c.Qualify(), id="the-key")

    await journey.send(c.Qualify(), id="the-key")  # a repeat: nothing
    await journey.send(c.Qualify(override_reason="other"), id="the-key")
    await journey.send(c.SendQuoteNow())
    await journey.send(c.CreateQuote(lines=LINES), NOBODY)
    await journey.send(c.CreateQuote(lines=LINES), expected_version=1)

    assert await codes(ltc, journey.id) == [Code.IDEM, Code.STATE, Code.AUTH, Code.STALE]
    events = await ltc.events(journey.id)
    assert [event.actor for event in events if event.kind == "command_refused"][2] == "nobody"


async def test_by_signal_a_refusal_of_the_ledger_is_a_recorded_fact(ltc: Company, begin: Begin) -> None:
    journey = await begin(by="signal")
    for minor in (1000, 2000):
        submission = journey.submission(money(journey, minor), FINANCE)
        await journey.workflows.signal_account(ENTITY, journey.customer_id, CURRENCY, submission)
        await ltc.settled(journey.account)

    assert await codes(ltc, journey.account) == [Code.IDEM]


async def test_ids_that_differ_in_their_ends_only_are_two_however_long(ltc: Company, begin: Begin) -> None:
    journey = await begin(by="signal")
    for end, minor in (("1", 111), ("2", 222), ("1", 111)):
        submission = journey.submission(money(journey, minor, end), FINANCE, id=f"webhook/bank:{'A' * 240}{end}")
        await journey.workflows.signal_account(ENTITY, journey.customer_id, CURRENCY, submission)
        await ltc.settled(journey.account)

    assert (await journey.case()).case.unapplied_minor == 333
    kinds = await ltc.kinds(journey.account)
    assert (kinds.count("receipt_recorded"), kinds.count("command_refused")) == (2, 0)
    await ltc.assert_healthy(journey.account)


async def test_a_refusal_says_by_which_way_its_message_came(ltc: Company, begin: Begin) -> None:
    journey = await begin("capture", by="signal")
    webhook = Actor(id="webhook:crm", via="webhook")
    await journey.send(c.SendQuoteNow(), webhook)
    claimed = Envelope(id="1", actor=webhook, command={"kind": "send_quote"})
    await ltc.handle(journey.id).signal("command", claimed)
    await ltc.handle(journey.id).signal("command", claimed.model_copy(update={"signature": "0" * 24}))
    word = Word(
        id="w", sender="account/CN01/nobody/CNY", command={"kind": "receivable_changed", "number": "1", "open_minor": 0}
    )
    await ltc.handle(journey.id).signal("word", word)
    await ltc.handle(journey.id).signal("word", signed(journey.id, word))
    await ltc.settled(journey.id)

    refused = [event for event in await ltc.events(journey.id) if event.kind == "command_refused"]
    assert [(event.actor, event.via) for event in refused] == [
        ("webhook:crm", "webhook"),
        ("webhook:crm", "console"),
        ("webhook:crm", "console"),
        ("account/CN01/nobody/CNY", "console"),
        ("account/CN01/nobody/CNY", "workflow"),
    ]


async def codes(ltc: Company, workflow_id: str) -> list[str]:
    events = await ltc.events(workflow_id)
    return [json.loads(event.data)["code"] for event in events if event.kind == "command_refused"]
