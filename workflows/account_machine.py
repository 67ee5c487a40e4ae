"""The account's pure functions in the shape the shell calls them; no rule is made here."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from domain.account.agenda import agenda
from domain.account.asked_twice import waits_for
from domain.account.commands import (
    AccountRefusal,
    AccountResult,
    EffectDone,
    EffectFailed,
    InvoiceCreditedByDeal,
    InvoiceOpened,
    PublicAccountCommand,
    ReceiptArrived,
    RetryEffect,
    Unreadable,
)
from domain.account.decide import decide
from domain.account.effects import LedgerEffect, RefreshCase, SendNotice, SettleRefund, SkipLevel
from domain.account.events import AccountEvent, LedgerAsked, NoticeDue, PromiseFellDue
from domain.account.evolve import evolve
from domain.account.explain import explain
from domain.account.lanes import heads, holds
from domain.account.moves import check_role
from domain.account.reading import finished, keeps_orders, pending_of
from domain.account.requests import open_requests
from domain.account.rows import approvals_of, row_of, tasks_of
from domain.account.state import Account
from domain.account.write_off_events import WriteOffFellDue
from domain.approval.questions import CheckSigner, OrgChanged, SignerChecked
from domain.logged import AdoptLog, Logged, LogTaken
from domain.machine import Actor, Answer, Due, Explanation, Fact, Pending
from domain.money import Money
from domain.ports import AccountRecord
from domain.refusal import Code, Refused
from domain.value import Value
from workflows.cockpit import Page, attention_of, markdown
from workflows.deal_machine import ORGANISATION, kept
from workflows.failures import parked
from workflows.sampling import commands_of
from workflows.search_attributes import ATTENTION, Attributes, waiting_for
from workflows.summaries import summary

ACCOUNT_WORDS: TypeAdapter[Value] = TypeAdapter(InvoiceOpened | InvoiceCreditedByDeal | ReceiptArrived | OrgChanged)
_COMMANDS = tuple(commands_of(PublicAccountCommand).values())


class AccountMachine:
    """Sequenced by `workflows.shell.Shell`."""

    def key(self, state: Account) -> str:
        """Return the workflow id of the account."""
        return f"account/{state.entity}/{state.customer_id}/{state.currency}"

    def version(self, state: Account) -> int:
        """Return the seq of the last fact."""
        return state.version

    def ready(self, state: Account) -> bool:
        """Tell whether the case is read from the ledger."""
        return state.loaded

    def first(self, command: Value) -> bool:
        """Nothing comes before the case is loaded, but what helps a loading that failed."""
        return isinstance(command, RetryEffect)

    def decide(self, state: Account, command: Value, actor: Actor, now: datetime) -> tuple[Value, ...]:
        """Return the events a command makes true, or raise `Refused`."""
        return decide(state, command, actor, now)

    def happen(self, state: Account, event: Any, actor: Actor, cause: str, now: datetime) -> tuple[Account, Fact[Any]]:
        """Wrap an event into the next fact and fold it in."""
        fact = Fact[AccountEvent](seq=state.version + 1, at=now, actor=actor, cause=cause, event=event)
        return evolve(state, fact), fact

    def pending(self, state: Account) -> tuple[Pending[Any], ...]:
        """Return the effects whose results are not in."""
        return state.pending

    def heads(self, state: Account) -> dict[str, Pending[Any]]:
        """Return what each lane does next."""
        return dict(heads(state))

    def awaited(self, effect: Value) -> bool:
        """Who asks the ledger waits for its answer, and who hands a seat over for the organisation's."""
        if isinstance(effect, CheckSigner):
            return True
        return isinstance(effect, LedgerEffect) and not isinstance(
            effect, RefreshCase | SendNotice | SkipLevel | SettleRefund
        )

    def refusal(self, done: Value) -> Refused | None:
        """Return the refusal that an effect's result, or its failure, stands for."""
        if isinstance(done, EffectFailed):
            return parked(done.error)
        result = done.result if isinstance(done, EffectDone) else None
        if isinstance(result, AccountRefusal):
            return Refused(Code(result.code), result.text)
        refused = result.refused if isinstance(result, SignerChecked) else None
        return None if refused is None else Refused(Code.AUTH, refused)

    def held(self, before: Account, after: Account, command: Value) -> str:
        """Return the approval that waits for what the ledger has weighed, new or known."""
        if not isinstance(command, EffectDone):
            return ""
        pending = pending_of(before, command.effect_id)
        return "" if pending is None else waits_for(after, pending.effect, command.result)

    def done(self, effect_id: str, result: Any) -> Value:
        """Build the internal command for an effect's result."""
        return EffectDone(effect_id=effect_id, result=result)

    def failed(self, effect_id: str, error: str) -> Value:
        """Build the internal command for an effect that exhausted its retries."""
        return EffectFailed(effect_id=effect_id, error=error)

    def unreadable(self, refused: Refused, command: str, excerpt: str) -> Value:
        """Build the internal command that records a message nobody could obey."""
        return Unreadable(code=refused.code.value, text=refused.text, command=command, excerpt=excerpt)

    def log_of(self, state: Account, since: int) -> tuple[Any, ...]:
        """Return the activity that reads the log, and its question."""
        return ("logged_account", self.key(state), since)

    def logged(self) -> type[Logged[Account]]:
        """Return the type of its answer."""
        return Logged[Account]

    def taken(self, reason: str) -> Value:
        """Build the internal command that records that the state was taken over from the log."""
        return LogTaken(reason=reason)

    def adoption(self, command: Value, actor: Actor) -> str:
        """Return a person's reason to go on from the log, empty for every other command."""
        if not isinstance(command, AdoptLog):
            return ""
        check_role(command.kind, actor)
        return command.reason

    def as_of(self, state: Account) -> datetime:
        """Return the business time of the last fact."""
        return state.timeline[-1].at

    def agenda(self, state: Account) -> tuple[Due[Any], ...]:
        """Return everything that time alone will do."""
        return agenda(state)

    def finished(self, state: Account) -> bool:
        """Tell whether nothing is open, unapplied or pending."""
        return finished(state)

    def explain(self, state: Account, now: datetime) -> Explanation:
        """Say why the account is where it is."""
        return explain(state, now)

    def stage(self, state: Account) -> str:
        """Name where the case is."""
        return f"account.{state.case.stage or 'current'}"

    def attributes(self, state: Account, explanation: Explanation, now: datetime) -> Attributes:
        """Return the search attributes as they should stand."""
        return Attributes(
            stage=self.stage(state),
            status=_status(state),
            owner="",
            customer=state.customer_name or state.customer_id,
            value_minor=state.case.open_minor,
            currency=state.currency,
            waiting_for=waiting_for(explanation),
            due_at=explanation.timers[0][0] if explanation.timers else None,
            oldest_due_on=state.case.oldest_due_on,
            policy=state.terms.policy[:16] if state.terms else "",
        )

    def cockpit(self, state: Account, explanation: Explanation, now: datetime) -> str:
        """Return the current details shown to operations."""
        return markdown(_page(state, explanation, now))

    def summary(self, effect: Value) -> str:
        """Say in business words what an effect does."""
        return summary(effect)

    def result_type(self) -> Any:
        """Return the union of the results."""
        return AccountResult

    def recorder(self) -> str:
        """Name the recording activity."""
        return "record_account"

    def asks(self, fact: Any) -> bool:
        """Tell whether the ledger's or the customer's answer is what matters."""
        return isinstance(fact.event, LedgerAsked | NoticeDue | PromiseFellDue | WriteOffFellDue)

    def record(
        self, state: Account, facts: tuple[Any, ...], answers: tuple[Answer, ...], now: datetime, run: str
    ) -> Value:
        """Return what the event log and the read model are to be given, by which run of the workflow."""
        return AccountRecord.model_construct(
            workflow_id=self.key(state),
            facts=facts,
            row=row_of(state, now),
            approvals=approvals_of(state),
            tasks=tasks_of(state, now),
            run=run,
            as_of=now,
            answers=answers,
        )

    def answers(self, state: Account) -> tuple[Answer, ...]:
        """Return the answers kept."""
        return state.answers

    def remember(self, state: Account, answer: Answer) -> Account:
        """Keep an answer, dropping the oldest."""
        return state.model_copy(update=kept(state.answers, state.forgotten, answer))

    def forgetful(self, state: Account) -> bool:
        """Tell whether ids may have been answered that the state has not."""
        return state.forgotten > 0

    def forgotten(self, state: Account) -> Account:
        """Return the state that knows that ids were answered of which it has no answer."""
        return state.model_copy(update={"forgotten": state.version})

    def expects(self, state: Account, sender: str, command: Value) -> bool:
        """Only the deal that the word is about may say it, of a receipt only the account that gave it away."""
        if isinstance(command, OrgChanged):
            return sender == ORGANISATION
        if isinstance(command, ReceiptArrived):
            return sender == command.origin and sender.startswith("account/")
        return sender == f"deal/{getattr(command, 'deal_id', '')}"


def _status(state: Account) -> str:
    if any(pending.parked for pending in state.pending):
        return ATTENTION
    if state.pause is not None:
        return "paused"
    return "overdue" if state.case.overdue_minor else "open"


def _known(state: Account, now: datetime) -> Iterator[tuple[str, Any]]:
    """Yield what the messages of an account can be filled with, a decision for the oldest request that waits."""
    case = state.case
    yield "currency", state.currency
    yield "entity", state.entity
    yield "value_date", now.date().isoformat()
    yield "record_receipt.amount", {"minor": case.open_minor, "currency": state.currency}
    yield "minor", min(case.open_minor, case.unapplied_minor)
    # What a person must choose stands as what changes no money.
    yield "resolve.outcome", "reject"
    if state.pause is not None:
        yield "resume_dunning.reason", "REASON"
    for request in open_requests(state.requests):
        if (current := request.approval) is not None:
            yield "decide.approval_id", current.id
            yield "decide.verdict", "approve"
            yield "decide.content_hash", current.subject.content_hash
            break
    # Of several the first is the one that counts.
    yield from [("refund_id", one.refund_id) for one in state.refunds if one.unknown][:1]
    yield from [("effect_id", pending.id) for pending in state.pending if pending.parked is not None][:1]


def _page(state: Account, explanation: Explanation, now: datetime) -> Page:
    def money(minor: int) -> Money:
        return Money(minor=minor, currency=state.currency)

    case = state.case
    return Page(
        title=f"{state.customer_name or state.customer_id} · {state.currency}",
        facts=(
            ("items 笔数", str(case.items)),
            ("open 未清", str(money(case.open_minor))),
            ("overdue 逾期", str(money(case.overdue_minor))),
            ("disputed 争议", str(money(case.disputed_minor)) if case.disputed_minor else ""),
            ("unapplied 未核销", str(money(case.unapplied_minor)) if case.unapplied_minor else ""),
            ("level 级别", case.stage),
            ("next 下一步", ", ".join(case.next.invoices) if case.next else ""),
            ("paused 暂停", state.pause.reason if state.pause else ""),
            ("credit hold 信用冻结", "yes" if keeps_orders(state) else ""),
            ("deliveries stopped 停止供货", "yes" if state.delivery_stop else ""),
        ),
        explanation=explanation,
        commands=_COMMANDS,
        known=tuple(_known(state, now)),
        invoices=(),
        role="finance",
        timeline=state.timeline,
        attention=attention_of(state.pending, holds),
    )
