"""A document a customer receives is a value that adds up: what does not add up cannot be built, so never is sent."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from domain.einvoice.codes import TaxCategory
from domain.money import Money, total
from domain.value import Text, Value


def _same(number: str, what: str, parts: Iterable[Money], whole: Money) -> None:
    added = total(parts, whole.currency)
    if added != whole:
        raise ValueError(f"{number}: {what} add up to {added}, not to {whole}")


class Party(Value):
    """The customer as printed: legal name, address lines, ISO country; ``language`` is that of what they receive.

    Attributes:
        buyer_reference: what they want to find on every invoice, e.g. a Leitweg-ID.
        electronic_address: where they take electronic invoices, as ``scheme:id``; empty is their e-mail address.
    """

    name: str
    address: tuple[str, ...] = ()
    country: str = ""
    tax_id: str = ""
    email: str = ""
    language: str = "en"
    contact: str = ""
    buyer_reference: str = ""
    electronic_address: str = ""


class BankDetails(Value):
    """Where to pay; the codes that are empty are not printed (``cnaps`` is 联行号)."""

    bank_name: str
    account_name: str
    iban: str = ""
    account_number: str = ""
    bic: str = ""
    cnaps: str = ""


class Seller(Value):
    """The letterhead: our legal entity as the law wants it printed, and the account to pay into."""

    name: str
    address: tuple[str, ...]
    country: str = ""
    tax_id: str = ""
    registration: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    bank: BankDetails | None = None


class DocumentLine(Value):
    """One line; ``net`` is after the discount and without tax."""

    position: int
    sku: str = ""
    description: str
    quantity: Decimal
    unit: str = ""
    unit_price: Money
    discount_bp: int = 0
    net: Money
    tax_code: str


class TaxLine(Value):
    """The tax of one code, on its sum; ``note`` gives the reason of an exemption.

    Attributes:
        category: what the code means in EN 16931; none is told by the code and the rate.
    """

    code: str
    rate_bp: int
    base: Money
    tax: Money
    label: Text = Text(en="VAT", zh="增值税")
    note: str = ""
    category: TaxCategory | None = None


class Instalment(Value):
    """A part of an invoice with its own due day."""

    due_on: date
    amount: Money


class EarlyPayment(Value):
    """What settles an invoice until the end of a day, after a discount in basis points."""

    until: date
    payable: Money
    rate_bp: int


class Charge(Value):
    """Interest, a fee or a cost that a reminder claims beside the open items."""

    description: str
    amount: Money


class Deduction(Value):
    """Money already paid (a deposit, a prepayment) that an invoice takes off; ``amount`` is positive.

    Attributes:
        number: of the deposit's own invoice, which an electronic invoice must name; issued_on: its date.
    """

    description: str
    amount: Money
    number: str = ""
    issued_on: date | None = None


class PricedDocument(Value):
    """What quote, invoice and credit note share.

    Building one raises ValueError unless the lines add up to ``net`` and to the tax bases, the taxes to ``tax``,
    and net and tax to ``gross``; amounts of two currencies are refused (E_CCY).
    """

    number: str
    issued_on: date
    language: str
    seller: Seller
    customer: Party
    lines: tuple[DocumentLine, ...]
    taxes: tuple[TaxLine, ...]
    net: Money
    tax: Money
    gross: Money
    purchase_order: str = ""
    notes: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """The one currency of the document."""
        return self.gross.currency

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _same(self.number, "lines", (line.net for line in self.lines), self.net)
        _same(self.number, "tax bases", (line.base for line in self.taxes), self.net)
        _same(self.number, "taxes", (line.tax for line in self.taxes), self.tax)
        _same(self.number, "net and tax", (self.net, self.tax), self.gross)
        return self


class QuoteDocument(PricedDocument):
    """An offer, good until the end of ``valid_until`` in the customer's zone."""

    kind: Literal["quote"] = "quote"
    version: int = 1
    valid_until: date
    payment_terms: str = ""
    delivery_terms: str = ""
    prepared_by: str = ""


class InvoicePurpose(StrEnum):
    """What an invoice is for; it decides the title."""

    STANDARD = "standard"
    PREPAYMENT = "prepayment"
    CORRECTED = "corrected"
    PRO_FORMA = "pro_forma"
    FEES = "fees"


class InvoiceDocument(PricedDocument):
    """A claim; instalments add up to ``payable``, which is the gross amount less the deductions.

    Attributes:
        about: the invoices whose lateness it charges, for fees and interest.
    """

    kind: Literal["invoice"] = "invoice"
    purpose: InvoicePurpose = InvoicePurpose.STANDARD
    supplied_on: date | None = None
    instalments: tuple[Instalment, ...]
    deductions: tuple[Deduction, ...] = ()
    payment_terms: str = ""
    payment_reference: str = ""
    early: tuple[EarlyPayment, ...] = ()
    about: tuple[str, ...] = ()
    contract: str = ""
    fiscal_number: str = ""
    """The 数电票号码, where the tax office has given one."""

    @property
    def payable(self) -> Money:
        """What is left to pay when the invoice is issued."""
        return self.gross.minus(total((part.amount for part in self.deductions), self.currency))

    @model_validator(mode="after")
    def _instalments_add_up(self) -> Self:
        _same(self.number, "instalments", (part.amount for part in self.instalments), self.payable)
        return self


class CreditUse(StrEnum):
    """What becomes of a credit: it lowers what is open, stays on the account, is a deposit again, or is to go back."""

    OFFSET = "offset"
    ON_ACCOUNT = "on_account"
    DEPOSIT = "deposit"
    REFUND = "refund"


class CreditPart(Value):
    """A part of a credit and its use."""

    use: CreditUse
    amount: Money


class CreditNoteDocument(PricedDocument):
    """A correction of an invoice, with positive amounts; the parts, if given, add up to the gross amount."""

    kind: Literal["credit_note"] = "credit_note"
    original_number: str
    original_issued_on: date
    reason: str
    parts: tuple[CreditPart, ...] = ()
    confirmation_number: str = ""
    """The 红字信息确认单编号, where the tax office has given one."""
    fiscal_number: str = ""
    """The 数电票号码 of the red letter, where the tax office has issued one."""

    @model_validator(mode="after")
    def _parts_add_up(self) -> Self:
        if self.parts:
            _same(self.number, "parts", (part.amount for part in self.parts), self.gross)
        return self


class Tone(StrEnum):
    """How a reminder speaks."""

    FRIENDLY = "friendly"
    FIRM = "firm"
    FINAL = "final"


class OpenItem(Value):
    """One invoice (or instalment) with what is open on it; ``days_late`` is negative before it is due.

    Attributes:
        joined: it is overdue beside what a reminder of its level is about, and this level does not count for it.
    """

    invoice_number: str
    issued_on: date
    due_on: date
    days_late: int
    total: Money
    open: Money
    joined: bool = False


class ReminderDocument(Value):
    """What is open and late at one instant (``as_of``, in the legal entity's zone); dunning charges stand apart.

    Attributes:
        reminded: each item that it is about has had an earlier letter; only then may it speak of one.
    """

    kind: Literal["reminder"] = "reminder"
    number: str
    level: int = Field(ge=1)
    last_level: int = Field(ge=1)
    reminded: bool = True
    as_of: AwareDatetime
    language: str
    seller: Seller
    customer: Party
    items: tuple[OpenItem, ...]
    total_open: Money
    charges: tuple[Charge, ...] = ()
    pay_until: date | None = None

    @property
    def tone(self) -> Tone:
        """The first contact is friendly, the last one before the hand-over is final."""
        if self.level == 1:
            return Tone.FRIENDLY
        return Tone.FINAL if self.level >= self.last_level else Tone.FIRM

    @property
    def issued_on(self) -> date:
        """The day of ``as_of``, in its own zone."""
        return self.as_of.date()

    @property
    def total_due(self) -> Money:
        """What is open and the charges."""
        return self.total_open.plus(total((charge.amount for charge in self.charges), self.total_open.currency))

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _same(self.number, "items", (item.open for item in self.items), self.total_open)
        return self


Document = Annotated[
    QuoteDocument | InvoiceDocument | CreditNoteDocument | ReminderDocument, Field(discriminator="kind")
]
