"""An electronic invoice as a value, its parts named as EN 16931 names them; nothing here knows of XML.

A value may be wrong: `domain.einvoice.checks` says what, so that a person can read it. `domain.einvoice.amounts`
makes values whose sums are right.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from domain.einvoice.codes import InvoiceType, TaxCategory, TaxRounding
from domain.einvoice.parties import CreditTransfer, TradeParty
from domain.money import Money
from domain.value import Value


class Treatment(Value):
    """How a supply is taxed: category (BT-95, BT-102, BT-118, BT-151) and rate (BT-96, BT-103, BT-119, BT-152).

    Attributes:
        rate_bp: in basis points; 0 for every category but ``S``.
    """

    category: TaxCategory
    rate_bp: int = 0


class Exemption(Value):
    """Why there is no tax in a category: reason (BT-120) and code of the VATEX list (BT-121)."""

    category: TaxCategory
    reason: str = ""
    code: str = ""


class Period(Value):
    """An invoicing period (BG-14: BT-73, BT-74) or that of a line (BG-26: BT-134, BT-135), both days included."""

    start: date
    end: date


class Delivery(Value):
    """The supply (BG-13): the day (BT-72) and the country delivered to (BT-80)."""

    on: date | None = None
    country: str = ""


class Preceding(Value):
    """An invoice that this document is about (BG-3): its number (BT-25) and issue date (BT-26)."""

    number: str
    issued_on: date | None = None


class Prepayment(Value):
    """A paid deposit that a final invoice takes off; its gross amount is part of BT-113, its invoice a BG-3.

    Attributes:
        tax: the tax that the deposit invoice showed, printed beside the deduction as tax law wants it.
    """

    number: str
    issued_on: date | None = None
    amount: Money
    tax: Money | None = None


class AdjustmentKind(StrEnum):
    """An allowance lowers, a charge raises; both are positive amounts."""

    ALLOWANCE = "allowance"
    CHARGE = "charge"


class Adjustment(Value):
    """An allowance or charge of a line (BG-27, BG-28).

    Attributes:
        amount: BT-136, BT-141.
        reason: BT-139, BT-144.
        base: what the percentage is of (BT-137, BT-142).
        percent_bp: in basis points (BT-138, BT-143); amount = base × percentage, half up.
    """

    kind: AdjustmentKind
    amount: Money
    reason: str
    base: Money | None = None
    percent_bp: int | None = None

    @property
    def signed(self) -> Money:
        """What it adds."""
        return self.amount if self.kind is AdjustmentKind.CHARGE else self.amount.negated()


class DocumentAdjustment(Adjustment):
    """An allowance or charge of the whole document (BG-20: BT-92 … BT-97, BG-21: BT-99 … BT-104), with its tax."""

    treatment: Treatment


class ItemAttribute(Value):
    """A further property of an item (BG-32): BT-160 and BT-161."""

    name: str
    value: str


class Item(Value):
    """What a line supplies, for how much (BG-25, BG-29, BG-30, BG-31), before its amount is known.

    Attributes:
        id: BT-126.
        name: BT-153.
        description: BT-154.
        sku: the seller's number of it (BT-155).
        quantity: BT-129; negative for what is taken back.
        unit: UN/ECE Recommendation 20 or 21 (BT-130), e.g. ``C62`` for one.
        price: in major units of the currency, exact, for ``price_quantity`` units, never negative (BT-146).
        price_quantity: BT-149.
        adjustments: BG-27, BG-28.
        note: BT-127.
        order_line: BT-132.
        attributes: BG-32.
    """

    id: str
    name: str
    description: str = ""
    sku: str = ""
    quantity: Decimal
    unit: str = "C62"
    price: Decimal
    price_quantity: Decimal = Field(default=Decimal(1), gt=0)
    adjustments: tuple[Adjustment, ...] = ()
    treatment: Treatment
    period: Period | None = None
    note: str = ""
    order_line: str = ""
    attributes: tuple[ItemAttribute, ...] = ()


class Line(Item):
    """An item with its net amount (BT-131)."""

    net: Money


class TaxSubtotal(Value):
    """The tax of one treatment (BG-23): base (BT-116), tax (BT-117), reason (BT-120) and its code (BT-121)."""

    treatment: Treatment
    base: Money
    tax: Money
    reason: str = ""
    reason_code: str = ""


class Totals(Value):
    """The sums of a document (BG-22).

    Attributes:
        lines: Σ BT-131 (BT-106).
        allowances, charges: of the document level (BT-107, BT-108).
        net: BT-109 = BT-106 − BT-107 + BT-108.
        tax: BT-110 = Σ BT-117.
        gross: BT-112 = BT-109 + BT-110.
        prepaid: BT-113 = Σ of the prepayments.
        rounding: what is added to pay a round sum (BT-114).
        payable: BT-115 = BT-112 − BT-113 + BT-114.
        tax_accounted: the tax in the currency of the tax office (BT-111, its currency BT-6), where that is another.
    """

    lines: Money
    allowances: Money
    charges: Money
    net: Money
    tax: Money
    gross: Money
    prepaid: Money
    rounding: Money
    payable: Money
    tax_accounted: Money | None = None


class Header(Value):
    """All of a document but its lines and sums.

    Attributes:
        number: BT-1.
        issued_on: BT-2.
        type: BT-3.
        currency: BT-5.
        due_on: BT-9; none where it is due in parts, which the terms then say.
        buyer_reference: BT-10.
        contract: BT-12.
        purchase_order: BT-13.
        payment_terms: BT-20.
        notes: BT-22.
        preceding: BG-3; a credit note's original stands first.
        prepayments: BT-113 in its parts.
        rounding: BT-114.
        tax_accounted: BT-111 with BT-6.
        language: of the sentences that LTC adds; EN 16931 has no term for it.
    """

    number: str
    issued_on: date
    type: InvoiceType
    currency: str
    seller: TradeParty
    buyer: TradeParty
    due_on: date | None = None
    buyer_reference: str = ""
    contract: str = ""
    purchase_order: str = ""
    payment_terms: str = ""
    notes: tuple[str, ...] = ()
    preceding: tuple[Preceding, ...] = ()
    prepayments: tuple[Prepayment, ...] = ()
    delivery: Delivery | None = None
    period: Period | None = None
    transfer: CreditTransfer | None = None
    rounding: Money | None = None
    tax_accounted: Money | None = None
    language: str = "en"

    @property
    def references(self) -> tuple[Preceding, ...]:
        """All of BG-3: what the document corrects, then the deposits it takes off, each number once."""
        known = {one.number for one in self.preceding}
        deposits = (Preceding(number=part.number, issued_on=part.issued_on) for part in self.prepayments)
        return (*self.preceding, *(one for one in deposits if one.number not in known))


class Draft(Value):
    """What is to be invoiced, before any sum is known; ``exemptions`` has one for each category that needs it."""

    header: Header
    items: tuple[Item, ...]
    adjustments: tuple[DocumentAdjustment, ...] = ()
    exemptions: tuple[Exemption, ...] = ()


class EInvoice(Value):
    """An electronic invoice or credit note; a credit note is positive, too.

    Attributes:
        lines: BG-25.
        adjustments: BG-20, BG-21.
        breakdown: BG-23, one for each treatment.
        totals: BG-22.
        tax_rounding: the rule that BT-117 keeps; it is not written into the XML.
    """

    header: Header
    lines: tuple[Line, ...]
    adjustments: tuple[DocumentAdjustment, ...] = ()
    breakdown: tuple[TaxSubtotal, ...]
    totals: Totals
    tax_rounding: TaxRounding = TaxRounding.ON_BASE
