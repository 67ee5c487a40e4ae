"""The second shell: the same machines without Temporal, on a clock that jumps from due date to due date.

Effects are carried out at the instant that asks for them, each lane in order; the same submissions always give the
same facts, and the very facts that the workflows record.
"""

import json
from collections import Counter, deque
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any

from domain.account import commands as a
from domain.account import effects as g
from domain.account.agenda import agenda as account_agenda
from domain.account.decide import decide as decide_account
from domain.account.decide import finished, open_account
from domain.account.evolve import AccountFact
from domain.account.evolve import evolve as evolve_account
from domain.account.lanes import heads as account_heads
from domain.account.reading import holds_back, keeps_orders
from domain.account.requests import open_requests
from domain.account.state import Account
from domain.credit_words import credit_words
from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.amending import deciding
from domain.deal.lanes import heads as deal_heads
from domain.deal.machine import DealFact, agenda, blank, decide, evolve, whole
from domain.deal.reading import item_of
from domain.deal.state import Customer, Deal, Stage
from domain.machine import CLOCK, SYSTEM, Actor, Pending, Submission
from domain.policy.ports import OpenLeads
from domain.ports import Ledger, People, Resolver, VendorRejected
from domain.receivables.holds import AccountHold
from domain.refusal import Code, Refused, refuse
from domain.value import Value
from simulation.parties import Parties
from simulation.unbilled import unbilled_minor

ORGANISATION = "organisation"
LONGEST_EXCERPT = 200
_HELD = frozenset({Stage.CONTRACT, Stage.CREDIT_HOLD, Stage.ACTIVE})


class Simulator:
    """Deals, accounts and their ledger in memory.

    Attributes:
        now: the business time; it only moves forward.
        deals, accounts: the states by workflow id.
        ended: accounts that have come to their end; the next word or command starts them again.
        facts: all that has happened, by workflow id.
        parties: everything outside.
    """

    def __init__(self, resolver: Resolver, ledger: Ledger, start: datetime, people: People | None = None) -> None:
        self.now = start
        self.deals: dict[str, Deal] = {}
        self.accounts: dict[str, Account] = {}
        self.ended: set[str] = set()
        self.facts: dict[str, list[Any]] = {}
        self.parties = Parties(resolver, ledger, people)
        self._of_customer: dict[str, list[str]] = {}
        self._work: deque[tuple[str, str]] = deque()
        self._withheld: set[str] = set()
        self._timers: list[tuple[datetime, int, str, int, Value]] = []
        self._order = count()
        self._moved: dict[str, None] = {}
        self._perhaps_over: set[str] = set()
        self._refused: dict[str, Refused] = {}

    def open_deal(self, deal_id: str, entity: str, customer: Customer, currency: str) -> str:
        """Make room for a deal, whose first command is `capture`; returns its workflow id.

        Raises:
            Refused: there is a deal of this id already (E_STATE).
        """
        workflow_id = f"deal/{deal_id}"
        if workflow_id in self.deals:
            raise refuse(Code.STATE, f"there is a deal {deal_id} already", f"商机 {deal_id} 已存在")
        self.deals[workflow_id] = blank(deal_id, entity, customer, currency)
        self.facts[workflow_id] = []
        self._of_customer.setdefault(customer.customer_id, []).append(workflow_id)
        return workflow_id

    def open_account(self, entity: str, customer_id: str, currency: str) -> str:
        """Start an account that does not run; returns its workflow id."""
        workflow_id = f"account/{entity}/{customer_id}/{currency}"
        if workflow_id not in self.accounts or workflow_id in self.ended:
            self.ended.discard(workflow_id)
            opened, events = open_account(entity, customer_id, currency)
            log = self.facts.setdefault(workflow_id, [])
            self.accounts[workflow_id] = opened.model_copy(update={"version": len(log)})
            self._fold_account(workflow_id, events, SYSTEM, "start")
            # An account takes nothing before its case is loaded, so this comes before whatever it was started for.
            (loading,) = self.accounts[workflow_id].pending
            self._apply(workflow_id, self._of_account(workflow_id, loading), SYSTEM, loading.id)
        return workflow_id

    def submit(self, workflow_id: str, submission: Submission[Any]) -> int:
        """Apply a command of a person and all that follows at once; returns the version after it.

        An account that does not run is started for it.

        Raises:
            Refused: by the machine, or by the ledger or directory that the command had to ask.
        """
        kind, _, owner = workflow_id.partition("/")
        if kind == "account":
            self.open_account(*owner.split("/"))
        try:
            asked = self._apply(workflow_id, submission.command, submission.actor, submission.id)
            self._settle()
        finally:
            self._end()
        for effect_id in asked:
            refused = self._refused.pop(effect_id, None)
            if refused is not None:
                raise refused
        return self._state(workflow_id).version

    def signal(self, workflow_id: str, submission: Submission[Any]) -> None:
        """Apply a command for whose answer nobody waits: a refusal is a fact.

        Raises:
            Refused: the deal has ended, there is nobody to take the signal.
        """
        before = self._state(workflow_id).version
        try:
            self.submit(workflow_id, submission)
        except Refused as refused:
            state = self._state(workflow_id)
            if isinstance(state, Deal) and state.stage.closed and not state.pending:
                raise
            if state.version == before:
                self._refuse(workflow_id, refused, submission.command, submission.actor, submission.id)

    def people_changed(self) -> None:
        """Tell every deal and account with an open approval that people, delegations or absences changed."""
        for workflow_id, deal in self.deals.items():
            if deciding(deal) is not None:
                self._apply(workflow_id, c.OrgChanged(), Actor(id=ORGANISATION, via="workflow"), ORGANISATION)
        for workflow_id, account in self.accounts.items():
            if any(request.approval for request in open_requests(account.requests)):
                self._apply(workflow_id, c.OrgChanged(), Actor(id=ORGANISATION, via="workflow"), ORGANISATION)
        self._settle()

    def withhold(self, kind: str) -> None:
        """Let effects of a kind stay under way until `answer`."""
        self._withheld.add(kind)

    def answer(self, kind: str) -> None:
        """Let effects of a kind be carried out again, those under way now."""
        self._withheld.discard(kind)
        for workflow_id, deal in self.deals.items():
            self._requeue(workflow_id, deal.pending)
        for workflow_id, account in self.accounts.items():
            self._requeue(workflow_id, account.pending)
        self._settle()
        self._end()

    def is_asleep(self, workflow_id: str) -> bool:
        """Tell whether an account does not run, so that a command would start it."""
        return workflow_id.startswith("account/") and (workflow_id not in self.accounts or workflow_id in self.ended)

    def advance_to(self, instant: datetime) -> None:
        """Let time pass, doing what falls due on the way, each at its own time."""
        self._arm()
        while self._timers and self._timers[0][0] <= instant:
            at, _, workflow_id, version, command = heappop(self._timers)
            if version != self._state(workflow_id).version:
                continue
            self.now = max(self.now, at)
            self._fire(workflow_id, at, command)
            self._settle()
            self._end()
            self._arm()
        self.now = max(self.now, instant)

    def next_due(self) -> datetime | None:
        """Return when time will do something next."""
        self._arm()
        while self._timers and self._timers[0][3] != self._state(self._timers[0][2]).version:
            heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def open_leads(self) -> tuple[OpenLeads, ...]:
        """Count open leads and opportunities per owner, in the order of their ids."""
        early = (
            deal.owner
            for deal in self.deals.values()
            if deal.stage.startswith("lead.") or deal.stage is Stage.OPPORTUNITY
        )
        counted = Counter(owner for owner in early if owner)
        return tuple(OpenLeads(person=person, count=number) for person, number in sorted(counted.items()))

    def unbilled_minor(self, customer_id: str, currency: str) -> int:
        """Sum up what a customer has ordered, with tax, and what is not invoiced."""
        active = (self.deals[workflow_id] for workflow_id in self._of_customer.get(customer_id, ()))
        return sum(
            unbilled_minor(deal, self.facts[f"deal/{deal.deal_id}"])
            for deal in active
            if deal.stage is Stage.ACTIVE and deal.currency == currency
        )

    def _state(self, workflow_id: str) -> Deal | Account:
        found = self.deals.get(workflow_id) or self.accounts.get(workflow_id)
        if found is None:
            raise refuse(Code.NOTFOUND, f"there is no {workflow_id}", f"没有 {workflow_id}")
        return found

    def _end(self) -> None:
        """Let accounts end of which nothing is open any more."""
        self.ended |= {workflow_id for workflow_id in self._perhaps_over if finished(self.accounts[workflow_id])}
        self._perhaps_over.clear()

    def _arm(self) -> None:
        for workflow_id in self._moved:
            state = self._state(workflow_id)
            due = agenda(state) if isinstance(state, Deal) else account_agenda(state)
            if due and workflow_id not in self.ended:
                heappush(self._timers, (due[0].at, next(self._order), workflow_id, state.version, due[0].command))
        self._moved.clear()

    def _fire(self, workflow_id: str, at: datetime, command: Value) -> None:
        before = self._state(workflow_id).version
        self._apply(workflow_id, command, CLOCK, f"timer/{at.isoformat()}")
        if self._state(workflow_id).version == before:
            raise RuntimeError(f"{workflow_id}: {command!r} fell due and changed nothing, a bug of the machine")

    def _apply(self, workflow_id: str, command: Value, actor: Actor, cause: str) -> list[str]:
        """Decide a command and fold its events in; returns the ids of the effects it asks for. The one door."""
        deal = self.deals.get(workflow_id)
        if deal is not None:
            return self._fold_deal(workflow_id, deal, decide(deal, command, actor, self.now), actor, cause)
        account = self._state(workflow_id)
        if not isinstance(account, Account):
            raise TypeError(workflow_id)
        return self._fold_account(workflow_id, decide_account(account, command, actor, self.now), actor, cause)

    def _fold_deal(
        self, workflow_id: str, deal: Deal, events: tuple[Value, ...], actor: Actor, cause: str
    ) -> list[str]:
        before, log = deal.pending, self.facts[workflow_id]
        for event in events:
            fact = DealFact(seq=deal.version + 1, at=self.now, actor=actor, cause=cause, event=event)  # type: ignore[arg-type]  # decide gives deal events only
            deal = evolve(deal, fact)
            log.append(fact)
        self.deals[workflow_id] = deal
        return self._queue(workflow_id, before, deal.pending)

    def _fold_account(self, workflow_id: str, events: tuple[Any, ...], actor: Actor, cause: str) -> list[str]:
        account, log = self.accounts[workflow_id], self.facts[workflow_id]
        before = account.pending
        for event in events:
            fact = AccountFact(seq=account.version + 1, at=self.now, actor=actor, cause=cause, event=event)
            account = evolve_account(account, fact)
            log.append(fact)
        self.accounts[workflow_id] = account
        self._perhaps_over.add(workflow_id)
        return self._queue(workflow_id, before, account.pending)

    def _queue(self, workflow_id: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> list[str]:
        self._moved[workflow_id] = None
        if after is before:
            return []
        if any(pending.parked is not None for pending in before):
            # What waited behind the parked one may go on now.
            self._requeue(workflow_id, after)
        known = {pending.id for pending in before}
        new = [pending.id for pending in after if pending.id not in known]
        self._work.extend((workflow_id, effect_id) for effect_id in new)
        return new

    def _requeue(self, workflow_id: str, pending: tuple[Pending[Any], ...]) -> None:
        self._work.extend((workflow_id, waiting.id) for waiting in pending if waiting.parked is None)

    def _settle(self) -> None:
        """Carry out all effects, and those that their results ask for, until nothing is under way."""
        while self._work:
            workflow_id, effect_id = self._work.popleft()
            deal = self.deals.get(workflow_id)
            heads = account_heads(self.accounts[workflow_id]) if deal is None else deal_heads(deal)
            pending: Pending[Any] | None = next((head for head in heads.values() if head.id == effect_id), None)
            if pending is None or pending.effect.kind in self._withheld:
                continue
            command = self._of_account(workflow_id, pending) if deal is None else self._of_deal(deal, pending)
            self._apply(workflow_id, command, SYSTEM, pending.id)
            self._requeue_lane(workflow_id, pending.lane)

    def _requeue_lane(self, workflow_id: str, lane: str) -> None:
        """Queue again what was passed over because another of its lane was under way."""
        deal = self.deals.get(workflow_id)
        heads = account_heads(self.accounts[workflow_id]) if deal is None else deal_heads(deal)
        if (head := heads.get(lane)) is not None:
            self._work.append((workflow_id, head.id))

    def _of_deal(self, deal: Deal, pending: Pending[Any]) -> Value:
        effect, sender = whole(deal, pending).effect, f"deal/{deal.deal_id}"
        try:
            result = self.parties.answer_deal(pending.id, self.now, effect)
        except VendorRejected as rejected:
            return c.EffectFailed(effect_id=pending.id, error=f"{type(rejected).__name__}: {rejected}")
        if isinstance(effect, f.OpenReceivable):
            opened = a.InvoiceOpened(number=effect.number, deal_id=effect.deal_id, gross=effect.gross)
            self._tell_account(effect, opened, sender, pending.id)
        elif isinstance(effect, f.CreditInvoice | f.CancelBilling):
            for cause, word in credit_words(effect, result, pending.id):
                self._tell_account(effect, word, sender, cause)
            # A refusal after an approval has nobody who waits for it.
            if isinstance(effect, f.CancelBilling) and isinstance(result, c.DealRefusal) and not effect.agreed:
                self._refused[pending.id] = Refused(Code(result.code), result.text)
        elif isinstance(result, c.SignerChecked) and result.refused is not None:
            self._refused[pending.id] = Refused(Code.AUTH, result.refused)
        return c.EffectDone(effect_id=pending.id, result=result)  # type: ignore[arg-type]  # parties give deal results only

    def _of_account(self, workflow_id: str, pending: Pending[Any]) -> Value:
        effect = pending.effect
        result: Value
        if isinstance(effect, g.TellDeal):
            self._tell_deal(effect, workflow_id, pending.id)
            result = a.Done(reference=effect.number)
        elif isinstance(effect, g.TellHold):
            self._tell_hold(effect, workflow_id, pending.id)
            result = a.Done()
        elif isinstance(effect, g.TellAccount):
            arrived = a.ReceiptArrived(source=effect.source, external_id=effect.external_id, origin=workflow_id)
            self._tell_account(effect, arrived, workflow_id, pending.id)
            result = a.Done(reference=f"{effect.source}/{effect.external_id}")
        else:
            result = self.parties.answer_account(pending.id, self.now, effect)
            if isinstance(result, a.AccountRefusal):
                self._refused[pending.id] = Refused(Code(result.code), result.text)
            elif isinstance(result, c.SignerChecked) and result.refused is not None:
                self._refused[pending.id] = Refused(Code.AUTH, result.refused)
        return a.EffectDone(effect_id=pending.id, result=result)  # type: ignore[arg-type]  # parties give account results only

    def _tell_account(
        self,
        effect: f.OpenReceivable | f.CreditInvoice | f.CancelBilling | g.TellAccount,
        word: Value,
        sender: str,
        cause: str,
    ) -> None:
        account = self.open_account(effect.entity, effect.customer_id, effect.currency)
        self._apply(account, word, Actor(id=sender, via="workflow"), cause)

    def _tell_deal(self, effect: g.TellDeal, sender: str, cause: str) -> None:
        workflow_id = f"deal/{effect.deal_id}"
        deal = self.deals.get(workflow_id)
        if deal is None:
            return
        if deal.stage.closed and not deal.pending:
            known = item_of(deal, effect.number)
            if known is None or (known.open_minor == effect.open_minor and not effect.recovered_minor):
                return
        word = c.ReceivableChanged.model_validate(effect.model_dump(exclude={"kind", "deal_id"}))
        actor = Actor(id=sender, via="workflow")
        try:
            self._apply(workflow_id, word, actor, cause)
        except Refused as refused:
            self._refuse(workflow_id, refused, word, actor, cause)

    def _tell_hold(self, effect: g.TellHold, sender: str, cause: str) -> None:
        concerned = [
            workflow_id
            for workflow_id in self._of_customer.get(effect.customer_id, ())
            if self.deals[workflow_id].stage in _HELD
        ]
        for workflow_id in concerned:
            told = c.AccountHoldChanged(
                customer_id=effect.customer_id, orders=effect.orders, deliveries=effect.deliveries
            )
            self._apply(workflow_id, told, Actor(id=sender, via="workflow"), cause)

    def holds_of(self, customer_id: str) -> tuple[AccountHold, ...]:
        """Return what the accounts of a customer keep back, in order."""
        return tuple(
            AccountHold(account=workflow_id, orders=keeps_orders(account))
            for workflow_id, account in sorted(self.accounts.items())
            if account.customer_id == customer_id and holds_back(account)
        )

    def _refuse(self, workflow_id: str, refused: Refused, message: Value, actor: Actor, cause: str) -> None:
        """Record a message that cannot be obeyed."""
        excerpt = json.dumps(message.model_dump(mode="json"), ensure_ascii=False)[:LONGEST_EXCERPT]
        told = {"code": refused.code.value, "text": refused.text, "excerpt": excerpt, "command": _kind(message)}
        unreadable = a.Unreadable if workflow_id in self.accounts else c.Unreadable
        self._apply(workflow_id, unreadable.model_validate(told), actor, cause)


def _kind(message: Value) -> str:
    kind: str = getattr(message, "kind", "")
    return kind
