"""A provider pays a refund once per id, says what became of it, and an answer that is lost is no answer."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.payouts import PayoutActivities
from connectors.simulated.payouts import SimulatedPayouts
from connectors.simulated.vendor_book import Vendor, VendorBook, Way
from domain.account.effects import AskPayout, PayRefund
from domain.account.refunds import PayoutTold
from domain.machine import Job
from domain.money import Money
from domain.payouts import Payout

NOW = datetime(2026, 3, 4, tzinfo=UTC)
PAYOUT = Payout(
    refund_id="bank/1-R1", amount=Money(minor=100, currency="CNY"), payer="Acme", source="bank", external_id="1"
)


@pytest.fixture
def book(tmp_path: Path) -> VendorBook:
    return VendorBook(tmp_path / "vendors.db")


async def paid(book: VendorBook) -> PayoutTold:
    job = Job[PayRefund](id="k", owner="account/CN01/c1/CNY", at=NOW, effect=PayRefund(payout=PAYOUT))
    return await ActivityEnvironment().run(PayoutActivities(SimulatedPayouts(book)).pay_refund, job)


async def asked(book: VendorBook) -> PayoutTold:
    job = Job[AskPayout](id="k", owner="account/CN01/c1/CNY", at=NOW, effect=AskPayout(refund_id=PAYOUT.refund_id))
    return await ActivityEnvironment().run(PayoutActivities(SimulatedPayouts(book)).ask_payout, job)


async def test_it_is_paid_once_however_often_it_is_asked(book: VendorBook) -> None:
    done = PayoutTold(status="done", reference="PO-000001")
    assert [await paid(book), await paid(book), await asked(book)] == [done] * 3
    assert len(book.requests(Vendor.PAYOUTS)) == 1


@pytest.mark.parametrize(
    ("way", "then"), [(Way.LOST_ANSWER, "done"), (Way.TIMEOUT, "none"), (Way.SERVER_ERROR, "none")]
)
async def test_a_lost_answer_is_unknown_and_asking_pays_nothing(book: VendorBook, way: Way, then: str) -> None:
    book.fail(Vendor.PAYOUTS, way)
    assert (await paid(book)).status == "unknown"
    before = len(book.requests(Vendor.PAYOUTS))
    assert (await asked(book)).status == then
    assert len(book.requests(Vendor.PAYOUTS)) == before == (1 if then == "done" else 0)


async def test_a_worker_that_died_after_paying_does_not_pay_again(book: VendorBook) -> None:
    book.fail(Vendor.PAYOUTS, Way.LOST_ANSWER)
    await paid(book)
    assert await paid(book) == PayoutTold(status="done", reference="PO-000001")
    assert len(book.requests(Vendor.PAYOUTS)) == 1


async def test_a_rejected_refund_has_failed_with_the_reason(book: VendorBook) -> None:
    book.fail(Vendor.PAYOUTS, Way.REJECTED)
    told = await paid(book)
    assert (told.status, "422" in told.reason) == ("failed", True)
    assert book.requests(Vendor.PAYOUTS) == ()
