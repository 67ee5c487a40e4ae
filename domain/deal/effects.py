"""What a deal asks the outside to do, as data; each kind is one activity on one outside party."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.approval.questions import CheckSigner as CheckSigner
from domain.approval.questions import ResolveApproval as ResolveApproval
from domain.billing_periods import Every, Period
from domain.business_calendar import CompiledCalendar
from domain.cancellation import Delivered, Stopped
from domain.due_dates import PaymentTerms
from domain.money import Money
from domain.quotes import QuoteLine
from domain.receivables.freed import PaidPart
from domain.terms import TaxRate
from domain.value import Value


class OpenDeal(Value):
    """Classify the customer, score and assign the lead, compile the terms: one pure function over policy and people."""

    kind: Literal["open_deal"] = "open_deal"
    deal_id: str
    customer_id: str
    source: str
    owner: str
    currency: str
    value: Money | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    entity: str = ""


class AssignLead(Value):
    """Find the next assignee after a response breach, leaving out who had it."""

    kind: Literal["assign_lead"] = "assign_lead"
    customer_id: str
    not_to: tuple[str, ...] = ()


class ExtendCalendar(Value):
    """Compile the deal's calendar for the years after its end, from the same policy."""

    kind: Literal["extend_calendar"] = "extend_calendar"
    policy: str
    entity: str
    known_until: date


class SendQuote(Value):
    """Send the quote document to the customer.

    Attributes:
        entity: who sells; empty is the policy's default entity.
        issued_on: the day printed on it; none is the day it goes out, in the entity's zone.
        zone: the customer's, in which the last day of ``valid_until`` is printed.
        prepared_by: the id of the person whose offer it is.
        untaxed_bp: the part of the net that bears no tax, by the payment terms.
    """

    kind: Literal["send_quote"] = "send_quote"
    deal_id: str
    customer_id: str
    version: int
    lines: tuple[QuoteLine, ...]
    rates: tuple[TaxRate, ...]
    price_includes_tax: bool
    valid_until: datetime
    content_hash: str
    payment_terms: str
    entity: str = ""
    issued_on: date | None = None
    zone: str = "UTC"
    prepared_by: str = ""
    untaxed_bp: int = 0


class Notify(Value):
    """Tell a person of LTC's company something they must know or do."""

    kind: Literal["notify"] = "notify"
    people: tuple[str, ...]
    template: str
    deal_id: str
    facts: tuple[tuple[str, str], ...] = ()


class TellCustomer(Value):
    """Write to the customer about the deal itself: quote reminder, acceptance notice.

    Attributes:
        entity: who writes; empty is the policy's default entity.
        quote: the quote that a ``quote_reminder`` is about.
    """

    kind: Literal["tell_customer"] = "tell_customer"
    customer_id: str
    template: str
    deal_id: str
    facts: tuple[tuple[str, str], ...] = ()
    entity: str = ""
    quote: SendQuote | None = None


class RequestSignature(Value):
    """Ask the e-sign provider for the signatures of the contract."""

    kind: Literal["request_signature"] = "request_signature"
    deal_id: str
    customer_id: str
    content_hash: str
    two_sided: bool


class CheckCredit(Value):
    """Compare exposure plus this order with the customer's limit."""

    kind: Literal["check_credit"] = "check_credit"
    customer_id: str
    order: Money
    limit: Money | None
    overdue_block_days: int | None


class CreateOrder(Value):
    """Create the order in the ERP."""

    kind: Literal["create_order"] = "create_order"
    deal_id: str
    customer_id: str
    revision: int
    lines: tuple[QuoteLine, ...]
    total: Money


class CancelOrder(Value):
    """Cancel the order in the ERP."""

    kind: Literal["cancel_order"] = "cancel_order"
    deal_id: str
    erp_reference: str


class SyncCrm(Value):
    """Tell the CRM the outcome of the deal."""

    kind: Literal["sync_crm"] = "sync_crm"
    deal_id: str
    outcome: str
    amount: Money | None = None
    reason: str = ""


class LineAmount(Value):
    """What is billed, or credited, of one order line at the order's prices, in minor units."""

    position: int
    minor: int


class ServicePeriod(Value):
    """The days that an invoice bills recurring lines for; ``every`` is the period that their prices are for."""

    every: Every
    days: Period


class IssueInvoice(Value):
    """Issue one invoice: number, document and postings in one ledger transaction.

    Attributes:
        calendar: needed only where the payment terms roll due dates.
        whole_bp: of how many basis points the shares are; those of a deposit are not among them.
        purpose: ``deposit`` asks for money before supply.
        deposit_item: the deposit of this deal that is to be deducted, as far as it is paid; empty for none.
        deduct_upto_bp: how much of the deposit all invoices may have taken off with this one, of ``whole_bp``.
        service: it bills recurring lines by the day, not a share.
        amounts: it bills these amounts, and neither a share nor days; ``lines`` are then those that are not ordered
            any more, and the others are put back on its way out.
    """

    kind: Literal["issue_invoice"] = "issue_invoice"
    deal_id: str
    item: str
    entity: str
    customer_id: str
    issue_on: date
    supplied_on: date
    lines: tuple[QuoteLine, ...]
    share_bp: int
    shares_before_bp: int
    rates: tuple[TaxRate, ...]
    price_includes_tax: bool
    payment: PaymentTerms
    po_reference: str = ""
    calendar: CompiledCalendar | None = None
    whole_bp: int = 10_000
    purpose: Literal["standard", "deposit"] = "standard"
    deposit_item: str = ""
    deduct_upto_bp: int = 0
    service: ServicePeriod | None = None
    amounts: tuple[LineAmount, ...] = ()


class SendInvoice(Value):
    """Send the issued invoice to the customer as PDF, once."""

    kind: Literal["send_invoice"] = "send_invoice"
    customer_id: str
    number: str
    entity: str = ""


class OpenReceivable(Value):
    """Tell the customer's account of a new invoice, starting the account if it has none."""

    kind: Literal["open_receivable"] = "open_receivable"
    entity: str
    customer_id: str
    currency: str
    number: str
    deal_id: str
    gross: Money


class CreditInvoice(Value):
    """Issue a credit note over what is left of an invoice, or over what an order is less than was invoiced.

    Attributes:
        number: the invoice; empty where amounts are credited.
        amounts: what is credited of each order line, at the order's prices.
        items: the billing items whose invoices it is taken from, the first ones first.
        service: the days that are credited of a recurring item.
        by: who made the order less, where a second person may have to agree to the credit.
        agreed: the approval by which one has, to at most ``agreed_minor`` with what was given away before.
    """

    kind: Literal["credit_invoice"] = "credit_invoice"
    deal_id: str
    customer_id: str
    entity: str
    currency: str
    number: str
    reason: str
    issue_on: date
    amounts: tuple[LineAmount, ...] = ()
    items: tuple[str, ...] = ()
    service: ServicePeriod | None = None
    price_includes_tax: bool = False
    by: str = ""
    agreed: str = ""
    agreed_minor: int | None = None


class ServiceEnd(Value):
    """A service that is billed again and again ends; ``on`` is the first day without it."""

    item: str
    on: date


class CancelBilling(Value):
    """Credit and bill what a cancelled order asks for, in one transaction, exactly as somebody has seen it.

    Attributes:
        paid_part: what becomes of what had been paid of what is credited.
        kept: what of each order line stays owed, at the order's prices.
        forgone: what of each order line was delivered and is given up as far as it is not billed, where it is credited.
        final: the invoice over what was delivered and is not billed; its amounts are found in the ledger. It is issued
            where they stay owed, and only weighed where they are given up, as ``arrears`` are.
        ends: when each service ends that runs.
        ended: the credits of days after the end of services that are billed in advance.
        arrears: the invoices of days before the end of services that are billed in arrears.
        stopped: what does not happen any more; it is a part of what is seen.
        expected: the hash of the preview that somebody has seen or agreed to; empty where nobody has.
        by: who asks; agreed: the approval by which a second person has agreed.
    """

    kind: Literal["cancel_billing"] = "cancel_billing"
    deal_id: str
    customer_id: str
    entity: str
    currency: str
    reason: str
    issue_on: date
    delivered: Delivered
    paid_part: PaidPart = "unapplied"
    kept: tuple[LineAmount, ...] = ()
    forgone: tuple[LineAmount, ...] = ()
    final: IssueInvoice | None = None
    ends: tuple[ServiceEnd, ...] = ()
    ended: tuple[CreditInvoice, ...] = ()
    arrears: tuple[IssueInvoice, ...] = ()
    stopped: Stopped = Stopped()
    price_includes_tax: bool = False
    expected: str = ""
    by: str = ""
    agreed: str = ""

    def dated(self, today: date) -> "CancelBilling":
        """Return it with all its documents dated another day; what ends, ends when it was to."""
        on = {"issue_on": today}
        final = None if self.final is None else self.final.model_copy(update=on)
        ended = tuple(one.model_copy(update=on) for one in self.ended)
        arrears = tuple(one.model_copy(update=on) for one in self.arrears)
        return self.model_copy(update=on | {"final": final, "ended": ended, "arrears": arrears})


DealEffect = Annotated[
    OpenDeal
    | AssignLead
    | ResolveApproval
    | CheckSigner
    | ExtendCalendar
    | SendQuote
    | Notify
    | TellCustomer
    | RequestSignature
    | CheckCredit
    | CreateOrder
    | CancelOrder
    | SyncCrm
    | IssueInvoice
    | SendInvoice
    | OpenReceivable
    | CreditInvoice
    | CancelBilling,
    Field(discriminator="kind"),
]
