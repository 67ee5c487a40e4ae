"""The commands of a deal: the public ones people send, and the internal ones only the shell can apply.

Nobody outside can send a result: `submit` and `command` accept the public union only.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.approval.questions import OrgChanged, Resolved, SignerChecked
from domain.approval.requests import AddSigner, Decide, Recall, TransferSeat
from domain.business_calendar import CompiledCalendar
from domain.cancellation import CancellationPreview
from domain.deal.requests import (
    AbortEffect,
    AcceptDelivery,
    AcceptQuote,
    Advance,
    Amend,
    Assign,
    Cancel,
    Capture,
    CorrectDelivery,
    CreateQuote,
    DeclineQuote,
    DeliveredLine,
    Disqualify,
    EditQuote,
    EndRecurring,
    FollowUp,
    HoldDeal,
    Lose,
    Nurture,
    PublicDealCommand,
    Qualify,
    RecordDelivery,
    RejectDelivery,
    Release,
    ReleaseCredit,
    Respond,
    RetryEffect,
    SendQuoteNow,
    SignContract,
    SkipEffect,
    StepBack,
    SubmitQuote,
)
from domain.deal.state import Customer
from domain.logged import AdoptLog
from domain.money import Money
from domain.receivables.freed import FreedCash
from domain.receivables.holds import AccountHold
from domain.receivables.second_person import Weighed
from domain.terms import DealTerms
from domain.value import Text, Value
from domain.words import Name, Reason

__all__ = [
    "AbortEffect",
    "AcceptDelivery",
    "AcceptQuote",
    "AccountHoldChanged",
    "AddSigner",
    "AdoptLog",
    "Advance",
    "Amend",
    "Assign",
    "Assignee",
    "BillingCancelled",
    "Booked",
    "Cancel",
    "Capture",
    "CorrectDelivery",
    "CreateQuote",
    "CreditDecision",
    "Credited",
    "CreditedPart",
    "DealRefusal",
    "DealResult",
    "Decide",
    "DeclineQuote",
    "DeliveredLine",
    "Disqualify",
    "Done",
    "EditQuote",
    "EffectDone",
    "EffectFailed",
    "Elapsed",
    "EndRecurring",
    "FollowUp",
    "HoldDeal",
    "Issued",
    "LongerCalendar",
    "Lose",
    "Name",
    "Nurture",
    "Opened",
    "OrgChanged",
    "PublicDealCommand",
    "Qualify",
    "Reason",
    "Recall",
    "ReceivableChanged",
    "RecordDelivery",
    "RejectDelivery",
    "Release",
    "ReleaseCredit",
    "Resolved",
    "Respond",
    "RetryEffect",
    "SendQuoteNow",
    "SignContract",
    "SignerChecked",
    "SkipEffect",
    "StepBack",
    "SubmitQuote",
    "TransferSeat",
    "Unreadable",
]


# --- internal: results of effects -----------------------------------------------------------------------------------


class Opened(Value):
    """Result of `OpenDeal`."""

    kind: Literal["opened"] = "opened"
    terms: DealTerms
    customer: Customer
    score: int = 0
    score_reasons: tuple[str, ...] = ()
    assignee: str = ""


class Assignee(Value):
    """Result of `AssignLead`; empty when nobody is left."""

    kind: Literal["assignee"] = "assignee"
    owner: str


class LongerCalendar(Value):
    """Result of `ExtendCalendar`: the days from before the old end on, as they are known now."""

    kind: Literal["longer_calendar"] = "longer_calendar"
    calendar: CompiledCalendar


class Booked(Value):
    """Result of `CreateOrder`."""

    kind: Literal["booked"] = "booked"
    erp_reference: str


class CreditDecision(Value):
    """Result of `CheckCredit`; ``blocked`` says why not, empty when allowed.

    Attributes:
        holds: the accounts of the customer that keep orders or deliveries back.
    """

    kind: Literal["credit_decision"] = "credit_decision"
    exposure_minor: int
    blocked: str = ""
    holds: tuple[AccountHold, ...] = ()


class Issued(Value):
    """Result of `IssueInvoice`.

    Attributes:
        deducted: what it takes off for a deposit, if anything: what is to be paid is the gross less this.
        undeducted: the number of the deposit's invoice, where this was the last to deduct it and a part is left.
    """

    kind: Literal["issued"] = "issued"
    item: str
    number: str
    net: Money
    gross: Money
    due_on: str
    deducted: Money | None = None
    undeducted: str = ""

    @property
    def payable(self) -> Money:
        """What is to be paid."""
        return self.gross if self.deducted is None else self.gross.minus(self.deducted)


class CreditedPart(Value):
    """One of several credit notes; ``left_minor`` is what is open of its invoice after it.

    Attributes:
        freed: cash that it released and that is to be paid back.
    """

    number: str
    credit_note: str
    amount: Money
    left_minor: int
    freed: tuple[FreedCash, ...] = ()


class Credited(Value):
    """Result of `CreditInvoice`.

    Attributes:
        notes: all credit notes, where amounts were credited of several invoices; the other fields are then empty.
        waits: nothing was credited: a second person must agree to it first.
    """

    kind: Literal["credited"] = "credited"
    number: str
    credit_note: str
    amount: Money
    notes: tuple[CreditedPart, ...] = ()
    waits: Weighed | None = None


class BillingCancelled(Value):
    """Result of `CancelBilling`: what it has done, or what it would do and a second person must agree to first.

    Attributes:
        notes: the credit notes; ``whole`` names the invoices that are credited whole.
        issued: the invoices over what was delivered and not billed.
    """

    kind: Literal["billing_cancelled"] = "billing_cancelled"
    preview: CancellationPreview
    waits: bool = False
    notes: tuple[CreditedPart, ...] = ()
    whole: tuple[str, ...] = ()
    issued: tuple[Issued, ...] = ()


class Done(Value):
    """Result of an effect that has nothing to tell but that it happened.

    Attributes:
        fiscal_number: 数电票号码 of an invoice that went out, where the tax office issued it.
    """

    kind: Literal["done"] = "done"
    reference: str = ""
    fiscal_number: str = ""


class DealRefusal(Value):
    """The ledger or the directory refused what was asked."""

    kind: Literal["refused"] = "refused"
    code: str
    text: Text


DealResult = Annotated[
    Opened
    | Assignee
    | Resolved
    | SignerChecked
    | LongerCalendar
    | Booked
    | CreditDecision
    | Issued
    | Credited
    | BillingCancelled
    | Done
    | DealRefusal,
    Field(discriminator="kind"),
]


class EffectDone(Value):
    """An effect's result, by the effect's id."""

    kind: Literal["effect_done"] = "effect_done"
    effect_id: str
    result: DealResult


class EffectFailed(Value):
    """An effect exhausted its retries."""

    kind: Literal["effect_failed"] = "effect_failed"
    effect_id: str
    error: str


# --- internal: time -------------------------------------------------------------------------------------------------


class Elapsed(Value):
    """A due time has come; ``what`` names the agenda item, ``reference`` the thing it is about."""

    kind: Literal["elapsed"] = "elapsed"
    what: Literal[
        "response_warn",
        "response_breach",
        "nurture_end",
        "stalled",
        "auto_lose",
        "quote_reminder",
        "quote_expiry",
        "approval_warn",
        "approval_breach",
        "approval_expiry",
        "people_change",
        "sign_due",
        "acceptance_notice",
        "deemed_acceptance",
        "calendar_end",
        "billing_period",
        "hold_end",
    ]
    reference: str = ""


# --- internal: words of other workflows and of the organisation -----------------------------------------------------


class ReceivableChanged(Value):
    """The account says what is open of an invoice of this deal.

    Attributes:
        recovered_minor: what of its bad debt was paid after all; ``written_off`` tells whether a part of it still is.
    """

    kind: Literal["receivable_changed"] = "receivable_changed"
    number: str
    open_minor: int
    disputed_minor: int = 0
    written_off: bool = False
    recovered_minor: int = 0


class AccountHoldChanged(Value):
    """An account of the customer says what it keeps back from their deals; neither is the end of a hold.

    Attributes:
        customer_id: whose deals are spoken to.
    """

    kind: Literal["account_hold_changed"] = "account_hold_changed"
    customer_id: str
    orders: bool
    deliveries: bool


class Unreadable(Value):
    """A message that could not be read, or that the rules refuse as a signal; it is recorded, nothing else."""

    kind: Literal["unreadable"] = "unreadable"
    code: str
    text: Text
    command: str = ""
    excerpt: str = ""
