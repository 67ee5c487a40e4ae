"""What the tax office is asked, from what LTC issues; what it could not take is refused, with what would mend it."""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pydantic import AwareDatetime, ValidationError

from domain.documents import CreditNoteDocument, DocumentLine, InvoiceDocument, Party, Seller
from domain.figures import capitals
from domain.fiscal.identifiers import credit_code_fault
from domain.fiscal.invoices import (
    FiscalBuyer,
    FiscalInvoice,
    FiscalKind,
    FiscalLine,
    FiscalSeller,
    RedReason,
    RedRequest,
)
from domain.money import Money
from domain.receivables.taxation import WHOLE_BP
from domain.refusal import Code, Refused, refuse
from domain.value import Value


class FiscalRule(Value):
    """For whom the tax office issues the invoice, and what the goods are there.

    Attributes:
        countries: of the customers, for claims in renminbi; others get an invoice of ours.
        goods: (SKU, 商品和服务税收分类编码); otherwise: the code of every other line, empty for none.
    """

    countries: tuple[str, ...]
    goods: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""

    def applies(self, document: InvoiceDocument | CreditNoteDocument) -> bool:
        """Tell whether the tax office issues what a document is about."""
        return document.customer.country in self.countries and document.currency == "CNY" and document.gross.minor > 0

    def goods_code(self, sku: str) -> str:
        """Return the code of an article (E_GATE where the policy has none)."""
        code = dict(self.goods).get(sku, self.otherwise)
        if not code:
            raise refuse(
                Code.GATE,
                f"{sku or 'a line'} has no goods code of the tax office: add it to entities.….fiscal.goods",
                f"{sku or '明细行'} 没有税收分类编码：请在 entities.….fiscal.goods 中补充",
                sku=sku,
            )
        return code


class FiscalRecord(Value):
    """What the tax office gave for a document of ours; it never changes.

    Attributes:
        entity, number: of our invoice or credit note.
        buyer_code: 购买方统一社会信用代码, empty for a person.
        confirmation_number: 红字确认单编号 of a red letter.
        gross_in_capitals: 价税合计（大写）.
    """

    entity: str
    number: str
    kind: Literal["blue", "red"]
    fiscal_number: str
    confirmation_number: str = ""
    buyer_code: str = ""
    gross_in_capitals: str
    issued_at: AwareDatetime


def fiscal_invoice_of(document: InvoiceDocument, rule: FiscalRule) -> FiscalInvoice:
    """Translate an invoice; a buyer with a credit code gets a 专用发票.

    Raises:
        Refused: a credit code of seller or buyer is wrong, a line has no goods code, or the sums are not what the tax
            office takes (E_GATE).
    """
    buyer = _buyer(document.customer)
    try:
        return FiscalInvoice(
            number=document.number,
            issued_on=document.issued_on,
            kind=FiscalKind.SPECIAL if buyer.credit_code else FiscalKind.ORDINARY,
            seller=_seller(document.seller),
            buyer=buyer,
            lines=tuple(_lines(document, rule)),
            net=document.net,
            tax=document.tax,
            gross=document.gross,
            remarks=document.purchase_order,
        )
    except ValidationError as error:
        raise _not_taken(document.number, error) from error


def red_request_of(note: CreditNoteDocument, original: FiscalRecord, original_gross: Money) -> RedRequest:
    """Translate a credit note: 销货退回 where it takes all back, else 销售折让 (E_GATE as `fiscal_invoice_of`)."""
    try:
        return RedRequest(
            number=note.number,
            requested_on=note.issued_on,
            original=original.fiscal_number,
            original_issued_on=note.original_issued_on,
            original_gross=original_gross,
            reason=RedReason.RETURNED if note.gross == original_gross else RedReason.ALLOWANCE,
            net=note.net,
            tax=note.tax,
            gross=note.gross,
        )
    except ValidationError as error:
        raise _not_taken(note.number, error) from error


def record_of(
    document: InvoiceDocument | CreditNoteDocument,
    entity: str,
    fiscal_number: str,
    issued_at: AwareDatetime,
    confirmation_number: str = "",
) -> FiscalRecord:
    """Return what is kept of the tax office's answer."""
    return FiscalRecord(
        entity=entity,
        number=document.number,
        kind="blue" if isinstance(document, InvoiceDocument) else "red",
        fiscal_number=fiscal_number,
        confirmation_number=confirmation_number,
        buyer_code=document.customer.tax_id,
        gross_in_capitals=capitals(document.gross),
        issued_at=issued_at,
    )


def _seller(seller: Seller) -> FiscalSeller:
    _checked(seller.tax_id, f"the seller {seller.name}", f"销售方 {seller.name}")
    bank = seller.bank
    return FiscalSeller(
        name=seller.name,
        credit_code=seller.tax_id,
        address=" ".join(seller.address),
        phone=seller.phone,
        bank_name=bank.bank_name if bank else "",
        bank_account=bank.account_number if bank else "",
    )


def _buyer(party: Party) -> FiscalBuyer:
    if party.tax_id:
        _checked(party.tax_id, f"the customer {party.name}", f"客户 {party.name}")
    return FiscalBuyer(name=party.name, credit_code=party.tax_id or None, address=" ".join(party.address))


def _checked(code: str, en: str, zh: str) -> None:
    fault = credit_code_fault(code)
    if fault is not None:
        raise refuse(Code.GATE, f"tax_id of {en}: {fault.en}", f"{zh} 的税号：{fault.zh}")


def _lines(document: InvoiceDocument, rule: FiscalRule) -> list[FiscalLine]:
    """Give each line its own tax: the category's, split over its lines so that none is a fen off its own."""
    found: dict[int, FiscalLine] = {}
    for tax in document.taxes:
        own = [line for line in document.lines if line.tax_code == tax.code]
        for line, minor in zip(own, _split(tax.tax.minor, tax.rate_bp, own), strict=True):
            found[line.position] = FiscalLine(
                goods_code=rule.goods_code(line.sku),
                name=line.description,
                unit=line.unit,
                quantity=line.quantity or Decimal(1),
                net=line.net,
                rate_bp=tax.rate_bp,
                tax=Money(minor=minor, currency=document.currency),
            )
    return [found[line.position] for line in document.lines]


def _split(minor: int, rate_bp: int, lines: list[DocumentLine]) -> list[int]:
    exact = [Fraction(line.net.minor * rate_bp, WHOLE_BP) for line in lines]
    parts = [share.numerator // share.denominator for share in exact]
    largest = sorted(range(len(lines)), key=lambda place: parts[place] - exact[place])
    for place in largest[: max(0, minor - sum(parts))]:
        parts[place] += 1
    if parts:
        parts[0] += minor - sum(parts)  # a fen of a rounding within the gross sum
    return parts


def _not_taken(number: str, error: ValidationError) -> Refused:
    why = "; ".join(str(fault["msg"]).removeprefix("Value error, ") for fault in error.errors(include_url=False))
    return refuse(
        Code.GATE, f"the tax office would not take {number}: {why}", f"税务局不会受理 {number}：{why}", number=number
    )
