"""The tax office is asked for exactly what was issued; what it would not take is refused, with what would mend it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.documents import BankDetails, DocumentLine, Instalment, InvoiceDocument, Party, Seller, TaxLine
from domain.fiscal.from_documents import FiscalRule, fiscal_invoice_of, record_of, red_request_of
from domain.fiscal.invoices import FiscalKind, RedReason
from domain.money import Money
from domain.receivables.taxation import Amount, taxed
from domain.refusal import Refused
from domain.terms import TaxRate
from tests.connectors.document_samples import SENT_AT, chinese_invoice, credit_note
from tests.domain.fiscal.samples import BUYER, SELLER

GOODS = "1090514990000000000"
RULE = FiscalRule(countries=("CN",), otherwise=GOODS)
OUR = Seller(
    name=SELLER.name, address=("世纪大道100号",), country="CN", tax_id=SELLER.credit_code,
    bank=BankDetails(bank_name="招商银行", account_name=SELLER.name, account_number="1219"),
)  # fmt: skip
THEIRS = Party(name=BUYER.name, country="CN", tax_id=BUYER.credit_code or "", language="zh-CN")


def invoice(**changes: Any) -> InvoiceDocument:
    """82,000.00 at 13 % and 6 %."""
    return chinese_invoice().model_copy(update={"seller": OUR, "customer": THEIRS} | changes)


def test_an_invoice_is_asked_for_with_every_line_and_both_codes() -> None:
    asked = fiscal_invoice_of(invoice(), RULE)
    assert (asked.kind, asked.seller.credit_code, asked.buyer.credit_code) == (
        FiscalKind.SPECIAL, SELLER.credit_code, BUYER.credit_code,
    )  # fmt: skip
    assert [(line.name, line.goods_code, line.rate_bp, str(line.tax)) for line in asked.lines] == [
        ("智能网关（含三年质保）", GOODS, 1300, "9,880.00 CNY"),
        ("现场安装调试", GOODS, 600, "360.00 CNY"),
    ]
    assert asked.gross_in_capitals == "玖万贰仟贰佰肆拾元整"
    assert (asked.seller.bank_name, asked.seller.bank_account) == ("招商银行", "1219")


def test_a_person_gets_an_ordinary_invoice() -> None:
    person = THEIRS.model_copy(update={"tax_id": ""})
    assert fiscal_invoice_of(invoice(customer=person), RULE).kind is FiscalKind.ORDINARY


@pytest.mark.parametrize(
    ("changes", "rule", "said"),
    [
        ({"customer": THEIRS.model_copy(update={"tax_id": "91310000MA1K111111"})}, RULE, "tax_id of the customer 北京"),
        ({"seller": OUR.model_copy(update={"tax_id": "DE123456789"})}, RULE, "tax_id of the seller 云帆"),
        ({}, FiscalRule(countries=("CN",)), "WL-200 has no goods code of the tax office: add it to entities"),
        ({"tax": Money.of("1.00", "CNY")}, RULE, "the tax office would not take INV-2026-000124: INV-2026-000124: tax"),
    ],
)
def test_what_the_tax_office_would_not_take_is_refused(changes: dict[str, Any], rule: FiscalRule, said: str) -> None:
    with pytest.raises(Refused) as refused:
        fiscal_invoice_of(invoice(**changes), rule)
    assert refused.value.code.value == "E_GATE"
    assert refused.value.text.en.startswith(said)


@pytest.mark.parametrize(
    ("changes", "applies"),
    [
        ({}, True),
        ({"customer": THEIRS.model_copy(update={"country": "DE"})}, False),
        ({"gross": Money.of("10.00", "EUR")}, False),
        ({"gross": Money.zero("CNY")}, False),
    ],
)
def test_only_claims_in_renminbi_on_customers_there_are_the_tax_offices(changes: dict[str, Any], applies: bool) -> None:
    assert RULE.applies(invoice(**changes)) is applies


@given(
    minors=st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
    rate_bp=st.sampled_from([1300, 900, 600, 300, 0]),
    gross_prices=st.booleans(),
)
def test_the_tax_of_each_line_is_its_own_to_the_fen(minors: list[int], rate_bp: int, gross_prices: bool) -> None:
    amounts = [Amount(tax_code="S", minor=minor) for minor in minors]
    priced = taxed(amounts, (TaxRate(code="S", rate_bp=rate_bp),), "CNY", price_includes_tax=gross_prices)
    (tax,) = priced.taxes
    lines = tuple(
        DocumentLine(
            position=place, sku="A", description="服务", quantity=Decimal(1), tax_code="S",
            unit_price=Money(minor=net, currency="CNY"), net=Money(minor=net, currency="CNY"),
        )
        for place, net in enumerate(priced.nets, start=1)
    )  # fmt: skip
    gross = Money(minor=priced.gross_minor, currency="CNY")
    document = InvoiceDocument(
        number="INV-1", issued_on=SENT_AT.date(), language="zh", seller=OUR, customer=THEIRS, lines=lines,
        taxes=(TaxLine(code="S", rate_bp=rate_bp, base=tax.base, tax=tax.tax),), net=tax.base, tax=tax.tax, gross=gross,
        instalments=(Instalment(due_on=SENT_AT.date(), amount=gross),),
    )  # fmt: skip
    asked = fiscal_invoice_of(document, RULE)  # which builds only what adds up, each line within a fen
    assert [line.net.minor for line in asked.lines] == list(priced.nets)


def test_a_red_letter_names_the_blue_invoice_and_why() -> None:
    record = record_of(invoice(), "CN01", "26312000000012345678", SENT_AT)
    assert (record.kind, record.gross_in_capitals, record.buyer_code) == (
        "blue", "玖万贰仟贰佰肆拾元整", BUYER.credit_code,
    )  # fmt: skip
    money = {name: Money(minor=minor, currency="CNY") for name, minor in (("net", 100), ("tax", 13), ("gross", 113))}
    note = credit_note().model_copy(update=money)
    part = red_request_of(note, record, Money.of("92240.00", "CNY"))
    assert (part.original, part.reason) == ("26312000000012345678", RedReason.ALLOWANCE)
    assert red_request_of(note, record, note.gross).reason is RedReason.RETURNED
    with pytest.raises(Refused, match="more than 26312000000012345678 was for"):
        red_request_of(note, record, Money.of("1.00", "CNY"))
