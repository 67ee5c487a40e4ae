"""A Chinese invoice through real workflows: the tax office issues it, ours is a 结算单; red letters too."""

import json
from pathlib import Path

import pytest

from connectors.simulated.vendor_book import Vendor, Way
from domain.account import commands as a
from domain.deal import commands as c
from domain.fiscal.invoices import FiscalInvoice, RedRequest
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from storage.entries import CustomerCard
from storage.operations.customers import put_customer
from storage.queries.credit_notes import credit_note
from storage.queries.invoices import invoice
from tests.domain.fiscal.samples import BUYER, SELLER
from tests.workflows.harness import fresh
from tests.workflows.journeys import OPS, Journey
from tests.workflows.test_einvoices import Mailed

_TAX = "    tax: {rates: {S13: 1300, S6: 600, Z: 0}, default: S13}\n"
FISCAL = (
    ("      tax_id: 91310000MA1K000000\n", f"      tax_id: {SELLER.credit_code}\n"),
    (_TAX, f'{_TAX}    fiscal: {{goods: {{PUMP-40: "1090514990000000000"}}}}\n'),
)


@pytest.fixture
async def journey(temporal_server: TemporalServer, tmp_path: Path) -> Journey:
    """A standard deal of a Chinese company that waits for its delivery."""
    ltc = Mailed(temporal_server, tmp_path, *FISCAL)
    await ltc.open()
    card = CustomerCard(
        customer_id=fresh(), name=BUYER.name, language="zh-CN", zone="Asia/Shanghai", country="CN",
        tax_id=BUYER.credit_code or "", email="ap@hanhai.example", class_override="C",
    )  # fmt: skip
    await ltc.database.write(put_customer, card, wall())
    journey = Journey(ltc, card.customer_id)
    await journey.until("order")
    return journey


async def test_the_tax_office_issues_takes_back_and_its_no_is_seen(journey: Journey) -> None:
    ltc = journey.company
    assert isinstance(ltc, Mailed)
    ltc.vendors.fail(Vendor.FISCAL, Way.REJECTED)
    await journey.deliver()
    (parked,) = [one for one in (await journey.deal()).pending if one.parked is not None]
    assert (parked.effect.kind, "fiscal rejects" in str(parked.parked)) == ("send_invoice", True)
    number = (await journey.deal()).billing[0].number
    assert ltc.mails_of(number) == []

    await journey.send(c.RetryEffect(effect_id=parked.id), OPS)
    view = await ltc.database.read(invoice, number, "CN01")
    assert view.fiscal is not None
    assert (view.fiscal.gross_in_capitals, len(view.fiscal.fiscal_number)) == ("壹拾肆万贰仟叁佰捌拾元整", 20)
    (mail,) = ltc.mails_of(f"结算单 {number}")
    body = mail.get_body()
    assert body is not None
    assert view.fiscal.fiscal_number in body.get_content()
    (sent,) = [json.loads(one.data) for one in await ltc.events(journey.id) if one.kind == "invoice_sent"]
    assert sent["fiscal_number"] == view.fiscal.fiscal_number

    await journey.send_account(a.Credit(number=number, reason="退货"))
    (note,) = view_notes = (await ltc.database.read(invoice, number, "CN01")).credit_notes
    assert len(view_notes) == 1
    red = (await ltc.database.read(credit_note, note.number, "CN01")).fiscal
    assert red is not None
    assert (red.kind, len(red.confirmation_number)) == ("red", 20)
    assert len(ltc.mails_of(f"贷项通知单 {note.number}")) == 1
    blue, asked, *_ = [one.content for one in ltc.vendors.requests(Vendor.FISCAL)]
    assert FiscalInvoice.model_validate_json(blue).gross == note.gross
    assert RedRequest.model_validate_json(asked).original == view.fiscal.fiscal_number
    await ltc.assert_sound()
    await ltc.close()
