"""A Chinese tax invoice as it is asked of the tax office, and what the tax office answers; amounts are positive.

What cannot be right cannot be built: a wrong credit code, sums that do not add up, a reference of the wrong form.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from domain.figures import capitals
from domain.fiscal.identifiers import confirmation_fault, credit_code_fault, fiscal_number_fault
from domain.money import Money, total
from domain.value import Text, Value


def _without_fault(fault_of: Callable[[str], Text | None]) -> AfterValidator:
    def checked(value: str) -> str:
        fault = fault_of(value)
        if fault is not None:
            raise ValueError(f"{fault.en} / {fault.zh}")
        return value

    return AfterValidator(checked)


CreditCode = Annotated[str, _without_fault(credit_code_fault)]
"""统一社会信用代码."""
FiscalNumber = Annotated[str, _without_fault(fiscal_number_fault)]
"""数电票号码."""
ConfirmationNumber = Annotated[str, _without_fault(confirmation_fault)]
"""红字确认单编号."""


class FiscalKind(StrEnum):
    """增值税专用发票, whose tax the buyer deducts, or 普通发票."""

    SPECIAL = "special"
    ORDINARY = "ordinary"


class FiscalSeller(Value):
    """The seller; what is empty is not printed."""

    name: str
    credit_code: CreditCode
    address: str = ""
    phone: str = ""
    bank_name: str = ""
    bank_account: str = ""


class FiscalBuyer(Value):
    """The buyer; a person has no credit code, and then no 专用发票."""

    name: str
    credit_code: CreditCode | None = None
    address: str = ""
    phone: str = ""
    bank_name: str = ""
    bank_account: str = ""


class FiscalLine(Value):
    """One line, with its own tax, as the tax office wants it.

    Attributes:
        goods_code: 商品和服务税收分类编码, 19 digits.
        name: 项目名称, without the short name of its class.
        specification: 规格型号.
        net, tax: 金额, 税额.
    """

    goods_code: str
    name: str
    specification: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    net: Money
    rate_bp: int
    tax: Money


class FiscalInvoice(Value):
    """A blue invoice to be issued (蓝字发票).

    Building one raises ValueError unless it is in renminbi, has lines, the lines add up, a 专用发票 has a buyer with a
    credit code, and every tax is within a fen of its own net times its rate (the document's tax is split over lines).

    Attributes:
        number: our own; the tax office gives another.
    """

    number: str
    issued_on: date
    kind: FiscalKind
    seller: FiscalSeller
    buyer: FiscalBuyer
    lines: tuple[FiscalLine, ...]
    net: Money
    tax: Money
    gross: Money
    remarks: str = ""

    @property
    def gross_in_capitals(self) -> str:
        """价税合计（大写）."""
        return capitals(self.gross)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        currency = self.gross.currency
        _must(currency == "CNY", f"{self.number} is in {currency}: a tax invoice is in CNY")
        _must(bool(self.lines), f"{self.number} has no line")
        _must(self.gross.minor > 0, f"{self.number}: {self.gross} is not above zero; a red letter takes back")
        _must(total((line.net for line in self.lines), currency) == self.net, f"{self.number}: nets do not add up")
        _must(total((line.tax for line in self.lines), currency) == self.tax, f"{self.number}: taxes do not add up")
        _must(self.net.plus(self.tax) == self.gross, f"{self.number}: net and tax are not {self.gross}")
        nameless = self.kind is FiscalKind.SPECIAL and self.buyer.credit_code is None
        _must(not nameless, f"{self.number}: a 专用发票 needs the buyer's 统一社会信用代码")
        for line in self.lines:
            off = abs(line.net.minor * line.rate_bp - line.tax.minor * 10_000)
            _must(off <= 10_000, f"{self.number}: {line.name} has a tax of {line.tax}, more than a fen off its rate")
        return self


def _must(holds: object, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


class FiscalIssued(Value):
    """The tax office's answer: its number, and when it issued."""

    fiscal_number: FiscalNumber
    issued_at: datetime


class RedReason(StrEnum):
    """Why an invoice is taken back (红冲原因)."""

    MISTAKE = "mistake"
    """开票有误."""
    RETURNED = "returned"
    """销货退回."""
    SERVICE_ENDED = "service_ended"
    """服务中止."""
    ALLOWANCE = "allowance"
    """销售折让."""


class InputTax(StrEnum):
    """What the buyer has done with the blue invoice; once it was used, the other side must confirm a red letter."""

    UNUSED = "unused"
    USED = "used"


class RedRequest(Value):
    """A red letter asked for (红字确认单): which blue invoice, why, how much of it, in positive amounts.

    Attributes:
        number: of our credit note.
        requested_on: its date.
        original: 数电票号码 of the blue invoice; original_gross: what it was for.
    """

    number: str
    requested_on: date
    original: FiscalNumber
    original_issued_on: date
    original_gross: Money
    reason: RedReason
    input_tax: InputTax = InputTax.UNUSED
    net: Money
    tax: Money
    gross: Money

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _must(self.net.plus(self.tax) == self.gross, f"{self.number}: net and tax are not {self.gross}")
        _must(self.gross.minor > 0, f"{self.number}: {self.gross} is not above zero")
        _must(not self.gross.exceeds(self.original_gross), f"{self.number}: more than {self.original} was for")
        return self


class RedState(StrEnum):
    """Where a 红字确认单 stands; a waiting one lapses by itself after 72 hours."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    REFUSED = "refused"
    LAPSED = "lapsed"


class RedConfirmation(Value):
    """The tax office's answer to a `RedRequest`; a red invoice can be issued once it is confirmed."""

    number: ConfirmationNumber
    state: RedState
