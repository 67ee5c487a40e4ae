"""An electronic invoice is checked to the cent, written, and checked by the official rules, before anybody gets it."""

from connectors.einvoice.cii import cii
from connectors.einvoice.hybrid_pdf import hybrid
from connectors.einvoice.official_rules import OfficialRules
from connectors.einvoice.ubl import ubl
from domain.einvoice.checks import check
from domain.einvoice.findings import CheckedFile, Syntax
from domain.einvoice.model import EInvoice

_WRITERS = {Syntax.UBL: ubl, Syntax.CII: cii}
XML, PDF = "application/xml", "application/pdf"


class EInvoiceFiles:
    """`domain.paper_ports.EInvoices`: every method takes CPU time, so call it in a thread, never on the event loop."""

    def __init__(self, rules: OfficialRules) -> None:
        """Share the rules: they are loaded once in a process."""
        self._rules = rules

    def xml(self, invoice: EInvoice, syntax: Syntax) -> CheckedFile:
        """Write an invoice as XML; nothing is written of one that our own checks find wrong."""
        name, found = f"{invoice.header.number}.xml", check(invoice)
        if found:
            return CheckedFile(name=name, media_type=XML, content=b"", findings=found)
        content = _WRITERS[syntax](invoice)
        return CheckedFile(
            name=name,
            media_type=XML,
            content=content,
            findings=self._rules.findings(content, syntax),
            rule_set=self._rules.name(syntax),
        )

    def hybrid(self, invoice: EInvoice, xml: bytes, pdf: bytes) -> bytes:
        """Put the CII of an invoice, as `xml` wrote it, into its own PDF/A-3b."""
        return hybrid(pdf, xml, invoice.header)

    def factur_x(self, invoice: EInvoice, pdf: bytes) -> CheckedFile:
        """Put the XML of an invoice into its PDF/A-3b; the PDF is left out where the XML is not sendable."""
        checked = self.xml(invoice, Syntax.CII)
        content = self.hybrid(invoice, checked.content, pdf) if checked.sendable else b""
        changed = {"name": f"{invoice.header.number}.pdf", "media_type": PDF, "content": content}
        return checked.model_copy(update=changed)
