"""What an account asks the outside to do, as data; ledger operations run one after the other."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.account.exchange_effects import ExchangeReceipt, UndoReceiptExchange
from domain.account.hand_over_effects import SendHandOver, TellAgency
from domain.account.hold_effects import TellHold as TellHold
from domain.account.ledger_effect import GivenAway as GivenAway
from domain.account.ledger_effect import LedgerEffect as LedgerEffect
from domain.account.paper_effects import SendCreditNote, SendStatement
from domain.account.plan_effects import EndPlan
from domain.account.promise_effects import EndPromise
from domain.account.write_off_effects import ProposeWriteOff
from domain.approval.questions import CheckSigner, ResolveApproval
from domain.money import Money
from domain.payouts import Payout
from domain.receivables.entries import Invoice, NextStep, Receipt
from domain.receivables.freed import PaidPart
from domain.receivables.plausible import RateChecks
from domain.terms import PromiseTerms, Tolerance
from domain.value import Value


class LoadCase(Value):
    """Read the case from the ledger and compile the account's terms; the first effect of every run.

    Attributes:
        run: the run of the account that asks; what the log has of it already, it wrote in a task that never came to be.
        policy, customer_class: by which the terms are compiled again when their calendar has ended; the current policy
            and today's class when empty.
    """

    kind: Literal["load_case"] = "load_case"
    entity: str
    customer_id: str
    currency: str
    run: str = ""
    policy: str = ""
    customer_class: str = ""


class RefreshCase(LedgerEffect):
    """Sum the case up again: a new invoice (``number``) is there, or time has passed in a pause.

    Attributes:
        credited: what a deal has credited; interest claimed upon it that was not owed is credited, too.
    """

    kind: Literal["refresh_case"] = "refresh_case"
    number: str = ""
    credited: str = ""


class ImportInvoice(LedgerEffect):
    """Enter an open item under its own number and due date."""

    kind: Literal["import_invoice"] = "import_invoice"
    invoice: Invoice


class ApplyReceipt(GivenAway):
    """Record a receipt, match and allocate it, post it: one transaction.

    Attributes:
        minor: its amount, where somebody has agreed to just that.
        via: ``webhook``, where the source hears of no refusal any more: what is refused then waits for a person.
        policy: whose rates and bounds a rate that is stated with it is compared with.
        checks: what that policy says, as it is when it is done.
        rated_by: ``source`` where the rate is the word of a bank or a source, which is taken; else a person's.
        besides: receipts of its amount that a statement has shown, of which its reporter says that this is other money.
    """

    kind: Literal["apply_receipt"] = "apply_receipt"
    receipt: Receipt
    tolerance: Tolerance
    minor: int | None = None
    via: Literal["", "webhook"] = ""
    policy: str = ""
    checks: RateChecks | None = None
    rated_by: Literal["", "source"] = ""
    besides: tuple[str, ...] = Field(default=(), exclude_if=lambda names: not names)


class AllocateReceipt(LedgerEffect):
    """Allocate unapplied cash of a receipt to named invoices; a shortfall within the tolerance is written off."""

    kind: Literal["allocate_receipt"] = "allocate_receipt"
    source: str
    external_id: str
    shares: tuple[tuple[str, int], ...]
    tolerance: Tolerance = Tolerance()


class UnallocateReceipt(LedgerEffect):
    """Take allocations of a receipt back (反核销)."""

    kind: Literal["unallocate_receipt"] = "unallocate_receipt"
    source: str
    external_id: str
    numbers: tuple[str, ...]
    reason: str


class ReverseReceipt(GivenAway):
    """A payment bounced or was charged back: its items are open again with their old due dates.

    Attributes:
        minor: the amount, where somebody has agreed to just that.
    """

    kind: Literal["reverse_receipt"] = "reverse_receipt"
    source: str
    external_id: str
    amount: Money
    reason: str
    minor: int | None = None


class MoveReceipt(GivenAway):
    """Move a receipt that pays nothing to the account of whose money it is: one transaction over both accounts.

    Attributes:
        minor: what must be left of it, where somebody has agreed to just that; none for whatever is left.
    """

    kind: Literal["move_receipt"] = "move_receipt"
    source: str
    external_id: str
    to_entity: str
    to_customer_id: str
    evidence: str
    minor: int | None = None


class TakeOverReceipt(LedgerEffect):
    """Match and allocate what is left of a receipt that was moved into this account."""

    kind: Literal["take_over_receipt"] = "take_over_receipt"
    source: str
    external_id: str


class OpenDispute(LedgerEffect):
    """Dispute a part of an invoice."""

    kind: Literal["open_dispute"] = "open_dispute"
    number: str
    minor: int | None
    reason: str


class ResolveDispute(GivenAway):
    """End the open dispute of an invoice; ``accept`` credits the disputed part.

    Attributes:
        minor: the most that may be credited, where somebody has agreed to just that; none for all that is disputed.
        dispute: which of the invoice, where somebody has agreed to just that one; see `Weighed`.
    """

    kind: Literal["resolve_dispute"] = "resolve_dispute"
    number: str
    outcome: Literal["accept", "reject", "withdrawn"]
    reason: str
    issue_on: date
    minor: int | None = None
    dispute: int | None = Field(default=None, exclude_if=lambda which: which is None)


class MakePromise(LedgerEffect):
    """Record a promise to pay."""

    kind: Literal["make_promise"] = "make_promise"
    number: str
    minor: int | None
    on: date
    rules: PromiseTerms


class MakePlan(GivenAway):
    """Record a payment plan: (due on, minor) of each instalment.

    Attributes:
        minor: what was agreed to, where somebody had to; the schedule adds up to it.
    """

    kind: Literal["make_plan"] = "make_plan"
    number: str
    schedule: tuple[tuple[date, int], ...]
    reason: str = ""
    minor: int | None = None


class JudgePromise(LedgerEffect):
    """A promise has fallen due: kept or broken, as the ledger shows."""

    kind: Literal["judge_promise"] = "judge_promise"
    promise_id: str


class WriteOff(GivenAway):
    """Write an amount of an invoice off as bad debt."""

    kind: Literal["write_off"] = "write_off"
    number: str
    minor: int | None
    reason: str
    evidence: str = ""


class CreditNote(GivenAway):
    """Issue a credit note against an invoice.

    Attributes:
        paid_part: what becomes of the part that had been paid.
        by: who asked.
    """

    kind: Literal["credit_note"] = "credit_note"
    number: str
    minor: int | None
    reason: str
    issue_on: date
    paid_part: PaidPart = "unapplied"
    by: str = ""


class HandOver(GivenAway):
    """Give what is open of the account to whoever collects it from now on.

    Attributes:
        minor: the most that may be handed over, where somebody has agreed to just that; none for all that is open.
    """

    kind: Literal["hand_over"] = "hand_over"
    stage: str
    reason: str
    minor: int | None = None


class TakeRefund(GivenAway):
    """Set cash of a receipt aside that is to be paid back; never more than pays nothing.

    Attributes:
        credit_note: that freed the cash, where the refund was asked for with it.
        along_minor: what the same command pays back beside it: both together are weighed for a second person.
    """

    kind: Literal["take_refund"] = "take_refund"
    source: str
    external_id: str
    minor: int
    reason: str
    by: str
    credit_note: str = ""
    along_minor: int = 0


class SettleRefund(LedgerEffect):
    """Enter what became of a refund: paid out of cash, or unapplied cash of its receipt again."""

    kind: Literal["settle_refund"] = "settle_refund"
    refund_id: str
    outcome: Literal["done", "failed"]
    reference: str = ""
    reason: str = ""


class PayRefund(Value):
    """Have the provider pay a refund."""

    kind: Literal["pay_refund"] = "pay_refund"
    payout: Payout


class AskPayout(Value):
    """Ask the provider what became of a refund."""

    kind: Literal["ask_payout"] = "ask_payout"
    refund_id: str


class SkipLevel(LedgerEffect):
    """Record that a level fell into a dispute and is not sent (``dispute_hold: skip``)."""

    kind: Literal["skip_level"] = "skip_level"
    step: NextStep


class SendNotice(LedgerEffect):
    """Build the notice from what is open now, send it, and record the level: in that order."""

    kind: Literal["send_notice"] = "send_notice"
    step: NextStep
    channels: tuple[str, ...] = ("email",)


class RecordNotice(LedgerEffect):
    """Record what became of a notice that a person carried; without a channel it did not reach the customer."""

    kind: Literal["record_notice"] = "record_notice"
    notice_id: str
    step: NextStep
    channel: str = ""


class SendDebitNote(Value):
    """Send the customer a debit note; it was issued with a notice that went out."""

    kind: Literal["send_debit_note"] = "send_debit_note"
    entity: str
    customer_id: str
    number: str


class TellDeal(Value):
    """Tell a deal what is open of its invoice."""

    kind: Literal["tell_deal"] = "tell_deal"
    deal_id: str
    number: str
    open_minor: int
    disputed_minor: int = 0
    written_off: bool = False
    recovered_minor: int = 0


class TellAccount(Value):
    """Tell the account into which a receipt was moved that it is there."""

    kind: Literal["tell_account"] = "tell_account"
    entity: str
    customer_id: str
    currency: str
    source: str
    external_id: str


class NotifyStaff(Value):
    """Make a task for a person of LTC's company (call, hand-over, undeliverable notice, a decision).

    Attributes:
        people: ids of those who are told; none means everybody who has the role.
    """

    kind: Literal["notify_staff"] = "notify_staff"
    role: str
    template: str
    customer_id: str
    facts: tuple[tuple[str, str], ...] = ()
    due: datetime | None = None
    people: tuple[str, ...] = ()


AccountEffect = Annotated[
    LoadCase
    | RefreshCase
    | ImportInvoice
    | ApplyReceipt
    | AllocateReceipt
    | UnallocateReceipt
    | ReverseReceipt
    | MoveReceipt
    | TakeOverReceipt
    | OpenDispute
    | ResolveDispute
    | MakePromise
    | MakePlan
    | EndPlan
    | EndPromise
    | JudgePromise
    | WriteOff
    | ProposeWriteOff
    | CreditNote
    | HandOver
    | SkipLevel
    | SendNotice
    | RecordNotice
    | SendDebitNote
    | TellDeal
    | TellAccount
    | TellHold
    | NotifyStaff
    | TakeRefund
    | SettleRefund
    | PayRefund
    | AskPayout
    | ResolveApproval
    | CheckSigner
    | SendCreditNote
    | SendStatement
    | ExchangeReceipt
    | UndoReceiptExchange
    | SendHandOver
    | TellAgency,
    Field(discriminator="kind"),
]
