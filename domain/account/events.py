"""What happens to an account, in the past tense; the event log keeps these for ever under their ``kind``."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.account import refunds
from domain.account.effects import AccountEffect
from domain.account.events_collecting import CollectingEvent
from domain.account.events_collecting import CreditHoldLifted as CreditHoldLifted
from domain.account.events_collecting import CreditHoldSet as CreditHoldSet
from domain.account.events_collecting import DeliveriesStopped as DeliveriesStopped
from domain.account.events_collecting import HandedOver as HandedOver
from domain.account.events_collecting import Noted as Noted
from domain.account.events_collecting import NoticeInHand as NoticeInHand
from domain.account.events_collecting import NoticeSaid as NoticeSaid
from domain.account.events_collecting import ReplyReceived as ReplyReceived
from domain.account.events_receipts import ReceiptClaimed as ReceiptClaimed
from domain.account.events_receipts import ReceiptTakenOver as ReceiptTakenOver
from domain.account.events_requests import RequestAgreed as RequestAgreed
from domain.account.events_requests import RequestEnded as RequestEnded
from domain.account.events_requests import RequestRaised as RequestRaised
from domain.account.exchanges import ExchangeUndone, ReceiptExchanged
from domain.account.paper_events import CreditNoteReported, StatementAsked
from domain.account.plan_events import PlanBroken, PlanInstalmentPaid, PlanMade, PlanWithdrawn
from domain.account.promise_events import PromiseWithdrawn
from domain.account.write_off_events import WriteOffFellDue, WriteOffProposed
from domain.approval import events as approval
from domain.approval.questions import SeatsQuestioned
from domain.logged import LogAdopted
from domain.money import Money
from domain.receivables.entries import Allocation, CaseCounters, CaseView, Match, NextStep
from domain.receivables.freed import PaidPart
from domain.receivables.late_claims import DebitNote
from domain.terms import AccountTerms
from domain.value import Text, Value


class AccountOpened(Value):
    kind: Literal["account_opened"] = "account_opened"
    entity: str
    customer_id: str
    currency: str


class CaseLoaded(Value):
    kind: Literal["case_loaded"] = "case_loaded"
    customer_name: str
    terms: AccountTerms
    terms_hash: str
    case: CaseView
    counters: CaseCounters
    numbers: tuple[str, ...] = ()


class InvoiceEntered(Value):
    """A new receivable of a deal is known to the account."""

    kind: Literal["invoice_entered"] = "invoice_entered"
    number: str
    deal_id: str
    gross: Money


class LedgerAsked(Value):
    """A command of a person needs the ledger: the effect is under way, its result decides."""

    kind: Literal["ledger_asked"] = "ledger_asked"
    command: str
    effect: AccountEffect


class OpenItemImported(Value):
    kind: Literal["open_item_imported"] = "open_item_imported"
    number: str
    issued_on: date
    gross: Money


class ReceiptRecorded(Value):
    kind: Literal["receipt_recorded"] = "receipt_recorded"
    source: str
    external_id: str
    amount: Money
    value_date: date
    match: Match
    unapplied_minor: int


class ReceiptAllocated(Value):
    kind: Literal["receipt_allocated"] = "receipt_allocated"
    source: str
    external_id: str
    allocations: tuple[Allocation, ...]
    unapplied_minor: int


class ReceiptUnallocated(Value):
    kind: Literal["receipt_unallocated"] = "receipt_unallocated"
    source: str
    external_id: str
    allocations: tuple[Allocation, ...]
    reason: str


class ReceiptReversed(Value):
    """Money bounced; what of it had been paid back before is owed, by debit note ``claim``."""

    kind: Literal["receipt_reversed"] = "receipt_reversed"
    source: str
    external_id: str
    amount: Money
    reason: str
    claim: str = ""
    claimed_minor: int = 0


class InvoiceSettled(Value):
    kind: Literal["invoice_settled"] = "invoice_settled"
    number: str
    deal_id: str
    written_off: bool = False


class InvoicePartlyPaid(Value):
    kind: Literal["invoice_partly_paid"] = "invoice_partly_paid"
    number: str
    deal_id: str
    open_minor: int
    disputed_minor: int = 0


class InvoiceReopened(Value):
    """A settled invoice is open again; its due date stands."""

    kind: Literal["invoice_reopened"] = "invoice_reopened"
    number: str
    deal_id: str
    open_minor: int
    disputed_minor: int = 0


class DisputeOpened(Value):
    kind: Literal["dispute_opened"] = "dispute_opened"
    number: str
    minor: int
    reason: str
    deal_id: str = ""
    open_minor: int = 0


class DisputeResolved(Value):
    kind: Literal["dispute_resolved"] = "dispute_resolved"
    number: str
    outcome: Literal["accept", "reject", "withdrawn"]
    reason: str = ""
    deal_id: str = ""
    open_minor: int = 0


class PromiseMade(Value):
    kind: Literal["promise_made"] = "promise_made"
    promise_id: str
    number: str
    minor: int
    on: date


class PromiseKept(Value):
    kind: Literal["promise_kept"] = "promise_kept"
    promise_id: str
    number: str


class PromiseBroken(Value):
    kind: Literal["promise_broken"] = "promise_broken"
    promise_id: str
    number: str


class InvoiceWrittenOff(Value):
    kind: Literal["invoice_written_off"] = "invoice_written_off"
    number: str
    minor: int
    reason: str
    evidence: str = ""


class BadDebtRecovered(Value):
    """A debt that was written off is paid after all; ``written_off`` tells whether a part of it still is bad debt.

    Attributes:
        open_minor: what is open of the invoice then.
    """

    kind: Literal["bad_debt_recovered"] = "bad_debt_recovered"
    number: str
    deal_id: str
    minor: int
    written_off: bool = False
    open_minor: int = 0


class InvoiceCredited(Value):
    kind: Literal["invoice_credited"] = "invoice_credited"
    number: str
    credit_note: str
    minor: int
    reason: str
    paid_part: PaidPart = "unapplied"


class NoticeDue(Value):
    """A pre-due reminder or a level of the ladder has fallen due; ``channels`` are those that have not failed."""

    kind: Literal["notice_due"] = "notice_due"
    step: NextStep
    channels: tuple[str, ...] = ()


class NoticeSent(Value):
    """The notice went out; only now does the level count."""

    kind: Literal["notice_sent"] = "notice_sent"
    stage: str
    level: int
    channel: str
    invoices: tuple[str, ...]
    open_minor: int


class DebitNoteIssued(Value):
    """A notice that went out claimed fees or interest; they are open items of their own now."""

    kind: Literal["debit_note_issued"] = "debit_note_issued"
    stage: str
    note: DebitNote


class NoticeVoid(Value):
    """Nothing was owed any more when the notice was to be built."""

    kind: Literal["notice_void"] = "notice_void"
    stage: str
    level: int


class NoticeUndeliverable(Value):
    """Every channel failed: a person must act, the level is not advanced."""

    kind: Literal["notice_undeliverable"] = "notice_undeliverable"
    stage: str
    level: int


class LevelSkipped(Value):
    """A level fell into a dispute (``dispute_hold: skip``)."""

    kind: Literal["level_skipped"] = "level_skipped"
    stage: str
    level: int
    invoices: tuple[str, ...]


class PromiseFellDue(Value):
    kind: Literal["promise_fell_due"] = "promise_fell_due"
    promise_id: str


class CaseChanged(Value):
    """The account after a movement, as the ledger summed it up; timers re-anchor on it."""

    kind: Literal["case_changed"] = "case_changed"
    case: CaseView


class DunningPaused(Value):
    kind: Literal["dunning_paused"] = "dunning_paused"
    reason: str
    until: datetime | None = None
    stop: bool = False


class DunningResumed(Value):
    kind: Literal["dunning_resumed"] = "dunning_resumed"
    by_clock: bool = False
    reason: str = ""


class EffectCompleted(Value):
    kind: Literal["effect_completed"] = "effect_completed"
    effect: str
    effect_id: str
    reference: str = ""


class AttentionNeeded(Value):
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
    kind: Literal["command_refused"] = "command_refused"
    code: str
    text: Text
    command: str = ""
    excerpt: str = ""


class CalendarRunsOut(Value):
    """A calendar of the terms ends soon: they are compiled again, by the same policy and class."""

    kind: Literal["calendar_runs_out"] = "calendar_runs_out"
    valid_until: date


AccountEvent = Annotated[
    AccountOpened
    | CaseLoaded
    | InvoiceEntered
    | LedgerAsked
    | OpenItemImported
    | ReceiptRecorded
    | ReceiptAllocated
    | ReceiptUnallocated
    | ReceiptReversed
    | ReceiptClaimed
    | ReceiptTakenOver
    | InvoiceSettled
    | InvoicePartlyPaid
    | InvoiceReopened
    | DisputeOpened
    | DisputeResolved
    | PromiseMade
    | PromiseKept
    | PromiseBroken
    | PromiseWithdrawn
    | PlanMade
    | PlanInstalmentPaid
    | PlanBroken
    | PlanWithdrawn
    | WriteOffFellDue
    | WriteOffProposed
    | InvoiceWrittenOff
    | InvoiceCredited
    | NoticeDue
    | NoticeSent
    | DebitNoteIssued
    | NoticeVoid
    | NoticeUndeliverable
    | LevelSkipped
    | PromiseFellDue
    | CaseChanged
    | CollectingEvent
    | DunningPaused
    | DunningResumed
    | EffectCompleted
    | AttentionNeeded
    | EffectRetried
    | EffectSkipped
    | CommandRefused
    | CalendarRunsOut
    | BadDebtRecovered
    | refunds.RefundTaken
    | refunds.RefundUnknown
    | refunds.RefundPolled
    | refunds.RefundKnown
    | refunds.RefundPaid
    | refunds.RefundFailed
    | RequestRaised
    | RequestAgreed
    | RequestEnded
    | SeatsQuestioned
    | approval.ApprovalEvent
    | CreditNoteReported
    | StatementAsked
    | ReceiptExchanged
    | ExchangeUndone
    | LogAdopted,
    Field(discriminator="kind"),
]
