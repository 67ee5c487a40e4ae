"""The legal 发票 is the tax office's: asked once per document, and what it gave is kept before anything goes out."""

from temporalio.exceptions import ApplicationError

from activities.vendors import answered
from domain.documents import CreditNoteDocument, InvoiceDocument
from domain.fiscal.from_documents import FiscalRecord, FiscalRule, fiscal_invoice_of, record_of, red_request_of
from domain.fiscal.invoices import RedConfirmation, RedState
from domain.money import Money
from domain.paper_ports import FiscalBook, FiscalPort


class Fiscal:
    """Has the tax office issue invoices and red letters; idempotency key: our document's own name.

    Failures: a rejection goes to a person; a 红字确认单 that waits for the buyer is asked for again until patience
    ends, then by a person (`RedLetterWaits`); one that was refused or has lapsed goes to a person at once.
    """

    def __init__(self, port: FiscalPort, book: FiscalBook) -> None:
        self._port = port
        self._book = book

    async def invoice(self, document: InvoiceDocument, entity: str, rule: FiscalRule) -> FiscalRecord:
        """Return what the tax office gave for an invoice, now or before (E_GATE)."""
        known = await self._book.fiscal(entity, document.number)
        if known is not None:
            return known
        asked = fiscal_invoice_of(document, rule)
        issued = await answered(self._port.issue(f"invoice/{entity}/{document.number}", asked))
        return await self._book.keep_fiscal(record_of(document, entity, issued.fiscal_number, issued.issued_at))

    async def credit_note(
        self, document: CreditNoteDocument, entity: str, original_gross: Money
    ) -> FiscalRecord | None:
        """Return what the tax office gave for a credit note; none where the invoice was not the tax office's."""
        known = await self._book.fiscal(entity, document.number)
        original = await self._book.fiscal(entity, document.original_number)
        if known is not None or original is None:
            return known
        key = f"credit_note/{entity}/{document.number}"
        asked = red_request_of(document, original, original_gross)
        confirmation = await answered(self._port.request_red(f"{key}/request", asked))
        if confirmation.state is not RedState.CONFIRMED:
            raise _unconfirmed(document.number, confirmation)
        issued = await answered(self._port.issue_red(key, confirmation))
        record = record_of(document, entity, issued.fiscal_number, issued.issued_at, confirmation.number)
        return await self._book.keep_fiscal(record)


def _unconfirmed(number: str, confirmation: RedConfirmation) -> ApplicationError:
    waits = confirmation.state is RedState.WAITING
    en = "the buyer must agree to it" if waits else f"it is {confirmation.state}: agree with the buyer"
    zh = "须由购买方确认" if waits else f"状态为 {confirmation.state}：请与购买方协商"
    return ApplicationError(
        f"{number}: 红字确认单 {confirmation.number}: {en}, then retry_effect / {zh}后执行 retry_effect",
        type="RedLetterWaits" if waits else "RedLetterRefused",
        non_retryable=not waits,
    )
