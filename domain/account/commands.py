"""The commands of an account: the public ones people send, and the internal ones only the shell can apply."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.account.exchanges import ExchangeNow, UndoExchange
from domain.account.hold_commands import HandOverNow, Holding
from domain.account.note_commands import Note
from domain.account.notice_commands import SayNotice
from domain.account.paper_commands import MailStatement
from domain.account.promise_commands import Agreed
from domain.account.refunds import PayoutTold, RefundNow, SayRefund
from domain.account.reply_commands import CustomerReplied
from domain.approval.clock import What
from domain.approval.questions import Resolved, SignerChecked
from domain.approval.requests import AddSigner, Decide, Recall, TransferSeat
from domain.logged import AdoptLog
from domain.machine import Minor
from domain.money import Money
from domain.receivables.entries import CaseCounters, CaseView, Instalment, Movement, NextStep
from domain.receivables.exchange import Rate
from domain.receivables.freed import FreedCash, PaidPart
from domain.receivables.late_claims import DebitNote
from domain.terms import AccountTerms
from domain.value import Text, Value
from domain.words import Name, Reason, ReceiptName


class RecordReceipt(Value):
    """Report money that came in, known by (source, external_id), at a rate if one is stated; other than ``besides``."""

    kind: Literal["record_receipt"] = "record_receipt"
    source: Name
    external_id: Name
    amount: Money
    value_date: date
    payer: str = Field(default="", max_length=200)
    reference: str = Field(default="", max_length=2000)
    invoices: tuple[str, ...] = Field(default=(), max_length=100)
    rate: Rate | None = None
    besides: tuple[ReceiptName, ...] = Field(default=(), max_length=1000, exclude_if=lambda names: not names)


class Share(Value):
    """An amount of a receipt for one invoice."""

    number: Name
    minor: Minor


class Allocate(Value):
    """Allocate unapplied cash of a receipt to named invoices (核销).

    Attributes:
        missing: what it does not cover of them stays ``open``, or goes by the ``tolerance`` of the customer's class.
    """

    kind: Literal["allocate"] = "allocate"
    source: Name
    external_id: Name
    shares: tuple[Share, ...] = Field(min_length=1, max_length=100)
    missing: Literal["open", "tolerance"] = "open"


class Unallocate(Value):
    """Take allocations of a receipt back (反核销); no invoice named means all of them."""

    kind: Literal["unallocate"] = "unallocate"
    source: Name
    external_id: Name
    invoices: tuple[str, ...] = ()
    reason: Reason


class ReverseReceiptNow(Value):
    """A payment bounced or was charged back."""

    kind: Literal["reverse_receipt"] = "reverse_receipt"
    source: Name
    external_id: Name
    amount: Money
    reason: Reason


class ClaimReceipt(Value):
    """Say whose money a receipt is that pays nothing yet, and by what evidence (认领)."""

    kind: Literal["claim_receipt"] = "claim_receipt"
    source: Name
    external_id: Name
    entity: Name
    customer_id: Name
    evidence: Reason


class Dispute(Value):
    """Dispute a part of an invoice; no amount means all that is open."""

    kind: Literal["dispute"] = "dispute"
    number: Name
    minor: Minor | None = None
    reason: Name


class Resolve(Value):
    """End a dispute: ``accept`` credits the disputed part, ``reject`` makes it due again."""

    kind: Literal["resolve"] = "resolve"
    number: Name
    outcome: Literal["accept", "reject", "withdrawn"]
    reason: str = Field(default="", max_length=2000)


class Promise(Value):
    """The customer promises to pay an amount of an invoice by a date (承诺付款)."""

    kind: Literal["promise"] = "promise"
    number: Name
    minor: Minor | None = None
    on: date


class WriteOffNow(Value):
    """Write an amount of an invoice off as bad debt; needs the role finance, and above the policy's amount two people.

    Attributes:
        evidence: what a second person judges by, e.g. the court's decision and the id of the file that has it.
    """

    kind: Literal["write_off"] = "write_off"
    number: Name
    minor: Minor | None = None
    reason: Reason
    evidence: str = Field(default="", max_length=2000)


class Credit(Value):
    """Issue a credit note over an amount (or all that is open); ``paid_part: refund`` pays back what had been paid."""

    kind: Literal["credit"] = "credit"
    number: Name
    minor: Minor | None = None
    reason: Reason
    paid_part: PaidPart = "unapplied"


class PauseDunning(Value):
    """Pause all notices to the customer."""

    kind: Literal["pause_dunning"] = "pause_dunning"
    reason: Reason
    until: datetime | None = None


class ResumeDunning(Value):
    """End the pause; the level stays. After a stop word it takes a reason."""

    kind: Literal["resume_dunning"] = "resume_dunning"
    reason: str = Field(default="", max_length=2000)


class ImportOpenItem(Value):
    """Enter an open item of another system under its own number and due date."""

    kind: Literal["import_open_item"] = "import_open_item"
    number: Name
    issued_on: date
    instalments: tuple[Instalment, ...] = Field(min_length=1, max_length=60)
    attributes: tuple[tuple[str, str], ...] = Field(default=(), max_length=50)


class RetryEffect(Value):
    """Try again what exhausted its retries."""

    kind: Literal["retry_effect"] = "retry_effect"
    effect_id: str


class SkipEffect(Value):
    """Go on without an effect."""

    kind: Literal["skip_effect"] = "skip_effect"
    effect_id: str
    reason: Reason


PublicAccountCommand = Annotated[
    RecordReceipt
    | Allocate
    | Unallocate
    | ReverseReceiptNow
    | ClaimReceipt
    | Dispute
    | Resolve
    | Promise
    | Agreed
    | WriteOffNow
    | Credit
    | PauseDunning
    | ResumeDunning
    | CustomerReplied
    | Holding
    | HandOverNow
    | SayNotice
    | Note
    | ImportOpenItem
    | RetryEffect
    | SkipEffect
    | RefundNow
    | SayRefund
    | Decide
    | TransferSeat
    | AddSigner
    | Recall
    | MailStatement
    | ExchangeNow
    | UndoExchange
    | AdoptLog,
    Field(discriminator="kind"),
]


# --- internal -------------------------------------------------------------------------------------------------------


class Loaded(Value):
    """Result of `LoadCase`.

    Attributes:
        numbers: the newest twenty invoices, which the case has counted in: word of them needs no refresh.
    """

    kind: Literal["loaded"] = "loaded"
    customer_name: str
    terms: AccountTerms
    terms_hash: str
    case: CaseView
    counters: CaseCounters
    version: int = 0
    numbers: tuple[str, ...] = ()


class Moved(Value):
    """Result of a ledger operation."""

    kind: Literal["moved"] = "moved"
    movement: Movement


class NoticeResult(Value):
    """Result of `SendNotice`: ``sent`` over a channel, ``in_hand`` of a person who carries it, ``undeliverable``.

    Or ``void`` when nothing was owed any more, ``held`` when the customer was contacted too often already.
    """

    kind: Literal["notice_result"] = "notice_result"
    outcome: Literal["sent", "in_hand", "void", "undeliverable", "held"]
    channel: str = ""
    stage: str = ""
    level: int = 0
    invoices: tuple[str, ...] = ()
    open_minor: int = 0
    actions: tuple[str, ...] = ()
    case: CaseView
    debit_note: DebitNote | None = None


class PromiseJudged(Value):
    """Result of `JudgePromise`: ``left`` instalments are to come; ``let_off`` if nobody is to pay; ``over`` before."""

    kind: Literal["promise_judged"] = "promise_judged"
    promise_id: str
    number: str
    kept: bool
    case: CaseView
    plan: str = ""
    left: int = 0
    let_off: bool = False
    over: bool = False


class Done(Value):
    """Result of an effect that has nothing to tell but that it happened."""

    kind: Literal["done"] = "done"
    reference: str = ""


class AccountRefusal(Value):
    """The ledger refused what was asked; nothing changed there."""

    kind: Literal["refused"] = "refused"
    code: str
    text: Text


AccountResult = Annotated[
    Loaded | Moved | NoticeResult | PromiseJudged | Done | Resolved | SignerChecked | PayoutTold | AccountRefusal,
    Field(discriminator="kind"),
]


class EffectDone(Value):
    """An effect's result, by the effect's id."""

    kind: Literal["effect_done"] = "effect_done"
    effect_id: str
    result: AccountResult


class EffectFailed(Value):
    """An effect exhausted its retries."""

    kind: Literal["effect_failed"] = "effect_failed"
    effect_id: str
    error: str


class StepDue(Value):
    """The next step of the case has fallen due."""

    kind: Literal["step_due"] = "step_due"
    step: NextStep


class PauseEnded(Value):
    """A pause reached its end."""

    kind: Literal["pause_ended"] = "pause_ended"


class CalendarDue(Value):
    """A calendar of the account's terms ends soon, and the next step of its case lies beyond."""

    kind: Literal["calendar_due"] = "calendar_due"


class RequestAlarm(Value):
    """The clock of a request's approval has reached something."""

    kind: Literal["request_alarm"] = "request_alarm"
    approval_id: str
    what: What
    reference: str = ""


class PeopleDue(Value):
    """An absence or delegation begins or ends that may change the seats of a request."""

    kind: Literal["people_due"] = "people_due"
    approval_id: str


class InvoiceOpened(Value):
    """A deal says that an invoice was issued to this customer."""

    kind: Literal["invoice_opened"] = "invoice_opened"
    number: str
    deal_id: str
    gross: Money


class InvoiceCreditedByDeal(Value):
    """A deal says that it credited an invoice of this customer, by a credit note if anything was left to credit.

    Attributes:
        refund: the cash that it freed and that is to be paid back, and why; ``by`` asked for ``refund_minor`` in all.
    """

    kind: Literal["invoice_credited_by_deal"] = "invoice_credited_by_deal"
    number: str
    deal_id: str
    credit_note: str = ""
    refund: tuple[FreedCash, ...] = ()
    refund_minor: int = 0
    reason: str = ""
    by: str = ""


class ReceiptArrived(Value):
    """Another account (``origin``, its workflow id) says that a receipt of its was claimed for this customer."""

    kind: Literal["receipt_arrived"] = "receipt_arrived"
    source: str
    external_id: str
    origin: str


class Unreadable(Value):
    """A message that could not be read, or that the rules refuse as a signal; it is recorded, nothing else."""

    kind: Literal["unreadable"] = "unreadable"
    code: str
    text: Text
    command: str = ""
    excerpt: str = ""
