"""An invoice goes out in the form of its customer's country, or not at all; what is missing is said before issue."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.customer_papers import CustomerPaperActivities
from activities.dunning import DunningActivities
from activities.invoicing import InvoicingActivities
from activities.notifications import NotificationActivities
from domain.account.commands import AccountRefusal
from domain.account.commands import Done as AccountDone
from domain.account.effects import SendDebitNote
from domain.account.paper_effects import SendCreditNote, SendStatement
from domain.deal import effects as deal
from domain.deal.commands import DealRefusal, Done, Issued
from domain.documents import BankDetails, Party, Seller
from domain.due_dates import DueRule, Instalment, PaymentTerms
from domain.einvoice.findings import Finding, Severity, Source
from domain.einvoice.forms import Form, FormRule, Need
from domain.machine import Job
from domain.paper_ports import EntityLetterhead
from domain.quotes import QuoteLine
from domain.receivables.entries import CreditNote, Invoice, TaxSum
from domain.receivables.late_claims import LateClaim, debit_note
from domain.terms import TaxRate
from domain.value import Text, Value
from tests.activities.outside import AT, INVOICE, NOW, WORDING, Outside, cny

GERMAN = Seller(
    name="Beispiel Technik GmbH",
    address=("Musterstraße 12", "10115 Berlin"),
    country="DE",
    tax_id="DE123456789",
    registration="HRB 12345 B",
    email="ar@example.de",
    bank=BankDetails(bank_name="Bank", account_name="Beispiel Technik GmbH", iban="DE02120300000000202051"),
)
MUELLER = Party(
    name="Müller AG", address=("Ring 1",), country="DE", tax_id="DE987654321", email="ap@mueller.example",
    buyer_reference="04011000-12345-34", electronic_address="0204:04011000-12345-34",
)  # fmt: skip
STEM = f"invoice/CN/{INVOICE.number}"
SEND = deal.SendInvoice(customer_id="mueller", number=INVOICE.number)
ISSUE = deal.IssueInvoice(
    deal_id="D-7",
    item="rest",
    entity="CN",
    customer_id="mueller",
    issue_on=INVOICE.issued_on,
    supplied_on=INVOICE.issued_on,
    lines=(
        QuoteLine(
            position=1, sku="WL-200", description="Gateway", quantity="4", unit="pc", list_price=cny("500.00"),
            net_price=cny("500.00"), tax_code="S",
        ),
    ),
    share_bp=10_000,
    shares_before_bp=0,
    rates=(TaxRate(code="S", rate_bp=1300),),
    price_includes_tax=False,
    payment=PaymentTerms(id="net30", instalments=(Instalment(share_bp=10_000, due=DueRule.parse("issue+30d")),)),
)  # fmt: skip


class Ledger:
    """Issues one invoice and counts how often it is asked."""

    def __init__(self) -> None:
        self.issued = 0

    async def issue_invoice(self, key: str, at: object, effect: deal.IssueInvoice) -> Issued:
        self.issued += 1
        return Issued(item=effect.item, number="INV-2026-000007", net=cny("1"), gross=cny("1"), due_on="2026-04-05")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not asked")


@pytest.fixture
def outside() -> Outside:
    outside = Outside()
    outside.directory.parties["mueller"] = MUELLER
    return outside


def wants(outside: Outside, form: Form, *needs: Need) -> None:
    """Let the policy ask for a form for customers in Germany."""
    rule = FormRule(country="DE", form=form, needs=needs)
    outside.directory.letterheads["CN"] = EntityLetterhead(seller=GERMAN, forms=(rule,))


def notifications(outside: Outside) -> NotificationActivities:
    directory = outside.directory
    return NotificationActivities(
        directory, directory, directory, outside.papers, outside.tax_papers, outside.postman, WORDING, outside.log
    )


def job(effect: Value) -> Job[Value]:
    return Job[Value](id="D-7/12/effect", owner="deal/D-7", at=AT, effect=effect, now=NOW)


async def issue(outside: Outside, ledger: Ledger) -> Value:
    invoicing = InvoicingActivities(ledger, ledger, outside.tax_papers)
    result: Value = await outside.run(invoicing.issue_invoice, job(ISSUE))
    return result


@pytest.mark.parametrize("form", list(Form))
async def test_the_mail_carries_pdf_and_xml_and_both_are_kept(outside: Outside, form: Form) -> None:
    wants(outside, form)
    assert await outside.run(notifications(outside).send_invoice, job(SEND)) == Done(reference=INVOICE.number)
    (mail,) = outside.postman.mails
    assert [(one.name, one.media_type) for one in mail.attachments] == [
        ("INV-2026-000007.pdf", "application/pdf"),
        ("INV-2026-000007.xml", "application/xml"),
    ]
    pdf, xml = (one.content for one in mail.attachments)
    assert outside.cabinet.files == {f"{STEM}.pdf": pdf, f"{STEM}.xml": xml}
    assert xml.startswith(b"<ubl>" if form is Form.UBL else b"<cii>")
    assert b"04011000-12345-34" in xml
    assert pdf.startswith(b"hybrid of " + xml + b" in archival " if form is Form.FACTUR_X else b"{")


async def test_a_hybrid_that_cannot_be_made_goes_out_in_two_files_and_the_log_says_why(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    wants(outside, Form.FACTUR_X)
    outside.press.unprintable = "no glyph for the character at note 1"
    for _ in range(2):
        assert await outside.run(notifications(outside).send_invoice, job(SEND)) == Done(reference=INVOICE.number)
    pdf, xml = (one.content for one in outside.postman.mails[0].attachments)
    assert outside.cabinet.files == {f"{STEM}.pdf": pdf, f"{STEM}.xml": xml}
    assert (pdf[:1], xml[:5]) == (b"{", b"<cii>")
    assert [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "ltc.papers"] == [
        (
            "WARNING",
            "sent as a plain PDF with its XML beside it, not as Factur-X: no glyph for the character at note 1",
        )
    ]


@pytest.mark.parametrize("form", list(Form))
async def test_nothing_is_said_of_what_goes_out_as_promised(
    outside: Outside, form: Form, caplog: pytest.LogCaptureFixture
) -> None:
    wants(outside, form)
    outside.press.unprintable = "" if form is Form.FACTUR_X else "no glyph"
    await outside.run(notifications(outside).send_invoice, job(SEND))
    assert [record for record in caplog.records if record.name == "ltc.papers"] == []


async def test_customers_elsewhere_get_the_pdf_alone(outside: Outside) -> None:
    wants(outside, Form.UBL)
    outside.directory.parties["mueller"] = MUELLER.model_copy(update={"country": "CH"})
    await outside.run(notifications(outside).send_invoice, job(SEND))
    assert list(outside.cabinet.files) == [f"{STEM}.pdf"]
    assert len(outside.postman.mails[0].attachments) == 1


async def test_what_was_sent_stays_whatever_changes_later(outside: Outside) -> None:
    """N4: another customer name, letterhead and form, and a person who sends the invoice again."""
    wants(outside, Form.FACTUR_X)
    await outside.run(notifications(outside).send_invoice, job(SEND))
    before = dict(outside.cabinet.files)
    outside.directory.parties["mueller"] = MUELLER.model_copy(update={"name": "Other AG", "country": "CH"})
    outside.directory.letterheads["CN"] = EntityLetterhead(seller=GERMAN.model_copy(update={"name": "Other GmbH"}))
    again = job(SEND).model_copy(update={"id": "D-7/13/effect"})
    outside.heartbeat = ()
    await outside.run(notifications(outside).send_invoice, again)
    assert outside.cabinet.files == before
    first, second = outside.postman.mails
    assert second.attachments == first.attachments


async def test_a_document_that_the_rules_refuse_does_not_leave(outside: Outside) -> None:
    wants(outside, Form.UBL)
    broken = Text(en="[BR-CO-15]-totals", zh="合计")
    outside.writer.findings = (
        Finding(rule="BR-CO-15", source=Source.RULES, severity=Severity.FATAL, where="/", text=broken),
        Finding(rule="BR-CL-1", source=Source.RULES, severity=Severity.WARNING, where="/", text=broken),
    )
    refused = await outside.run(notifications(outside).send_invoice, job(SEND))
    assert isinstance(refused, DealRefusal)
    assert refused.code == "E_GATE"
    assert refused.text.en == (
        "INV-2026-000007 cannot go out as ubl (BR-CO-15): mend the customer's data or the policy, then retry. "
        "[BR-CO-15]-totals"
    )
    assert (outside.postman.mails, outside.cabinet.files) == ([], {})


async def test_a_warning_stops_nothing(outside: Outside) -> None:
    wants(outside, Form.UBL)
    hint = Text(en="hint", zh="提示")
    outside.writer.findings = (
        Finding(rule="BR-CL-1", source=Source.RULES, severity=Severity.WARNING, where="/", text=hint),
    )
    await outside.run(notifications(outside).send_invoice, job(SEND))
    assert len(outside.postman.mails[0].attachments) == 2


@pytest.mark.parametrize(
    ("lacks", "need", "term", "said"),
    [
        ({"buyer_reference": ""}, Need.BUYER_REFERENCE, "BT-10", "buyer_reference (Leitweg-ID or the like)"),
        ({"tax_id": "12/345/67890"}, Need.VAT_ID, "BT-48", "VAT identifier in tax_id, e.g. DE123456789"),
        (
            {"electronic_address": "", "email": ""},
            Need.ELECTRONIC_ADDRESS,
            "BT-49",
            "electronic_address and no e-mail",
        ),
    ],
)
async def test_what_the_customer_lacks_is_said_before_a_number_is_taken(
    outside: Outside, lacks: dict[str, str], need: Need, term: str, said: str
) -> None:
    wants(outside, Form.UBL, need)
    outside.directory.parties["mueller"] = MUELLER.model_copy(update=lacks)
    ledger = Ledger()
    refused = await issue(outside, ledger)
    assert isinstance(refused, DealRefusal)
    assert refused.code == "E_GATE"
    assert refused.text.en.endswith(f"then retry. {term}: the customer has no {said}")
    assert ledger.issued == 0
    outside.directory.parties["mueller"] = MUELLER
    assert isinstance(await issue(outside, ledger), Issued)
    assert ledger.issued == 1


async def test_an_e_mail_address_is_an_electronic_address(outside: Outside) -> None:
    wants(outside, Form.UBL, Need.ELECTRONIC_ADDRESS)
    outside.directory.parties["mueller"] = MUELLER.model_copy(update={"electronic_address": ""})
    assert isinstance(await issue(outside, Ledger()), Issued)


async def test_where_no_form_is_asked_for_nobody_is_looked_up(outside: Outside) -> None:
    outside.directory.parties.clear()
    assert isinstance(await issue(outside, Ledger()), Issued)


async def test_an_invoice_over_nothing_has_no_electronic_form(outside: Outside) -> None:
    """EN 16931 knows no claim of nothing; what is given away still goes out as PDF."""
    wants(outside, Form.UBL)
    nothing = {"net": cny("0"), "gross": cny("0"), "instalments": (), "taxes": ()}
    free = INVOICE.model_copy(update=nothing | {"lines": ()})
    outside.directory.invoices[INVOICE.number] = free
    await outside.run(notifications(outside).send_invoice, job(SEND))
    assert list(outside.cabinet.files) == [f"{STEM}.pdf"]


def papers(outside: Outside) -> CustomerPaperActivities:
    directory = outside.directory
    return CustomerPaperActivities(
        directory, directory, directory, outside.papers, outside.tax_papers, outside.postman, WORDING
    )


def credited(outside: Outside, original: Invoice = INVOICE) -> None:
    """Let half of an invoice be credited."""
    outside.directory.originals[original.number] = original
    outside.directory.credit_notes["CN-2026-000001"] = CreditNote(
        number="CN-2026-000001", credits=original.number, entity="CN", customer_id="mueller", deal_id="",
        issued_on=original.issued_on, net=cny("1000.00"), gross=cny("1130.00"),
        taxes=(TaxSum(code="S", rate_bp=1300, base=cny("1000.00"), tax=cny("130.00")),), offset_minor=113_000,
        released_minor=0, reason="returned",
    )  # fmt: skip


SEND_DEBIT = SendDebitNote(entity="CN", customer_id="mueller", number="DN-2026-000001")


def charged(outside: Outside, **lacks: str) -> DunningActivities:
    """Let a fee be claimed of a German customer with less data than before."""
    fee = LateClaim(
        component="fee", number=INVOICE.number, instalment=1, minor=4_000, from_on=INVOICE.issued_on,
        until_on=INVOICE.issued_on,
    )  # fmt: skip
    note = debit_note("DN-2026-000001", ("CN", "mueller", "CNY"), [fee], INVOICE.issued_on)
    directory = outside.directory
    directory.invoices[note.number] = note
    directory.parties["mueller"] = MUELLER.model_copy(update=lacks)
    return DunningActivities(
        Ledger(), directory, directory, directory, outside.papers, outside.tax_papers, outside.postman, WORDING
    )


@pytest.mark.parametrize("form", list(Form))
async def test_a_debit_note_goes_out_in_the_form_of_an_invoice(outside: Outside, form: Form) -> None:
    """Whatever the country needs of the buyer of a supply: nothing is supplied."""
    wants(outside, form, *Need)
    done = await outside.run(charged(outside, buyer_reference="").send_debit_note, job(SEND_DEBIT))
    assert done == AccountDone(reference="DN-2026-000001")
    (mail,) = outside.postman.mails
    assert mail.subject == "Debit note DN-2026-000001 for late payment: 40.00 CNY"
    assert [one.name for one in mail.attachments] == ["DN-2026-000001.pdf", "DN-2026-000001.xml"]
    pdf, xml = (one.content for one in mail.attachments)
    assert outside.cabinet.files == {
        f"invoice/CN/DN-2026-000001{end}": one for end, one in ((".pdf", pdf), (".xml", xml))
    }
    assert xml.startswith(b"<ubl>" if form is Form.UBL else b"<cii>")
    assert b'"type":"383"' in xml
    assert outside.office.asked == []


async def test_without_an_address_that_works_a_colleague_posts_the_debit_note(outside: Outside) -> None:
    wants(outside, Form.FACTUR_X)
    await outside.run(charged(outside, email="").send_debit_note, job(SEND_DEBIT))
    assert [mail.to[0].address for mail in outside.postman.mails] == ["wang@yunfan.example", "anna@yunfan.example"]
    assert [[one.name for one in mail.attachments] for mail in outside.postman.mails] == [["DN-2026-000001.pdf"]] * 2
    assert len(outside.cabinet.files) == 2


async def test_a_debit_note_that_the_rules_refuse_does_not_leave(outside: Outside) -> None:
    wants(outside, Form.UBL)
    fatal = Finding(
        rule="BR-07", source=Source.RULES, severity=Severity.FATAL, where="/", text=Text(en="no name", zh="无名称")
    )
    outside.writer.findings = (fatal,)
    refused = await outside.run(charged(outside).send_debit_note, job(SEND_DEBIT))
    assert isinstance(refused, AccountRefusal)
    assert (refused.code, outside.postman.mails, outside.cabinet.files) == ("E_GATE", [], {})


SEND_NOTE = SendCreditNote(entity="CN", customer_id="mueller", number="CN-2026-000001")


async def test_a_credit_note_goes_out_like_an_invoice_and_stays_as_it_was(outside: Outside) -> None:
    wants(outside, Form.UBL)
    credited(outside)
    done = await outside.run(papers(outside).send_credit_note, job(SEND_NOTE))
    assert done == AccountDone(reference="CN-2026-000001")
    (mail,) = outside.postman.mails
    assert mail.subject == "Credit note CN-2026-000001 for invoice INV-2026-000007"
    assert [one.name for one in mail.attachments] == ["CN-2026-000001.pdf", "CN-2026-000001.xml"]
    assert list(outside.cabinet.files) == ["credit_note/CN/CN-2026-000001.pdf", "credit_note/CN/CN-2026-000001.xml"]
    before = dict(outside.cabinet.files)
    outside.directory.parties["mueller"] = MUELLER.model_copy(update={"name": "Other AG"})
    outside.heartbeat = ()
    again = job(SEND_NOTE).model_copy(update={"id": "again"})
    await outside.run(papers(outside).send_credit_note, again)
    assert outside.cabinet.files == before
    assert outside.postman.mails[1].attachments == mail.attachments


async def test_a_credit_of_another_systems_invoice_sends_nothing(outside: Outside) -> None:
    credited(outside, INVOICE.model_copy(update={"lines": (), "taxes": ()}))
    done = await outside.run(papers(outside).send_credit_note, job(SEND_NOTE))
    assert done == AccountDone(reference="CN-2026-000001")
    assert (outside.postman.mails, outside.cabinet.files) == ([], {})


async def test_a_credit_note_that_cannot_be_sent_waits_for_a_person(outside: Outside) -> None:
    wants(outside, Form.UBL, Need.BUYER_REFERENCE)
    credited(outside)
    outside.directory.parties["mueller"] = MUELLER.model_copy(update={"buyer_reference": ""})
    refused = await outside.run(papers(outside).send_credit_note, job(SEND_NOTE))
    assert isinstance(refused, AccountRefusal)
    assert "BT-10: the customer has no buyer_reference" in refused.text.en
    outside.directory.parties["mueller"] = MUELLER.model_copy(update={"email": "", "buyer_reference": "7"})
    with pytest.raises(ApplicationError, match="Müller AG has no e-mail address"):
        await outside.run(papers(outside).send_credit_note, job(SEND_NOTE))
    assert outside.postman.mails == []


async def test_a_statement_is_of_the_moment_it_is_sent_and_is_kept(outside: Outside) -> None:
    wants(outside, Form.UBL)
    asked = SendStatement(entity="CN", customer_id="mueller", currency="CNY")
    done = await outside.run(papers(outside).send_statement, job(asked))
    assert done == AccountDone(reference="mueller-CNY-20260305")
    (mail,) = outside.postman.mails
    assert (mail.subject, mail.sent_at) == (
        "Statement of account mueller-CNY-20260305 from Beispiel Technik GmbH",
        NOW,
    )
    assert "as of 5 Mar 2026 17:31 (UTC)" in mail.body_text
    (key,) = outside.cabinet.files
    assert key.startswith("statement/D-7/12/effect/")
    assert outside.cabinet.files[key] == mail.attachments[0].content
