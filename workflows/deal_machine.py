"""The deal's pure functions in the shape the shell calls them; no rule is made here."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from domain.approval.questions import CheckSigner
from domain.deal.agenda import agenda
from domain.deal.commands import (
    AbortEffect,
    AccountHoldChanged,
    Capture,
    DealRefusal,
    DealResult,
    EffectDone,
    EffectFailed,
    OrgChanged,
    PublicDealCommand,
    ReceivableChanged,
    RetryEffect,
    SkipEffect,
    Unreadable,
)
from domain.deal.decide import decide
from domain.deal.effects import CancelBilling
from domain.deal.events import DealEvent
from domain.deal.evolve import evolve
from domain.deal.explain import explain
from domain.deal.held import held_by
from domain.deal.lanes import heads, holds
from domain.deal.moves import check_role
from domain.deal.reading import probability_bp
from domain.deal.rows import approval_rows, row_of, task_rows, value_of
from domain.deal.state import Deal
from domain.deal.whole import whole
from domain.logged import AdoptLog, Logged, LogTaken
from domain.machine import KEPT_ANSWERS, Actor, Answer, Due, Explanation, Fact, Pending
from domain.money import Money
from domain.ports import DealRecord
from domain.refusal import Code, Refused
from domain.value import Value
from workflows.cockpit import Invoice, Page, attention_of, markdown
from workflows.failures import parked
from workflows.sampling import commands_of
from workflows.search_attributes import ATTENTION, Attributes, waiting_for
from workflows.summaries import summary

DEAL_WORDS: TypeAdapter[Value] = TypeAdapter(ReceivableChanged | AccountHoldChanged | OrgChanged)
_COMMANDS = tuple(commands_of(PublicDealCommand).values())
ORGANISATION = "organisation"
"""The sender of words about people: the API, after it has stored a delegation or an absence."""


class DealMachine:
    """Sequenced by `workflows.shell.Shell`."""

    def key(self, state: Deal) -> str:
        """Return the workflow id of the deal."""
        return f"deal/{state.deal_id}"

    def version(self, state: Deal) -> int:
        """Return the seq of the last fact."""
        return state.version

    def ready(self, state: Deal) -> bool:
        """Tell whether the terms are compiled."""
        return state.opened

    def first(self, command: Value) -> bool:
        """Only `capture` comes before the terms, and what helps an opening that failed."""
        return isinstance(command, Capture | RetryEffect | SkipEffect | AbortEffect)

    def decide(self, state: Deal, command: Value, actor: Actor, now: datetime) -> tuple[Value, ...]:
        """Return the events a command makes true, or raise `Refused`."""
        return decide(state, command, actor, now)

    def happen(self, state: Deal, event: Any, actor: Actor, cause: str, now: datetime) -> tuple[Deal, Fact[Any]]:
        """Wrap an event into the next fact and fold it in."""
        fact = Fact[DealEvent](seq=state.version + 1, at=now, actor=actor, cause=cause, event=event)
        return evolve(state, fact), fact

    def pending(self, state: Deal) -> tuple[Pending[Any], ...]:
        """Return the effects whose results are not in."""
        return tuple(whole(state, pending) for pending in state.pending)

    def heads(self, state: Deal) -> dict[str, Pending[Any]]:
        """Return what each lane does next."""
        return {lane: whole(state, head) for lane, head in heads(state).items()}

    def awaited(self, effect: Value) -> bool:
        """Who transfers a seat waits for the organisation's word, who cancels an order for the ledger's."""
        return isinstance(effect, CheckSigner) or (isinstance(effect, CancelBilling) and not effect.agreed)

    def refusal(self, done: Value) -> Refused | None:
        """Return the refusal that an effect's result, or its failure, stands for."""
        if isinstance(done, EffectFailed):
            return parked(done.error)
        result = done.result if isinstance(done, EffectDone) else None
        if isinstance(result, DealRefusal):
            return Refused(Code(result.code), result.text)
        refused = getattr(result, "refused", None)
        return Refused(Code.AUTH, refused) if refused is not None else None

    def held(self, before: Deal, after: Deal, command: Value) -> str:
        """Return the new approval of a cancellation or an amendment: nothing of it is done before it is granted."""
        return held_by(before, after)

    def done(self, effect_id: str, result: Any) -> Value:
        """Build the internal command for an effect's result."""
        return EffectDone(effect_id=effect_id, result=result)

    def failed(self, effect_id: str, error: str) -> Value:
        """Build the internal command for an effect that exhausted its retries."""
        return EffectFailed(effect_id=effect_id, error=error)

    def unreadable(self, refused: Refused, command: str, excerpt: str) -> Value:
        """Build the internal command that records a message nobody could obey."""
        return Unreadable(code=refused.code.value, text=refused.text, command=command, excerpt=excerpt)

    def log_of(self, state: Deal, since: int) -> tuple[Any, ...]:
        """Return the activity that reads the log, and its question."""
        return ("logged_deal", state.deal_id, since)

    def logged(self) -> type[Logged[Deal]]:
        """Return the type of its answer."""
        return Logged[Deal]

    def taken(self, reason: str) -> Value:
        """Build the internal command that records that the state was taken over from the log."""
        return LogTaken(reason=reason)

    def adoption(self, command: Value, actor: Actor) -> str:
        """Return a person's reason to go on from the log, empty for every other command."""
        if not isinstance(command, AdoptLog):
            return ""
        check_role(command, command.kind, actor)
        return command.reason

    def as_of(self, state: Deal) -> datetime:
        """Return the business time of the last fact."""
        return state.timeline[-1].at

    def agenda(self, state: Deal) -> tuple[Due[Any], ...]:
        """Return everything that time alone will do."""
        return agenda(state)

    def finished(self, state: Deal) -> bool:
        """A deal is at its end in a terminal stage with no effect pending."""
        return state.stage.closed and not state.pending

    def explain(self, state: Deal, now: datetime) -> Explanation:
        """Say why the deal is where it is."""
        return explain(state, now)

    def stage(self, state: Deal) -> str:
        """Name the stage."""
        return state.stage.value

    def attributes(self, state: Deal, explanation: Explanation, now: datetime) -> Attributes:
        """Return the search attributes as they should stand."""
        return Attributes(
            stage="active.amending" if state.amendment is not None else state.stage.value,
            status=_status(state),
            owner=state.owner,
            customer=state.customer.name,
            value_minor=row_of(state, now).value_minor,
            currency=state.currency,
            waiting_for=waiting_for(explanation),
            due_at=explanation.timers[0][0] if explanation.timers else None,
            oldest_due_on=None,
            policy=state.terms.policy[:16] if state.terms else "",
        )

    def cockpit(self, state: Deal, explanation: Explanation, now: datetime) -> str:
        """Return the current details shown to operations."""
        return markdown(_page(state, explanation, now))

    def summary(self, effect: Value) -> str:
        """Say in business words what an effect does."""
        return summary(effect)

    def result_type(self) -> Any:
        """Return the union of the results."""
        return DealResult

    def recorder(self) -> str:
        """Name the recording activity."""
        return "record_deal"

    def asks(self, fact: Any) -> bool:
        """Every fact of a deal says more than that something is asked."""
        return False

    def record(
        self, state: Deal, facts: tuple[Any, ...], answers: tuple[Answer, ...], now: datetime, run: str
    ) -> Value:
        """Return what the event log and the read model are to be given, by which run of the workflow."""
        return DealRecord.model_construct(
            workflow_id=self.key(state),
            facts=facts,
            row=row_of(state, now),
            approvals=approval_rows(state),
            tasks=task_rows(state, now),
            run=run,
            as_of=now,
            answers=answers,
        )

    def answers(self, state: Deal) -> tuple[Answer, ...]:
        """Return the answers kept."""
        return state.answers

    def remember(self, state: Deal, answer: Answer) -> Deal:
        """Keep an answer, dropping the oldest."""
        return state.model_copy(update=kept(state.answers, state.forgotten, answer))

    def forgetful(self, state: Deal) -> bool:
        """Tell whether ids may have been answered that the state has not."""
        return state.forgotten > 0

    def forgotten(self, state: Deal) -> Deal:
        """Return the state that knows that ids were answered of which it has no answer."""
        return state.model_copy(update={"forgotten": state.version})

    def expects(self, state: Deal, sender: str, command: Value) -> bool:
        """The customer's own account speaks of receivables, any of theirs of holds, only the organisation of people."""
        if isinstance(command, OrgChanged):
            return sender == ORGANISATION
        if isinstance(command, AccountHoldChanged):
            return sender.startswith("account/") and command.customer_id == state.customer.customer_id
        return sender == f"account/{state.entity}/{state.customer.customer_id}/{state.currency}"


def kept(answers: tuple[Answer, ...], forgotten: int, answer: Answer) -> dict[str, Any]:
    """Return what changes in a state with an answer in its place, or behind the others; the oldest is let go."""
    if any(old.id == answer.id for old in answers):
        return {"answers": tuple(answer if old.id == answer.id else old for old in answers)}
    if len(answers) < KEPT_ANSWERS:
        return {"answers": (*answers, answer)}
    return {"answers": (*answers[1:], answer), "forgotten": max(forgotten, answers[0].version, 1)}


def _status(state: Deal) -> str:
    if any(pending.parked for pending in state.pending):
        return ATTENTION
    if state.hold is not None:
        return "on_hold"
    return "closed" if state.stage.closed else "open"


def _opportunity(state: Deal) -> str:
    likely_bp = probability_bp(state)
    return "" if likely_bp is None else f"{state.opportunity.stage}, {likely_bp / 100:g} %"


def _page(state: Deal, explanation: Explanation, now: datetime) -> Page:
    return Page(
        title=f"{state.customer.name} · {state.stage.value}",
        facts=(
            ("deal 交易", state.deal_id),
            ("owner 负责人", state.owner),
            ("opportunity 商机", _opportunity(state)),
            ("class 类别", state.terms.customer_class if state.terms else ""),
            ("amount 金额", str(amount) if (amount := value_of(state)) else ""),
            ("hold 冻结", state.hold.reason if state.hold else ""),
            ("version 版本", str(state.version)),
        ),
        explanation=explanation,
        invoices=tuple(
            Invoice(
                number=item.number,
                due_on=item.due_on,
                gross=Money(minor=item.gross_minor, currency=state.currency),
                open=Money(minor=item.open_minor, currency=state.currency),
            )
            for item in state.billing
            if item.number
        ),
        timeline=state.timeline,
        attention=attention_of(state.pending, holds),
        commands=_COMMANDS,
        known=tuple(_known(state, now)),
    )


def _known(state: Deal, now: datetime) -> Iterator[tuple[str, Any]]:
    """Yield what the messages of a deal can be filled with."""
    yield "currency", state.currency
    yield "on", now.date().isoformat()
    if state.quotes:
        yield "accept_quote.content_hash", state.quotes[-1].content_hash
    if state.approval is not None:
        yield "decide.approval_id", state.approval.id
        yield "decide.verdict", "approve"
        yield "decide.content_hash", state.approval.subject.content_hash
    yield from [("effect_id", pending.id) for pending in state.pending if pending.parked is not None][:1]
