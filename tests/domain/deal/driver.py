"""A deal driven by hand: every fact is folded in as a shell would, and each refusal is shown to change nothing."""

from datetime import datetime, timedelta

import pytest

from domain.approval.seats import Step
from domain.deal import commands as c
from domain.deal.effects import DealEffect
from domain.deal.machine import DealFact, agenda, blank, decide, evolve, whole
from domain.deal.state import Customer, Deal, Stage
from domain.machine import CLOCK, SYSTEM, Actor, Pending
from domain.money import Money
from domain.quotes import QuoteLine
from domain.refusal import Code, Refused
from domain.terms import DealTerms
from domain.value import Value
from tests.domain.deal.terms_fixture import STEPS, TERMS

START = datetime.fromisoformat("2026-09-07T10:00:00+08:00")
SALES = Actor(id="li", roles=("sales",))
OPS = Actor(id="ops1", roles=("ops",))
CREDIT = Actor(id="chen", roles=("credit",))
CUSTOMER = Customer(customer_id="C-1", name="示例客户", language="zh-CN", zone="Asia/Shanghai")


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


def line(position: int = 1, quantity: str = "10", listed: str = "10000.00", net: str = "9000.00") -> QuoteLine:
    return QuoteLine(
        position=position, sku=f"SKU-{position}", quantity=quantity, list_price=cny(listed), net_price=cny(net)
    )


class Driver:
    """One deal, its clock and all its facts."""

    def __init__(self, terms: DealTerms = TERMS, steps: tuple[Step, ...] = STEPS) -> None:
        self.terms, self.steps = terms, steps
        self.first = blank("D-1", "CN01", CUSTOMER, "CNY")
        self.deal: Deal = self.first
        self.now = START
        self.facts: list[DealFact] = []
        self.sent: list[DealEffect] = []
        self._commands = 0

    def do(self, command: Value, actor: Actor = SALES, cause: str = "") -> tuple[str, ...]:
        """Apply a command and return the kinds of the events it made."""
        self._commands += 1
        cause = cause or f"c{self._commands}"
        found = decide(self.deal, command, actor, self.now)
        for event in found:
            fact = DealFact.model_validate(
                {"seq": self.deal.version + 1, "at": self.now, "actor": actor, "cause": cause, "event": event}
            )
            self.deal = evolve(self.deal, fact)
            self.facts.append(fact)
        return tuple(fact.event.kind for fact in self.facts[len(self.facts) - len(found) :])

    def refused(self, command: Value, code: Code, actor: Actor = SALES) -> Refused:
        """Show that a command is refused with a code, and that nothing changed."""
        before = self.deal
        with pytest.raises(Refused) as caught:
            decide(self.deal, command, actor, self.now)
        assert caught.value.code == code, caught.value.text.en
        assert self.deal is before
        return caught.value

    def stage(self) -> Stage:
        """Return where the deal is; a call, since a checker believes that a field does not change."""
        return self.deal.stage

    def waiting(self, kind: str) -> Pending[DealEffect]:
        """Return the pending effect of a kind; there is exactly one."""
        (found,) = [pending for pending in self.deal.pending if pending.effect.kind == kind]
        return whole(self.deal, found)

    def done(self, kind: str, result: Value | None = None) -> tuple[str, ...]:
        """Report the result of the pending effect of a kind."""
        pending = self.waiting(kind)
        self.sent.append(pending.effect)
        command = c.EffectDone.model_validate({"effect_id": pending.id, "result": result or c.Done()})
        return self.do(command, SYSTEM, cause=pending.id)

    def waiting_first(self, kind: str) -> DealEffect:
        """Return the first pending effect of a kind, whole."""
        return whole(self.deal, next(one for one in self.deal.pending if one.effect.kind == kind)).effect

    def answer_first(self, kind: str, result: object) -> tuple[str, ...]:
        """Report the result of the first pending effect of a kind."""
        pending = next(one for one in self.deal.pending if one.effect.kind == kind)
        command = c.EffectDone.model_validate({"effect_id": pending.id, "result": result})
        return self.do(command, SYSTEM, cause=pending.id)

    def quiet(self, *kinds: str) -> None:
        """Report as done whatever has no result of its own."""
        for pending in self.deal.pending:
            if pending.effect.kind in (kinds or ("notify", "tell_customer", "sync_crm", "send_quote", "send_invoice")):
                self.sent.append(pending.effect)
                self.do(c.EffectDone(effect_id=pending.id, result=c.Done()), SYSTEM, cause=pending.id)

    def wait(self, **span: float) -> None:
        """Let time pass without doing anything."""
        self.now += timedelta(**span)

    def tick(self) -> tuple[str, ...]:
        """Go to the earliest due item and do it."""
        due = agenda(self.deal)[0]
        self.now = max(self.now, due.at)
        return self.do(due.command, CLOCK, cause=f"timer {due.command.what}")

    # The way of a deal, each step from where the one before it ends.

    def open(self) -> "Driver":
        self.do(c.Capture(source="web", contact="张三", owner="li"))
        self.done("open_deal", c.Opened(terms=self.terms, customer=CUSTOMER, score=60))
        return self

    def qualified(self) -> "Driver":
        self.open().do(c.Qualify())
        return self

    def drafted(self, *lines: QuoteLine) -> "Driver":
        self.qualified().do(c.CreateQuote(lines=lines or (line(),)))
        return self

    def pending(self, *lines: QuoteLine) -> "Driver":
        self.drafted(*lines).do(c.SubmitQuote())
        self.done("resolve_approval", c.Resolved(approval_id="D-1-q1", steps=self.steps))
        return self

    def vote(self, person: str, verdict: str = "approve", reason: str = "") -> tuple[str, ...]:
        approval = self.deal.approval
        assert approval is not None
        command = c.Decide.model_validate(
            {
                "approval_id": approval.id,
                "verdict": verdict,
                "content_hash": approval.subject.content_hash,
                "reason": reason,
            }
        )
        return self.do(command, Actor(id=person))

    def approved(self, *lines: QuoteLine) -> "Driver":
        self.pending(*lines)
        for step in self.steps:
            self.vote(step.seats[0].candidates[0].person)
        return self

    def quoted(self, *lines: QuoteLine) -> "Driver":
        self.approved(*lines).do(c.SendQuoteNow())
        self.quiet()
        return self

    def accept(self, evidence: str = "", po_reference: str = "") -> tuple[str, ...]:
        content_hash = self.deal.quotes[-1].content_hash
        command = c.AcceptQuote(
            content_hash=content_hash, accepted_by="客户采购", evidence=evidence, po_reference=po_reference
        )
        return self.do(command)

    def ordered(self, *lines: QuoteLine) -> "Driver":
        self.quoted(*lines).accept()
        self.quiet()
        return self

    def booked(self, *lines: QuoteLine) -> "Driver":
        self.ordered(*lines).done("create_order", c.Booked(erp_reference="SO-1"))
        return self

    def delivered(self, *lines: QuoteLine) -> "Driver":
        self.booked(*lines).do(c.RecordDelivery())
        return self

    def billed(self) -> "Driver":
        self.delivered().do(c.AcceptDelivery(accepted_by="客户"))
        self.issue("all", "INV-1", "101700.00")
        return self

    def issue(self, item: str, number: str, gross: str) -> tuple[str, ...]:
        return self.done(
            "issue_invoice",
            c.Issued(item=item, number=number, net=cny(gross), gross=cny(gross), due_on="2026-10-09"),
        )

    def paid(self, number: str = "INV-1", open_minor: int = 0, **more: int | bool) -> tuple[str, ...]:
        word = c.ReceivableChanged.model_validate({"number": number, "open_minor": open_minor, **more})
        return self.do(word, Actor(id="system", via="workflow"))
