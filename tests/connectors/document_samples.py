"""Documents for tests: an English seller in EUR and a Chinese one in CNY, whose sums are worked out by hand."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from domain.account_statement import (
    AccountStatement,
    ReceivedMoney,
    StatementDocument,
    aged,
    statement_document,
)
from domain.documents import (
    BankDetails,
    Charge,
    CreditNoteDocument,
    CreditPart,
    CreditUse,
    Deduction,
    DocumentLine,
    Instalment,
    InvoiceDocument,
    OpenItem,
    Party,
    QuoteDocument,
    ReminderDocument,
    Seller,
    TaxLine,
)  # fmt: skip
from domain.money import Money
from domain.receivables.collecting import PlannedPart

SHANGHAI = timezone(timedelta(hours=8))
SENT_AT = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)

HAMBURG_SELLER = Seller(
    name="Northwind Instruments GmbH",
    address=("Hafenstraße 12", "20457 Hamburg"),
    country="Germany",
    tax_id="DE123456789",
    registration="HRB 12345",
    phone="+49 40 123456",
    email="billing@northwind.example",
    bank=BankDetails(
        bank_name="Hansebank", account_name="Northwind Instruments GmbH", iban="DE89 3704 0044 0532 0130 00"
    ),
)
SHANGHAI_SELLER = Seller(
    name="云帆科技（上海）有限公司",
    address=("上海市浦东新区世纪大道100号",),
    country="中国",
    tax_id="91310115MA1K4B3C2X",
    bank=BankDetails(
        bank_name="招商银行上海分行", account_name="云帆科技（上海）有限公司", account_number="121908765432100",
        cnaps="308290003556",
    ),
)  # fmt: skip
LONDON = Party(
    name="Contoso Manufacturing Ltd",
    address=("1 Canary Wharf", "London E14 5AB"),
    country="United Kingdom",
    tax_id="GB999999973",
    email="jane@contoso.example",
    contact="Jane O’Neill",
)
BEIJING = Party(
    name="北京瀚海智造科技股份有限公司",
    address=("北京市海淀区中关村大街27号",),
    tax_id="91110108MA01ABCD3E",
    email="lilei@hanhai.example",
    language="zh-CN",
    contact="李雷",
)


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


def english_lines(count: int = 1) -> tuple[DocumentLine, ...]:
    """Lines of 1,000.00 EUR each: 2.5 days at 400.00."""
    return tuple(
        DocumentLine(
            position=place,
            sku=f"SVC-{place:03d}",
            description=f"Commissioning, part {place}",
            quantity=Decimal("2.5"),
            unit="days",
            unit_price=eur("400.00"),
            net=eur("1000.00"),
            tax_code="S",
        )
        for place in range(1, count + 1)
    )


def english_invoice(count: int = 1) -> InvoiceDocument:
    """1,000.00 a line and 19 %, due in one sum."""
    net, tax = eur("1000.00").minor * count, eur("190.00").minor * count
    gross = Money(minor=net + tax, currency="EUR")
    return InvoiceDocument(
        number="INV-2026-000123",
        issued_on=date(2026, 3, 5),
        supplied_on=date(2026, 3, 2),
        language="en",
        seller=HAMBURG_SELLER,
        customer=LONDON,
        lines=english_lines(count),
        taxes=(
            TaxLine(
                code="S",
                rate_bp=1900,
                base=Money(minor=net, currency="EUR"),
                tax=Money(minor=tax, currency="EUR"),
            ),
        ),
        net=Money(minor=net, currency="EUR"),
        tax=Money(minor=tax, currency="EUR"),
        gross=gross,
        instalments=(Instalment(due_on=date(2026, 4, 4), amount=gross),),
        payment_terms="30 days net",
        payment_reference="INV-2026-000123",
        purchase_order="PO-7788",
    )


def chinese_invoice() -> InvoiceDocument:
    """76,000.00 at 13 % and 6,000.00 at 6 % are 92,240.00; a deposit of 20,000.00 leaves 72,240.00 in two parts."""
    return InvoiceDocument(
        number="INV-2026-000124",
        issued_on=date(2026, 3, 5),
        language="zh-CN",
        seller=SHANGHAI_SELLER,
        customer=BEIJING,
        lines=(
            DocumentLine(
                position=1, sku="WL-200", description="智能网关（含三年质保）", quantity=Decimal(10), unit="台",
                unit_price=cny("8000.00"), discount_bp=500, net=cny("76000.00"), tax_code="S",
            ),
            DocumentLine(
                position=2, description="现场安装调试", quantity=Decimal("2.5"), unit="人天",
                unit_price=cny("2400.00"), net=cny("6000.00"), tax_code="L",
            ),
        ),
        taxes=(
            TaxLine(code="S", rate_bp=1300, base=cny("76000.00"), tax=cny("9880.00")),
            TaxLine(code="L", rate_bp=600, base=cny("6000.00"), tax=cny("360.00")),
        ),
        net=cny("82000.00"),
        tax=cny("10240.00"),
        gross=cny("92240.00"),
        deductions=(Deduction(description="预付款 INV-2026-000101", amount=cny("20000.00")),),
        instalments=(
            Instalment(due_on=date(2026, 4, 5), amount=cny("36120.00")),
            Instalment(due_on=date(2026, 5, 5), amount=cny("36120.00")),
        ),
        payment_terms="月结30天",
        payment_reference="INV-2026-000124",
        fiscal_number="26312000000012345678",
    )  # fmt: skip


def quote() -> QuoteDocument:
    invoice = english_invoice()
    return QuoteDocument(
        number="Q-2026-0042",
        version=2,
        issued_on=date(2026, 2, 1),
        valid_until=date(2026, 3, 3),
        language="en",
        seller=HAMBURG_SELLER,
        customer=LONDON,
        lines=invoice.lines,
        taxes=invoice.taxes,
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        payment_terms="30% in advance",
        prepared_by="Hannah Vogt",
    )


def credit_note() -> CreditNoteDocument:
    invoice = english_invoice()
    return CreditNoteDocument(
        number="CN-2026-000009",
        issued_on=date(2026, 3, 20),
        language="en",
        seller=HAMBURG_SELLER,
        customer=LONDON,
        lines=invoice.lines,
        taxes=invoice.taxes,
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        original_number=invoice.number,
        original_issued_on=invoice.issued_on,
        reason="Goods returned",
        parts=(
            CreditPart(use=CreditUse.OFFSET, amount=eur("1000.00")),
            CreditPart(use=CreditUse.REFUND, amount=eur("190.00")),
        ),
    )


def reminder(level: int, language: str = "zh") -> ReminderDocument:
    """8,000.00 and 16,000.00 open, with 720.00 of interest from the second level on; three levels in all."""
    items = tuple(
        OpenItem(
            invoice_number=f"INV-2026-00012{place}",
            issued_on=date(2026, 1, 5),
            due_on=date(2026, 2, 4),
            days_late=29,
            total=cny("20000.00"),
            open=amount,
        )
        for place, amount in enumerate((cny("8000.00"), cny("16000.00")), start=1)
    )
    interest = Charge(description="逾期利息", amount=cny("720.00"))
    return ReminderDocument(
        number=f"REM-2026-0007-{level}",
        level=level,
        last_level=3,
        as_of=datetime(2026, 3, 5, 9, 30, tzinfo=SHANGHAI),
        language=language,
        seller=SHANGHAI_SELLER,
        customer=BEIJING,
        items=items,
        total_open=cny("24000.00"),
        charges=(interest,) if level > 1 else (),
        pay_until=date(2026, 3, 12),
    )


def statement(language: str = "en", plans: tuple[PlannedPart, ...] = ()) -> StatementDocument:
    """8,000.00 are 29 days late, 2,000.00 in three more items; 100.00 came in and pay nothing."""
    item = reminder(1).items[0]
    found = AccountStatement(
        entity="CN01",
        customer_id="C-1",
        currency="CNY",
        as_of=datetime(2026, 3, 5, 9, 30, tzinfo=SHANGHAI),
        since=date(2025, 12, 5),
        items=(item,),
        left_out=3,
        left_out_open=cny("2000.00"),
        ageing=aged(((item.due_on, 800_000), (date(2026, 4, 1), 200_000)), date(2026, 3, 5), "CNY"),
        receipts=(
            ReceivedMoney(
                value_date=date(2026, 3, 1), reference="PO 77", amount=cny("500.00"), unapplied=cny("100.00")
            ),
        ),
        total_open=cny("10000.00"),
        unapplied=cny("100.00"),
        balance=cny("9900.00"),
        plans=plans,
    )
    return statement_document(found, BEIJING.model_copy(update={"language": language}), SHANGHAI_SELLER)
