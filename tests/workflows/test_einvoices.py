"""An electronic invoice through real workflows: made, checked, kept and mailed, or not issued at all."""

import io
import re
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
from domain.account import commands as a
from domain.account.paper_commands import MailStatement
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
from storage.queries.credit_notes import credit_note
from storage.queries.invoices import InvoiceView, invoice
from tests.workflows.harness import Company, fresh, settings_of
from tests.workflows.journeys import OPS, Journey
from workflows.messages import Limits

POLICY = ROOT / "policies" / "standard.yaml"


def lines(price: str, tax_code: str, count: int) -> tuple[QuoteLine, ...]:
    """Return equal lines of one piece each."""
    money = Money.of(price, "EUR")
    line = {"description": "Work", "quantity": "1", "unit": "pc", "tax_code": tax_code}
    prices = {"list_price": money, "net_price": money}
    return tuple(QuoteLine.model_validate({"position": n, "sku": "WORK"} | line | prices) for n in range(1, count + 1))


G2, G3 = lines("696.22", "S25", 2), lines("7612.50", "S19", 1)
"""Golden vectors: tax on the category's sum, 348.11; a credit of 7,612.50 at 19 % is positive."""


def free_policy(folder: Path, *edits: tuple[str, str]) -> Path:
    """Write the shipped process down with a rate of 25 %, lines that are in no price book, and larger credits."""
    copied = Path(shutil.copytree(POLICY.parent, folder / "policies")) / POLICY.name
    text = POLICY.read_text()
    for before, after in (
        *edits,
        ('{id: credit, over: ["50000.00 CNY", "6500.00 EUR"]', '{id: credit, over: ["500000.00 CNY", "65000.00 EUR"]'),
        ("S19: 1900, S7: 700", "S19: 1900, S25: 2500, S7: 700"),
        ("quote:\n  validity: 30d", "quote:\n  free_lines: true\n  validity: 30d"),
    ):
        assert before in text
        text = text.replace(before, after)
    copied.write_text(text)
    return copied


class Mailed(Company):
    """A company whose mail is kept in a folder."""

    def __init__(self, server: TemporalServer, folder: Path, *edits: tuple[str, str]) -> None:
        super().__init__(server, folder, limits=Limits(console=True))
        self.mail = folder / "mail"
        self.settings = settings_of(server.address, folder, self.queue, console=True).model_copy(
            update={"mail_url": f"file://{self.mail}", "policy_file": free_policy(folder, *edits)}
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


async def sold(ltc: Mailed, customer_id: str, quoted: tuple[QuoteLine, ...] = G2) -> Journey:
    """Return a deal of DE01 in EUR that waits for its delivery."""
    journey = Journey(ltc, customer_id, entity="DE01", currency="EUR", lines=quoted)
    await journey.capture()
    await journey.qualify()
    await journey.quote()
    await ltc.settled(journey.id)
    await journey.order()
    return journey


def attached(mail: EmailMessage) -> list[tuple[str | None, bytes]]:
    """Return the name and content of every attachment."""
    return [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()]


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
    (mail,) = ltc.mails_of(f"Invoice {number}")
    assert attached(mail) == [(f"{number}.pdf", pdf), (f"{number}.xml", xml)]
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
    assert len(ltc.mails_of(f"Invoice {number}")) == 1
    await ltc.assert_sound()


async def test_a_credit_note_is_a_document_of_positive_amounts_that_the_customer_receives(ltc: Mailed) -> None:
    """G3: type 381, +7,612.50 and +1,446.38, by the command of an accountant."""
    journey = await sold(ltc, await ltc.german(), G3)
    await journey.deliver()
    number = (await journey.deal()).billing[0].number
    await journey.send_account(a.Credit(number=number, reason="returned"))
    (note,) = (await ltc.view(number)).credit_notes
    view = await ltc.database.read(credit_note, note.number, "DE01")
    pdf, xml = await ltc.content(view.file), await ltc.content(view.xml)

    assert (note.net, note.gross) == (Money.of("7612.50", "EUR"), Money.of("9058.88", "EUR"))
    assert OfficialRules().findings(xml, Syntax.CII) == ()
    assert amounts(xml, "TypeCode")[0] == "381"
    assert amounts(xml, "CalculatedAmount", "TaxBasisTotalAmount", "GrandTotalAmount") == [
        "1446.38", "7612.50", "9058.88",
    ]  # fmt: skip
    assert number in amounts(xml, "IssuerAssignedID")
    printed = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert [text in printed for text in ("Credit note", number, "1,446.38", "9,058.88")] == [True] * 4
    assert re.search(r"[-−–] ?(1,446|7,612|9,058)", printed) is None
    (mail,) = ltc.mails_of(f"Credit note {note.number}")
    assert attached(mail) == [(f"{note.number}.pdf", pdf), (f"{note.number}.xml", xml)]
    assert (await ltc.kinds(journey.account))[-1] == "effect_completed"
    await ltc.assert_sound()


async def test_a_part_is_credited_by_category_and_a_cancelled_deal_sends_the_rest(ltc: Mailed) -> None:
    """What a deal credits is sent by the account, too; both parts together are the invoice, to the cent."""
    journey = await sold(ltc, await ltc.german(language="zh-CN"), G2)
    await journey.deliver()
    number = (await journey.deal()).billing[0].number
    await journey.send_account(a.Credit(number=number, minor=33_333, reason="质量折让"))
    await journey.send(c.Cancel(reason="客户撤回", delivered="credited"))
    await ltc.settled(journey.account)
    notes = (await ltc.view(number)).credit_notes
    assert [one.gross.minor for one in notes] == [33_333, 174_055 - 33_333]
    assert sum(part.tax.minor for one in notes for part in one.taxes) == 34_811
    for note in notes:
        view = await ltc.database.read(credit_note, note.number, "DE01")
        assert OfficialRules().findings(await ltc.content(view.xml), Syntax.CII) == ()
        assert len(ltc.mails_of(note.number)) == 1
    assert (await ltc.kinds(journey.account)).count("credit_note_reported") == 1
    await ltc.assert_sound()


async def test_a_statement_is_mailed_when_somebody_asks_for_it(ltc: Mailed) -> None:
    customer_id = await ltc.german()
    journey = await sold(ltc, customer_id, G3)
    await journey.deliver()
    await journey.send_account(MailStatement())
    (mail,) = ltc.mails_of(f"Statement of account {customer_id}-EUR")
    ((name, pdf),) = attached(mail)
    assert str(name).startswith(f"{customer_id}-EUR-")
    printed = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert [text in printed for text in ((await journey.deal()).billing[0].number, "9,058.88")] == [True, True]
    assert (await ltc.kinds(journey.account))[-2:] == ["statement_asked", "effect_completed"]
