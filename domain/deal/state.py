"""A deal as one immutable value: the whole state, the input of continue-as-new, and never above 64 KB."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from domain.approval.seats import Approval
from domain.billing_periods import Every
from domain.cancellation import Delivered
from domain.deal.effects import DealEffect
from domain.due_dates import DueRule
from domain.machine import Answer, Line, Pending
from domain.money import Money
from domain.quotes import Quote, QuoteLine, Totals
from domain.receivables.freed import PaidPart
from domain.receivables.holds import AccountHold
from domain.terms import DealTerms, PartKind, Trigger
from domain.value import Value


class Stage(StrEnum):
    """Where a deal is; see domain.md 6.1. After ``active`` fulfilment, billing and collection run in parallel."""

    LEAD_NEW = "lead.new"
    LEAD_ASSIGNED = "lead.assigned"
    LEAD_WORKING = "lead.working"
    LEAD_NURTURE = "lead.nurture"
    OPPORTUNITY = "opportunity"
    QUOTE_DRAFT = "quote.draft"
    QUOTE_PENDING = "quote.pending"
    QUOTE_APPROVED = "quote.approved"
    QUOTE_SENT = "quote.sent"
    QUOTE_EXPIRED = "quote.expired"
    CONTRACT = "contract.pending"
    CREDIT_HOLD = "credit_hold"
    ACTIVE = "active"
    CANCELLING = "cancelling"
    PAID = "closed.paid"
    LOST = "closed.lost"
    DISQUALIFIED = "closed.disqualified"
    CANCELLED = "closed.cancelled"
    WRITTEN_OFF = "closed.written_off"

    @property
    def closed(self) -> bool:
        """Tell whether the stage is terminal."""
        return self.value.startswith("closed.")


class Customer(Value):
    """The customer as the deal needs it; names are data, ``customer_id`` is ours."""

    customer_id: str
    name: str
    language: str = "en"
    zone: str = "UTC"


class Lead(Value):
    """What was captured: where it came from and everything the source said."""

    source: str
    contact: str = ""
    value: Money | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    score: int = 0
    score_reasons: tuple[str, ...] = ()
    captured_at: datetime | None = None
    assigned_at: datetime | None = None
    responded_at: datetime | None = None
    hops: int = 0
    had: tuple[str, ...] = ()
    warned: bool = False
    breached: bool = False
    recycle_on: datetime | None = None


class Opportunity(Value):
    """The stage of the opportunity and what was shown to get there."""

    stage: str = ""
    entered_at: datetime | None = None
    moved_at: datetime | None = None
    met: tuple[str, ...] = ()
    reworks: int = 0
    stalled: bool = False


class Hold(Value):
    """A hold over any open stage; the clocks of SLAs stand still meanwhile."""

    reason: str
    by: str
    since: datetime
    until: datetime | None = None


class Held(Value):
    """A hold that is over; every clock that was running then ran on afterwards with what it had left."""

    since: datetime
    until: datetime


class Contract(Value):
    """Who has signed, and until when signing is awaited."""

    required_since: datetime
    sign_due: datetime | None = None
    ours: str = ""
    theirs: str = ""
    reminded: bool = False


class OrderLine(Value):
    """A line of the order with what was delivered of it (decimal quantities as text)."""

    line: QuoteLine
    delivered: str = "0"


class Order(Value):
    """The order as a frozen snapshot of the accepted quote, plus its revision.

    Attributes:
        approved: what was approved with an amendment; none while the accepted quote's own approval is the limit.
    """

    revision: int
    lines: tuple[OrderLine, ...]
    total: Money
    gross: Money
    ordered_at: datetime
    accepted_by: str = ""
    evidence: str = ""
    po_reference: str = ""
    erp_reference: str = ""
    approved: Totals | None = None


class AmendedLine(Value):
    """What an amendment makes of a line of the order: its quantity and its net price of one unit."""

    position: int
    quantity: str
    net_minor: int


class Amendment(Value):
    """An amendment that goes beyond what was approved, until it is decided; the order stands meanwhile.

    Attributes:
        nth: counts the deal's amendments that were asked for.
        quote: the order as it would be, without its lines: ``lines`` say what is other than in the order.
        by: who asked for it.
        approved: its approval is granted and the credit check is under way.
    """

    nth: int
    quote: Quote
    lines: tuple[AmendedLine, ...]
    reason: str
    by: str
    approved: bool = False


class Fulfilment(Value):
    """Delivery and acceptance of the order."""

    delivered_at: datetime | None = None
    complete: bool = False
    accepted_at: datetime | None = None
    deemed: bool = False
    deemed_at: datetime | None = None
    noticed: bool = False
    noticed_at: datetime | None = None
    rework: str = ""


class Cancellation(Value):
    """A cancellation that is asked for: the ledger weighs it, or a second person decides on it.

    Attributes:
        nth: counts the deal's cancellations that were asked for.
        by: who asked.
        preview: the hash of what they have seen, or of what is to be agreed to.
        gives_up: the parked effect that is given up with the order.
        approval_id: while people decide, and after.
        agreed: a second person has agreed, and the ledger is asked again.
    """

    nth: int
    reason: str
    by: str
    delivered: Delivered
    paid_part: PaidPart = "unapplied"
    preview: str = ""
    gives_up: str = ""
    approval_id: str = ""
    agreed: bool = False

    @property
    def under_way(self) -> bool:
        """Whether the ledger is being asked: until it has answered, the order may not change."""
        return self.agreed or not self.approval_id


class Reduction(Value):
    """A credit of an order that became smaller, until a second person has decided on it.

    Attributes:
        nth: counts the deal's credits that were asked about.
        effect_id: of the pending effect, which waits meanwhile.
        in_all_minor: what it gives away, with what was given away of the same invoices before.
    """

    nth: int
    effect_id: str
    in_all_minor: int


BillingStatus = Literal["waiting", "requested", "issued", "cancelled"]


class BillingItem(Value):
    """One invoice to be: exactly one per (deal, item).

    Attributes:
        gross_minor: what was to be paid when it was issued: less what it deducts for a deposit.
        due: when it falls due, where the payment terms do not say it.
        part: the recurring item that it bills a period of.
    """

    id: str
    share_bp: int
    upon: Trigger
    status: BillingStatus = "waiting"
    number: str = ""
    gross_minor: int = 0
    open_minor: int = 0
    disputed_minor: int = 0
    credited: bool = False
    written_off: bool = False
    due_on: str = ""
    kind: PartKind = PartKind.MILESTONE
    due: DueRule | None = None
    part: str = ""


class Recurring(Value):
    """Lines that are billed again and again (周期性计费), one invoice for each period or part of one.

    Attributes:
        started_on: the first day of the service; none before its trigger.
        since: when it last started or changed: nothing falls due before.
        billed_until: the day up to which, and without which, it is billed.
        priced_from: since which day what is billed is at the prices of now.
        ends_on: the first day without the service; none while nobody has ended it.
    """

    id: str
    every: Every
    upon: Trigger
    arrears: bool = False
    due: DueRule | None = None
    started_on: date | None = None
    since: datetime | None = None
    billed_until: date | None = None
    priced_from: date | None = None
    ends_on: date | None = None

    @property
    def over(self) -> bool:
        """Tell whether nothing is left to be billed."""
        if self.ends_on is None:
            return False
        return self.billed_until is None or self.billed_until >= self.ends_on


class Deal(Value):
    """A deal from first lead to last payment.

    Attributes:
        version: the seq of the last fact.
        hold: the overlay ``on_hold``.
        prior_approval: the granted approval of the version before, whose decisions the envelope may carry.
        cancellation: what is asked for and not done; ``cancellations`` counts them.
        reduction: the credit that waits for a second person; ``reductions`` counts them.
        held: the holds that are over, for the clocks they stopped.
        amendment: what is asked for beyond the approved order; ``amendments`` counts them.
        credit_cleared: the order's credit is checked or released; the order follows as soon as nothing holds it.
        account_holds: the accounts of the customer that keep orders or deliveries back, as they said last.
        disputed_minor: what is under dispute on its invoices, as the account said last.
        pending: effects whose results are not in; `domain.deal.whole` completes them on their way out.
        answers: the last 256 command ids with their first answers.
        forgotten: the version up to which ids may have been answered that ``answers`` has not; the log has them.
        timeline: the last 50 facts for the cockpit.
    """

    deal_id: str
    entity: str
    currency: str
    version: int = 0
    stage: Stage = Stage.LEAD_NEW
    opened: bool = False
    customer: Customer
    owner: str = ""
    requester: str = ""
    lead: Lead
    opportunity: Opportunity = Opportunity()
    terms: DealTerms | None = None
    quotes: tuple[Quote, ...] = ()
    approval: Approval | None = None
    prior_approval: Approval | None = None
    contract: Contract | None = None
    order: Order | None = None
    amendment: Amendment | None = None
    amendments: int = 0
    cancellation: Cancellation | None = None
    cancellations: int = 0
    reduction: Reduction | None = None
    reductions: int = 0
    fulfilment: Fulfilment = Fulfilment()
    billing: tuple[BillingItem, ...] = ()
    recurring: tuple[Recurring, ...] = ()
    hold: Hold | None = None
    held: tuple[Held, ...] = ()
    credit_blocked: str = ""
    credit_cleared: bool = False
    account_holds: tuple[AccountHold, ...] = ()
    cancel_reason: str = ""
    disputed_minor: int = 0
    lost_reason: str = ""
    reopened: bool = False
    pending: tuple[Pending[DealEffect], ...] = ()
    answers: tuple[Answer, ...] = ()
    forgotten: int = 0
    timeline: tuple[Line, ...] = ()
