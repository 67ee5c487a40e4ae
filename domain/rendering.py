"""Documents become PDF files by a renderer; which one is the composition root's to say."""

from typing import Protocol

from domain.account_statement import StatementDocument
from domain.documents import Document

Printed = Document | StatementDocument


class NotArchivable(Exception):
    """A document cannot be made PDF/A; its message names the character, and the plain PDF can still be sent."""


class Renderer(Protocol):
    """Turns a document into PDF: the same document gives the same bytes."""

    def render(self, document: Printed) -> bytes:
        """Return the PDF, a PDF/A-3b wherever one can be made; it takes CPU time, so it is called in a thread."""
        ...

    def render_archival(self, document: Printed) -> bytes:
        """Return the PDF/A-3b, into which an electronic invoice can be put; raises `NotArchivable`."""
        ...
