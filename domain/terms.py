"""The slice of the policy that applies to one deal or account, compiled to plain data when it starts.

No expression, directory or package is left in it: the core reads nothing that may have changed.
"""

from datetime import date
from enum import StrEnum
from typing import Literal

from domain.billing_periods import Every
from domain.business_calendar import CompiledCalendar
from domain.due_dates import DueRule, PaymentTerms
from domain.einvoice.codes import TaxCategory
from domain.money import Money
from domain.span import Span
from domain.value import Text, Value


class Trigger(StrEnum):
    """What makes a billing item due."""

    ORDERED = "ordered"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"


class PartKind(StrEnum):
    """What a part of a billing schedule is.

    ``deposit`` (预付款) is asked for before anything is supplied and deducted later; ``retention`` (质保金) is invoiced
    with the rest and falls due by a rule of its own; ``recurring`` bills the lines of its period again and again.
    """

    MILESTONE = "milestone"
    DEPOSIT = "deposit"
    RETENTION = "retention"
    RECURRING = "recurring"


class BillingPart(Value):
    """One part of the billing schedule: a share of the order, due upon a trigger.

    Attributes:
        due: when its invoice falls due, where the deal's payment terms do not say it.
        every: the period of a recurring part, which has no share.
        arrears: it is billed after each period, not before.
    """

    id: str
    share_bp: int = 0
    upon: Trigger
    kind: PartKind = PartKind.MILESTONE
    due: DueRule | None = None
    every: Every | None = None
    arrears: bool = False


class TaxRate(Value):
    """A tax code and its rate in basis points.

    Attributes:
        category: what it means in EN 16931; none is the standard one, where there is a rate.
        reason: why there is no tax.
        since: from which day of supply the rate holds; none is from the beginning. Of a code the latest counts.
    """

    code: str
    rate_bp: int
    category: TaxCategory | None = None
    reason: Text | None = None
    since: date | None = None


class OpportunityStage(Value):
    """A stage of the opportunity: what must be shown to leave it, and how long it may take."""

    id: str
    probability_bp: int
    exit: tuple[str, ...] = ()
    max_age: Span | None = None


class LeadTerms(Value):
    """Rules of the lead: first-response clock, hops on breach, qualification threshold."""

    qualify_at: int | None = None
    first_response: Span | None = None
    warn_at_bp: int = 7500
    max_hops: int = 0
    disqualify_reasons: tuple[str, ...] = ("other",)


class OpportunityTerms(Value):
    """Rules of the opportunity; no stages means a quote may follow at once."""

    stages: tuple[OpportunityStage, ...] = ()
    skip_stages: bool = False
    stalled_after: Span | None = None
    lost_after: Span | None = None
    lost_reasons: tuple[str, ...] = ("other",)


class QuoteTerms(Value):
    """Rules of the quote: how long it is valid, when to remind, who may not approve."""

    validity: Span
    validity_max: Span
    expire: Literal["customer_midnight", "instant"] = "customer_midnight"
    remind_before: tuple[Span, ...] = ()
    blocked: bool = False


class ApprovalTerms(Value):
    """Rules of approvals: the clock of each step, what a breach does, how decisions carry over.

    Attributes:
        sla: working time for one step; none means no clock.
        warn_at_bp: shares of the clock at which the seat is reminded.
        on_breach: ``add`` the manager beside the seat, ``reassign`` to the manager, ``none``.
        breach_again: what the second breach does: ``return`` to the requester or ``ops``.
        max_age: after this the approval expires.
        reapproval: ``envelope`` carries decisions for what is no worse, ``full`` starts again.
        carry_same_person: one decision fills consecutive seats of the same person.
        signer_depth: how deep added signers may nest; 0 forbids adding.
    """

    sla: Span | None = None
    warn_at_bp: tuple[int, ...] = ()
    on_breach: Literal["none", "add", "reassign"] = "add"
    breach_again: Literal["return", "ops"] = "ops"
    max_age: Span | None = None
    reapproval: Literal["envelope", "full"] = "envelope"
    carry_same_person: bool = True
    signer_depth: int = 1
    recall_by_owner: bool = True


class ContractTerms(Value):
    """When a contract is required and how it is signed."""

    required_over: Money | None = None
    two_sided: bool = True
    sign_due: Span | None = None


class OrderTerms(Value):
    """Credit check at order time and what a cancellation needs."""

    credit_check: bool = False
    credit_limit: Money | None = None
    overdue_block_days: int | None = None
    over_delivery_bp: int = 0


class FulfilmentTerms(Value):
    """Whether the customer must accept, and when silence counts as acceptance."""

    acceptance_required: bool = False
    deemed_after: Span | None = None
    notice_before: Span | None = None


class BillingTerms(Value):
    """The schedule of invoices and the tax they carry."""

    parts: tuple[BillingPart, ...]
    po_required: bool = False
    rates: tuple[TaxRate, ...] = ()
    default_tax: str = ""
    price_includes_tax: bool = False


class DealTerms(Value):
    """All the policy that one deal needs, named by the policy's content hash.

    Attributes:
        contact: the customer's calendar in whose hours they are reminded; none means at any time.
    """

    policy: str
    entity: str
    currency: str
    customer_class: str
    zone: str
    customer_zone: str
    calendar: CompiledCalendar
    lead: LeadTerms
    opportunity: OpportunityTerms
    quote: QuoteTerms
    approval: ApprovalTerms
    contract: ContractTerms
    order: OrderTerms
    fulfilment: FulfilmentTerms
    billing: BillingTerms
    payment: PaymentTerms
    contact: CompiledCalendar | None = None


class DatedRate(Value):
    """A rate of interest in basis points, from a day on until the next one."""

    since: date
    rate_bp: int


class InterestTerms(Value):
    """Simple interest on what is late and not disputed, from the day after it was due; never on fees or interest.

    Attributes:
        rate_bp: basis points, of a year of 365 days whatever its length (act/365) or of a single day.
        rates: what holds instead where the law changes its rate; a day before the first of them bears none.
        cap_bp: how much interest an instalment may bear in all, of its amount; none is without a limit.
    """

    rate_bp: int
    per: Literal["year", "day"] = "year"
    rates: tuple[DatedRate, ...] = ()
    cap_bp: int | None = None

    def on(self, day: date) -> int:
        """Return the rate of a day."""
        if not self.rates:
            return self.rate_bp
        known = [one for one in self.rates if one.since <= day]
        return max(known, key=lambda one: one.since).rate_bp if known else 0


class LadderLevel(Value):
    """One level of a dunning ladder.

    Attributes:
        id: the level's name, e.g. ``reminder``, ``L1``, ``collections``.
        day: calendar days after the due date.
        channels: how the notice goes out: the first of ``email``, ``letter`` and ``call_task`` that works.
        actions: what else happens: ``call_task``, ``credit_hold``, ``stop_delivery``, ``hand_over``.
        fee_minor: the lump sum that its notice claims, once for this level and the oldest invoice it is about.
        interest: its notice claims interest up to its day.
    """

    id: str
    day: int
    channels: tuple[str, ...] = ("email",)
    actions: tuple[str, ...] = ()
    fee_minor: int = 0
    interest: bool = False


class WriteOffTerms(Value):
    """When a person of finance is asked whether an item is written off: so long overdue, and asked for so often."""

    after_days: int
    min_attempts: int


class ContactCaps(Value):
    """How often a customer may be contacted at most, in a day and in seven days of their zone; none means as often."""

    per_day: int | None = None
    per_week: int | None = None
    zone: str


class DunningTerms(Value):
    """The ladder of one customer class and the rules around it.

    Attributes:
        pre_due: reminders before the due date, as offsets (``-5bd``, ``0d``).
        levels: the ladder, days strictly increasing.
        min_open: no notice below this net open amount.
        min_gap: least time between two notices of one case or item.
        unit: one case ``per: customer`` or one ladder per invoice.
        dispute_hold: ``pause`` resumes a held level later, ``skip`` drops levels that fall into a dispute,
            ``none`` ignores disputes.
        at_minute: minute of the day at which levels fall due, in ``zone``.
        zone: the zone of due dates (the legal entity's).
        contact: the customer's calendar in whose hours a notice may go out; none means at any time.
        interest: what levels that claim interest charge; none means none.
        on_broken: what a broken promise or plan does: ``wait`` lets the ladder go on by its days, ``next_level`` sends
            the next level at the first slot after it, whatever its day; never within ``min_gap``.
        stop_words: words of a customer's reply that pause dunning until a person resumes it.
        catch_up: what becomes of levels whose time has passed unsent, since the system was down or an old item came
            in: ``step`` sends each of them after the other, ``skip`` the highest of them at once.
        caps: how often the customer may be contacted; none means as often as the ladder says.
        write_off: what is proposed for write-off at the end of the ladder; none means nothing.
    """

    pre_due: tuple[Span, ...] = ()
    levels: tuple[LadderLevel, ...] = ()
    min_open: Money
    min_gap: Span | None = None
    unit: Literal["customer", "invoice"] = "customer"
    dispute_hold: Literal["pause", "skip", "none"] = "pause"
    at_minute: int = 540
    zone: str = "UTC"
    contact: CompiledCalendar | None = None
    interest: InterestTerms | None = None
    on_broken: Literal["wait", "next_level"] = "wait"
    stop_words: tuple[str, ...] = ()
    catch_up: Literal["step", "skip"] = "step"
    caps: ContactCaps | None = None
    write_off: WriteOffTerms | None = None


class PromiseTerms(Value):
    """How far a promise to pay is trusted.

    Attributes:
        max_broken: after so many broken ones only finance or credit may take another; none means no limit.
    """

    max_days: int = 21
    max_open: int = 1
    max_per_year: int = 4
    grace: Span | None = None
    max_broken: int | None = None


class PlanTerms(Value):
    """How far a payment plan may go; beyond, a second person decides where the policy has tiers, else it is refused.

    Attributes:
        first_within, max_days: until how many days from today its first and its last instalment are due.
        max_minor: how much it may be over; none means any amount.
        grace: how long after its day an instalment still counts.
    """

    max_instalments: int
    first_within: int
    max_days: int
    max_minor: int | None = None
    grace: Span | None = None


class Tolerance(Value):
    """The largest shortfall that is written off by itself; both bounds must hold."""

    minor: int = 0
    bp: int = 0


RequestKind = Literal["write_off", "credit", "refund", "claim", "receipt", "reversal", "hand_over", "plan", "exchange"]
"""What gives money away, or says whose it is, and may need a second person."""


class Alone(Value):
    """Up to which amount one person of finance may do something."""

    kind: RequestKind
    minor: int


class BookTerms(Value):
    """In which currency the legal entity keeps its books, for an account of another one.

    Attributes:
        rate_days: for how many days after its own a rate holds, e.g. over holidays.
    """

    currency: str
    rate_days: int


class Agency(Value):
    """Who collects what the ladder could not: an agency or a lawyer, and the language they are written to."""

    name: str
    email: str
    language: str = "en"


class AccountTerms(Value):
    """All the policy that one customer account needs.

    Attributes:
        books: none for an account in the currency of the books, or where rates bring neither gain nor loss.
        agency: to whom a claim is handed over; none leaves that to finance.
        alone: what needs a second person above which amount; what is not named needs none.
        approval: the clock of these approvals; none where nothing is named.
    """

    policy: str
    entity: str
    currency: str
    customer_class: str
    calendar: CompiledCalendar
    dunning: DunningTerms
    promise: PromiseTerms
    tolerance: Tolerance
    dispute_reasons: tuple[str, ...] = ("other",)
    alone: tuple[Alone, ...] = ()
    approval: ApprovalTerms | None = None
    plan: PlanTerms | None = None
    books: BookTerms | None = None
    agency: Agency | None = None
