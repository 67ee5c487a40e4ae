"""A notice is everything a mail without a document says: facts only, the words are the connector's."""

from datetime import date
from typing import Protocol

from pydantic import AwareDatetime

from domain.account_statement import StatementDocument
from domain.documents import (
    CreditNoteDocument,
    InvoiceDocument,
    OpenItem,
    Party,
    QuoteDocument,
    ReminderDocument,
    Seller,
)
from domain.money import Money
from domain.value import Text, Value


class PreDueNotice(Value):
    """A friendly word before items fall due; ``total_open`` is the sum of what is open on them."""

    seller: Seller
    customer: Party
    items: tuple[OpenItem, ...]
    total_open: Money


class PaidItem(Value):
    """An invoice that a receipt paid, wholly or in part; ``open`` is what is left."""

    invoice_number: str
    paid: Money
    open: Money


class PaymentNotice(Value):
    """Thanks for a receipt: what it paid, and what of it is not applied yet."""

    seller: Seller
    customer: Party
    received: Money
    value_date: date
    reference: str = ""
    items: tuple[PaidItem, ...]
    unapplied: Money


class AcceptanceNotice(Value):
    """The customer is told when what was delivered counts as accepted (默认验收); ``deemed_at`` is in our zone."""

    seller: Seller
    customer: Party
    reference: str
    deemed_at: AwareDatetime


class OfferedLine(Value):
    """A line of what is to be decided; ``discount_bp`` is off its list price."""

    quantity: str
    unit: str = ""
    title: str
    list_price: Money
    net_price: Money
    discount_bp: int = 0


class ApprovalNotice(Value):
    """A person is asked to decide.

    Attributes:
        amount: what the approval is over.
        discount_bp: off the list total; ``max_discount_bp`` is the largest line's.
        on_behalf_of: for whom the approver stands in, by name; empty in their own right.
        reason: the rule that asks.
        content_hash: what the decision must name.
        call: the API call that takes the decision; empty where the API is not known.
        page: of the deal in the Temporal UI, empty where there is none; ``can_act`` tells whether one may decide there.
    """

    approver: str
    language: str
    subject: str
    customer: str
    amount: Money
    discount_bp: int = 0
    max_discount_bp: int = 0
    lines: tuple[OfferedLine, ...] = ()
    requested_by: str
    on_behalf_of: str = ""
    reason: Text
    content_hash: str = ""
    call: str = ""
    page: str = ""
    can_act: bool = False
    due_at: AwareDatetime | None = None


class TaskNotice(Value):
    """A person owes an action; ``due_at`` is in their zone."""

    assignee: str
    language: str
    title: Text
    why: Text
    customer: str = ""
    due_at: AwareDatetime | None = None
    link: str = ""


class UnknownTemplate(Exception):
    """A machine named a template that nobody has written; write it where the message says, then retry the effect."""

    def __init__(self, template: str, place: str) -> None:
        super().__init__(f"no mail is written for {template!r}: add it to {place}, then retry the effect")


class Letter(Protocol):
    """The subject (one line) and the text of a mail."""

    @property
    def subject(self) -> str:
        """One line."""
        ...

    @property
    def text(self) -> str:
        """Plain text."""
        ...


class Wording(Protocol):
    """Says each thing in the reader's language."""

    def quote_sent(self, quote: QuoteDocument) -> Letter:
        """The offer itself."""
        ...

    def quote_expiring(self, quote: QuoteDocument, days_left: int) -> Letter:
        """A word some days before an open offer ends."""
        ...

    def acceptance_due(self, notice: AcceptanceNotice) -> Letter:
        """A word before silence counts as acceptance."""
        ...

    def invoice_sent(self, invoice: InvoiceDocument) -> Letter:
        """The claim, with every due date."""
        ...

    def credit_note_sent(self, note: CreditNoteDocument) -> Letter:
        """The correction, with what becomes of the money."""
        ...

    def statement_sent(self, document: StatementDocument) -> Letter:
        """A statement of account."""
        ...

    def debit_note_sent(self, note: InvoiceDocument) -> Letter:
        """Fees and interest, payable at once."""
        ...

    def pre_due(self, notice: PreDueNotice) -> Letter:
        """A friendly word before the due date."""
        ...

    def reminder(self, reminder: ReminderDocument) -> Letter:
        """A dunning letter."""
        ...

    def approval_requested(self, notice: ApprovalNotice) -> Letter:
        """A colleague must decide."""
        ...

    def task_assigned(self, notice: TaskNotice) -> Letter:
        """A colleague must act."""
        ...
