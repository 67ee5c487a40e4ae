"""The simulated tax office issues once per key, and a red letter only after it is confirmed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.simulated.fiscal import SimulatedFiscal
from connectors.simulated.vendor_book import Vendor, VendorBook, Way
from domain.fiscal.invoices import InputTax, RedState
from domain.paper_ports import FiscalPort
from domain.ports import VendorRejected, VendorUnavailable
from tests.domain.fiscal.samples import cny, invoice, red


@pytest.fixture
def book(tmp_path: Path) -> VendorBook:
    return VendorBook(tmp_path / "simulated.db")


@pytest.fixture
def office(book: VendorBook) -> FiscalPort:
    return SimulatedFiscal(book)


async def test_an_invoice_gets_its_number_once(office: FiscalPort, book: VendorBook) -> None:
    first = await office.issue("k1", invoice())
    assert (first.fiscal_number, first.issued_at) == ("26312000000000000001", datetime(2026, 3, 5, 4, tzinfo=UTC))
    assert await office.issue("k1", invoice()) == first
    assert (await office.issue("k2", invoice())).fiscal_number == "26312000000000000002"
    assert [one.key for one in book.requests(Vendor.FISCAL)] == ["k1", "k2"]


async def test_a_key_is_for_one_invoice(office: FiscalPort, book: VendorBook) -> None:
    await office.issue("k1", invoice())
    with pytest.raises(VendorRejected, match="another request under k1"):
        await office.issue("k1", invoice().model_copy(update={"remarks": "other"}))
    assert len(book.requests(Vendor.FISCAL)) == 1


async def test_after_a_lost_answer_the_same_number_comes(office: FiscalPort, book: VendorBook) -> None:
    book.fail(Vendor.FISCAL, Way.LOST_ANSWER)
    with pytest.raises(VendorUnavailable):
        await office.issue("k1", invoice())
    assert (await office.issue("k1", invoice())).fiscal_number == "26312000000000000001"


async def test_an_unused_invoice_is_taken_back_at_once(office: FiscalPort) -> None:
    confirmation = await office.request_red("r1", red())
    assert (confirmation.number, confirmation.state) == ("26312000000000000001", RedState.CONFIRMED)
    issued = await office.issue_red("r1/issue", confirmation)
    assert issued.fiscal_number == "26312000000000000002"
    assert await office.issue_red("r1/issue", confirmation) == issued


async def test_a_used_invoice_waits_for_its_buyer(book: VendorBook) -> None:
    office = SimulatedFiscal(book)
    waiting = await office.request_red("r1", red(InputTax.USED))
    assert waiting.state is RedState.WAITING
    with pytest.raises(VendorRejected, match="is waiting; wait until the buyer agrees"):
        await office.issue_red("r1/issue", waiting)
    assert [one.key for one in book.requests(Vendor.FISCAL)] == ["r1"]
    await office.agree(waiting.number)
    assert (await office.red_confirmation(waiting.number)).state is RedState.CONFIRMED
    assert (await office.issue_red("r1/issue", waiting)).fiscal_number == "26312000000000000003"


async def test_an_unknown_confirmation_is_rejected(office: FiscalPort) -> None:
    with pytest.raises(VendorRejected, match="has no confirmation"):
        await office.red_confirmation("26312000000000000009")
    assert cny("1130.00") == red().gross
