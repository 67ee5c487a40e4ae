"""What happens to a deal, in the past tense; the event log keeps these for ever under their ``kind``."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.approval import events as approval
from domain.approval.questions import SeatsQuestioned
from domain.deal.events_amend import AmendmentEvent
from domain.deal.events_around import CalendarExtended, CalendarRunsOut
from domain.deal.events_billing import (
    BillingItemDue,
    CreditRequired,
    DebtRecovered,
    DeltaDue,
    InvoiceCredited,
    InvoiceIssued,
    InvoiceOpenChanged,
    PeriodDue,
    ReceivableOpened,
    RecurringEnded,
    RecurringStarted,
    ReductionRequired,
)
from domain.deal.events_cancel import CancellationEvent
from domain.deal.events_credit import CreditCheckRequired as CreditCheckRequired
from domain.deal.events_credit import CreditCleared as CreditCleared
from domain.deal.events_credit import CreditEvent
from domain.deal.events_credit import CreditHeld as CreditHeld
from domain.deal.events_credit import CreditReleased as CreditReleased
from domain.deal.events_papers import InvoiceSent as InvoiceSent
from domain.deal.events_reduction import ReductionEvent
from domain.deal.events_sales import (
    DealLost,
    DealOpened,
    DealStalled,
    FollowedUp,
    LeadAssigned,
    LeadCaptured,
    LeadDisqualified,
    LeadNurtured,
    LeadQualified,
    LeadResponded,
    LeadUnassignable,
    NurtureEnded,
    Outcome,
    QuoteAccepted,
    QuoteApproved,
    QuoteCreated,
    QuoteDeclined,
    QuoteEdited,
    QuoteExpired,
    QuoteNotApproved,
    QuoteReminded,
    QuoteSent,
    QuoteSubmitted,
    QuoteSuperseded,
    ResponseBreached,
    ResponseWarned,
    StageAdvanced,
    SteppedBack,
)
from domain.logged import LogAdopted
from domain.money import Money
from domain.quotes import Quote
from domain.value import Text, Value

__all__ = [
    "AcceptanceNoticed",
    "AttentionNeeded",
    "BillingItemDue",
    "CalendarExtended",
    "CalendarRunsOut",
    "CancelRequested",
    "CommandRefused",
    "ContractOverdue",
    "ContractRequired",
    "ContractSigned",
    "CreditCheckRequired",
    "CreditCleared",
    "CreditHeld",
    "CreditReleased",
    "CreditRequired",
    "DealCancelled",
    "DealClosed",
    "DealEvent",
    "DealHeld",
    "DealLost",
    "DealOpened",
    "DealOwnEvent",
    "DealReleased",
    "DealReopened",
    "DealStalled",
    "DebtRecovered",
    "Delivered",
    "DeliveryAccepted",
    "DeliveryCorrected",
    "DeliveryRecorded",
    "DeliveryRejected",
    "DeltaDue",
    "EffectCompleted",
    "EffectRetried",
    "EffectSkipped",
    "FollowedUp",
    "InvoiceCredited",
    "InvoiceIssued",
    "InvoiceOpenChanged",
    "InvoiceSent",
    "LeadAssigned",
    "LeadCaptured",
    "LeadDisqualified",
    "LeadNurtured",
    "LeadQualified",
    "LeadResponded",
    "LeadUnassignable",
    "NurtureEnded",
    "OrderAmended",
    "OrderBooked",
    "OrderCreated",
    "Outcome",
    "PeriodDue",
    "QuoteAccepted",
    "QuoteApproved",
    "QuoteCreated",
    "QuoteDeclined",
    "QuoteEdited",
    "QuoteExpired",
    "QuoteNotApproved",
    "QuoteReminded",
    "QuoteSent",
    "QuoteSubmitted",
    "QuoteSuperseded",
    "ReceivableOpened",
    "RecurringEnded",
    "RecurringStarted",
    "ReductionRequired",
    "ResponseBreached",
    "ResponseWarned",
    "SeatsQuestioned",
    "StageAdvanced",
    "SteppedBack",
]


class ContractRequired(Value):
    kind: Literal["contract_required"] = "contract_required"
    sign_due: datetime | None = None
    content_hash: str
    two_sided: bool = True


class ContractSigned(Value):
    kind: Literal["contract_signed"] = "contract_signed"
    side: Literal["ours", "theirs"]
    signed_by: str
    evidence: str = ""


class ContractOverdue(Value):
    kind: Literal["contract_overdue"] = "contract_overdue"


class OrderCreated(Value):
    kind: Literal["order_created"] = "order_created"
    quote_version: int
    total: Money
    gross: Money


class OrderBooked(Value):
    kind: Literal["order_booked"] = "order_booked"
    erp_reference: str


class OrderAmended(Value):
    kind: Literal["order_amended"] = "order_amended"
    revision: int
    quote: Quote
    reason: str


class Delivered(Value):
    """A quantity delivered of an order line."""

    position: int
    quantity: str


class DeliveryRecorded(Value):
    kind: Literal["delivery_recorded"] = "delivery_recorded"
    lines: tuple[Delivered, ...]
    complete: bool
    reference: str = ""


class DeliveryCorrected(Value):
    kind: Literal["delivery_corrected"] = "delivery_corrected"
    lines: tuple[Delivered, ...]
    complete: bool
    reason: str


class AcceptanceNoticed(Value):
    kind: Literal["acceptance_noticed"] = "acceptance_noticed"
    deemed_at: datetime


class DeliveryAccepted(Value):
    kind: Literal["delivery_accepted"] = "delivery_accepted"
    accepted_by: str
    evidence: str = ""
    deemed: bool = False


class DeliveryRejected(Value):
    kind: Literal["delivery_rejected"] = "delivery_rejected"
    reason: str


class CancelRequested(Value):
    kind: Literal["cancel_requested"] = "cancel_requested"
    reason: str


class DealCancelled(Value):
    kind: Literal["deal_cancelled"] = "deal_cancelled"


class DealHeld(Value):
    kind: Literal["deal_held"] = "deal_held"
    reason: str
    until: datetime | None = None


class DealReleased(Value):
    """The hold ended; every running clock moves on by ``held_for_s`` seconds of real time held."""

    kind: Literal["deal_released"] = "deal_released"
    held_for_s: int
    by_clock: bool = False


class DealClosed(Value):
    kind: Literal["deal_closed"] = "deal_closed"
    outcome: Literal["paid", "written_off"]


class DealReopened(Value):
    """A returned payment opens a closed deal again."""

    kind: Literal["deal_reopened"] = "deal_reopened"
    number: str


class EffectCompleted(Value):
    """An effect without an event of its own has happened."""

    kind: Literal["effect_completed"] = "effect_completed"
    effect: str
    effect_id: str
    reference: str = ""


class AttentionNeeded(Value):
    """An effect exhausted its retries: a person must retry, skip or abort."""

    kind: Literal["attention_needed"] = "attention_needed"
    effect_id: str
    error: str


class EffectRetried(Value):
    kind: Literal["effect_retried"] = "effect_retried"
    effect_id: str


class EffectSkipped(Value):
    kind: Literal["effect_skipped"] = "effect_skipped"
    effect_id: str
    reason: str


class CommandRefused(Value):
    """A signal (or a ledger) said no; nothing else changed."""

    kind: Literal["command_refused"] = "command_refused"
    code: str
    text: Text
    command: str = ""
    excerpt: str = ""


DealOwnEvent = (
    LeadCaptured
    | DealOpened
    | LeadAssigned
    | LeadUnassignable
    | ResponseWarned
    | ResponseBreached
    | LeadResponded
    | FollowedUp
    | LeadQualified
    | LeadDisqualified
    | LeadNurtured
    | NurtureEnded
    | StageAdvanced
    | SteppedBack
    | DealStalled
    | DealLost
    | QuoteCreated
    | QuoteEdited
    | QuoteSuperseded
    | QuoteSubmitted
    | QuoteApproved
    | QuoteNotApproved
    | QuoteSent
    | QuoteReminded
    | QuoteExpired
    | QuoteAccepted
    | QuoteDeclined
    | ContractRequired
    | ContractSigned
    | ContractOverdue
    | OrderCreated
    | OrderBooked
    | OrderAmended
    | DeliveryRecorded
    | DeliveryCorrected
    | AcceptanceNoticed
    | DeliveryAccepted
    | DeliveryRejected
    | BillingItemDue
    | InvoiceIssued
    | InvoiceSent
    | ReceivableOpened
    | InvoiceOpenChanged
    | DebtRecovered
    | CancelRequested
    | CreditRequired
    | InvoiceCredited
    | RecurringStarted
    | RecurringEnded
    | PeriodDue
    | DeltaDue
    | ReductionRequired
    | DealCancelled
    | DealHeld
    | DealReleased
    | DealClosed
    | DealReopened
    | EffectCompleted
    | AttentionNeeded
    | EffectRetried
    | EffectSkipped
    | CommandRefused
    | SeatsQuestioned
    | CalendarRunsOut
    | CalendarExtended
)

DealEvent = Annotated[
    DealOwnEvent
    | AmendmentEvent
    | CancellationEvent
    | ReductionEvent
    | CreditEvent
    | LogAdopted
    | approval.ApprovalEvent,
    Field(discriminator="kind"),
]
