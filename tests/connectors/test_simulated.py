"""A vendor's contract: once per key, the same reference after a lost answer, and a no that is no outage."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.contracts import ContractActivities
from activities.crm import CrmActivities
from activities.erp import ErpActivities
from connectors.simulated.vendor_book import Failure, Vendor, VendorBook, Way
from connectors.simulated.vendors import SimulatedCrm, SimulatedErp, SimulatedSigning
from domain.deal.commands import Booked, Done
from domain.deal.effects import CancelOrder, CreateOrder, RequestSignature, SyncCrm
from domain.machine import Job
from domain.money import Money
from domain.ports import Crm, Erp, Signing, VendorRejected, VendorUnavailable
from domain.quotes import QuoteLine
from tests.connectors.document_samples import SENT_AT

Ask = Callable[[str], Awaitable[str]]
PRICE = Money(minor=12_500, currency="CNY")
ORDER = CreateOrder(
    deal_id="D-1",
    customer_id="c1",
    revision=1,
    lines=(QuoteLine(position=1, sku="A", list_price=PRICE, net_price=PRICE),),
    total=PRICE,
)
WON = SyncCrm(deal_id="D-1", outcome="won", amount=PRICE)
SIGN = RequestSignature(deal_id="D-1", customer_id="c1", content_hash="h", two_sided=True)


@pytest.fixture
def book(tmp_path: Path) -> VendorBook:
    return VendorBook(tmp_path / "made" / "simulated.db", slowness=timedelta(milliseconds=1))


@pytest.fixture(params=[Vendor.CRM, Vendor.ERP, Vendor.SIGNING])
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return Vendor(request.param)


@pytest.fixture
def ask(book: VendorBook, vendor: Vendor) -> Ask:
    crm: Crm = SimulatedCrm(book)
    erp: Erp = SimulatedErp(book)
    signing: Signing = SimulatedSigning(book)
    asks: dict[Vendor, Ask] = {
        Vendor.CRM: lambda key: crm.outcome(key, WON),
        Vendor.ERP: lambda key: erp.create_order(key, ORDER),
        Vendor.SIGNING: lambda key: signing.request(key, SIGN),
    }
    return asks[vendor]


# The tax office answers with more than a reference: tests/connectors/test_simulated_fiscal.py.
FIRST = {Vendor.CRM: "OPP-000001", Vendor.ERP: "SO-000001", Vendor.SIGNING: "ENV-000001"}


async def test_one_key_is_one_request(book: VendorBook, vendor: Vendor, ask: Ask) -> None:
    assert await ask("k1") == FIRST[vendor]
    assert await ask("k1") == FIRST[vendor]
    assert await ask("k2") == FIRST[vendor].replace("1", "2")
    assert [one.key for one in book.requests(vendor)] == ["k1", "k2"]


async def test_many_at_once_are_one_request(book: VendorBook, vendor: Vendor, ask: Ask) -> None:
    assert set(await asyncio.gather(*(ask("k1") for _ in range(8)))) == {FIRST[vendor]}
    assert len(book.requests(vendor)) == 1


async def test_after_a_lost_answer_the_same_reference_comes(book: VendorBook, vendor: Vendor, ask: Ask) -> None:
    book.fail(vendor, Way.LOST_ANSWER)
    with pytest.raises(VendorUnavailable, match="closed the connection"):
        await ask("k1")
    assert [one.reference for one in book.requests(vendor)] == [FIRST[vendor]]
    assert await ask("k1") == FIRST[vendor]
    assert len(book.requests(vendor)) == 1


@pytest.mark.parametrize("way", [Way.TIMEOUT, Way.SERVER_ERROR])
async def test_an_outage_does_nothing_and_passes(book: VendorBook, vendor: Vendor, ask: Ask, way: Way) -> None:
    book.fail(vendor, way, times=2)
    for left in (1, 0):
        with pytest.raises(VendorUnavailable):
            await ask("k1")
        assert sum(failure.times for failure in book.failures()) == left
    assert book.requests(vendor) == ()
    assert await ask("k1") == FIRST[vendor]


async def test_a_no_is_final_and_did_nothing(book: VendorBook, vendor: Vendor, ask: Ask) -> None:
    book.fail(vendor, Way.REJECTED)
    with pytest.raises(VendorRejected, match="rejects k1: 422"):
        await ask("k1")
    assert book.requests(vendor) == ()


async def test_had_it_already_is_a_yes(book: VendorBook, vendor: Vendor, ask: Ask) -> None:
    book.fail(vendor, Way.DUPLICATE)
    assert await ask("k1") == FIRST[vendor]
    assert len(book.requests(vendor)) == 1


async def test_slow_is_only_slow(book: VendorBook, vendor: Vendor, ask: Ask) -> None:
    book.fail(vendor, Way.SLOW)
    assert await ask("k1") == FIRST[vendor]
    assert book.failures() == ()


async def test_a_key_used_for_something_else_is_rejected(book: VendorBook) -> None:
    crm = SimulatedCrm(book)
    await crm.outcome("k1", WON)
    with pytest.raises(VendorRejected, match="another request under k1: 409"):
        await crm.outcome("k1", WON.model_copy(update={"outcome": "lost"}))
    assert [one.content for one in book.requests(Vendor.CRM)] == [WON.model_dump_json()]


async def test_failures_come_in_order_and_only_to_whom_they_were_told(book: VendorBook) -> None:
    book.fail(Vendor.ERP, Way.TIMEOUT, times=2)
    book.fail(Vendor.ERP, Way.REJECTED)
    book.fail(Vendor.CRM, Way.SLOW)
    assert await SimulatedSigning(book).request("k1", SIGN) == "ENV-000001"
    assert book.failures() == (
        Failure(vendor=Vendor.ERP, way=Way.TIMEOUT, times=2),
        Failure(vendor=Vendor.ERP, way=Way.REJECTED, times=1),
        Failure(vendor=Vendor.CRM, way=Way.SLOW, times=1),
    )
    book.heal(Vendor.ERP)
    assert await SimulatedErp(book).create_order("k1", ORDER) == "SO-000001"
    assert book.failures() == (Failure(vendor=Vendor.CRM, way=Way.SLOW, times=1),)


async def test_another_process_sees_the_same_vendor(tmp_path: Path) -> None:
    path = tmp_path / "simulated.db"
    VendorBook(path).fail(Vendor.ERP, Way.LOST_ANSWER)
    with pytest.raises(VendorUnavailable):
        await SimulatedErp(VendorBook(path)).create_order("k1", ORDER)
    assert await SimulatedErp(VendorBook(path)).create_order("k1", ORDER) == "SO-000001"


async def test_an_order_is_cancelled_once_and_only_if_it_is_there(book: VendorBook) -> None:
    erp = SimulatedErp(book)
    with pytest.raises(VendorRejected, match="no order SO-000001"):
        await erp.cancel_order("k2", CancelOrder(deal_id="D-1", erp_reference="SO-000001"))
    reference = await erp.create_order("k1", ORDER)
    cancel = CancelOrder(deal_id="D-1", erp_reference=reference)
    assert [await erp.cancel_order("k2", cancel) for _ in range(2)] == ["CX-000002"] * 2
    assert [one.kind for one in book.requests(Vendor.ERP)] == ["create_order", "cancel_order"]


async def test_the_activities_pass_references_on_and_make_a_no_final(book: VendorBook) -> None:
    run = ActivityEnvironment().run
    erp = ErpActivities(SimulatedErp(book))
    order = Job[CreateOrder](id="D-1/5/create_order", owner="deal/D-1", at=SENT_AT, effect=ORDER)
    book.fail(Vendor.ERP, Way.REJECTED)
    with pytest.raises(ApplicationError, match="422") as failed:
        await run(erp.create_order, order)
    assert (failed.value.type, failed.value.non_retryable) == ("VendorRejected", True)
    book.fail(Vendor.ERP, Way.TIMEOUT)
    with pytest.raises(VendorUnavailable):
        await run(erp.create_order, order)
    assert await run(erp.create_order, order) == Booked(erp_reference="SO-000001")
    crm, contracts = CrmActivities(SimulatedCrm(book)), ContractActivities(SimulatedSigning(book))
    won = Job[SyncCrm](id="D-1/6/sync_crm", owner="deal/D-1", at=SENT_AT, effect=WON)
    assert await run(crm.sync_crm, won) == Done(reference="OPP-000001")
    sign = Job[RequestSignature](id="D-1/7/request_signature", owner="deal/D-1", at=SENT_AT, effect=SIGN)
    assert await run(contracts.request_signature, sign) == Done(reference="ENV-000001")
