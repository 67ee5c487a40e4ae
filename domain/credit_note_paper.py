"""What is printed of a credit note: what it takes back, line by line where it takes all, else by category of tax."""

from collections.abc import Iterator
from decimal import Decimal

from domain.correspondence import billed_lines, tax_lines
from domain.documents import CreditNoteDocument, CreditPart, CreditUse, DocumentLine, Party, Seller
from domain.figures import percent
from domain.money import Money
from domain.receivables.entries import CreditNote, Invoice, TaxSum
from domain.receivables.freed import PaidPart
from domain.value import Text

_PART = Text(en="Credit on invoice {}, tax {}", zh="冲减发票 {}，税率 {}")


def credit_note_document(
    note: CreditNote, invoice: Invoice, party: Party, seller: Seller, paid_part: PaidPart = "unapplied"
) -> CreditNoteDocument:
    """Build the correction as the ledger issued it, in positive amounts.

    Args:
        invoice: what it credits; one of another system has no lines and no taxes, and raises ValueError.
        paid_part: what was asked for what had been paid of it.
    """
    taxes = tuple(part for part in note.taxes if part.base.minor or part.tax.minor)
    whole = note.net == invoice.net and note.taxes == invoice.taxes
    lines = billed_lines(invoice) if whole else tuple(_parts(taxes, invoice.number, party.language))
    return CreditNoteDocument(
        number=note.number,
        issued_on=note.issued_on,
        language=party.language,
        seller=seller,
        customer=party,
        lines=lines,
        taxes=tax_lines(invoice.taxes if whole else taxes, party.language),
        net=note.net,
        tax=note.gross.minus(note.net),
        gross=note.gross,
        purchase_order=invoice.po_reference,
        original_number=invoice.number,
        original_issued_on=invoice.issued_on,
        reason=note.reason,
        parts=tuple(_uses(note, paid_part)),
    )


def _parts(taxes: tuple[TaxSum, ...], original: str, language: str) -> Iterator[DocumentLine]:
    for position, part in enumerate(taxes, start=1):
        yield DocumentLine(
            position=position,
            description=_PART.of(language).format(original, percent(part.rate_bp)),
            quantity=Decimal(1),
            unit_price=part.base,
            net=part.base,
            tax_code=part.code,
        )


def _uses(note: CreditNote, paid_part: PaidPart) -> Iterator[CreditPart]:
    currency = note.gross.currency
    uses = (
        (CreditUse.OFFSET, note.offset_minor),
        (CreditUse.REFUND if paid_part == "refund" else CreditUse.ON_ACCOUNT, note.released_minor),
        (CreditUse.DEPOSIT, note.restored_minor),
    )
    for use, minor in uses:
        if minor:
            yield CreditPart(use=use, amount=Money(minor=minor, currency=currency))
