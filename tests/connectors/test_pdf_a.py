"""Every document is a PDF/A-3b as far as that can be told without a validator: it says so and depends on nothing."""

import io
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from connectors.documents.typst_renderer import TypstRenderer
from domain.rendering import Printed
from tests.connectors.document_samples import (
    chinese_invoice,
    credit_note,
    english_invoice,
    quote,
    reminder,
    statement,
)

DOCUMENTS: list[Printed] = [
    english_invoice(60), chinese_invoice(), credit_note(), quote(), reminder(2), statement("en"), statement("zh"),
]  # fmt: skip
FORBIDDEN = {"/JavaScript", "/JS", "/Launch", "/Encrypt", "/LZWDecode", "/Movie", "/Sound", "/XFA", "/RichMedia"}


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer()


def everything(reader: PdfReader) -> Iterator[Any]:
    """Yield every object of a file, with what is inside of it."""
    for number in range(1, len(reader.xref_objStm) + sum(map(len, reader.xref.values())) + 1):
        try:
            found = reader.get_object(IndirectObject(number, 0, reader))
        except KeyError:
            continue
        yield from inside(found)


def inside(value: Any) -> Iterator[Any]:
    yield value
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        if not isinstance(part, IndirectObject):
            yield from inside(part)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: f"{one.kind}-{one.language}")
def test_it_says_what_it_is_and_depends_on_nothing(renderer: TypstRenderer, document: Printed) -> None:
    reader = PdfReader(io.BytesIO(renderer.render(document)))
    root: Any = reader.trailer["/Root"]
    said = ElementTree.fromstring(root["/Metadata"].get_data().decode().partition("?>")[2].rpartition("<?")[0])
    texts = {node.tag.rpartition("}")[2]: node.text for node in said.iter() if node.text and node.text.strip()}
    assert (texts["part"], texts["conformance"]) == ("3", "B")
    assert len(root["/OutputIntents"]) == 1
    assert "/ID" in reader.trailer
    assert not reader.is_encrypted
    about = reader.metadata
    assert about is not None
    assert str(about.title).endswith(document.number)
    assert about.author == document.seller.name
    assert about.creation_date is not None
    assert about.creation_date.date() == document.issued_on
    found = list(everything(reader))
    assert len(found) > 50
    assert {str(one) for one in found if isinstance(one, str)} & FORBIDDEN == set()
    fonts = [one for one in found if isinstance(one, dict) and one.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert [one["/FontName"] for one in fonts if not {"/FontFile", "/FontFile2", "/FontFile3"} & one.keys()] == []


def test_a_text_without_a_glyph_leaves_a_plain_pdf(renderer: TypstRenderer) -> None:
    odd = english_invoice().model_copy(update={"notes": ("\U00012000",)})
    root: Any = PdfReader(io.BytesIO(renderer.render(odd))).trailer["/Root"]
    assert "/OutputIntents" not in root
