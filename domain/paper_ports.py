"""What papers need from the outside, as protocols: who is written to, on which letterhead, kept and issued by whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.account_statement import AccountStatement
from domain.documents import Party, Seller
from domain.einvoice.findings import CheckedFile, Syntax
from domain.einvoice.forms import FormRule
from domain.einvoice.model import EInvoice
from domain.fiscal.from_documents import FiscalRecord, FiscalRule
from domain.fiscal.invoices import FiscalInvoice, FiscalIssued, RedConfirmation, RedRequest
from domain.receivables.entries import CreditNote, Invoice
from domain.receivables.hand_over import Dossier
from domain.value import Value


class EntityLetterhead(Value):
    """What a legal entity prints on its documents, and the zone its days are counted in.

    Attributes:
        forms: the electronic forms of its invoices, by the customer's country.
        fiscal: for whom the tax office issues them.
    """

    seller: Seller
    zone: str = "UTC"
    forms: tuple[FormRule, ...] = ()
    fiscal: FiscalRule | None = None

    def form_for(self, country: str) -> FormRule | None:
        """Return the electronic form for customers of a country; none is the PDF alone."""
        return next((rule for rule in self.forms if rule.country == country), None)


class Letterheads(Protocol):
    """Who sells: the legal entities of the policy."""

    async def letterhead(self, entity: str) -> EntityLetterhead:
        """Return the letterhead of an entity, of the default one for an empty name; `Refused` (E_NOTFOUND) if none."""


class Addresses(Protocol):
    """Which customer is written to, and about which invoice; what is unknown is refused (E_NOTFOUND)."""

    async def party(self, customer_id: str) -> Party:
        """Return a customer as printed; the e-mail is empty when there is none."""

    async def invoice(self, number: str, entity: str) -> Invoice:
        """Return an issued invoice of an entity; without one, the number must be of one only."""

    async def credit_note(self, number: str, entity: str) -> tuple[CreditNote, Invoice]:
        """Return an issued credit note of an entity, with the invoice that it corrects."""


class AccountStatements(Protocol):
    """What an account looks like to its customer."""

    async def statement(
        self, entity: str, customer_id: str, currency: str, as_of: datetime, zone: str
    ) -> AccountStatement:
        """Return an account at an instant, days counted in a zone (E_NOTFOUND)."""


class Dossiers(Protocol):
    """What is handed over of an account."""

    async def dossier(self, entity: str, customer_id: str, currency: str) -> Dossier:
        """Return what is open of an account, with what was sent and promised; nothing for an unknown one."""


class KeptFile(Value):
    """A file and the key it is kept under."""

    key: str
    name: str
    media_type: str
    content: bytes


class Files(Protocol):
    """Documents as they were sent: one key is one content for ever."""

    async def keep(self, key: str, name: str, media_type: str, content: bytes) -> str:
        """Store a content under a key unless the key has one; returns the SHA-256 of what the key has now.

        Keys: ``invoice/{entity}/{number}.pdf``, ``credit_note/{entity}/{number}.pdf``,
        ``quote/{deal_id}/{version}.pdf``, ``hand_over/{effect id}.zip``, ``reminder/{effect id}/{digest}.pdf``.
        """

    async def keep_together(self, files: Sequence[KeptFile]) -> None:
        """Store files that belong together, all of them or none: none where the first one's key has a content."""

    async def kept(self, key: str) -> bytes | None:
        """Return what a key has, or none."""


class EInvoices(Protocol):
    """Writes electronic invoices and says what is wrong with them; it takes CPU time, so it is called in a thread."""

    def xml(self, invoice: EInvoice, syntax: Syntax) -> CheckedFile:
        """Write an invoice as UBL or CII, checked to the cent and by the official rules."""
        ...

    def hybrid(self, invoice: EInvoice, xml: bytes, pdf: bytes) -> bytes:
        """Put the CII of an invoice, as `xml` wrote it, into its own PDF/A-3b."""
        ...


class FiscalPort(Protocol):
    """The Chinese tax office's invoice service (数电票), each call once per key."""

    async def issue(self, key: str, invoice: FiscalInvoice) -> FiscalIssued:
        """Issue a blue invoice; returns its 数电票号码."""

    async def request_red(self, key: str, request: RedRequest) -> RedConfirmation:
        """Ask for a 红字确认单; it may have to wait for the buyer."""

    async def red_confirmation(self, number: str) -> RedConfirmation:
        """Return where a 红字确认单 stands now."""

    async def issue_red(self, key: str, confirmation: RedConfirmation) -> FiscalIssued:
        """Issue the red invoice of a confirmed 红字确认单; `VendorRejected` before it is confirmed."""


class FiscalBook(Protocol):
    """What the tax office gave for documents of ours."""

    async def fiscal(self, entity: str, number: str) -> FiscalRecord | None:
        """Return what was given for a document, none if nothing was."""

    async def keep_fiscal(self, record: FiscalRecord) -> FiscalRecord:
        """Keep a record unless its document has one; returns the one it has now."""
        ...
