"""The same document gives the same bytes: no clock, no system font, and user text is data, never Typst code."""

from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Literal

import typst

from connectors.documents.sheets import sheet_of
from domain.rendering import NotArchivable, Printed

TEMPLATES = Path(__file__).parent / "templates"
_FONTS = str(files("noto_cjk_sans_otc"))


class TypstRenderer:
    """Renders documents to PDF; one compiler, used by one thread at a time (a second one would only take turns)."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        """Load fonts and templates once; ``templates`` may be a company's own directory with a ``sheet.typ``."""
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[_FONTS])
        self._compiler = typst.Compiler(str(templates / "sheet.typ"), root=str(templates), font_paths=fonts)
        self._lock = Lock()

    def render(self, document: Printed) -> bytes:
        """Return the PDF of a document; it takes CPU time, so call it in a thread, never on the event loop.

        It is a PDF/A-3b, except where a text holds a character that no font of ours has.
        """
        try:
            return self.render_archival(document)
        except NotArchivable:
            pages = self._compile(document, "pdf")
        assert isinstance(pages, bytes)
        return pages

    def render_archival(self, document: Printed) -> bytes:
        """Return the PDF/A-3b, into which an electronic invoice can be put.

        Raises:
            NotArchivable: a text holds a character that no font of ours has; PDF/A must be able to show everything.
        """
        try:
            pages = self._compile(document, "pdf", "a-3b")
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
            raise NotArchivable(f"{document.number}: {error}; take the character out, or send the plain PDF") from error
        assert isinstance(pages, bytes)
        return pages

    def preview(self, document: Printed) -> tuple[bytes, ...]:
        """Return the pages as PNG pictures, for a page that shows the document without a PDF viewer."""
        pages = self._compile(document, "png")
        return (pages,) if isinstance(pages, bytes) else tuple(pages)

    def _compile(
        self, document: Printed, form: Literal["pdf", "png"], standard: Literal["a-3b"] | None = None
    ) -> bytes | list[bytes]:
        data = sheet_of(document).model_dump_json()
        dated = datetime.combine(document.issued_on, time(), UTC)
        with self._lock:
            result = self._compiler.compile(
                format=form,
                sys_inputs={"data": data},
                timestamp=dated,
                pdf_standards=[standard] if standard else [],
            )
        assert result is not None, "typst returns the bytes when no output file is named"
        return result
