"""EN 16931 in CII, in the order of the Factur-X 1.09 schema: what is embedded in a PDF as ``factur-x.xml``."""

import re
from collections.abc import Iterator
from datetime import date

from connectors.einvoice.tree import Part, Vocabulary, amount, compact, percentage, plain
from connectors.einvoice.ubl import SPECIFICATION
from domain.einvoice.codes import TaxCategory
from domain.einvoice.model import (
    Adjustment,
    AdjustmentKind,
    DocumentAdjustment,
    EInvoice,
    Header,
    Line,
    Period,
    TaxSubtotal,
    Totals,
    Treatment,
)
from domain.einvoice.parties import Address, CreditTransfer, TradeParty

_UNECE = "urn:un:unece:uncefact:data:standard:"
_XML = Vocabulary(
    {
        "rsm": f"{_UNECE}CrossIndustryInvoice:100",
        "ram": f"{_UNECE}ReusableAggregateBusinessInformationEntity:100",
        "udt": f"{_UNECE}UnqualifiedDataType:100",
        "qdt": f"{_UNECE}QualifiedDataType:100",
    }
)
_leaf, _group = _XML.leaf, _XML.group
_IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_DAY = "102"  # UNTDID 2379: CCYYMMDD


def cii(invoice: EInvoice) -> bytes:
    """Write an invoice; ValueError for a text that XML refuses."""
    header = invoice.header
    guideline = _group("ram:GuidelineSpecifiedDocumentContextParameter", _leaf("ram:ID", SPECIFICATION))
    return _XML.document(
        "rsm:CrossIndustryInvoice",
        (
            _group("rsm:ExchangedDocumentContext", guideline),
            _group(
                "rsm:ExchangedDocument",
                _leaf("ram:ID", header.number),
                _leaf("ram:TypeCode", header.type),
                _day("ram:IssueDateTime", header.issued_on),
                *(_group("ram:IncludedNote", _leaf("ram:Content", note)) for note in header.notes),
            ),
            _group(
                "rsm:SupplyChainTradeTransaction",
                *(_line(line) for line in invoice.lines),
                _agreement(header),
                _delivery(header),
                _group("ram:ApplicableHeaderTradeSettlement", *_settlement(invoice)),
            ),
        ),
    )


def _day(name: str, day: date | None) -> Part:
    return None if day is None else _group(name, _leaf("udt:DateTimeString", compact(day), format=_DAY))


def _agreement(header: Header) -> Part:
    return _group(
        "ram:ApplicableHeaderTradeAgreement",
        _leaf("ram:BuyerReference", header.buyer_reference),
        _party("ram:SellerTradeParty", header.seller),
        _party("ram:BuyerTradeParty", header.buyer),
        _group("ram:BuyerOrderReferencedDocument", _leaf("ram:IssuerAssignedID", header.purchase_order)),
        _group("ram:ContractReferencedDocument", _leaf("ram:IssuerAssignedID", header.contract)),
    )


def _party(name: str, party: TradeParty) -> Part:
    electronic, contact = party.electronic, party.contact
    return _group(
        name,
        _leaf("ram:Name", party.name),
        _group("ram:SpecifiedLegalOrganization", _leaf("ram:ID", party.registration)),
        _group(
            "ram:DefinedTradeContact",
            _leaf("ram:PersonName", contact.name),
            _group("ram:TelephoneUniversalCommunication", _leaf("ram:CompleteNumber", contact.phone)),
            _group("ram:EmailURIUniversalCommunication", _leaf("ram:URIID", contact.email)),
        )
        if contact
        else None,
        _address(party.address),
        _group("ram:URIUniversalCommunication", _leaf("ram:URIID", electronic.id, schemeID=electronic.scheme))
        if electronic
        else None,
        _group("ram:SpecifiedTaxRegistration", _leaf("ram:ID", party.tax_number, schemeID="FC")),
        _group("ram:SpecifiedTaxRegistration", _leaf("ram:ID", party.vat_id, schemeID="VA")),
    )


def _address(address: Address) -> Part:
    first, second, third = (*address.lines, "", "", "")[:3]
    return _group(
        "ram:PostalTradeAddress",
        _leaf("ram:PostcodeCode", address.post_code),
        _leaf("ram:LineOne", first),
        _leaf("ram:LineTwo", second),
        _leaf("ram:LineThree", third),
        _leaf("ram:CityName", address.city),
        _leaf("ram:CountryID", address.country),
    )


def _delivery(header: Header) -> Part:
    delivery = header.delivery
    name = "ram:ApplicableHeaderTradeDelivery"
    if delivery is None or not (delivery.on or delivery.country):
        return _XML.empty(name)
    place = _group("ram:PostalTradeAddress", _leaf("ram:CountryID", delivery.country))
    happened = _day("ram:OccurrenceDateTime", delivery.on)
    return _group(
        name,
        _group("ram:ShipToTradeParty", place),
        _group("ram:ActualDeliverySupplyChainEvent", happened),
    )


# --- settlement -----------------------------------------------------------------------------------------------------


def _settlement(invoice: EInvoice) -> Iterator[Part]:
    header, totals = invoice.header, invoice.totals
    if header.transfer is not None:
        yield _leaf("ram:PaymentReference", header.transfer.reference)
    if totals.tax_accounted is not None:
        yield _leaf("ram:TaxCurrencyCode", totals.tax_accounted.currency)
    yield _leaf("ram:InvoiceCurrencyCode", header.currency)
    if header.transfer is not None:
        yield _transfer(header.transfer)
    yield from (_subtotal(part) for part in invoice.breakdown)
    yield _period(header.period)
    yield from (_adjustment(one) for one in invoice.adjustments)
    yield _group(
        "ram:SpecifiedTradePaymentTerms",
        _leaf("ram:Description", header.payment_terms),
        _day("ram:DueDateDateTime", header.due_on),
    )
    yield _totals(totals)
    for one in header.references:
        day = compact(one.issued_on) if one.issued_on else ""
        yield _group(
            "ram:InvoiceReferencedDocument",
            _leaf("ram:IssuerAssignedID", one.number),
            _group("ram:FormattedIssueDateTime", _leaf("qdt:DateTimeString", day, format=_DAY)),
        )


def _transfer(transfer: CreditTransfer) -> Part:
    is_iban = _IBAN.fullmatch(transfer.account) is not None
    return _group(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        _leaf("ram:TypeCode", transfer.means),
        _group(
            "ram:PayeePartyCreditorFinancialAccount",
            _leaf("ram:IBANID", transfer.account) if is_iban else None,
            _leaf("ram:AccountName", transfer.account_name),
            None if is_iban else _leaf("ram:ProprietaryID", transfer.account),
        ),
        _group("ram:PayeeSpecifiedCreditorFinancialInstitution", _leaf("ram:BICID", transfer.bank)),
    )


def _subtotal(part: TaxSubtotal) -> Part:
    treatment = part.treatment
    return _group(
        "ram:ApplicableTradeTax",
        _leaf("ram:CalculatedAmount", amount(part.tax)),
        _leaf("ram:TypeCode", "VAT"),
        _leaf("ram:ExemptionReason", part.reason),
        _leaf("ram:BasisAmount", amount(part.base)),
        _leaf("ram:CategoryCode", treatment.category),
        _leaf("ram:ExemptionReasonCode", part.reason_code),
        _rate(treatment),
    )


def _rate(treatment: Treatment) -> Part:
    if treatment.category is TaxCategory.OUTSIDE:
        return None
    return _leaf("ram:RateApplicablePercent", percentage(treatment.rate_bp))


def _treatment(name: str, treatment: Treatment) -> Part:
    return _group(name, _leaf("ram:TypeCode", "VAT"), _leaf("ram:CategoryCode", treatment.category), _rate(treatment))


def _totals(totals: Totals) -> Part:
    accounted = totals.tax_accounted
    return _group(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        _leaf("ram:LineTotalAmount", amount(totals.lines)),
        _leaf("ram:ChargeTotalAmount", amount(totals.charges)) if totals.charges.minor else None,
        _leaf("ram:AllowanceTotalAmount", amount(totals.allowances)) if totals.allowances.minor else None,
        _leaf("ram:TaxBasisTotalAmount", amount(totals.net)),
        _leaf("ram:TaxTotalAmount", amount(totals.tax), currencyID=totals.tax.currency),
        _leaf("ram:TaxTotalAmount", amount(accounted), currencyID=accounted.currency) if accounted else None,
        _leaf("ram:RoundingAmount", amount(totals.rounding)) if totals.rounding.minor else None,
        _leaf("ram:GrandTotalAmount", amount(totals.gross)),
        _leaf("ram:TotalPrepaidAmount", amount(totals.prepaid)) if totals.prepaid.minor else None,
        _leaf("ram:DuePayableAmount", amount(totals.payable)),
    )


def _period(period: Period | None) -> Part:
    if period is None:
        return None
    return _group(
        "ram:BillingSpecifiedPeriod",
        _day("ram:StartDateTime", period.start),
        _day("ram:EndDateTime", period.end),
    )


def _adjustment(one: Adjustment) -> Part:
    charge = one.kind is AdjustmentKind.CHARGE
    return _group(
        "ram:SpecifiedTradeAllowanceCharge",
        _group("ram:ChargeIndicator", _leaf("udt:Indicator", "true" if charge else "false")),
        None if one.percent_bp is None else _leaf("ram:CalculationPercent", percentage(one.percent_bp)),
        None if one.base is None else _leaf("ram:BasisAmount", amount(one.base)),
        _leaf("ram:ActualAmount", amount(one.amount)),
        _leaf("ram:Reason", one.reason),
        _treatment("ram:CategoryTradeTax", one.treatment) if isinstance(one, DocumentAdjustment) else None,
    )


# --- lines ----------------------------------------------------------------------------------------------------------


def _line(line: Line) -> Part:
    note = _group("ram:IncludedNote", _leaf("ram:Content", line.note))
    return _group(
        "ram:IncludedSupplyChainTradeLineItem",
        _group("ram:AssociatedDocumentLineDocument", _leaf("ram:LineID", line.id), note),
        _product(line),
        _group("ram:SpecifiedLineTradeAgreement", *_price(line)),
        _group(
            "ram:SpecifiedLineTradeDelivery",
            _leaf("ram:BilledQuantity", plain(line.quantity), unitCode=line.unit),
        ),
        _group(
            "ram:SpecifiedLineTradeSettlement",
            _treatment("ram:ApplicableTradeTax", line.treatment),
            _period(line.period),
            *(_adjustment(one) for one in line.adjustments),
            _group(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                _leaf("ram:LineTotalAmount", amount(line.net)),
            ),
        ),
    )


def _product(line: Line) -> Part:
    attributes = (
        _group("ram:ApplicableProductCharacteristic", _leaf("ram:Description", one.name), _leaf("ram:Value", one.value))
        for one in line.attributes
    )
    return _group(
        "ram:SpecifiedTradeProduct",
        _leaf("ram:SellerAssignedID", line.sku),
        _leaf("ram:Name", line.name),
        _leaf("ram:Description", line.description),
        *attributes,
    )


def _price(line: Line) -> Iterator[Part]:
    yield _group("ram:BuyerOrderReferencedDocument", _leaf("ram:LineID", line.order_line))
    base = plain(line.price_quantity)
    yield _group(
        "ram:NetPriceProductTradePrice",
        _leaf("ram:ChargeAmount", plain(line.price)),
        _leaf("ram:BasisQuantity", base, unitCode=line.unit) if line.price_quantity != 1 else None,
    )
