"""Whatever people, time and the outside do, in whatever order, the invariants of a deal hold (domain.md 6.6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.approval.seats import Candidate
from domain.billing_periods import Every
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.events import BillingItemDue, DeltaDue, InvoiceIssued, PeriodDue
from domain.deal.explain import blockers, explain
from domain.deal.machine import DealFact, agenda, approval_rows, blank, decide, evolve, fold, moves, row_of, task_rows
from domain.deal.state import Deal, Stage
from domain.due_dates import DueRule
from domain.machine import CLOCK, SYSTEM, Actor, Pending
from domain.money import Money
from domain.receivables.second_person import Weighed
from domain.refusal import Refused
from domain.terms import (
    BillingPart,
    BillingTerms,
    ContractTerms,
    DealTerms,
    FulfilmentTerms,
    OrderTerms,
    PartKind,
    Trigger,
)
from domain.value import Text, Value
from tests.domain.deal.driver import CUSTOMER, START, line
from tests.domain.deal.terms_fixture import STEPS, TERMS, span, terms
from tests.domain.deal.usual_way import EVERYBODY, HAPPY, NEXT, offered, opened

PEOPLE = ("li", "wang", "zhao", "nobody")
PUBLIC = tuple(member.model_fields["kind"].default for member in get_args(get_args(c.PublicDealCommand)[0]))
_PARTS = (
    BillingPart(id="deposit", share_bp=3000, upon=Trigger.ORDERED),
    BillingPart(id="delivery", share_bp=3000, upon=Trigger.DELIVERED),
    BillingPart(id="rest", share_bp=4000, upon=Trigger.ACCEPTED),
)
_BILLING = BillingTerms(parts=_PARTS, rates=TERMS.billing.rates, default_tax="S13")
_CONTRACT = ContractTerms(required_over=Money.zero("CNY"), sign_due=span("10d"))
_VARIANTS: tuple[DealTerms, ...] = (
    TERMS,
    terms(fulfilment=FulfilmentTerms(), billing=_BILLING),
    terms(order=OrderTerms(credit_check=True), contract=_CONTRACT, billing=_BILLING),
    terms(
        fulfilment=FulfilmentTerms(acceptance_required=True), contract=_CONTRACT.model_copy(update={"two_sided": False})
    ),
)
_MIXED = (
    BillingPart(id="deposit", kind=PartKind.DEPOSIT, share_bp=3000, upon=Trigger.ORDERED),
    BillingPart(id="rest", share_bp=6000, upon=Trigger.ACCEPTED),
    BillingPart(
        id="kept", kind=PartKind.RETENTION, share_bp=1000, upon=Trigger.ACCEPTED, due=DueRule.parse("issue+365d")
    ),
    BillingPart(id="service", kind=PartKind.RECURRING, upon=Trigger.DELIVERED, every=Every.MONTH),
)
_IN_ARREARS = (
    BillingPart(id="all", share_bp=10_000, upon=Trigger.ORDERED),
    BillingPart(id="rent", kind=PartKind.RECURRING, upon=Trigger.ORDERED, every=Every.QUARTER, arrears=True),
)
_VARIANTS = (
    *_VARIANTS,
    terms(billing=_BILLING.model_copy(update={"parts": _MIXED})),
    terms(fulfilment=FulfilmentTerms(), billing=_BILLING.model_copy(update={"parts": _IN_ARREARS})),
)
_ENDINGS = ("lose", "cancel", "abort", "disqualify", "decline_quote")


class AnyDeal(RuleBasedStateMachine):
    """A deal to which anything may happen."""

    @initialize(terms=st.sampled_from(_VARIANTS), steps=st.sampled_from((STEPS, STEPS[:1], ())), far=st.integers(0, 22))
    def start(self, terms: DealTerms, steps: tuple[Any, ...], far: int) -> None:
        self.terms, self.steps = terms, steps
        self.first = self.deal = blank("D-1", "CN01", CUSTOMER, "CNY")
        self.now = START
        self.facts: list[DealFact] = []
        self.attempts = 0
        self.refusals: list[Text] = []
        self.attempt(c.Capture(source="web", contact="张三", owner="li"), EVERYBODY)
        for _ in range(far):
            self.it_goes_on()

    def attempt(self, command: Value, actor: Actor, cause: str = "") -> bool:
        """Apply a command; a refusal changes nothing, an acceptance is a fact in the next place."""
        before = self.deal
        self.attempts += 1
        try:
            events = decide(before, command, actor, self.now)
        except Refused as refused:
            self.refusals.append(refused.text)
            return False
        kind = getattr(command, "kind", "")
        assert events or kind == "decide"
        assert kind not in PUBLIC or kind in moves(before) or kind == "decide"
        for event in events:
            fact = DealFact.model_validate(
                {
                    "seq": self.deal.version + 1,
                    "at": self.now,
                    "actor": actor,
                    "cause": cause or f"c{self.attempts}",
                    "event": event,
                }
            )
            self.deal = evolve(self.deal, fact)
            assert self.deal.version == fact.seq
            self.facts.append(fact)
        return True

    @rule()
    def it_goes_on(self) -> None:
        """Take the way that most deals take: what is pending is answered, then the next person does their part."""
        running = [pending for pending in self.deal.pending if pending.parked is None]
        if running:
            result = HAPPY.get(type(running[0].effect))
            self.answer(running[0], c.Done() if result is None else result(self, running[0].effect))
        elif self.deal.stage in NEXT:
            command, actor = NEXT[self.deal.stage](self)
            self.attempt(command, actor)

    @rule(data=st.data(), ending=st.integers(0, 9))
    def somebody_does_something_possible(self, data: st.DataObject, ending: int) -> None:
        kinds = [kind for kind in moves(self.deal) if ending == 0 or kind not in _ENDINGS]
        if kinds:
            kind = data.draw(st.sampled_from(kinds))
            self.attempt(self.command(kind, data), self.actor(kind, data))

    @rule(data=st.data(), kind=st.sampled_from(PUBLIC))
    def somebody_does_anything(self, data: st.DataObject, kind: str) -> None:
        if kind not in _ENDINGS:
            closed = self.deal.stage.closed  # before: to end what recurs may be what closes a deal that is paid
            done = self.attempt(self.command(kind, data), self.actor(kind, data))
            assert not (done and closed and kind not in ("skip_effect", "retry_effect", "abort"))

    @rule(data=st.data())
    @precondition(lambda self: bool(self.deal.pending))
    def the_outside_answers(self, data: st.DataObject) -> None:
        pending = data.draw(st.sampled_from(self.deal.pending))
        if pending.parked is None:
            self.answer(pending, self.result(pending.effect, data))

    @rule(data=st.data())
    @precondition(lambda self: bool(self.deal.pending))
    def the_outside_fails(self, data: st.DataObject) -> None:
        pending = data.draw(st.sampled_from(self.deal.pending))
        if pending.parked is None:
            refusal = c.DealRefusal(code="E_PERIOD", text=Text(en="the period is closed", zh="期间已关闭"))
            command: Value = data.draw(
                st.sampled_from(
                    (
                        c.EffectFailed(effect_id=pending.id, error="away"),
                        c.EffectDone(effect_id=pending.id, result=refusal),
                    )
                )
            )
            assert self.attempt(command, SYSTEM, pending.id), "a result is never refused"

    @rule(share=st.sampled_from((0, 0, 1, 2)), disputed=st.booleans(), written_off=st.booleans(), nth=st.integers(0, 2))
    @precondition(lambda self: any(item.number for item in self.deal.billing))
    def the_account_says(self, share: int, disputed: bool, written_off: bool, nth: int) -> None:
        numbered = [item for item in self.deal.billing if item.number]
        item = numbered[nth % len(numbered)]
        open_minor = item.gross_minor * share // 2
        word = c.ReceivableChanged(
            number=item.number,
            open_minor=open_minor,
            disputed_minor=open_minor // 2 if disputed else 0,
            written_off=written_off and not open_minor,
        )
        self.attempt(word, Actor(id="system", via="workflow"))

    @rule()
    @precondition(lambda self: bool(agenda(self.deal)))
    def time_does_what_is_next(self) -> None:
        due = agenda(self.deal)[0]
        self.now = max(self.now, due.at)
        assert self.attempt(due.command, CLOCK), f"{due.command} stands in the agenda"
        assert due not in agenda(self.deal), "a due item that stays would fire for ever"

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        then = self.now + timedelta(hours=hours)
        self.now = min([then, *(max(self.now, due.at) for due in agenda(self.deal)[:1])])

    @rule()
    def people_change(self) -> None:
        self.attempt(c.OrgChanged(), SYSTEM)

    @rule()
    def something_unreadable_comes(self) -> None:
        before = self.deal
        text = Text(en="not JSON", zh="不是 JSON")
        assert self.attempt(c.Unreadable(code="E_STATE", text=text, excerpt="\x00"), SYSTEM)
        assert self.deal.stage is before.stage
        assert self.deal.pending == before.pending

    @invariant()
    def somebody_or_some_timer_moves_it(self) -> None:
        """T1."""
        if not self.deal.stage.closed:
            due = agenda(self.deal)
            assert due or blockers(self.deal, due), self.deal.stage
        assert list(agenda(self.deal)) == sorted(agenda(self.deal), key=lambda due: due.at)

    @invariant()
    def each_item_is_billed_once(self) -> None:
        """N1."""
        for kind in (BillingItemDue | PeriodDue | DeltaDue, InvoiceIssued):
            items = [fact.event.item for fact in self.facts if isinstance(fact.event, kind)]
            assert len(set(items)) == len(items)
        ids = [pending.id for pending in self.deal.pending]
        assert len(set(ids)) == len(ids)

    @invariant()
    def what_was_sent_was_approved(self) -> None:
        """A3."""
        if self.deal.stage is Stage.QUOTE_SENT:
            approval, quote = self.deal.approval, self.deal.quotes[-1]
            assert approval is not None
            assert approval.status == "approved"
            assert approval.subject.content_hash == quote.content_hash

    @invariant()
    def it_can_be_shown(self) -> None:
        row = row_of(self.deal, self.now)
        assert row.version == self.deal.version
        assert explain(self.deal, self.now).stage == self.deal.stage
        tasks = task_rows(self.deal, self.now)
        assert len({task.task_id for task in tasks}) == len(tasks)
        assert len(approval_rows(self.deal)) == (self.deal.approval is not None)

    def teardown(self) -> None:
        """The state is the fold of its facts, survives JSON, is small; and a cancellation always ends closed."""
        if not hasattr(self, "facts"):
            return
        self.check_whole()
        if self.deal.stage.value == "cancelling":
            while self.deal.pending:
                pending = self.deal.pending[0]
                if pending.parked is None:
                    assert self.attempt(c.EffectFailed(effect_id=pending.id, error="away"), SYSTEM, pending.id)
                assert self.attempt(c.SkipEffect(effect_id=pending.id, reason="by hand"), EVERYBODY)
            assert self.deal.stage.value == "closed.cancelled"
            assert all(item.status in ("cancelled", "issued") for item in self.deal.billing)

    def check_whole(self) -> None:
        assert all(text.en and text.zh for text in self.refusals)
        assert fold(self.first, self.facts) == self.deal
        text = self.deal.model_dump_json()
        assert len(text.encode()) <= 64_000
        assert Deal.model_validate_json(text) == self.deal
        for fact in self.facts:
            assert DealFact.model_validate_json(fact.model_dump_json()) == fact

    def answer(self, pending: Pending[f.DealEffect], result: Value) -> None:
        command = c.EffectDone.model_validate({"effect_id": pending.id, "result": result})
        assert self.attempt(command, SYSTEM, pending.id), "a result is never refused"
        # What waits for a person, as a credit does for a second one, is pending still.
        assert pending.id not in [other.id for other in self.deal.pending if other.parked is None]

    def actor(self, kind: str, data: st.DataObject) -> Actor:
        if kind in ("decide", "transfer_seat", "add_signer"):
            return Actor(id=data.draw(st.sampled_from(PEOPLE)))
        return EVERYBODY

    def result(self, effect: f.DealEffect, data: st.DataObject) -> Value:
        build, happy = _RESULTS.get(type(effect)), HAPPY.get(type(effect))
        if build is not None:
            return build(self, effect, data)
        return c.Done() if happy is None else happy(self, effect)

    def command(self, kind: str, data: st.DataObject) -> Value:
        build = _BUILD.get(kind)
        fields: dict[str, Any] = {"kind": kind} if build is None else {"kind": kind, **build(self, data)}
        command: Value = _COMMANDS[kind].model_validate(fields)
        return command


def _lines(machine: AnyDeal, data: st.DataObject) -> dict[str, Any]:
    quantities = data.draw(st.lists(st.sampled_from(("1", "2.5", "10", "0")), min_size=1, max_size=3))
    lines = tuple(line(nth, quantity) for nth, quantity in enumerate(quantities, start=1))
    more = data.draw(st.booleans())
    return {"lines": offered(machine.terms, *lines) if more else lines, "reason": "changed"}


def _seat(machine: AnyDeal, data: st.DataObject) -> dict[str, Any]:
    approval = machine.deal.approval
    return {
        "approval_id": approval.id if approval else "none",
        "content_hash": approval.subject.content_hash if approval else "",
        "verdict": data.draw(st.sampled_from(("approve", "approve", "approve", "reject", "return"))),
        "to": "chen",
        "who": "chen",
        "position": data.draw(st.sampled_from(("before", "after"))),
        "reason": data.draw(st.sampled_from(("", "because"))),
    }


def _quantities(machine: AnyDeal, data: st.DataObject) -> dict[str, Any]:
    quantity = data.draw(st.sampled_from(("1", "0.5", "0", "100")))
    named = data.draw(st.sampled_from(((), ({"position": 1, "quantity": quantity},))))
    return {"lines": named, "reason": "counted again"}


def _effect(machine: AnyDeal, data: st.DataObject) -> dict[str, Any]:
    ids = [pending.id for pending in machine.deal.pending] or ["none"]
    return {"effect_id": data.draw(st.sampled_from(ids)), "reason": "by hand"}


def _reason(machine: AnyDeal, data: st.DataObject) -> dict[str, Any]:
    until = data.draw(st.sampled_from((None, machine.now + timedelta(days=3))))
    return {"reason": "other", "text": "so it is", "until": until}


_BUILD: dict[str, Any] = {
    "capture": lambda machine, data: {"source": "web", "contact": "x"},
    "assign": lambda machine, data: {"owner": data.draw(st.sampled_from(PEOPLE))},
    "follow_up": lambda machine, data: {"channel": "call", "note": "spoke"},
    "disqualify": _reason,
    "nurture": lambda machine, data: {"until": machine.now + timedelta(days=20)},
    "advance": lambda machine, data: {"met": ("need_confirmed", "budget_range", "demo_done")},
    "step_back": lambda machine, data: {"to": "verify", "reason": "again"},
    "lose": _reason,
    "create_quote": _lines,
    "edit_quote": _lines,
    "amend": _lines,
    "accept_quote": lambda machine, data: {
        "content_hash": machine.deal.quotes[-1].content_hash if machine.deal.quotes else "",
        "accepted_by": "customer",
    },
    "decline_quote": _reason,
    "decide": _seat,
    "transfer_seat": _seat,
    "add_signer": _seat,
    "recall": _seat,
    "sign_contract": lambda machine, data: {"side": data.draw(st.sampled_from(("ours", "theirs"))), "signed_by": "x"},
    "record_delivery": _quantities,
    "correct_delivery": _quantities,
    "accept_delivery": lambda machine, data: {"accepted_by": "customer"},
    "reject_delivery": _reason,
    "end_recurring": lambda machine, data: {
        "on": (machine.now + timedelta(days=data.draw(st.integers(-40, 70)))).date(),
        "reason": "over",
    },
    "cancel": _reason,
    "hold": _reason,
    "release_credit": _reason,
    "retry_effect": _effect,
    "skip_effect": _effect,
    "abort": _effect,
    "adopt_log": _reason,
}


def _signer(machine: AnyDeal, effect: f.CheckSigner, data: st.DataObject) -> Value:
    if data.draw(st.booleans()):
        return c.SignerChecked(approval_id=effect.approval_id, candidate=Candidate(person=effect.who))
    return c.SignerChecked(approval_id=effect.approval_id, refused=Text(en="left", zh="已离职"))


def _perhaps_waiting(machine: AnyDeal, effect: f.CreditInvoice | f.CancelBilling, data: st.DataObject) -> Value:
    """Credit it, or say that a second person must agree first, unless one has."""
    done = HAPPY[type(effect)](machine, effect)
    asks = not effect.agreed and (isinstance(effect, f.CancelBilling) or bool(effect.amounts))
    if not asks or not data.draw(st.booleans()):
        return done
    if isinstance(effect, f.CreditInvoice):
        waits = Weighed(minor=5, in_all_minor=9)
        return c.Credited(number="", credit_note="", amount=Money.zero("CNY"), waits=waits)
    return done.model_copy(update={"waits": True, "notes": (), "whole": (), "issued": ()})


_RESULTS: dict[type, Callable[..., Value]] = {
    f.OpenDeal: lambda machine, effect, data: opened(machine, data.draw(st.sampled_from(("", "li", "wang")))),
    f.AssignLead: lambda machine, effect, data: c.Assignee(owner=data.draw(st.sampled_from(("", "wang")))),
    f.CheckCredit: lambda machine, effect, data: c.CreditDecision(
        exposure_minor=1, blocked=data.draw(st.sampled_from(("", "limit")))
    ),
    f.CheckSigner: _signer,
    f.CreditInvoice: lambda machine, effect, data: _perhaps_waiting(machine, effect, data),
    f.CancelBilling: lambda machine, effect, data: _perhaps_waiting(machine, effect, data),
}


_COMMANDS: dict[str, Any] = {
    command.model_fields["kind"].default: command
    for command in vars(c).values()
    if isinstance(command, type) and issubclass(command, Value) and "kind" in command.model_fields
}


AnyDeal.TestCase.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyDeal = AnyDeal.TestCase
