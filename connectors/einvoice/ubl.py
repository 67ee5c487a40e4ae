"""EN 16931 in UBL 2.1: an Invoice, or a CreditNote for type 381; elements stand in the order of the schema."""

from collections.abc import Iterator

from connectors.einvoice.tree import Part, Vocabulary, amount, percentage, plain
from domain.einvoice.codes import InvoiceType, TaxCategory
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
from domain.einvoice.parties import Address, TradeParty
from domain.money import Money

SPECIFICATION = "urn:cen.eu:en16931:2017"
"""BT-24."""
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_LOCAL_TAX = "LOC"  # any scheme but VAT marks a local registration (BT-32); this one is read by other readers too


def ubl(invoice: EInvoice) -> bytes:
    """Write an invoice; ValueError for a text that XML refuses."""
    return _Writer(invoice).document()


class _Writer:
    """Writes one document, whose type chooses the names."""

    def __init__(self, invoice: EInvoice) -> None:
        self._invoice = invoice
        self._credit = invoice.header.type is InvoiceType.CREDIT_NOTE
        self._root = "CreditNote" if self._credit else "Invoice"
        self._xml = Vocabulary(
            {
                None: f"{_UBL}{self._root}-2",
                "cac": f"{_UBL}CommonAggregateComponents-2",
                "cbc": f"{_UBL}CommonBasicComponents-2",
            }
        )

    def document(self) -> bytes:
        return self._xml.document(self._root, self._parts())

    def _parts(self) -> Iterator[Part]:
        invoice, header, leaf = self._invoice, self._invoice.header, self._xml.leaf
        yield leaf("cbc:CustomizationID", SPECIFICATION)
        yield leaf("cbc:ID", header.number)
        yield leaf("cbc:IssueDate", header.issued_on.isoformat())
        if header.due_on is not None and not self._credit:
            yield leaf("cbc:DueDate", header.due_on.isoformat())
        yield leaf(f"cbc:{self._root}TypeCode", header.type)
        for note in header.notes:
            yield leaf("cbc:Note", note)
        yield leaf("cbc:DocumentCurrencyCode", header.currency)
        if invoice.totals.tax_accounted is not None:
            yield leaf("cbc:TaxCurrencyCode", invoice.totals.tax_accounted.currency)
        yield leaf("cbc:BuyerReference", header.buyer_reference)
        yield self._period(header.period)
        yield from self._references(header)
        yield self._xml.group("cac:AccountingSupplierParty", self._party(header.seller))
        yield self._xml.group("cac:AccountingCustomerParty", self._party(header.buyer))
        yield from self._settlement(header)
        yield from (self._adjustment(one) for one in invoice.adjustments)
        yield from self._taxes()
        yield self._totals(invoice.totals)
        yield from (self._line(line) for line in invoice.lines)

    # --- the document -----------------------------------------------------------------------------------------------

    def _references(self, header: Header) -> Iterator[Part]:
        leaf, group = self._xml.leaf, self._xml.group
        yield group("cac:OrderReference", leaf("cbc:ID", header.purchase_order))
        for one in header.references:
            issued = one.issued_on.isoformat() if one.issued_on else ""
            reference = group("cac:InvoiceDocumentReference", leaf("cbc:ID", one.number), leaf("cbc:IssueDate", issued))
            yield group("cac:BillingReference", reference)
        yield group("cac:ContractDocumentReference", leaf("cbc:ID", header.contract))

    def _party(self, party: TradeParty) -> Part:
        leaf, group = self._xml.leaf, self._xml.group
        endpoint, contact = party.electronic, party.contact
        return group(
            "cac:Party",
            leaf("cbc:EndpointID", endpoint.id, schemeID=endpoint.scheme) if endpoint else None,
            self._address(party.address, "cac:PostalAddress"),
            self._tax_scheme(party.vat_id, "VAT"),
            self._tax_scheme(party.tax_number, _LOCAL_TAX),
            group(
                "cac:PartyLegalEntity",
                leaf("cbc:RegistrationName", party.name),
                leaf("cbc:CompanyID", party.registration),
            ),
            group(
                "cac:Contact",
                leaf("cbc:Name", contact.name),
                leaf("cbc:Telephone", contact.phone),
                leaf("cbc:ElectronicMail", contact.email),
            )
            if contact
            else None,
        )

    def _tax_scheme(self, number: str, scheme: str) -> Part:
        company = self._xml.leaf("cbc:CompanyID", number)
        return None if company is None else self._xml.group("cac:PartyTaxScheme", company, self._scheme(scheme))

    def _scheme(self, scheme: str = "VAT") -> Part:
        return self._xml.group("cac:TaxScheme", self._xml.leaf("cbc:ID", scheme))

    def _address(self, address: Address, name: str) -> Part:
        leaf, group = self._xml.leaf, self._xml.group
        first, second, third = (*address.lines, "", "", "")[:3]
        return group(
            name,
            leaf("cbc:StreetName", first),
            leaf("cbc:AdditionalStreetName", second),
            leaf("cbc:CityName", address.city),
            leaf("cbc:PostalZone", address.post_code),
            group("cac:AddressLine", leaf("cbc:Line", third)),
            group("cac:Country", leaf("cbc:IdentificationCode", address.country)),
        )

    def _settlement(self, header: Header) -> Iterator[Part]:
        leaf, group = self._xml.leaf, self._xml.group
        delivery, transfer = header.delivery, header.transfer
        if delivery is not None:
            country = group("cac:Country", leaf("cbc:IdentificationCode", delivery.country))
            yield group(
                "cac:Delivery",
                leaf("cbc:ActualDeliveryDate", delivery.on.isoformat() if delivery.on else ""),
                group("cac:DeliveryLocation", group("cac:Address", country)),
            )
        if transfer is not None:
            yield group(
                "cac:PaymentMeans",
                leaf("cbc:PaymentMeansCode", transfer.means),
                leaf("cbc:PaymentID", transfer.reference),
                group(
                    "cac:PayeeFinancialAccount",
                    leaf("cbc:ID", transfer.account),
                    leaf("cbc:Name", transfer.account_name),
                    group("cac:FinancialInstitutionBranch", leaf("cbc:ID", transfer.bank)),
                ),
            )
        yield group("cac:PaymentTerms", leaf("cbc:Note", header.payment_terms))

    def _taxes(self) -> Iterator[Part]:
        totals, group = self._invoice.totals, self._xml.group
        subtotals = (self._subtotal(part) for part in self._invoice.breakdown)
        yield group("cac:TaxTotal", self._amount("cbc:TaxAmount", totals.tax), *subtotals)
        if totals.tax_accounted is not None:
            yield group("cac:TaxTotal", self._amount("cbc:TaxAmount", totals.tax_accounted))

    def _subtotal(self, part: TaxSubtotal) -> Part:
        leaf = self._xml.leaf
        reason = (
            leaf("cbc:TaxExemptionReasonCode", part.reason_code),
            leaf("cbc:TaxExemptionReason", part.reason),
        )
        return self._xml.group(
            "cac:TaxSubtotal",
            self._amount("cbc:TaxableAmount", part.base),
            self._amount("cbc:TaxAmount", part.tax),
            self._treatment("cac:TaxCategory", part.treatment, *reason),
        )

    def _treatment(self, name: str, treatment: Treatment, *reason: Part) -> Part:
        outside = treatment.category is TaxCategory.OUTSIDE
        return self._xml.group(
            name,
            self._xml.leaf("cbc:ID", treatment.category),
            None if outside else self._xml.leaf("cbc:Percent", percentage(treatment.rate_bp)),
            *reason,
            self._scheme(),
        )

    def _totals(self, totals: Totals) -> Part:
        return self._xml.group(
            "cac:LegalMonetaryTotal",
            self._amount("cbc:LineExtensionAmount", totals.lines),
            self._amount("cbc:TaxExclusiveAmount", totals.net),
            self._amount("cbc:TaxInclusiveAmount", totals.gross),
            self._if_any("cbc:AllowanceTotalAmount", totals.allowances),
            self._if_any("cbc:ChargeTotalAmount", totals.charges),
            self._if_any("cbc:PrepaidAmount", totals.prepaid),
            self._if_any("cbc:PayableRoundingAmount", totals.rounding),
            self._amount("cbc:PayableAmount", totals.payable),
        )

    # --- its lines --------------------------------------------------------------------------------------------------

    def _line(self, line: Line) -> Part:
        leaf, group = self._xml.leaf, self._xml.group
        return group(
            f"cac:{self._root}Line",
            leaf("cbc:ID", line.id),
            leaf("cbc:Note", line.note),
            leaf(
                "cbc:CreditedQuantity" if self._credit else "cbc:InvoicedQuantity",
                plain(line.quantity),
                unitCode=line.unit,
            ),
            self._amount("cbc:LineExtensionAmount", line.net),
            self._period(line.period),
            group("cac:OrderLineReference", leaf("cbc:LineID", line.order_line)),
            *(self._adjustment(one) for one in line.adjustments),
            self._item(line),
            group(
                "cac:Price",
                leaf("cbc:PriceAmount", plain(line.price), currencyID=line.net.currency),
                leaf("cbc:BaseQuantity", plain(line.price_quantity), unitCode=line.unit)
                if line.price_quantity != 1
                else None,
            ),
        )

    def _item(self, line: Line) -> Part:
        leaf, group = self._xml.leaf, self._xml.group
        attributes = (
            group("cac:AdditionalItemProperty", leaf("cbc:Name", one.name), leaf("cbc:Value", one.value))
            for one in line.attributes
        )
        return group(
            "cac:Item",
            leaf("cbc:Description", line.description),
            leaf("cbc:Name", line.name),
            group("cac:SellersItemIdentification", leaf("cbc:ID", line.sku)),
            self._treatment("cac:ClassifiedTaxCategory", line.treatment),
            *attributes,
        )

    def _adjustment(self, one: Adjustment) -> Part:
        charge = one.kind is AdjustmentKind.CHARGE
        return self._xml.group(
            "cac:AllowanceCharge",
            self._xml.leaf("cbc:ChargeIndicator", "true" if charge else "false"),
            self._xml.leaf("cbc:AllowanceChargeReason", one.reason),
            self._xml.leaf("cbc:MultiplierFactorNumeric", "" if one.percent_bp is None else percentage(one.percent_bp)),
            self._amount("cbc:Amount", one.amount),
            None if one.base is None else self._amount("cbc:BaseAmount", one.base),
            self._treatment("cac:TaxCategory", one.treatment) if isinstance(one, DocumentAdjustment) else None,
        )

    def _period(self, period: Period | None) -> Part:
        if period is None:
            return None
        return self._xml.group(
            "cac:InvoicePeriod",
            self._xml.leaf("cbc:StartDate", period.start.isoformat()),
            self._xml.leaf("cbc:EndDate", period.end.isoformat()),
        )

    def _amount(self, name: str, money: Money) -> Part:
        return self._xml.leaf(name, amount(money), currencyID=money.currency)

    def _if_any(self, name: str, money: Money) -> Part:
        return self._amount(name, money) if money.minor else None
