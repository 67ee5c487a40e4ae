"""A cancellation through real workflows does what its preview showed, by two people where much is given away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import func, select

from domain.account import commands as a
from domain.cancellation import CancellationPreview, Delivered
from domain.deal import commands as c
from domain.deal.folding import folded
from domain.deal.state import Deal, Stage
from domain.money import Money
from domain.refusal import Code, Refused
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from storage.queries.cancellations import previewed
from storage.queries.facts import deal_facts
from storage.tables.ledger import CREDIT_NOTE, INVOICE
from tests.workflows.harness import Company, company, eventually
from tests.workflows.journeys import Journey
from tests.workflows.ports import Switch, over

Begin = Callable[..., Awaitable[Journey]]


@pytest.fixture(scope="module")
def switch() -> Switch:
    return Switch()


@pytest.fixture(scope="module")
async def ltc(
    temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory, switch: Switch
) -> AsyncIterator[Company]:
    async with company(temporal_server, tmp_path_factory.mktemp("cancelling"), replacing=over(switch)) as opened:
        yield opened


@pytest.fixture
def begin(ltc: Company) -> Begin:
    async def begun(step: str) -> Journey:
        journey = Journey(ltc, await ltc.customer())
        await journey.until(step)
        return journey

    return begun


async def look(ltc: Company, journey: Journey, delivered: Delivered) -> CancellationPreview:
    return await previewed(
        ltc.database, journey.deal_id, c.Cancel(reason="look", delivered=delivered), wall(), company=None
    )


async def sums(ltc: Company, journey: Journey) -> tuple[int, int]:
    """Return what the ledger has invoiced and credited for a deal."""
    invoiced = select(func.coalesce(func.sum(INVOICE.c.gross_minor), 0)).where(INVOICE.c.deal_id == journey.deal_id)
    credited = (
        select(func.coalesce(func.sum(CREDIT_NOTE.c.gross_minor), 0))
        .join(INVOICE, INVOICE.c.id == CREDIT_NOTE.c.invoice_id)
        .where(INVOICE.c.deal_id == journey.deal_id)
    )
    found = await ltc.database.read(
        lambda connection: (connection.execute(invoiced).scalar_one(), connection.execute(credited).scalar_one())
    )
    return int(found[0]), int(found[1])


async def test_what_was_delivered_is_billed_though_its_worker_dies_meanwhile(
    ltc: Company, begin: Begin, switch: Switch
) -> None:
    journey = await begin("order")
    await journey.send(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="4"),)))
    seen = await look(ltc, journey, "owed")
    assert (len(seen.credits), seen.credited.minor, len(seen.billed)) == (0, 0, 1)
    assert seen.owed == seen.billed[0].gross

    switch.hold("cancel_billing")
    command = c.Cancel(reason="the rest is not wanted", preview=seen.content_hash)
    asked = asyncio.create_task(journey.workflows.submit_deal(journey.deal_id, journey.submission(command)))
    await eventually(lambda: _called(switch), 10, "the ledger to be asked")
    await ltc.restart()
    switch.let_go("cancel_billing")
    assert (await asked).stage in ("cancelling", "closed.cancelled")
    await ltc.ended(journey.id)
    await ltc.settled(journey.account)

    assert await sums(ltc, journey) == (seen.owed.minor, 0)
    assert (await journey.case()).case.open_minor == seen.owed.minor
    kinds = await journey.kinds()
    assert [kinds.count(kind) for kind in ("invoice_issued", "invoice_sent", "deal_cancelled")] == [1, 1, 1]
    assert await ltc.handle(journey.id).result() == "closed.cancelled"
    # The account collects what is owed, and the deal's figures follow.
    (item,) = [one for one in (await _folded(ltc, journey)).billing if one.number]
    assert item.open_minor == seen.owed.minor
    await ltc.assert_healthy(journey.id)
    money = a.RecordReceipt(
        source="bank",
        external_id=journey.deal_id,
        amount=seen.owed,
        value_date=wall().date(),
        invoices=(item.number,),
    )
    await journey.send_account(money)
    await ltc.ended(journey.id)
    deal = await _folded(ltc, journey)
    assert [(one.open_minor, deal.stage) for one in deal.billing if one.number] == [(0, Stage.CANCELLED)]
    await ltc.assert_sound()


async def _called(switch: Switch) -> bool:
    return "cancel_billing" in switch.calls


async def _folded(ltc: Company, journey: Journey) -> Deal:
    deal = await ltc.database.read(lambda connection: folded(deal_facts(connection, journey.deal_id)))
    assert deal is not None
    return deal


async def test_a_second_person_agrees_to_what_was_shown_and_to_nothing_else(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    seen = await look(ltc, journey, "credited")
    assert seen.second
    wanted = c.Cancel(reason="the machine does not fit", delivered="credited", preview=seen.content_hash)
    await journey.pay(minor=4_000_000, external_id=f"{journey.deal_id}/1")
    with pytest.raises(Refused) as stale:
        await journey.workflows.submit_deal(journey.deal_id, journey.submission(wanted))
    assert stale.value.code == Code.STALE
    now = await look(ltc, journey, "credited")
    assert [one.minor for one in now.released] == [4_000_000]

    answered = await journey.send(wanted.model_copy(update={"preview": now.content_hash}))
    deal = await journey.deal()
    assert deal.approval is not None
    assert answered is not None
    assert answered.approval_id == deal.approval.id
    assert (deal.stage, deal.approval.subject.content_hash) == ("active", now.content_hash)
    assert await sums(ltc, journey) == (now.credited.minor, 0)
    await ltc.restart()
    await journey.vote()
    await ltc.ended(journey.id)
    await ltc.settled(journey.account)

    assert await sums(ltc, journey) == (now.credited.minor, now.credited.minor)
    case = (await journey.case()).case
    assert (case.open_minor, case.unapplied_minor) == (0, 4_000_000)
    assert (await journey.kinds())[-2:] == ["deal_cancelled", "effect_completed"]
    await ltc.assert_healthy(journey.id)
    await ltc.assert_sound()


async def test_money_that_comes_while_it_is_decided_drops_it(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    await journey.send(c.Cancel(reason="the machine does not fit", delivered="credited"))
    await journey.pay(minor=4_000_000, external_id=f"{journey.deal_id}/1")
    await journey.vote()
    kinds = await journey.kinds()
    assert "cancellation_dropped" in kinds
    assert "cancel_requested" not in kinds
    assert (await journey.deal()).stage == "active"
    assert (await sums(ltc, journey))[1] == 0
    await journey.pay(external_id=f"{journey.deal_id}/2")
    await ltc.ended(journey.id)
    await ltc.assert_sound()


async def test_a_large_credit_by_an_amendment_takes_a_second_person(ltc: Company, begin: Begin) -> None:
    journey = await begin("deliver")
    ordered = (await journey.deal()).order
    assert ordered is not None
    (line,) = (one.line for one in ordered.lines)
    cheaper = line.model_copy(update={"net_price": Money(minor=line.net_price.minor // 4, currency="CNY")})
    await journey.send(c.Amend(lines=(cheaper,), reason="it never worked"))
    while (await journey.deal()).amendment is not None:
        await journey.vote()
    deal = await journey.deal()
    assert deal.reduction is not None
    invoiced, credited = await sums(ltc, journey)
    assert credited == 0
    await ltc.restart()
    await journey.vote()
    await ltc.settled(journey.account)

    assert (await journey.deal()).reduction is None
    assert await sums(ltc, journey) == (invoiced, invoiced - invoiced // 4)
    assert (await journey.case()).case.open_minor == invoiced // 4
    kinds = await journey.kinds()
    assert [kinds.count(kind) for kind in ("reduction_weighed", "reduction_agreed", "invoice_credited")] == [1, 1, 1]
    await ltc.assert_healthy(journey.id)
    await ltc.assert_sound()
