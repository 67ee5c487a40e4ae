"""What an electronic invoice must hold beside right sums: who, when due, why no tax, what it corrects, clean text."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from domain.einvoice.codes import EXPLAINED, InvoiceType, TaxCategory
from domain.einvoice.findings import Finding, OwnRule, own
from domain.einvoice.model import EInvoice, Line, TaxSubtotal
from domain.einvoice.parties import TradeParty

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that XML 1.0 refuses or discourages; a tab and a line end are white space."""
_COUNTRY = re.compile("[A-Z]{2}|1A")
"""``1A`` is Kosovo in the code list of EN 16931."""
_VAT_PREFIX = re.compile("[A-Z]{2}")
_REFERRING = {InvoiceType.CREDIT_NOTE, InvoiceType.CORRECTED}
_VAT_ID_WANTED = {TaxCategory.INTRA_COMMUNITY, TaxCategory.EXPORT}


def clean(text: str) -> str:
    """Return a text that may stand in an electronic invoice: each character that may not becomes a space."""
    return UNPRINTABLE.sub(" ", text)


def missing(invoice: EInvoice) -> Iterator[Finding]:
    """Yield what is absent, or present where it must not be."""
    yield from _present(invoice)
    yield from _due(invoice)
    yield from _kind(invoice)
    for part in invoice.breakdown:
        yield from _treated(part)
    yield from _taxed_parties(invoice)
    for where, text in _texts(invoice, "invoice"):
        if UNPRINTABLE.search(text):
            yield own(
                OwnRule.TEXT,
                where,
                f"{where} holds a control character: {text!r}",
                f"{where} 含有控制字符：{text!r}",
            )


def _absent(where: str, en: str, zh: str) -> Finding:
    return own(OwnRule.PRESENT, where, f"{where}: {en}", f"{where}：{zh}")


def _present(invoice: EInvoice) -> Iterator[Finding]:
    header = invoice.header
    if not header.number.strip():
        yield _absent("BT-1", "the document has no number", "单据没有编号")
    if not invoice.lines:
        yield _absent("BG-25", "the document has no line", "单据没有明细行")
    for line in invoice.lines:
        yield from _item(line)
    yield from _party(header.seller, "BT-27", "BT-40", "seller", "销售方")
    yield from _party(header.buyer, "BT-44", "BT-55", "buyer", "购买方")
    if not (header.seller.registration or header.seller.vat_id):
        yield _absent("BT-30", "the seller has neither registration nor VAT identifier", "销售方没有登记号或增值税号")
    if header.transfer is not None and not header.transfer.account.strip():
        yield _absent("BT-84", "a credit transfer needs an account", "转账付款须注明账号")


def _item(line: Line) -> Iterator[Finding]:
    if not line.name.strip():
        yield _absent(f"BT-153 of line {line.id}", "the item has no name", "项目没有名称")
    if not line.quantity:
        yield _absent(f"BT-129 of line {line.id}", "the quantity is zero", "数量为零")
    if line.price < 0:
        yield _absent(f"BT-146 of line {line.id}", "a price is not negative, a quantity may be", "单价不能为负数")


def _party(party: TradeParty, name: str, country: str, en: str, zh: str) -> Iterator[Finding]:
    if not party.name.strip():
        yield _absent(name, f"the {en} has no name", f"{zh}没有名称")
    if _COUNTRY.fullmatch(party.address.country) is None:
        yield _absent(country, f"the {en} needs a country as two letters, e.g. DE", f"{zh}须填两位国家代码，如 CN")
    if party.vat_id and _VAT_PREFIX.match(party.vat_id) is None:
        yield _absent(
            "BT-31" if en == "seller" else "BT-48",
            "a VAT identifier begins with its country, e.g. DE123456789",
            "增值税号须以国家代码开头，如 DE123456789",
        )


def _due(invoice: EInvoice) -> Iterator[Finding]:
    header, payable = invoice.header, invoice.totals.payable
    if payable.minor < 0:
        yield own(
            OwnRule.PAYABLE,
            "BT-115",
            f"{payable} would be owed to the buyer: issue a credit note instead",
            f"应付金额为 {payable}：请改开红字发票",
        )
    if header.type is InvoiceType.CREDIT_NOTE:
        if header.due_on is not None:
            yield own(OwnRule.DUE, "BT-9", "a credit note is not paid, so it has no due date", "红字发票没有到期日")
    elif payable.minor > 0 and header.due_on is None and not header.payment_terms.strip():
        yield own(
            OwnRule.DUE,
            "BT-9",
            f"{payable} is to be paid, so a due date or payment terms (BT-20) must be given",
            f"应付 {payable}，须注明到期日或付款条件（BT-20）",
        )
    elif header.due_on is not None and header.due_on < header.issued_on:
        yield own(
            OwnRule.DUE,
            "BT-9",
            f"it would be due on {header.due_on}, before it is issued",
            f"到期日 {header.due_on} 早于开具日期",
        )


def _kind(invoice: EInvoice) -> Iterator[Finding]:
    header = invoice.header
    if header.type in _REFERRING and not header.preceding:
        yield own(OwnRule.TYPE, "BG-3", "it must name the invoice that it corrects", "须注明对应的原发票")
    if any(one.number == header.number for one in header.references):
        yield own(OwnRule.TYPE, "BT-25", "a document needs a number of its own", "单据须有自己的编号")
    if header.type is not InvoiceType.INVOICE and header.prepayments:
        yield own(OwnRule.TYPE, "BT-113", "only a final invoice takes off deposits", "只有最终发票可以抵减预付款")
    if invoice.totals.gross.minor <= 0:
        yield own(
            OwnRule.TYPE,
            "BT-112",
            f"the total is {invoice.totals.gross}: a document is for a positive amount, a credit note too",
            f"价税合计为 {invoice.totals.gross}：单据金额须为正数，红字发票亦然",
        )


def _treated(part: TaxSubtotal) -> Iterator[Finding]:
    category, rate_bp = part.treatment.category, part.treatment.rate_bp
    where = f"BT-119 of {category}"
    if category is TaxCategory.STANDARD and rate_bp <= 0:
        yield own(OwnRule.TAX_RATE, where, "category S has a rate above zero", "类别 S 的税率须大于零")
    if category is not TaxCategory.STANDARD and rate_bp != 0:
        yield own(OwnRule.TAX_RATE, where, f"category {category} has no rate", f"类别 {category} 不得有税率")
    if category in EXPLAINED and not (part.reason or part.reason_code):
        yield own(OwnRule.TAX_REASON, f"BT-120 of {category}", "it must say why there is no tax", "须注明免税原因")
    if category not in EXPLAINED and (part.reason or part.reason_code):
        yield own(
            OwnRule.TAX_REASON,
            f"BT-120 of {category}",
            f"category {category} gives no reason of exemption",
            f"类别 {category} 不得注明免税原因",
        )


def _taxed_parties(invoice: EInvoice) -> Iterator[Finding]:
    """Who must be known to the tax office depends on how is taxed."""
    categories = {part.treatment.category for part in invoice.breakdown}
    seller = _outside(invoice) if TaxCategory.OUTSIDE in categories else _seller_known(invoice, categories)
    for where, en, zh in (*seller, *_buyer_known(invoice, categories)):
        yield own(OwnRule.TAX_PARTIES, where, en, zh)


Wrong = Iterator[tuple[str, str, str]]


def _outside(invoice: EInvoice) -> Wrong:
    if len(invoice.breakdown) > 1:
        yield "BG-23", "what is outside VAT stands on a document of its own", "不征税项目须单独开具单据"
    if invoice.header.seller.vat_id or invoice.header.buyer.vat_id:
        yield "BT-31", "a document outside VAT names no VAT identifier", "不征税单据不得填写增值税号"


def _seller_known(invoice: EInvoice, categories: set[TaxCategory]) -> Wrong:
    seller = invoice.header.seller
    if categories & _VAT_ID_WANTED and not seller.vat_id:
        yield "BT-31", "an export or supply within the EU needs the seller's VAT identifier", "须有销售方增值税号"
    elif not (seller.vat_id or seller.tax_number):
        yield "BT-31", "the seller has no VAT identifier and no tax number", "销售方没有增值税号或税号"


def _buyer_known(invoice: EInvoice, categories: set[TaxCategory]) -> Wrong:
    buyer, delivery = invoice.header.buyer, invoice.header.delivery
    if TaxCategory.REVERSE_CHARGE in categories and not (buyer.vat_id or buyer.registration):
        yield "BT-48", "reverse charge needs the buyer's VAT identifier or registration", "反向征税须有购买方税号"
    if TaxCategory.INTRA_COMMUNITY in categories:
        if not buyer.vat_id:
            yield "BT-48", "a supply within the EU needs the buyer's VAT identifier", "须有购买方增值税号"
        if delivery is None or not delivery.country or not (delivery.on or invoice.header.period):
            yield "BT-80", "a supply within the EU says when and to which country", "须注明交付日期和国家"


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a value with the way to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, BaseModel):
        for name, part in value:
            yield from _texts(part, f"{where}.{name}")
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from _texts(part, f"{where}[{place}]")
