"""What an outside party refuses for good waits for a person, and only what is about the same document waits with it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.exceptions import ApplicationError

from connectors.simulated.vendor_book import Vendor, Way
from domain.account.commands import Done as AccountDone
from domain.account.effects import NotifyStaff
from domain.deal import commands as c
from domain.deal.effects import SendQuote, TellCustomer
from domain.machine import Explanation, Job
from embedded.temporal_server import TemporalServer
from simulation.standard_deal import LINES
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, company, instead
from tests.workflows.journeys import OPS, Journey
from worker import Activity
from workflows.messages import Limits


class Post:
    """The customer's mail, which refuses what a test says, for good.

    Attributes:
        refuses: the versions of quotes, and the templates, that are refused.
        sent: what went out, in order.
    """

    def __init__(self) -> None:
        self.refuses: set[object] = set()
        self.sent: list[object] = []

    def send(self, letter: object) -> None:
        if letter in self.refuses:
            raise ApplicationError(f"550 no mailbox for {letter}", type="VendorRejected", non_retryable=True)
        self.sent.append(letter)

    @activity.defn(name="send_quote")
    async def send_quote(self, job: Job[SendQuote]) -> c.Done:
        self.send(job.effect.version)
        return c.Done()

    @activity.defn(name="tell_customer")
    async def tell_customer(self, job: Job[TellCustomer]) -> c.Done:
        self.send(job.effect.template)
        return c.Done()

    @activity.defn(name="notify_staff")
    async def notify_staff(self, job: Job[NotifyStaff]) -> AccountDone:
        self.send(job.effect.template)
        return AccountDone()


@pytest.fixture(scope="module")
async def post() -> Post:
    """The mail of the module's company."""
    return Post()


@pytest.fixture(scope="module")
async def ltc(
    temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory, post: Post
) -> AsyncIterator[Company]:
    """A company whose mail can refuse letters, and that asks a vendor twice and no more."""

    def replaced(opened: Company, activities: list[Activity]) -> list[Activity]:
        return instead(activities, post.send_quote, post.tell_customer, post.notify_staff)

    limits = Limits(console=True, vendor_attempts=2)
    folder = tmp_path_factory.mktemp("overtaking")
    async with company(temporal_server, folder, limits=limits, replacing=replaced) as opened:
        post.refuses.clear()
        yield opened


async def parked(journey: Journey) -> list[str]:
    return [pending.effect.kind for pending in (await journey.deal()).pending if pending.parked is not None]


async def test_a_refused_quote_holds_its_reminders_and_no_other_letter(ltc: Company, begin: Begin, post: Post) -> None:
    post.refuses, post.sent = {1}, []
    journey = await begin("approve")
    await journey.send(c.SendQuoteNow())
    first = (await journey.deal()).pending[0]
    assert (first.effect.kind, "550" in str(first.parked)) == ("send_quote", True)
    assert await ltc.ask(journey.id, "settled", bool)

    valid_until = (await journey.deal()).quotes[-1].valid_until
    assert valid_until is not None
    await ltc.clocks.move(journey.id, valid_until - (valid_until - first.at) / 8)
    await ltc.settled(journey.id)
    waiting = [one for one in (await journey.deal()).pending if one.parked is None]
    assert [one.effect.kind for one in waiting] == ["tell_customer"]
    explained = await ltc.ask(journey.id, "explain", Explanation)
    assert [one.command for one in explained.waiting if one.who == "role:ops"] == ["retry_effect"]
    assert f"tell_customer waits behind {first.id}" in [one.what.en for one in explained.waiting]
    assert f"`{first.id}`: {first.parked}; behind it waits 其后等待: {waiting[0].id}" in await page(ltc, journey.id)

    await journey.send(c.EditQuote(lines=LINES[:1]))
    await journey.send(c.SubmitQuote())
    while (await journey.deal()).stage == "quote.pending":
        await journey.vote()
    await journey.send(c.SendQuoteNow())
    assert post.sent == [2]

    post.refuses.clear()
    await journey.send(c.RetryEffect(effect_id=first.id), OPS)
    await ltc.settled(journey.id)
    assert post.sent == [2, 1, "quote_reminder"]
    assert not (await journey.deal()).pending
    await ltc.assert_healthy(journey.id)


async def page(ltc: Company, workflow_id: str) -> str:
    told: WorkflowMetadata = await ltc.handle(workflow_id).query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return told.current_details


async def test_a_refused_note_to_the_crm_holds_neither_invoice_nor_mail(ltc: Company, begin: Begin, post: Post) -> None:
    post.refuses, post.sent = set(), []
    journey = await begin("approve")
    ltc.vendors.fail(Vendor.CRM, Way.SERVER_ERROR, 2)
    await journey.order()
    await journey.deliver()

    assert await parked(journey) == ["sync_crm"]
    kinds = await journey.kinds()
    assert [kinds.count(kind) for kind in ("quote_sent", "invoice_issued", "invoice_sent")] == [1, 1, 1]
    await journey.pay()

    assert (await journey.kinds())[-1] == "deal_closed"
    assert await ltc.runs(journey.id)
    (crm,) = (await journey.deal()).pending
    await journey.workflows.submit_deal(
        journey.deal_id, journey.submission(c.SkipEffect(effect_id=crm.id, reason="entered by hand"), OPS)
    )
    await ltc.ended(journey.id)
    await ltc.assert_sound()


async def test_a_refused_task_of_an_account_holds_no_other_task(ltc: Company, begin: Begin, post: Post) -> None:
    post.refuses, post.sent = {"call_task"}, []
    journey = await begin("deliver")
    while not any(pending.parked for pending in (await journey.case()).pending):
        await journey.fall_behind(days=7)

    refused: Any = next(pending for pending in (await journey.case()).pending if pending.parked)
    assert refused.effect.template == "call_task"
    while not post.sent:
        await journey.fall_behind(days=7)

    assert set(post.sent).isdisjoint({"call_task"})
    assert refused.id in [pending.id for pending in (await journey.case()).pending]
    assert await ltc.ask(journey.account, "settled", bool)
    await ltc.assert_healthy(journey.account)
