"""Factur-X: the CII file inside its own picture, a PDF/A-3b; the same two give the same bytes.

The ``factur-x`` package embeds the file and writes the metadata, all stamped with the moment; the stamps are set to the
day of issue here, since a document is what it says and not when it was rendered. Writing it again also drops the copy
of the plain PDF that the package (7.8 with pypdf 7.1) leaves in front of its result.
"""

import io
import re
from datetime import date
from typing import Any

from domain.einvoice.model import Header

_CREATED, _MODIFIED = "/CreationDate", "/ModDate"
# In XMP the texts of people are escaped, so nothing else can look like these two elements.
_XMP_STAMP = re.compile(rb"(?<=<xmp:(?:Create|Modify)Date>)[^<]*")


def hybrid(pdf: bytes, xml: bytes, header: Header) -> bytes:
    """Embed the CII of a document into its PDF/A-3b."""
    # Half a second that no program must pay before it makes its first hybrid, which is in a thread.
    import facturx

    about = f"{header.seller.name}: {header.number}"
    content = facturx.generate_from_binary(
        pdf,
        xml,
        flavor="factur-x",
        level="en16931",
        check_xsd=False,  # it was checked before, in a tenth of the time
        pdf_metadata={
            "author": header.seller.name,
            "title": about,
            "subject": f"{about}, {header.issued_on.isoformat()}",
            "keywords": "Factur-X",
        },
        lang=header.language,
        afrelationship="alternative",
        xmp_compression=False,
    )
    return _dated(content, header.issued_on)


def _dated(content: bytes, day: date) -> bytes:
    """Exchange every time stamp for the day of issue."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject, StreamObject, TextStringObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.pdf_header = "%PDF-1.7"
    stamp = TextStringObject(f"D:{day:%Y%m%d}000000+00'00'")
    writer.add_metadata({_CREATED: stamp, _MODIFIED: stamp})
    root: Any = writer.root_object
    for specification in root["/AF"]:
        file = specification.get_object()["/EF"]["/F"]
        file["/Params"][NameObject(_MODIFIED)] = stamp
    metadata = root["/Metadata"]
    assert isinstance(metadata, StreamObject)
    metadata.set_data(_XMP_STAMP.sub(f"{day.isoformat()}T00:00:00+00:00".encode(), metadata.get_data()))
    dated = io.BytesIO()
    writer.write(dated)
    return dated.getvalue()
