"""Invoices as their receivers want them: checked before a number is taken, checked again before they leave."""

from typing import Generic, TypeVar

from activities.fiscal import Fiscal
from activities.papers import Papers
from domain import correspondence
from domain.credit_note_paper import credit_note_document
from domain.deal.effects import IssueInvoice
from domain.deal.state import Deal
from domain.documents import CreditNoteDocument, InvoiceDocument
from domain.fiscal.from_documents import fiscal_invoice_of
from domain.mail import Attachment
from domain.paper_ports import Addresses, Letterheads
from domain.receivables.entries import CreditNote, Invoice
from domain.receivables.freed import PaidPart
from domain.receivables.invoicing import invoice_of
from domain.value import Value

_UNNUMBERED = "INV-0"
"""Stands for the number that an invoice would get, which no check reads."""


D = TypeVar("D", InvoiceDocument, CreditNoteDocument)


class Letter(Value, Generic[D]):
    """An invoice or credit note as a document, and the files that go out with it."""

    document: D
    files: tuple[Attachment, ...]


class TaxPapers:
    """Builds what the ledger issued into documents; the policy says in which form each country gets them."""

    def __init__(self, addresses: Addresses, letterheads: Letterheads, papers: Papers, fiscal: Fiscal) -> None:
        self._addresses = addresses
        self._letterheads = letterheads
        self._papers = papers
        self._fiscal = fiscal

    async def check(self, effect: IssueInvoice) -> None:
        """Refuse an invoice that nobody could send, e.g. since the customer's data lack something (E_GATE).

        It is written and checked as it would go out, but for its number; where no electronic form and no tax office is
        asked for, nobody is asked anything.
        """
        letterhead = await self._letterheads.letterhead(effect.entity)
        if not letterhead.forms and letterhead.fiscal is None:
            return
        party = await self._addresses.party(effect.customer_id)
        document = correspondence.invoice_document(invoice_of(effect, _UNNUMBERED), party, letterhead.seller)
        if letterhead.fiscal is not None and letterhead.fiscal.applies(document):
            fiscal_invoice_of(document, letterhead.fiscal)
        rule = letterhead.form_for(party.country)
        if rule is not None and document.gross.minor:
            await self._papers.check(document, rule)

    async def invoice(self, invoice: Invoice, customer_id: str, deal: Deal | None) -> Letter[InvoiceDocument]:
        """Return an invoice as it goes out: what is kept of it already, or else what is made now (E_GATE)."""
        letterhead = await self._letterheads.letterhead(invoice.entity)
        party = await self._addresses.party(customer_id)
        document = correspondence.invoice_document(invoice, party, letterhead.seller, deal)
        if letterhead.fiscal is not None and letterhead.fiscal.applies(document):
            given = await self._fiscal.invoice(document, invoice.entity, letterhead.fiscal)
            document = document.model_copy(update={"fiscal_number": given.fiscal_number})
        stem = f"invoice/{invoice.entity}/{invoice.number}"
        files = await self._papers.together(stem, document, letterhead.form_for(party.country))
        return Letter(document=document, files=files)

    async def debit_note(self, note: Invoice, customer_id: str) -> Letter[InvoiceDocument]:
        """Return a debit note as it goes out, in the form that the customer reads invoices in (E_GATE).

        Nothing is supplied, so no tax office issues it.
        """
        letterhead = await self._letterheads.letterhead(note.entity)
        party = await self._addresses.party(customer_id)
        document = correspondence.invoice_document(note, party, letterhead.seller)
        stem = f"invoice/{note.entity}/{note.number}"
        files = await self._papers.together(stem, document, letterhead.form_for(party.country))
        return Letter(document=document, files=files)

    async def credit_note(
        self, note: CreditNote, invoice: Invoice, customer_id: str, paid_part: PaidPart = "unapplied"
    ) -> Letter[CreditNoteDocument]:
        """Return a credit note as it goes out: what is kept of it already, or else what is made now (E_GATE)."""
        letterhead = await self._letterheads.letterhead(note.entity)
        party = await self._addresses.party(customer_id)
        document = credit_note_document(note, invoice, party, letterhead.seller, paid_part)
        given = await self._fiscal.credit_note(document, note.entity, invoice.gross)
        if given is not None:
            numbers = {"fiscal_number": given.fiscal_number, "confirmation_number": given.confirmation_number}
            document = document.model_copy(update=numbers)
        stem = f"credit_note/{note.entity}/{note.number}"
        files = await self._papers.together(stem, document, letterhead.form_for(party.country))
        return Letter(document=document, files=files)
