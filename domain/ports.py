"""What LTC needs from the outside, as protocols; connectors and storage implement them, the simulator too."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from domain.account import effects as account
from domain.account.commands import Loaded, NoticeResult, PromiseJudged
from domain.account.events import AccountEvent
from domain.deal import effects as deal
from domain.deal.commands import (
    BillingCancelled,
    CreditDecision,
    Credited,
    Issued,
    LongerCalendar,
    Opened,
    Resolved,
    SignerChecked,
)
from domain.deal.events import DealEvent
from domain.deal.log import DealLog
from domain.logged import RecordAlarm
from domain.machine import Answer, Fact, Job
from domain.money import Money
from domain.organisation import Person
from domain.receivables.entries import Movement
from domain.receivables.late_claims import LateClaim
from domain.receivables.plausible import RateChecks
from domain.terms import AccountTerms
from domain.value import Text, Value


class DealRow(Value):
    """The read model of a deal, derived from its state alone."""

    deal_id: str
    entity: str
    customer_id: str
    customer_name: str
    owner: str
    stage: str
    version: int
    currency: str
    value_minor: int
    customer_class: str
    policy: str
    waiting_for: str
    due_at: datetime | None
    overlay: str
    open_minor: int
    attention: bool
    created_at: datetime
    updated_at: datetime


class ApprovalRow(Value):
    """The read model of an approval, with the people who may decide now; ``deal_id`` is empty for an account's."""

    approval_id: str
    owner_workflow: str
    deal_id: str
    kind: str
    reference: str
    status: str
    content_hash: str
    amount: Money
    requester: str
    assignees: tuple[str, ...]
    opened_at: datetime
    due_at: datetime | None


class TaskRow(Value):
    """Something a person owes, derived from `explain`; it disappears when it is done."""

    task_id: str
    owner_workflow: str
    who: str
    what_en: str
    what_zh: str
    due_at: datetime | None
    command: str


class AccountRow(Value):
    """The read model of an account."""

    entity: str
    customer_id: str
    customer_name: str
    currency: str
    version: int
    open_minor: int
    overdue_minor: int
    disputed_minor: int
    promised_minor: int
    unapplied_minor: int
    stage: str
    next_at: datetime | None
    credit_hold: bool
    attention: bool
    delivery_stop: bool = False
    updated_at: datetime


class DealRecord(Value):
    """New facts of a deal with the read model after them; written in one transaction, guarded by the version.

    Attributes:
        run: the run of the workflow that says so, as_of: its business time then. What one run says later of the
            same place in its log stands: a worker that dies may have written facts that never came to be.
        answers: what command ids were answered since the record before; kept for ever, so that an id counts once.
    """

    workflow_id: str
    facts: tuple[Fact[DealEvent], ...]
    row: DealRow
    approvals: tuple[ApprovalRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    run: str = ""
    as_of: datetime | None = None
    answers: tuple[Answer, ...] = ()


class AccountRecord(Value):
    """New facts of an account with the read model after them; see `DealRecord`."""

    workflow_id: str
    facts: tuple[Fact[AccountEvent], ...]
    row: AccountRow
    approvals: tuple[ApprovalRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    run: str = ""
    as_of: datetime | None = None
    answers: tuple[Answer, ...] = ()


class Records(DealLog, Protocol):
    """The event log and the read model; appending what is there already changes nothing."""

    async def append_deal(self, record: DealRecord) -> None:
        """Append the facts that the log has not; a gap raises `RecordGap`."""

    async def append_account(self, record: AccountRecord) -> None:
        """Append the facts that the log has not; a gap raises `RecordGap`."""

    async def raise_alarm(self, alarm: RecordAlarm) -> None:
        """Show in the read model that facts wait; the next that is recorded takes it back."""

    async def head(self, workflow_id: str) -> int:
        """Return the seq of the last fact recorded, 0 for none."""

    async def answer(self, workflow_id: str, command_id: str, run: str, recorded: int) -> Answer | None:
        """Return the first answer to a command id, none when it was never taken.

        Args:
            run: the run of the workflow that asks, recorded: up to which version it knows its facts to be in the log.
                What the log has of this run beyond, a worker wrote that died: it never came to be.
        """

    async def concerned_by_hold(self, customer_id: str) -> tuple[tuple[str, str], ...]:
        """Return (deal, customer) of the deals with an order, or soon, of a customer and those it was merged with."""

    async def account_facts(self, workflow_id: str) -> tuple[Fact[AccountEvent], ...]:
        """Return all facts of an account in order, those of earlier runs included; empty for an unknown one."""


class Ledger(Protocol):
    """The money: every method is one transaction with a business key that makes a repeat harmless.

    All raise `domain.refusal.Refused` for what the ledger alone can know.
    """

    async def issue_invoice(self, key: str, at: datetime, effect: deal.IssueInvoice) -> Issued:
        """Allocate the number, store the invoice, its instalments and postings; once per (deal, item)."""

    async def credit_invoice(self, key: str, at: datetime, effect: deal.CreditInvoice) -> Credited:
        """Issue a credit note over what is open of an invoice; the paid part becomes unapplied cash."""

    async def last_invoices(self, effect: deal.CancelBilling) -> tuple[deal.IssueInvoice, ...]:
        """Return the invoices that a cancellation would issue now, with what each bills; nothing is done."""

    async def cancel_billing(self, key: str, at: datetime, effect: deal.CancelBilling) -> BillingCancelled:
        """Credit and bill what a cancelled order asks for, in one transaction: exactly what was seen, or nothing."""

    async def exposure(self, effect: deal.CheckCredit, at: datetime) -> CreditDecision:
        """Compare open receivables, unbilled orders and this order with the limit."""

    async def load_case(
        self, effect: account.LoadCase, at: datetime, terms: AccountTerms, terms_hash: str, customer_name: str
    ) -> Loaded:
        """Store the terms by hash, create the account row if it is new, and sum the case up."""

    async def operate(self, key: str, at: datetime, effect: account.LedgerEffect) -> Movement:
        """Carry out one account operation (receipt, allocation, dispute, promise, credit, write-off, skip, refresh)."""

    async def judge_promise(self, key: str, at: datetime, effect: account.JudgePromise) -> PromiseJudged:
        """Close a promise as kept or broken, by what was paid."""

    async def plan_notice(self, key: str, at: datetime, effect: account.SendNotice) -> "NoticePlan | None":
        """Build the notice from what is open now; none when nothing is owed any more."""

    async def record_notice(self, key: str, at: datetime, effect: account.SendNotice, channel: str) -> NoticeResult:
        """Record that the notice went out over a channel (empty: void or undeliverable); once per key."""


class NoticeItem(Value):
    """One line of a notice: ``level`` is its own after it, ``noticed`` whether an earlier notice was about it."""

    number: str
    issued_on: date
    due_on: date
    total: Money
    open: Money
    days_late: int
    level: int = 0
    noticed: bool = False


class NoticePlan(Value):
    """A notice to be sent: what is claimed, as of when.

    Attributes:
        level: the ladder index, 0 for a reminder before the due date.
        last_level: how many levels the ladder has; the last one speaks of the final notice.
        claims: fees and interest that it claims beside what is open.
    """

    key: str
    customer_id: str
    stage: str
    level: int
    as_of: datetime
    items: tuple[NoticeItem, ...]
    open: Money
    unapplied: Money
    actions: tuple[str, ...] = ()
    last_level: int = 0
    claims: tuple[LateClaim, ...] = ()


class Resolver(Protocol):
    """Pinned policy, people and facts → what depends on expressions or on the organisation."""

    async def open_deal(self, effect: deal.OpenDeal, at: datetime) -> Opened:
        """Classify, score, assign and compile the terms."""

    async def assign(self, effect: deal.AssignLead, at: datetime) -> str:
        """Return the next assignee, empty when nobody is left."""

    async def approval_steps(self, effect: deal.ResolveApproval, at: datetime) -> Resolved:
        """Return the steps that fire, with their seats, and until when they hold; no step when none is needed."""

    async def longer_calendar(self, effect: deal.ExtendCalendar, at: datetime) -> LongerCalendar:
        """Compile the deal's calendar again, from before its old end to some years after an instant.

        Raises:
            Refused: no later days are known (E_STATE).
        """

    async def price_objection(self, effect: deal.ResolveApproval) -> Text | None:
        """Return what is wrong with the list prices of the effect's lines, or none."""

    async def check_signer(self, effect: deal.CheckSigner, at: datetime) -> SignerChecked:
        """Tell whether a person may sit in a seat of this approval."""

    async def account_terms(self, effect: account.LoadCase, at: datetime) -> tuple[AccountTerms, str, str]:
        """Return the account's terms, their hash and the customer's name."""

    async def rate_checks(self, policy: str, entity: str, pair: tuple[str, str], at: datetime) -> RateChecks:
        """Return with what a rate between two currencies is compared in a legal entity, under a policy by name."""


class Words(Protocol):
    """Messages between workflows; a word to a closed workflow starts it again where it has something to do."""

    async def open_receivable(self, job: Job[deal.OpenReceivable]) -> None:
        """Tell the customer's account of a new invoice, starting the account if it does not run."""

    async def credited(self, job: Job[deal.CreditInvoice], credited: Credited) -> None:
        """Tell the customer's account that a deal credited one of its invoices."""

    async def cancelled(self, job: Job[deal.CancelBilling], cancelled: BillingCancelled) -> None:
        """Tell the customer's account of every credit note of a cancelled order."""

    async def tell_deal(self, job: Job[account.TellDeal]) -> None:
        """Tell a deal what is open of its invoice; a closed deal is started again only if something is open."""

    async def tell_account(self, job: Job[account.TellAccount]) -> None:
        """Tell an account that a receipt was moved into it, starting the account if it does not run."""

    async def tell_hold(self, job: Job[account.TellHold]) -> None:
        """Tell the customer's deals what an account keeps back; a closed deal is not told."""


class People(Protocol):
    """The colleagues who are told."""

    async def people(self, names: Iterable[str]) -> tuple[Person, ...]:
        """Return the active people meant by ids and by ``role:…``, each once; a name that nobody has means nobody."""


class Crm(Protocol):
    """The customer-relationship system; raises `VendorUnavailable` or `VendorRejected`, as all vendors do."""

    async def outcome(self, key: str, effect: deal.SyncCrm) -> str:
        """Report the outcome of a deal; returns the CRM's reference."""


class Erp(Protocol):
    """The enterprise-resource-planning system."""

    async def create_order(self, key: str, effect: deal.CreateOrder) -> str:
        """Create the order, once per key; returns the ERP's reference."""

    async def cancel_order(self, key: str, effect: deal.CancelOrder) -> str:
        """Cancel the order; returns the ERP's reference."""


class Signing(Protocol):
    """The e-sign provider."""

    async def request(self, key: str, effect: deal.RequestSignature) -> str:
        """Ask for signatures, once per key; returns the envelope's id."""


class VendorUnavailable(Exception):
    """A vendor gave no answer, so nobody knows what it did; the same request can be repeated under its key."""


class VendorRejected(Exception):
    """A vendor will never accept the request as it is; mend what it names, then retry the effect."""


class Conditions(Protocol):
    """Evaluates the policy's conditions (CEL over integers)."""

    def check(self, expression: str, names: tuple[str, ...]) -> None:
        """Raise `ConditionError` when the expression is malformed or names something unknown."""

    def names(self, expression: str) -> tuple[str, ...]:
        """Return the names an expression reads, sorted; a malformed one raises `ConditionError`."""

    def holds(self, expression: str, facts: tuple[tuple[str, int | str | bool], ...]) -> bool:
        """Return whether the condition holds; an absent or mistyped input raises `ConditionError`."""


class ConditionError(Exception):
    """A condition cannot be read or evaluated; an error escalates, it never approves."""


class RecordGap(Exception):
    """Facts arrived that do not follow the event log's head; the sender must send from the head on."""

    def __init__(self, workflow_id: str, head: int, first: int) -> None:
        super().__init__(f"{workflow_id}: the log ends at {head}, the facts begin at {first}; send from {head + 1} on")
        self.head = head
