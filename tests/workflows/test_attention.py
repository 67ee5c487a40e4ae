"""What exhausts its retries waits, visibly, for a person, who tries it again, goes on without it, or gives up."""

from collections.abc import AsyncIterator

import pytest

from connectors.simulated.vendor_book import Vendor, Way
from domain.deal import commands as c
from domain.refusal import Code
from embedded.temporal_server import TemporalServer
from tests.workflows.conftest import Begin
from tests.workflows.harness import Company, company
from tests.workflows.journeys import OPS, Journey
from workflows.messages import Envelope, Limits

IMPATIENT = Limits(console=True, vendor_attempts=2)


@pytest.fixture(scope="module")
async def ltc(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Company]:
    """A company that asks a vendor twice and no more."""
    async with company(temporal_server, tmp_path_factory.mktemp("impatient"), limits=IMPATIENT) as opened:
        yield opened


async def stuck(ltc: Company, begin: Begin) -> tuple[Journey, str]:
    """Return a deal whose order the ERP does not take, and the effect that waits for a person."""
    journey = await begin("approve")
    ltc.vendors.fail(Vendor.ERP, Way.SERVER_ERROR, 2)
    await journey.order()
    parked = [pending for pending in (await journey.deal()).pending if pending.parked is not None]
    assert [pending.effect.kind for pending in parked] == ["create_order"]
    assert "500" in str(parked[0].parked)
    return journey, parked[0].id


async def test_what_failed_is_seen_and_tried_again(ltc: Company, begin: Begin) -> None:
    journey, effect_id = await stuck(ltc, begin)
    explained = await journey.workflows.explain_deal(journey.deal_id)
    assert (explained.waiting[0].who, explained.waiting[0].command) == ("role:ops", "retry_effect")
    assert {"retry_effect", "skip_effect", "abort"} <= set(explained.moves)
    assert (await journey.refused(c.RetryEffect(effect_id=effect_id))).code is Code.AUTH

    await journey.send(c.RetryEffect(effect_id=effect_id), OPS)

    assert (await journey.kinds())[-3:] == ["attention_needed", "effect_retried", "order_booked"]
    order = (await journey.deal()).order
    assert order is not None
    assert order.erp_reference.startswith("SO-")
    assert len([one for one in ltc.vendors.requests(Vendor.ERP) if one.key == effect_id]) == 1
    await ltc.assert_healthy(journey.id)


async def test_what_failed_is_left_out(ltc: Company, begin: Begin) -> None:
    journey, effect_id = await stuck(ltc, begin)

    await journey.send(c.SkipEffect(effect_id=effect_id, reason="entered by hand"), OPS)
    await journey.deliver()

    assert (await journey.deal()).billing[0].number != ""
    assert not (await journey.deal()).pending


async def test_what_failed_is_given_up_and_the_deal_with_it(ltc: Company, begin: Begin) -> None:
    journey, effect_id = await stuck(ltc, begin)

    await journey.workflows.submit_deal(
        journey.deal_id, journey.submission(c.AbortEffect(effect_id=effect_id, reason="the ERP is gone"), OPS)
    )
    await ltc.ended(journey.id)

    assert "deal_cancelled" in await journey.kinds()
    assert await ltc.handle(journey.id).result() == "closed.cancelled"


async def test_a_lead_of_an_unknown_customer_is_opened_once_the_customer_is_known(ltc: Company, begin: Begin) -> None:
    journey = Journey(ltc, "C-late")
    await journey.capture()
    parked = (await journey.deal()).pending[0]
    assert (parked.effect.kind, "E_NOTFOUND" in str(parked.parked)) == ("open_deal", True)
    await ltc.handle(journey.id).signal("command", Envelope(actor="liu.yang", command={"kind": "qualify"}))
    assert (await journey.refused(c.RetryEffect(effect_id="another"), OPS)).code is Code.NOTFOUND

    await ltc.customer("C-late")
    await journey.send(c.RetryEffect(effect_id=parked.id), OPS)

    kinds = await journey.kinds()
    assert kinds[:4] == ["lead_captured", "attention_needed", "effect_retried", "deal_opened"]
    assert kinds[-1] == "command_refused"  # what came while it was being opened has waited, and had no role
    await ltc.assert_healthy(journey.id)


async def test_by_signal_what_failed_at_the_opening_is_tried_again(ltc: Company, begin: Begin) -> None:
    journey = Journey(ltc, "C-later", by="signal")
    await journey.workflows.capture(journey.start(), journey.submission(c.Capture(source="web")))
    parked = (await journey.deal()).pending[0]
    await journey.workflows.signal_deal(journey.deal_id, journey.submission(c.FollowUp(channel="phone", note="hi")))

    await ltc.customer("C-later")
    await journey.send(c.RetryEffect(effect_id=parked.id), OPS)

    kinds = await journey.kinds()
    assert kinds.index("deal_opened") < kinds.index("followed_up")


async def test_a_deal_that_failed_to_open_can_be_given_up(ltc: Company, begin: Begin) -> None:
    journey = Journey(ltc, "C-never")
    await journey.capture()
    parked = (await journey.deal()).pending[0]

    answered = await journey.workflows.submit_deal(
        journey.deal_id, journey.submission(c.AbortEffect(effect_id=parked.id, reason="nobody knows them"), OPS)
    )
    await ltc.ended(journey.id)

    assert answered.stage == "closed.lost"
