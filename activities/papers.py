"""A document is rendered in a thread and kept before it goes out: what was sent can be shown for ever."""

import asyncio
from hashlib import sha256

from domain.correspondence import PDF
from domain.documents import Document, Renderer
from domain.mail import Attachment
from domain.paper_ports import Files


class Papers:
    """Renders and keeps PDF files."""

    def __init__(self, renderer: Renderer, files: Files) -> None:
        self._renderer = renderer
        self._files = files

    async def once(self, key: str, document: Document) -> Attachment:
        """Return the PDF kept under a key, rendered now if there is none: one key is one document for ever."""
        kept = await self._files.kept(key)
        if kept is not None:
            return _pdf(document, kept)
        pdf = await self._rendered(document)
        await self._files.keep(key, pdf.name, pdf.media_type, pdf.content)
        return pdf

    async def each(self, folder: str, document: Document) -> Attachment:
        """Return the PDF of a document that says what is true now; every version of it is kept under its digest."""
        pdf = await self._rendered(document)
        key = f"{folder}/{sha256(pdf.content).hexdigest()[:16]}.pdf"
        await self._files.keep(key, pdf.name, pdf.media_type, pdf.content)
        return pdf

    async def _rendered(self, document: Document) -> Attachment:
        return _pdf(document, await asyncio.to_thread(self._renderer.render, document))


def _pdf(document: Document, content: bytes) -> Attachment:
    return Attachment(name=f"{document.number}.pdf", media_type=PDF, content=content)
