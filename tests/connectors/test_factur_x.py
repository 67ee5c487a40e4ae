"""A Factur-X is one file that a person reads and a machine reads, and both read the same."""

import io
from typing import Any
from xml.etree import ElementTree

import facturx
import pytest
from pypdf import PdfReader

from connectors.documents.typst_renderer import TypstRenderer
from connectors.einvoice.cii import cii
from connectors.einvoice.files import EInvoiceFiles
from connectors.einvoice.hybrid_pdf import hybrid
from connectors.einvoice.official_rules import OfficialRules
from domain.documents import InvoiceDocument
from domain.einvoice.findings import CheckedFile, Syntax
from domain.einvoice.from_documents import einvoice_of
from domain.rendering import NotArchivable
from tests.connectors.document_samples import english_invoice
from tests.einvoice_samples import sample


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer()


@pytest.fixture(scope="module")
def rules() -> OfficialRules:
    return OfficialRules()


def printed() -> InvoiceDocument:
    invoice = english_invoice(3)
    return invoice.model_copy(
        update={
            "seller": invoice.seller.model_copy(update={"country": "DE"}),
            "customer": invoice.customer.model_copy(update={"country": "GB"}),
        }
    )


@pytest.fixture(scope="module")
def made(renderer: TypstRenderer, rules: OfficialRules) -> CheckedFile:
    return EInvoiceFiles(rules).factur_x(einvoice_of(printed()), renderer.render_archival(printed()))


def root_of(pdf: bytes) -> Any:
    return PdfReader(io.BytesIO(pdf)).trailer["/Root"]


def metadata(pdf: bytes) -> str:
    return str(root_of(pdf)["/Metadata"].get_data().decode())


def test_the_file_inside_is_the_one_that_was_checked(made: CheckedFile, rules: OfficialRules) -> None:
    name, content = facturx.get_xml_from_pdf(made.content)
    assert name == "factur-x.xml"
    assert content == cii(einvoice_of(printed()))
    assert rules.findings(content, Syntax.CII) == ()
    assert (made.findings, made.name, made.media_type) == ((), "INV-2026-000123.pdf", "application/pdf")


def test_the_picture_is_the_one_that_was_printed(made: CheckedFile, renderer: TypstRenderer) -> None:
    before, after = (
        [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
        for pdf in (renderer.render(printed()), made.content)
    )
    assert before == after
    assert "Total 3,570.00 EUR" in before[0]


def test_it_says_that_it_is_pdf_a_3b_and_factur_x(made: CheckedFile) -> None:
    said = ElementTree.fromstring(metadata(made.content).partition("?>")[2].rpartition("<?")[0])
    texts = {node.tag.rpartition("}")[2]: node.text for node in said.iter() if node.text and node.text.strip()}
    assert (texts["part"], texts["conformance"]) == ("3", "B")
    assert (texts["DocumentType"], texts["DocumentFileName"], texts["ConformanceLevel"]) == (
        "INVOICE",
        "factur-x.xml",
        "EN 16931",
    )
    root = root_of(made.content)
    (file,) = root["/AF"]
    assert file.get_object()["/AFRelationship"] == "/Alternative"
    assert len(root["/OutputIntents"]) == 1
    assert root["/Lang"] == "en"


def test_the_same_document_gives_the_same_bytes(made: CheckedFile, renderer: TypstRenderer) -> None:
    """A clock would show: the package stamps seconds, and another day is told by the document alone."""
    invoice = einvoice_of(printed())
    pdf, xml = renderer.render_archival(printed()), cii(invoice)
    assert hybrid(pdf, xml, invoice.header) == made.content
    about = PdfReader(io.BytesIO(made.content)).metadata
    assert about is not None
    assert str(about.creation_date) == str(about.modification_date) == "2026-03-05 00:00:00+00:00"
    assert metadata(made.content).count("2026-03-05T00:00:00+00:00") == 2
    (file,) = root_of(made.content)["/AF"]
    assert file.get_object()["/EF"]["/F"]["/Params"]["/ModDate"] == "D:20260305000000+00'00'"
    assert "/ID" in PdfReader(io.BytesIO(made.content)).trailer


def test_it_is_one_file_and_little_larger(made: CheckedFile, renderer: TypstRenderer) -> None:
    plain, xml = renderer.render_archival(printed()), cii(einvoice_of(printed()))
    assert made.content.startswith(b"%PDF-1.7\n")
    assert (made.content.count(b"%PDF-"), made.content.count(b"%%EOF")) == (1, 1)
    assert len(made.content) < len(plain) + len(xml)


def test_a_text_that_looks_like_a_stamp_is_no_stamp(renderer: TypstRenderer) -> None:
    """What people write cannot pass for the package's stamps, which would make the document fail or lie."""
    text = "<xmp:CreateDate>2020-01-01T00:00:00+00:00</xmp:CreateDate> Date (D:20200101000000+00'00')"
    seller = printed().seller.model_copy(update={"name": text})
    document = printed().model_copy(update={"seller": seller, "notes": (text,)})
    invoice = einvoice_of(document)
    content = hybrid(renderer.render_archival(document), cii(invoice), invoice.header)
    assert text in metadata(content).replace("&lt;", "<").replace("&gt;", ">")
    _, xml = facturx.get_xml_from_pdf(content)
    assert xml == cii(invoice)


def test_what_is_wrong_is_not_put_into_a_pdf(renderer: TypstRenderer, rules: OfficialRules) -> None:
    wrong = einvoice_of(printed().model_copy(update={"seller": english_invoice().seller}))
    made = EInvoiceFiles(rules).factur_x(wrong, renderer.render_archival(printed()))
    assert (made.content, made.sendable) == (b"", False)
    assert [one.where for one in made.findings] == ["BT-40"]


@pytest.mark.parametrize("text", ["😀", "next\x07"])
def test_a_text_without_a_glyph_is_not_archived_but_printed(renderer: TypstRenderer, text: str) -> None:
    document = printed().model_copy(update={"notes": (text,)})
    with pytest.raises(NotArchivable, match=r"INV-2026-000123: .* take the character out"):
        renderer.render_archival(document)
    assert renderer.render(document).startswith(b"%PDF")
    assert renderer.render_archival(printed()).startswith(b"%PDF"), "the renderer still works"


def test_an_archived_document_gives_the_same_bytes(renderer: TypstRenderer) -> None:
    assert renderer.render_archival(printed()) == TypstRenderer().render_archival(printed())


@pytest.mark.parametrize("seed", range(0, 45, 9))
def test_every_kind_fits_into_a_pdf(renderer: TypstRenderer, seed: int) -> None:
    invoice = sample(seed)
    content = hybrid(renderer.render_archival(printed()), cii(invoice), invoice.header)
    assert facturx.get_xml_from_pdf(content)[1] == cii(invoice)
