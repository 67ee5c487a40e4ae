"""The electronic form of a printed invoice or credit note: the same figures, and what the print leaves unsaid."""

import re
from collections.abc import Iterator
from decimal import Decimal

from domain import figures
from domain.countries import country_in_invoice
from domain.documents import (
    BankDetails,
    CreditNoteDocument,
    DocumentLine,
    InvoiceDocument,
    InvoicePurpose,
    Party,
    PricedDocument,
    Seller,
    TaxLine,
)
from domain.einvoice.amounts import as_issued, priced_minor, subtotal
from domain.einvoice.codes import EXPLAINED, REASON_CODES, InvoiceType, PaymentMeans, TaxCategory, TaxRounding
from domain.einvoice.model import (
    Adjustment,
    AdjustmentKind,
    Delivery,
    DocumentAdjustment,
    EInvoice,
    Exemption,
    Header,
    Item,
    ItemAttribute,
    Line,
    Preceding,
    Prepayment,
    Treatment,
)
from domain.einvoice.parties import Address, Contact, CreditTransfer, ElectronicAddress, TradeParty
from domain.einvoice.presence import clean
from domain.einvoice.skonto import skonto_lines
from domain.einvoice.units import ONE, unit_code
from domain.money import Money, exponent, total
from domain.receivables.taxation import UNTAXED, WHOLE_BP, tax_on_top, tax_within
from domain.refusal import Code, refuse
from domain.terms_in_words import early_in_words
from domain.value import Text, Value

_VAT_ID = re.compile("[A-Z]{2}[A-Z0-9+*]{2,12}")
_DISCOUNT = Text(en="Discount", zh="折扣")
_UNIT = Text(en="Unit", zh="单位")
_PAID = Text(en="{0}: {1} already paid", zh="{0}：已付 {1}")
_PART = Text(en="{0} by {1}", zh="{1} 前支付 {0}")
_LINES = 3


class CodeMeaning(Value):
    """What a tax code of the policy means in EN 16931; the rate stands on the document."""

    code: str
    category: TaxCategory
    exemption: Exemption | None = None


class Particulars(Value):
    """What an electronic invoice must say and a printed document does not.

    Attributes:
        codes: the meaning of tax codes; one that is left out is ``S`` where it has a rate, or is named as a category
            (``Z``, ``AE`` …); any other is refused, since nobody may guess why there is no tax.
        preceding: what a corrected invoice corrects, or a claim for fees is about.
        buyer_reference: BT-10, e.g. a Leitweg-ID; empty is the customer's own.
        delivered_to: the country of delivery; for a supply within the EU, which must name one, else the customer's,
            as the day is that of the invoice where nothing was delivered yet.
    """

    codes: tuple[CodeMeaning, ...] = ()
    preceding: tuple[Preceding, ...] = ()
    buyer_reference: str = ""
    delivered_to: str = ""


_TYPES = {
    InvoicePurpose.STANDARD: InvoiceType.INVOICE,
    InvoicePurpose.PREPAYMENT: InvoiceType.PREPAYMENT,
    InvoicePurpose.CORRECTED: InvoiceType.CORRECTED,
    InvoicePurpose.FEES: InvoiceType.DEBIT_NOTE,
}


def einvoice_of(document: InvoiceDocument | CreditNoteDocument, particulars: Particulars | None = None) -> EInvoice:
    """Translate a document; its sums stay what they are, and characters that XML refuses become spaces.

    Raises:
        Refused: a pro forma is no invoice (E_STATE), a tax code without a rate has no meaning, or a deposit names no
            invoice (E_GATE).
    """
    said = particulars or Particulars()
    meanings = {tax.code: _meaning(tax, said.codes) for tax in document.taxes}
    treatments = {
        tax.code: Treatment(category=meanings[tax.code].category, rate_bp=tax.rate_bp) for tax in document.taxes
    }
    header = _for_categories(_header(document, said), {one.category for one in treatments.values()})
    exemptions = tuple(one.exemption for one in meanings.values() if one.exemption is not None)
    lines = tuple(_line(line, treatments[line.tax_code], document.language) for line in document.lines)
    sums: dict[Treatment, tuple[Money, Money]] = {}
    for tax in document.taxes:
        base, owed = sums.get(treatments[tax.code], (Money.zero(document.currency), Money.zero(document.currency)))
        sums[treatments[tax.code]] = (base.plus(tax.base), owed.plus(tax.tax))
    breakdown = tuple(subtotal(one, base, owed, exemptions, header) for one, (base, owed) in sums.items())
    adjustments = tuple(_untaxed(document, treatments))
    return as_issued(header, lines, adjustments, breakdown, _rounding(document))


def _untaxed(document: PricedDocument, treatments: dict[str, Treatment]) -> Iterator[DocumentAdjustment]:
    """Take what the terms leave untaxed off its own treatment, and charge it again where it bears no tax."""
    out = next((tax for tax in document.taxes if tax.code == UNTAXED), None)
    if out is None or any(line.tax_code == UNTAXED for line in document.lines):
        return
    for tax in document.taxes:
        nets = (line.net for line in document.lines if line.tax_code == tax.code)
        off = total(nets, document.currency).minus(tax.base)
        if tax is not out and off.minor:
            yield DocumentAdjustment(
                kind=AdjustmentKind.ALLOWANCE, amount=off, reason=out.note, treatment=treatments[tax.code]
            )
    yield DocumentAdjustment(
        kind=AdjustmentKind.CHARGE, amount=out.base, reason=out.note, treatment=treatments[UNTAXED]
    )


def _meaning(tax: TaxLine, codes: tuple[CodeMeaning, ...]) -> CodeMeaning:
    for meaning in codes:
        if meaning.code == tax.code:
            return meaning
    if tax.category is not None:
        reason = Exemption(category=tax.category, reason=tax.note, code=REASON_CODES.get(tax.category, ""))
        return CodeMeaning(
            code=tax.code, category=tax.category, exemption=reason if tax.category in EXPLAINED else None
        )
    if tax.rate_bp:
        return CodeMeaning(code=tax.code, category=TaxCategory.STANDARD)
    if tax.code in set(TaxCategory) - {TaxCategory.STANDARD}:
        return CodeMeaning(code=tax.code, category=TaxCategory(tax.code))
    raise refuse(
        Code.GATE,
        f"tax code {tax.code!r} has no rate: say whether it is zero-rated (Z), exempt (E), reverse charge (AE), …",
        f"税目 {tax.code!r} 没有税率：请注明零税率（Z）、免税（E）或反向征税（AE）等",
        tax_code=tax.code,
    )


def _rounding(document: PricedDocument) -> TaxRounding:
    """Tell by which rule the taxes were rounded; a part of a credited invoice keeps neither of the exact ones."""
    if all(part.tax.minor == tax_on_top(part.base.minor, part.rate_bp) for part in document.taxes):
        return TaxRounding.ON_BASE
    if all(part.tax.minor == tax_within(part.base.minor + part.tax.minor, part.rate_bp) for part in document.taxes):
        return TaxRounding.WITHIN_GROSS
    return TaxRounding.SHARE if isinstance(document, CreditNoteDocument) else TaxRounding.ON_BASE


# --- header ---------------------------------------------------------------------------------------------------------


def _for_categories(header: Header, categories: set[TaxCategory]) -> Header:
    """Say what a category of tax asks for, and leave out what it forbids."""
    if TaxCategory.INTRA_COMMUNITY in categories:
        known = header.delivery or Delivery()
        where = Delivery(on=known.on or header.issued_on, country=known.country or header.buyer.address.country)
        header = header.model_copy(update={"delivery": where})
    return _without_vat_ids(header) if TaxCategory.OUTSIDE in categories else header


def _without_vat_ids(header: Header) -> Header:
    """Leave out what a document outside VAT must not name (BR-O-02)."""
    parties = {"seller": header.seller, "buyer": header.buyer}
    return header.model_copy(update={role: party.model_copy(update={"vat_id": ""}) for role, party in parties.items()})


def _header(document: InvoiceDocument | CreditNoteDocument, said: Particulars) -> Header:
    shared = Header(
        number=document.number,
        issued_on=document.issued_on,
        type=InvoiceType.CREDIT_NOTE,
        currency=document.currency,
        seller=_seller(document.seller),
        buyer=_buyer(document.customer),
        buyer_reference=clean(said.buyer_reference or document.customer.buyer_reference),
        purchase_order=clean(document.purchase_order),
        notes=tuple(clean(note) for note in document.notes),
        preceding=said.preceding,
        delivery=Delivery(country=said.delivered_to) if said.delivered_to else None,
        language=document.language,
    )
    if isinstance(document, InvoiceDocument):
        return _of_invoice(document, shared)
    original = Preceding(number=document.original_number, issued_on=document.original_issued_on)
    notes = (clean(document.reason), *shared.notes)
    return shared.model_copy(update={"preceding": (original, *shared.preceding), "notes": notes})


def _of_invoice(document: InvoiceDocument, shared: Header) -> Header:
    kind = _TYPES.get(document.purpose)
    if kind is None:
        raise refuse(
            Code.STATE,
            f"{document.number} is a {document.purpose} invoice, which claims nothing: send it as PDF",
            f"{document.number} 为形式发票，不构成付款请求：请以 PDF 发送",
        )
    language, parts = document.language, document.instalments
    paid = (
        _PAID.of(language).format(one.description, figures.amount(one.amount, language)) for one in document.deductions
    )
    plan = ""
    if len(parts) > 1:
        said = (
            _PART.of(language).format(figures.amount(part.amount, language), figures.day(part.due_on, language))
            for part in parts
        )
        plan = "; ".join(said)
    early = (early_in_words(one.payable, one.until, one.rate_bp, language) for one in document.early)
    terms = "\n".join(text for text in (clean(document.payment_terms), plan, *early) if text)
    # Each such line ends with a line break, the last one, too.
    terms += "".join(f"\n{line}" for line in skonto) + "\n" if (skonto := tuple(skonto_lines(document))) else ""
    bank = document.seller.bank
    changed = {
        "type": kind,
        "due_on": parts[0].due_on if len(parts) == 1 else None,
        "preceding": (*(Preceding(number=number) for number in document.about), *shared.preceding),
        "contract": clean(document.contract),
        "payment_terms": terms,
        "notes": (*(clean(note) for note in paid), *shared.notes),
        "prepayments": tuple(_prepayments(document)),
        "delivery": _delivery(document, shared),
        "transfer": _transfer(bank, document) if bank else None,
    }
    return shared.model_copy(update=changed)


def _prepayments(document: InvoiceDocument) -> list[Prepayment]:
    unnamed = next((one for one in document.deductions if not one.number), None)
    if unnamed is not None:
        raise refuse(
            Code.GATE,
            f"{document.number} takes off {unnamed.amount} ({unnamed.description}): name the invoice of that deposit",
            f"{document.number} 抵减 {unnamed.amount}（{unnamed.description}）：请注明预付款发票号",
        )
    return [Prepayment(number=one.number, issued_on=one.issued_on, amount=one.amount) for one in document.deductions]


def _delivery(document: InvoiceDocument, shared: Header) -> Delivery | None:
    if document.supplied_on is None:
        return shared.delivery
    country = shared.delivery.country if shared.delivery else ""
    return Delivery(on=document.supplied_on, country=country)


def _transfer(bank: BankDetails, document: InvoiceDocument) -> CreditTransfer | None:
    account = (bank.iban or bank.account_number).replace(" ", "")
    if not account:
        return None
    sepa = bank.iban and document.currency == "EUR"
    return CreditTransfer(
        means=PaymentMeans.SEPA_CREDIT_TRANSFER if sepa else PaymentMeans.CREDIT_TRANSFER,
        account=account,
        account_name=clean(bank.account_name),
        bank=bank.bic,
        reference=clean(document.payment_reference),
    )


# --- parties --------------------------------------------------------------------------------------------------------


def _seller(seller: Seller) -> TradeParty:
    is_vat = _VAT_ID.fullmatch(seller.tax_id) is not None
    contact = Contact(phone=clean(seller.phone), email=clean(seller.email))
    return TradeParty(
        name=clean(seller.name),
        address=_address(seller.address, seller.country),
        registration=clean(seller.registration) or ("" if is_vat else seller.tax_id),
        vat_id=seller.tax_id if is_vat else "",
        tax_number="" if is_vat else seller.tax_id,
        electronic=_electronic(seller.email),
        contact=contact if seller.phone or seller.email else None,
    )


def _buyer(party: Party) -> TradeParty:
    is_vat = _VAT_ID.fullmatch(party.tax_id) is not None
    return TradeParty(
        name=clean(party.name),
        address=_address(party.address, party.country),
        registration="" if is_vat else clean(party.tax_id),
        vat_id=party.tax_id if is_vat else "",
        electronic=_electronic(party.email, party.electronic_address),
        contact=Contact(name=clean(party.contact)) if party.contact else None,
    )


def _electronic(email: str, address: str = "") -> ElectronicAddress | None:
    """Return the address in a network (``scheme:id``), else the e-mail address, which is one, too."""
    scheme, separator, name = address.partition(":")
    if separator and name:
        return ElectronicAddress(scheme=clean(scheme), id=clean(name))
    return ElectronicAddress(scheme="EM", id=clean(email)) if email else None


def _address(lines: tuple[str, ...], country: str) -> Address:
    """Keep three lines, as EN 16931 has no more; what would be a fourth stands behind the third."""
    kept = [clean(line) for line in lines if line.strip()]
    if len(kept) > _LINES:
        kept[_LINES - 1 :] = [", ".join(kept[_LINES - 1 :])]
    return Address(lines=tuple(kept), country=country_in_invoice(country))


# --- lines ----------------------------------------------------------------------------------------------------------


def _line(line: DocumentLine, treatment: Treatment, language: str) -> Line:
    """Show the price and the discount where they give the net; else the net is the price of the whole quantity."""
    code = unit_code(line.unit)
    item = Item(
        id=str(line.position),
        name=clean(line.description),
        sku=clean(line.sku),
        quantity=line.quantity,
        unit=code or ONE,
        price=_major(line.unit_price),
        treatment=treatment,
        attributes=() if code else (ItemAttribute(name=_UNIT.of(language), value=clean(line.unit)),),
    )
    listed = line.net.model_copy(update={"minor": priced_minor(item, line.net.currency)})
    off = listed.minus(line.net)
    if off.minor and _is_discount(off.minor, listed.minor, line.discount_bp):
        allowance = Adjustment(kind=AdjustmentKind.ALLOWANCE, amount=off, reason=_DISCOUNT.of(language), base=listed)
        item = item.model_copy(update={"adjustments": (allowance,)})
    elif off.minor:
        whole = abs(line.quantity) or Decimal(1)
        item = item.model_copy(update={"price": abs(_major(line.net)), "price_quantity": whole})
    return Line.model_validate({**dict(item), "net": line.net})


def _is_discount(off_minor: int, listed_minor: int, discount_bp: int) -> bool:
    """Tell whether a difference is the printed discount, which is rounded up to a basis point."""
    most = listed_minor * discount_bp // WHOLE_BP + 1
    return listed_minor * (discount_bp - 1) // WHOLE_BP - 1 <= off_minor <= most if discount_bp else False


def _major(money: Money) -> Decimal:
    return Decimal(money.minor).scaleb(-exponent(money.currency))
