"""A document is rendered in a thread and kept before it goes out: what was sent can be shown for ever."""

import asyncio
import logging
from hashlib import sha256

from domain.correspondence import PDF, XML
from domain.documents import CreditNoteDocument, InvoiceDocument
from domain.einvoice.findings import CheckedFile
from domain.einvoice.forms import Form, FormRule, not_sendable
from domain.einvoice.from_documents import einvoice_of
from domain.einvoice.model import EInvoice
from domain.mail import Attachment
from domain.paper_ports import EInvoices, Files, KeptFile
from domain.rendering import NotArchivable, Printed, Renderer

LOG = logging.getLogger("ltc.papers")
Electronic = InvoiceDocument | CreditNoteDocument


class Papers:
    """Renders and keeps PDF files, and the electronic form of an invoice beside its PDF."""

    def __init__(self, renderer: Renderer, files: Files, einvoices: EInvoices) -> None:
        self._renderer = renderer
        self._files = files
        self._einvoices = einvoices

    async def once(self, key: str, document: Printed) -> Attachment:
        """Return the PDF kept under a key, rendered now if there is none: one key is one document for ever."""
        kept = await self._files.kept(key)
        if kept is not None:
            return _pdf(document, kept)
        pdf = await self._rendered(document)
        await self._files.keep(key, pdf.name, pdf.media_type, pdf.content)
        return pdf

    async def each(self, folder: str, document: Printed) -> Attachment:
        """Return the PDF of a document that says what is true now; every version of it is kept under its digest."""
        pdf = await self._rendered(document)
        key = f"{folder}/{sha256(pdf.content).hexdigest()[:16]}.pdf"
        await self._files.keep(key, pdf.name, pdf.media_type, pdf.content)
        return pdf

    async def together(self, stem: str, document: Electronic, rule: FormRule | None) -> tuple[Attachment, ...]:
        """Return what goes out of an invoice or credit note, made now if nothing is kept under its stem.

        PDF and XML are of one moment and kept in one transaction, so that they never say two things.

        Raises:
            Refused: the electronic form that the rule asks for has something fatal in it (E_GATE); nothing is kept.
        """
        pdf, xml = f"{stem}.pdf", f"{stem}.xml"
        if await self._files.kept(pdf) is None:
            made = await asyncio.to_thread(self._written, document, rule)
            named = [KeptFile(key=stem + _ending(one), **dict(one)) for one in made]
            await self._files.keep_together(named)
        found = [(ending, await self._files.kept(key)) for ending, key in ((PDF, pdf), (XML, xml))]
        return tuple(_attached(document, ending, content) for ending, content in found if content is not None)

    async def check(self, document: Electronic, rule: FormRule) -> None:
        """Refuse a document whose electronic form would not be sendable (E_GATE); nothing is kept."""
        await asyncio.to_thread(self._checked, document, rule)

    def _written(self, document: Electronic, rule: FormRule | None) -> list[Attachment]:
        """Return the PDF, and the XML where there is one.

        A hybrid that cannot be archived is the plain PDF with the XML beside it, which is the invoice; whoever promised
        Factur-X to the customer reads so in the worker's log.
        """
        if rule is None or not document.gross.minor:
            return [_attached(document, PDF, self._renderer.render(document))]
        invoice, xml = self._checked(document, rule)
        try:
            page = self._renderer.render_archival(document) if rule.form is Form.FACTUR_X else None
        except NotArchivable as error:
            page = None
            LOG.warning("sent as a plain PDF with its XML beside it, not as Factur-X: %s", error)
        pdf = self._renderer.render(document) if page is None else self._einvoices.hybrid(invoice, xml.content, page)
        return [_attached(document, PDF, pdf), _attached(document, XML, xml.content)]

    def _checked(self, document: Electronic, rule: FormRule) -> tuple[EInvoice, CheckedFile]:
        invoice = einvoice_of(document)
        xml = self._einvoices.xml(invoice, rule.form.syntax)
        lacking = tuple(rule.lacking(invoice))
        if lacking or not xml.sendable:
            raise not_sendable(document.number, rule, (*lacking, *xml.findings))
        return invoice, xml

    async def _rendered(self, document: Printed) -> Attachment:
        return _pdf(document, await asyncio.to_thread(self._renderer.render, document))


def _pdf(document: Printed, content: bytes) -> Attachment:
    return Attachment(name=f"{document.number}.pdf", media_type=PDF, content=content)


def _attached(document: Electronic, media_type: str, content: bytes) -> Attachment:
    return Attachment(name=f"{document.number}{_ENDINGS[media_type]}", media_type=media_type, content=content)


def _ending(file: Attachment) -> str:
    return _ENDINGS[file.media_type]


_ENDINGS = {PDF: ".pdf", XML: ".xml"}
