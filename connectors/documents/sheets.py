"""Each kind of document becomes one sheet, in the customer's language and only from what the document says."""

from typing import assert_never

from connectors.documents import labels
from connectors.documents.blocks import bank, capitals, facts, frame, lines, notes, sums, tax_breakdown
from connectors.documents.reminder_sheet import reminder_sheet
from connectors.documents.sheet import Cell, Column, Grid, Section, Sheet, Sum
from connectors.documents.statement_sheet import statement_sheet
from domain import figures
from domain.account_statement import StatementDocument
from domain.documents import CreditNoteDocument, InvoiceDocument, QuoteDocument, ReminderDocument
from domain.rendering import Printed
from domain.terms_in_words import early_in_words


def sheet_of(document: Printed) -> Sheet:
    """Write a document out in words."""
    match document:
        case QuoteDocument():
            return quote_sheet(document)
        case InvoiceDocument():
            return invoice_sheet(document)
        case CreditNoteDocument():
            return credit_note_sheet(document)
        case ReminderDocument():
            return reminder_sheet(document)
        case StatementDocument():
            return statement_sheet(document)
        case _:
            assert_never(document)


def quote_sheet(quote: QuoteDocument) -> Sheet:
    """An offer: what, for how much, until when, on which terms."""
    language = quote.language
    until = figures.day(quote.valid_until, language)
    terms = facts(language, (labels.PAYMENT_TERMS, quote.payment_terms), (labels.DELIVERY_TERMS, quote.delivery_terms))
    return Sheet(
        frame=frame(quote.seller, quote.customer, language),
        title=labels.QUOTE.of(language),
        number=quote.number,
        recipient_label=labels.QUOTE_TO.of(language),
        facts=facts(
            language,
            (labels.VERSION, str(quote.version)),
            (labels.ISSUED, figures.day(quote.issued_on, language)),
            (labels.VALID_UNTIL, until),
            (labels.PURCHASE_ORDER, quote.purchase_order),
            (labels.PREPARED_BY, quote.prepared_by),
        ),
        grid=lines(quote),
        breakdown=tax_breakdown(quote),
        sums=sums(quote, labels.GROSS),
        sum_note=capitals(labels.CAPITALS, quote.gross, language),
        sections=(
            *((Section(title=labels.TERMS.of(language), facts=terms),) if terms else ()),
            *notes(quote.notes, language),
        ),
        closing=(labels.QUOTE_BINDING.of(language).format(until),),
    )


def invoice_sheet(invoice: InvoiceDocument) -> Sheet:
    """A claim: what for, how much, when due, where to pay."""
    language = invoice.language
    due = invoice.instalments[0].due_on if len(invoice.instalments) == 1 else None
    return Sheet(
        frame=frame(invoice.seller, invoice.customer, language),
        title=(labels.SETTLEMENT if invoice.fiscal_number else labels.INVOICE)[invoice.purpose].of(language),
        number=invoice.number,
        recipient_label=labels.BILL_TO.of(language),
        facts=facts(
            language,
            (labels.ISSUED, figures.day(invoice.issued_on, language)),
            (labels.SUPPLIED, figures.day(invoice.supplied_on, language) if invoice.supplied_on else ""),
            (labels.DUE, figures.day(due, language) if due else ""),
            (labels.PURCHASE_ORDER, invoice.purchase_order),
            (labels.CONTRACT, invoice.contract),
            (labels.CUSTOMER_TAX_ID, invoice.customer.tax_id),
            (labels.FISCAL_NUMBER, invoice.fiscal_number),
        ),
        grid=lines(invoice),
        breakdown=tax_breakdown(invoice),
        sums=sums(invoice, labels.GROSS) + _payable(invoice),
        sum_note=capitals(labels.CAPITALS, invoice.gross, language),
        sections=_payment(invoice) + notes(invoice.notes, language),
    )


def _payable(invoice: InvoiceDocument) -> tuple[Sum, ...]:
    """What was paid before is taken off; nothing paid before needs no second total."""
    language = invoice.language
    if not invoice.deductions:
        return ()
    less = tuple(
        Sum(
            label=labels.LESS.of(language).format(part.description),
            value=figures.amount(part.amount.negated(), language),
        )
        for part in invoice.deductions
    )
    due = Sum(label=labels.PAYABLE.of(language), value=figures.amount(invoice.payable, language), weight="strong")
    return (*less, due)


def _pay_by(invoice: InvoiceDocument) -> str:
    """How much by which day, where there is one day and something to pay."""
    if len(invoice.instalments) != 1 or invoice.payable.minor <= 0:
        return ""
    language = invoice.language
    due = figures.day(invoice.instalments[0].due_on, language)
    return labels.PAY_BY.of(language).format(figures.amount(invoice.payable, language), due)


def _payment(invoice: InvoiceDocument) -> tuple[Section, ...]:
    """Terms, the plan if there is more than one instalment, and the account to pay into."""
    language = invoice.language
    sections: list[Section] = []
    early = (early_in_words(one.payable, one.until, one.rate_bp, language) for one in invoice.early)
    terms = tuple(text for text in (invoice.payment_terms, _pay_by(invoice), *early) if text)
    if terms:
        sections.append(Section(title=labels.PAYMENT_TERMS.of(language), paragraphs=terms))
    if len(invoice.instalments) > 1:
        columns = (
            Column(label=labels.INSTALMENT.of(language), align="center"),
            Column(label=labels.DUE.of(language), align="left", width="wide"),
            Column(label=labels.TOTAL.of(language).format(invoice.currency)),
        )
        rows = tuple(
            (
                Cell(text=f"{place} / {len(invoice.instalments)}"),
                Cell(text=figures.day(part.due_on, language)),
                Cell(text=figures.number(part.amount)),
            )
            for place, part in enumerate(invoice.instalments, start=1)
        )
        sections.append(Section(title=labels.SCHEDULE.of(language), grid=Grid(columns=columns, rows=rows)))
    if invoice.seller.bank:
        sections.append(bank(invoice.seller.bank, invoice.payment_reference, language))
    return tuple(sections)


def credit_note_sheet(note: CreditNoteDocument) -> Sheet:
    """A correction: of which invoice, why, how much, and what becomes of the money."""
    language = note.language
    uses = tuple(
        Sum(label=labels.USES[part.use].of(language), value=figures.amount(part.amount, language))
        for part in note.parts
    )
    original = f"{note.original_number}, {figures.day(note.original_issued_on, language)}"
    return Sheet(
        frame=frame(note.seller, note.customer, language),
        title=(labels.CREDIT_ADVICE if note.fiscal_number else labels.CREDIT_NOTE).of(language),
        number=note.number,
        recipient_label=labels.BILL_TO.of(language),
        facts=facts(
            language,
            (labels.ISSUED, figures.day(note.issued_on, language)),
            (labels.ORIGINAL, original),
            (labels.PURCHASE_ORDER, note.purchase_order),
            (labels.CUSTOMER_TAX_ID, note.customer.tax_id),
            (labels.FISCAL_NUMBER, note.fiscal_number),
            (labels.CONFIRMATION_NUMBER, note.confirmation_number),
        ),
        opening=(labels.REASON_IS.of(language).format(note.reason),),
        grid=lines(note),
        breakdown=tax_breakdown(note),
        sums=sums(note, labels.CREDITED) + uses,
        sum_note=capitals(labels.CAPITALS, note.gross, language),
        sections=notes(note.notes, language),
    )
