"""What is printed is derived from effect or ledger, customer and letterhead, and it adds up or is not built."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from domain.deal.effects import SendQuote, TellCustomer
from domain.deal.state import Deal
from domain.documents import (
    Charge,
    Deduction,
    DocumentLine,
    EarlyPayment,
    Instalment,
    InvoiceDocument,
    InvoicePurpose,
    OpenItem,
    Party,
    QuoteDocument,
    ReminderDocument,
    Seller,
    TaxLine,
)  # fmt: skip
from domain.due_dates import PaymentTerms
from domain.figures import instant, is_chinese
from domain.local_time import at_local, local_day, zone_of
from domain.mail import Attachment, Mail, Mailbox
from domain.money import Money, Rounding, total
from domain.notices import AcceptanceNotice, Letter, PreDueNotice, UnknownTemplate
from domain.paper_ports import EntityLetterhead
from domain.ports import NoticePlan
from domain.quotes import QuoteLine
from domain.quoting import amounts_of, discount_bp, one_currency, quantity_of
from domain.receivables.deductions import Deducted
from domain.receivables.entries import Invoice, InvoiceLine, TaxSum
from domain.receivables.late_claims import DEBIT_NOTE, LateClaim, in_words
from domain.receivables.taxation import WHOLE_BP, Taxed, rates_on, taxed
from domain.terms import DealTerms
from domain.terms_in_words import billed_in_words, days_in_words, payable_in_words, priced_in_words
from domain.value import Text

PDF, XML = "application/pdf", "application/xml"
_GROSS_PRICES = Text(en="Unit prices include tax; amounts are without tax.", zh="单价为含税价，金额为不含税金额。")
_PART = Text(
    en="This invoice bills a part of the order: quantities and prices are those of the order, amounts are the part.",
    zh="本发票为部分开票：数量和单价为订单数据，金额为本次开票部分。",
)
_UNTIL = Text(en="An acceptance must reach us by {}.", zh="接受通知须于{}前送达我方。")
_DEPOSIT = Text(en="deposit {}", zh="预付款 {}")
_ON_ACCOUNT = Text(en="Paid, not yet applied", zh="已付未核销款项")


def quote_number(deal_id: str, version: int) -> str:
    """Return the number printed on a version of a deal's quote."""
    return f"{deal_id}-Q{version}"


def quote_document(
    effect: SendQuote,
    party: Party,
    letterhead: EntityLetterhead,
    at: datetime,
    prepared_by: str = "",
    terms: DealTerms | None = None,
) -> QuoteDocument:
    """Build the offer; it names the last whole day of its validity, in the customer's zone.

    Args:
        at: when it is sent; the day printed, where the effect names none.
        prepared_by: the name of the person whose offer it is.
        terms: of the deal; what it is billed and paid by is printed in words.
    """
    currency = one_currency(effect.lines)
    issued_on = effect.issued_on or local_day(letterhead.zone, at)
    priced = _priced(effect, currency, issued_on)
    net = Money(minor=priced.net_minor, currency=currency)
    gross = Money(minor=priced.gross_minor, currency=currency)
    end = effect.valid_until.astimezone(zone_of(effect.zone))
    return QuoteDocument(
        number=quote_number(effect.deal_id, effect.version),
        version=effect.version,
        issued_on=issued_on,
        valid_until=max(issued_on, end.date() - timedelta(days=1)),
        language=party.language,
        seller=letterhead.seller,
        customer=party,
        lines=tuple(_quoted(line, net, currency) for line, net in zip(effect.lines, priced.nets, strict=True)),
        taxes=tax_lines(priced.taxes, party.language),
        net=net,
        tax=gross.minus(net),
        gross=gross,
        payment_terms=_quoted_terms(terms, effect.lines, party.language) if terms else "",
        prepared_by=prepared_by,
        notes=tuple(_offer_notes(effect, end, party.language)),
    )


def _priced(effect: SendQuote, currency: str, issued_on: date) -> Taxed:
    return taxed(
        amounts_of(effect.lines),
        rates_on(effect.rates, issued_on),
        currency,
        price_includes_tax=effect.price_includes_tax,
        untaxed_bp=effect.untaxed_bp,
    )


def _offer_notes(effect: SendQuote, end: datetime, language: str) -> Iterator[str]:
    if effect.price_includes_tax:
        yield _GROSS_PRICES.of(language)
    if end != at_local(effect.zone, end.date(), 0):
        yield _UNTIL.of(language).format(instant(end, language))
    for line in effect.lines:
        if line.every is not None:
            yield priced_in_words(line.position, line.every).of(language)


def _quoted_terms(terms: DealTerms, lines: Sequence[QuoteLine], language: str) -> str:
    used = {line.every for line in lines}
    parts = tuple(part for part in terms.billing.parts if part.every in used)
    said = (billed_in_words(parts), payable_in_words(terms.payment))
    return ("" if is_chinese(language) else " ").join(text.of(language) for text in said if text.en)


def _quoted(line: QuoteLine, net_minor: int, currency: str) -> DocumentLine:
    """Show the list price with the discount, or the agreed price alone where there is no discount to show."""
    discount = max(0, discount_bp(line))
    return DocumentLine(
        position=line.position,
        sku=line.sku,
        description=line.description or line.sku,
        quantity=quantity_of(line.quantity),
        unit=line.unit,
        unit_price=line.list_price if discount else line.net_price,
        discount_bp=discount,
        net=Money(minor=net_minor, currency=currency),
        tax_code=line.tax_code,
    )


def tax_lines(parts: Iterable[TaxSum], language: str) -> tuple[TaxLine, ...]:
    """Return the taxes of a document as printed, with the reason where there is none."""
    return tuple(
        TaxLine(
            code=part.code,
            rate_bp=part.rate_bp,
            base=part.base,
            tax=part.tax,
            note=part.reason.of(language) if part.reason else "",
            category=part.category,
        )
        for part in parts
    )


def invoice_document(invoice: Invoice, party: Party, seller: Seller, deal: Deal | None = None) -> InvoiceDocument:
    """Build the claim as the ledger issued it; an open item of another system has no lines and raises ValueError.

    Args:
        deal: that it bills; its terms are printed in words, and a day of supply only if something was delivered by
            then.
    """
    return InvoiceDocument(
        number=invoice.number,
        issued_on=invoice.issued_on,
        supplied_on=invoice.supplied_on if deal and _was_supplied(deal, invoice) else None,
        language=party.language,
        seller=seller,
        customer=party,
        purpose=_purpose(invoice),
        lines=billed_lines(invoice),
        taxes=tax_lines(invoice.taxes, party.language),
        net=invoice.net,
        tax=invoice.gross.minus(invoice.net),
        gross=invoice.gross,
        instalments=tuple(_payable_parts(invoice)),
        deductions=tuple(_deducted(part, party.language) for part in invoice.deductions),
        payment_terms=_payable(invoice, deal).of(party.language),
        payment_reference=invoice.number,
        early=early_payments(invoice),
        about=tuple(dict.fromkeys(part.claim_of for part in invoice.instalments if part.claim_of)),
        purchase_order=invoice.po_reference,
        notes=tuple(text.of(party.language) for text in _remarks(invoice)),
    )


def _purpose(invoice: Invoice) -> InvoicePurpose:
    if invoice.item == DEBIT_NOTE:
        return InvoicePurpose.FEES
    return InvoicePurpose.PREPAYMENT if invoice.purpose == "deposit" else InvoicePurpose.STANDARD


def _payable_parts(invoice: Invoice) -> Iterator[Instalment]:
    """Yield what is payable by which day; the claims of a debit note are payable together."""
    if invoice.item == DEBIT_NOTE:
        yield Instalment(due_on=invoice.instalments[0].due_on, amount=invoice.gross)
    else:
        yield from (Instalment(due_on=part.due_on, amount=part.amount) for part in invoice.instalments)


def billed_lines(invoice: Invoice) -> tuple[DocumentLine, ...]:
    """Return the lines of an invoice as printed."""
    return tuple(
        DocumentLine(
            position=line.order_line,
            sku=line.sku,
            description=line.description or line.sku,
            quantity=Decimal(line.quantity),
            unit=line.unit,
            unit_price=line.unit_price,
            discount_bp=line.discount_bp,
            net=line.net,
            tax_code=line.tax_code,
        )
        for line in invoice.lines
    )


def early_payments(invoice: Invoice) -> tuple[EarlyPayment, ...]:
    """Return what settles an issued invoice early, the soonest first; every instalment has the same days."""
    offers = [(part.amount, part.discount.steps) for part in invoice.instalments if part.discount]
    rest = sum(part.amount.minor for part in invoice.instalments if not part.discount)
    found = []
    for place, step in enumerate(offers[0][1] if offers else ()):
        payable = rest + sum(whole.minor - steps[place].minor for whole, steps in offers)
        found.append(
            EarlyPayment(
                until=step.until, payable=invoice.gross.model_copy(update={"minor": payable}), rate_bp=step.rate_bp
            )
        )
    return tuple(found)


def _payable(invoice: Invoice, deal: Deal | None) -> Text:
    """Say until when it is to be paid: by the deal's terms, or by the due rule of its part of the schedule."""
    if deal is None or deal.terms is None:
        return Text(en="", zh="")
    own = next((item.due for item in deal.billing if item.id == invoice.item), None)
    return payable_in_words(deal.terms.payment if own is None else PaymentTerms.single(str(own), str(own)))


def _deducted(part: Deducted, language: str) -> Deduction:
    description = _DEPOSIT.of(language).format(part.number)
    return Deduction(description=description, amount=part.gross, number=part.number, issued_on=part.issued_on)


def _was_supplied(deal: Deal, invoice: Invoice) -> bool:
    """Tell whether something had been delivered when an invoice was issued; the ledger always has a day."""
    delivered_at = deal.fulfilment.delivered_at
    if delivered_at is None or deal.terms is None:
        return False
    return local_day(deal.terms.zone, delivered_at) <= invoice.issued_on


def _remarks(invoice: Invoice) -> tuple[Text, ...]:
    """Explain why quantity times price is not the amount: prices with tax in them, or a part of the order."""
    if invoice.period is not None:
        return (days_in_words(invoice.period),)
    listed = sum(line.unit_price.times(_share(line), Rounding.HALF_UP).minor for line in invoice.lines)
    # A discount is shown rounded up to a basis point, so a line may seem that much cheaper than it is.
    slack = sum(abs(line.net.minor) // WHOLE_BP + 2 for line in invoice.lines)
    if abs(listed - invoice.net.minor) <= slack:
        return ()
    return (_GROSS_PRICES,) if abs(listed - invoice.gross.minor) <= slack else (_PART,)


def _share(line: InvoiceLine) -> Decimal:
    return Decimal(line.quantity) * Decimal(WHOLE_BP - line.discount_bp).scaleb(-4)


def reminder_document(plan: NoticePlan, party: Party, letterhead: EntityLetterhead) -> ReminderDocument:
    """Build the dunning letter of a level; money that is paid but not yet applied is taken off what is claimed."""
    as_of = plan.as_of.astimezone(zone_of(letterhead.zone))
    charges: tuple[Charge, ...] = ()
    if plan.unapplied.minor > 0:
        charges = (Charge(description=_ON_ACCOUNT.of(party.language), amount=plan.unapplied.negated()),)
    charges = (*(_charge(claim, plan.open.currency, party.language) for claim in plan.claims), *charges)
    items, own = _open_items(plan), [item for item in plan.items if item.level >= plan.level]
    return ReminderDocument(
        number=f"{plan.customer_id}-{as_of:%Y%m%d}-{plan.level}",
        level=plan.level,
        last_level=max(plan.level, plan.last_level),
        reminded=bool(own) and all(item.noticed for item in own),
        as_of=as_of,
        language=party.language,
        seller=letterhead.seller,
        customer=party,
        items=items,
        total_open=total((item.open for item in items), plan.open.currency),
        charges=charges,
    )


def _charge(claim: LateClaim, currency: str, language: str) -> Charge:
    amount = Money(minor=claim.minor, currency=currency)
    return Charge(description=in_words(claim, currency).of(language), amount=amount)


def pre_due_notice(plan: NoticePlan, party: Party, letterhead: EntityLetterhead) -> PreDueNotice:
    """Build the friendly word before items fall due."""
    items = _open_items(plan)
    open_sum = total((item.open for item in items), plan.open.currency)
    return PreDueNotice(seller=letterhead.seller, customer=party, items=items, total_open=open_sum)


def acceptance_notice(effect: TellCustomer, party: Party, letterhead: EntityLetterhead) -> AcceptanceNotice:
    """Build the word before silence counts as acceptance; raises `UnknownTemplate` for any other template."""
    if effect.template != "acceptance_notice":
        raise UnknownTemplate(effect.template, "domain/correspondence.py")
    deemed_at = datetime.fromisoformat(dict(effect.facts)["deemed_at"])
    return AcceptanceNotice(
        seller=letterhead.seller,
        customer=party,
        reference=effect.deal_id,
        deemed_at=deemed_at.astimezone(zone_of(letterhead.zone)),
    )


def _open_items(plan: NoticePlan) -> tuple[OpenItem, ...]:
    return tuple(
        OpenItem(
            invoice_number=item.number,
            issued_on=item.issued_on,
            due_on=item.due_on,
            days_late=item.days_late,
            total=item.total,
            open=item.open,
            joined=item.level < plan.level,
        )
        for item in plan.items
    )


def answers_to(seller: Seller) -> Mailbox | None:
    """Return where a customer's answer goes: to the legal entity that writes, if it has an address."""
    return Mailbox(address=seller.email, name=seller.name) if seller.email else None


def mail(
    key: str,
    at: datetime,
    to: Mailbox,
    letter: Letter,
    pdf: Attachment | None = None,
    reply_to: Mailbox | None = None,
    more: tuple[Attachment, ...] = (),
) -> Mail:
    """Put a letter into an envelope, with a document if there is one, and what goes with it."""
    return Mail(
        message_key=key,
        sent_at=at,
        to=(to,),
        reply_to=reply_to,
        subject=letter.subject,
        body_text=letter.text,
        attachments=(*((pdf,) if pdf else ()), *more),
    )
