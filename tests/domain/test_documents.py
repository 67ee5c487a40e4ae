"""A document that does not add up cannot be built; one that does survives JSON unchanged."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.documents import Document, InvoiceDocument, Tone
from domain.mail import Attachment
from domain.money import Money
from domain.refusal import Code, Refused
from tests.connectors.document_samples import chinese_invoice, credit_note, english_invoice, quote, reminder

DOCUMENTS = TypeAdapter[Document](Document)


def rebuilt(invoice: InvoiceDocument, **changes: object) -> InvoiceDocument:
    """Build the invoice again with changes: a copy is not checked, a document that is built or read is."""
    return InvoiceDocument.model_validate(invoice.model_dump() | changes)


@pytest.mark.parametrize("document", [quote(), english_invoice(3), chinese_invoice(), credit_note(), reminder(2)])
def test_json_gives_the_same_document_back(document: Document) -> None:
    assert DOCUMENTS.validate_json(DOCUMENTS.dump_json(document)) == document


@pytest.mark.parametrize(
    ("field", "minor", "complaint"),
    [
        ("net", 99999, "lines add up to 1,000.00 EUR, not to 999.99 EUR"),
        ("tax", 18999, "taxes add up to 190.00 EUR, not to 189.99 EUR"),
        ("gross", 119001, "net and tax add up to 1,190.00 EUR, not to 1,190.01 EUR"),
    ],
)
def test_a_sum_that_is_off_by_a_cent_is_found(field: str, minor: int, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        rebuilt(english_invoice(), **{field: Money(minor=minor, currency="EUR")})


def test_instalments_add_up_to_what_is_payable_after_the_deposit() -> None:
    assert chinese_invoice().payable == Money.of("72240.00", "CNY")
    with pytest.raises(ValidationError, match=r"instalments add up to 72,240.00 CNY, not to 92,240.00 CNY"):
        rebuilt(chinese_invoice(), deductions=())


def test_two_currencies_on_one_document_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        rebuilt(english_invoice(), net=Money.of("1000.00", "CNY"))
    assert refused.value.code is Code.CCY


def test_a_reminder_grows_firmer_and_claims_its_charges() -> None:
    assert [reminder(level).tone for level in (1, 2, 3)] == [Tone.FRIENDLY, Tone.FIRM, Tone.FINAL]
    assert reminder(1).model_copy(update={"last_level": 1}).tone is Tone.FRIENDLY
    assert [str(reminder(level).total_due) for level in (1, 2)] == ["24,000.00 CNY", "24,720.00 CNY"]
    assert reminder(1).issued_on == date(2026, 3, 5)


def test_an_attachment_travels_as_base64() -> None:
    pdf = Attachment(name="发票.pdf", media_type="application/pdf", content=b"%PDF\x00\xff")
    assert b'"JVBERgD_"' in pdf.model_dump_json().encode()
    assert Attachment.model_validate_json(pdf.model_dump_json()) == pdf
