"""A tax invoice of 119,568.05 and a red letter of 1,130.00."""

from datetime import date
from decimal import Decimal

from domain.fiscal.invoices import (
    FiscalBuyer,
    FiscalInvoice,
    FiscalKind,
    FiscalLine,
    FiscalSeller,
    InputTax,
    RedReason,
    RedRequest,
)
from domain.money import Money

SELLER = FiscalSeller(name="云帆科技（上海）有限公司", credit_code="91350100M000100Y43")
BUYER = FiscalBuyer(name="北京瀚海智造科技股份有限公司", credit_code="91110108551385082Q")


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


def invoice() -> FiscalInvoice:
    """13 % on 105,812.43 are 13,755.62."""
    line = FiscalLine(
        goods_code="1090514990000000000", name="智能网关", unit="台", quantity=Decimal(10),
        net=cny("105812.43"), rate_bp=1300, tax=cny("13755.62"),
    )  # fmt: skip
    return FiscalInvoice(
        number="INV-2026-000124",
        issued_on=date(2026, 3, 5),
        kind=FiscalKind.SPECIAL,
        seller=SELLER,
        buyer=BUYER,
        lines=(line,),
        net=line.net,
        tax=line.tax,
        gross=cny("119568.05"),
    )


def red(input_tax: InputTax = InputTax.UNUSED) -> RedRequest:
    return RedRequest(
        number="CN-2026-000009",
        requested_on=date(2026, 3, 20),
        original="26312000000012345678",
        original_issued_on=date(2026, 3, 5),
        original_gross=cny("119568.05"),
        reason=RedReason.RETURNED,
        input_tax=input_tax,
        net=cny("1000.00"),
        tax=cny("130.00"),
        gross=cny("1130.00"),
    )
