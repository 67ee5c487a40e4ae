"""An electronic invoice through real workflows: made, checked, kept and mailed, or not issued at all."""

import io
import shutil
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pypdf import PdfReader

from connectors.einvoice.official_rules import OfficialRules
from domain.deal import commands as c
from domain.einvoice.findings import Syntax
from domain.money import Money
from domain.quotes import QuoteLine
from embedded.temporal_server import TemporalServer
from settings import ROOT
from simulation.clocks import wall
from storage.entries import CustomerCard
from storage.operations.customers import put_customer
from storage.operations.edge import stored_file
from storage.queries.invoices import InvoiceView, invoice
from tests.workflows.harness import Company, fresh, settings_of
from tests.workflows.journeys import OPS, Journey
from workflows.messages import Limits

POLICY = ROOT / "policies" / "standard.yaml"
_PRICE = Money.of("696.22", "EUR")
LINES = tuple(
    QuoteLine(
        position=place, sku="WORK", description="Work", quantity="1", unit="pc", list_price=_PRICE,
        net_price=_PRICE, tax_code="S25",
    )
    for place in (1, 2)
)  # fmt: skip


def free_policy(folder: Path) -> Path:
    """Write the shipped process down with a rate of 25 % and with lines that are in no price book."""
    copied = Path(shutil.copytree(POLICY.parent, folder / "policies")) / POLICY.name
    text = POLICY.read_text()
    for before, after in (
        ("S19: 1900, S7: 700", "S19: 1900, S25: 2500, S7: 700"),
        ("quote:\n  validity: 30d", "quote:\n  free_lines: true\n  validity: 30d"),
    ):
        assert before in text
        text = text.replace(before, after)
    copied.write_text(text)
    return copied


class Mailed(Company):
    """A company whose mail is kept in a folder."""

    def __init__(self, server: TemporalServer, folder: Path) -> None:
        super().__init__(server, folder, limits=Limits(console=True))
        self.mail = folder / "mail"
        self.settings = settings_of(server.address, folder, self.queue, console=True).model_copy(
            update={"mail_url": f"file://{self.mail}", "policy_file": free_policy(folder)}
        )

    def mails_of(self, number: str) -> list[EmailMessage]:
        """Return the mails whose subject names a document."""
        found = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(self.mail.glob("*.eml"))]
        return [one for one in found if number in str(one["Subject"])]

    async def german(self, **data: Any) -> str:
        """Keep a customer in Germany, or as the data say."""
        card: dict[str, Any] = {
            "customer_id": fresh(), "name": "Müller AG", "country": "DE", "zone": "Europe/Berlin",
            "address": ("Ring 1", "20457 Hamburg"), "tax_id": "DE987654321", "email": "ap@mueller.example",
            "class_override": "C", "buyer_reference": "04011000-12345-34",
        }  # fmt: skip
        kept = CustomerCard.model_validate(card | data)
        await self.database.write(put_customer, kept, wall())
        return kept.customer_id

    async def view(self, number: str) -> InvoiceView:
        """Read an invoice."""
        return await self.database.read(invoice, number, "DE01")

    async def content(self, digest: str) -> bytes:
        """Read a kept document by its hash."""
        content = (await self.database.read(stored_file, digest)).content
        assert sha256(content).hexdigest() == digest
        return content


@pytest.fixture(scope="module")
async def ltc(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mailed]:
    opened = Mailed(temporal_server, tmp_path_factory.mktemp("mailed"))
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


def amounts(xml: bytes, *names: str) -> list[str]:
    """Read the text of elements, in the order of the names."""
    root = etree.fromstring(xml)
    return [str(text) for name in names for text in root.xpath(f"//*[local-name()='{name}']/text()")]


async def sold(ltc: Mailed, customer_id: str) -> Journey:
    """Return a deal of DE01 in EUR that waits for its delivery."""
    journey = Journey(ltc, customer_id, entity="DE01", currency="EUR", lines=LINES)
    await journey.capture()
    await journey.qualify()
    await journey.quote()
    await ltc.settled(journey.id)
    await journey.order()
    return journey


async def test_a_german_customer_gets_a_factur_x(ltc: Mailed) -> None:
    journey = await sold(ltc, await ltc.german())
    await journey.deliver()
    number = (await journey.deal()).billing[0].number
    view = await ltc.view(number)
    pdf, xml = await ltc.content(view.file), await ltc.content(view.xml)

    # G2: tax on the category's sum; line by line it would be 348.12 and fail BR-CO-17.
    assert [part.tax for part in view.invoice.taxes] == [Money.of("348.11", "EUR")]
    assert view.invoice.gross == Money.of("1740.55", "EUR")
    assert OfficialRules().findings(xml, Syntax.CII) == ()
    assert amounts(xml, "CalculatedAmount", "TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount") == [
        "348.11", "348.11", "1740.55", "1740.55",
    ]  # fmt: skip
    assert "348.11" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert etree.fromstring(xml).xpath("string(//*[local-name()='BuyerReference'])") == "04011000-12345-34"
    assert PdfReader(io.BytesIO(pdf)).attachments["factur-x.xml"] == [xml]
    (mail,) = ltc.mails_of(number)
    attached = [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()]
    assert attached == [(f"{number}.pdf", pdf), (f"{number}.xml", xml)]
    await ltc.assert_sound()


async def test_what_is_missing_is_said_before_the_invoice_and_mended_by_a_person(ltc: Mailed) -> None:
    """Belgium wants the buyer's VAT identifier: no number is taken until it is there."""
    customer_id = await ltc.german(country="BE", tax_id="")
    journey = await sold(ltc, customer_id)
    await journey.deliver()
    (parked,) = [pending for pending in (await journey.deal()).pending if pending.parked is not None]
    assert parked.effect.kind == "issue_invoice"
    assert str(parked.parked).startswith("E_GATE: ")
    assert "LTC-PRESENT" in str(parked.parked)
    assert "BT-48: the customer has no VAT identifier" in str(parked.parked)
    explained = await journey.workflows.explain_deal(journey.deal_id)
    assert (explained.waiting[0].who, explained.waiting[0].command) == ("role:ops", "retry_effect")
    assert "invoice_issued" not in await journey.kinds()

    await ltc.german(customer_id=customer_id, country="BE", tax_id="BE0123456749")
    await journey.send(c.RetryEffect(effect_id=parked.id), OPS)
    await ltc.settled(journey.account)
    number = (await journey.deal()).billing[0].number
    view = await ltc.view(number)
    assert OfficialRules().findings(await ltc.content(view.xml), Syntax.UBL) == ()
    assert len(ltc.mails_of(number)) == 1
    await ltc.assert_sound()
