"""An account with its ledger in memory and a clock that a test turns: the smallest shell there can be."""

from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from domain.account import commands as c
from domain.account import effects as f
from domain.account.agenda import agenda
from domain.account.decide import decide, open_account
from domain.account.evolve import AccountFact, AccountPending, evolve
from domain.account.hand_over_effects import SendHandOver, TellAgency
from domain.account.paper_effects import SendCreditNote, SendStatement
from domain.account.reading import LEDGER
from domain.account.refunds import PayoutTold
from domain.approval.questions import CheckSigner, ResolveApproval, Resolved, SignerChecked
from domain.approval.seats import Candidate, Seat, Step
from domain.business_calendar import CompiledCalendar
from domain.deal.effects import IssueInvoice
from domain.due_dates import CashDiscount, PaymentTerms
from domain.machine import CLOCK, SYSTEM, Actor
from domain.money import Money
from domain.quotes import QuoteLine
from domain.receivables.entries import CaseView, Instalment
from domain.refusal import Refused
from domain.terms import AccountTerms, DunningTerms, LadderLevel, PromiseTerms, Tolerance
from domain.value import Value
from simulation.ledger import MemoryLedger

T = TypeVar("T")

FINANCE = Actor(id="fin", roles=("finance",))
DAY_0 = date(2026, 3, 2)
REF_LEVELS = tuple(
    LadderLevel(id=name, day=day)
    for name, day in (("reminder", 3), ("L1", 10), ("L2", 20), ("L3", 30), ("collections", 45))
)


def cny(minor: int) -> Money:
    return Money(minor=minor, currency="CNY")


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Return an instant of a day counted from 2 March 2026, a Monday, in UTC."""
    return datetime(DAY_0.year, DAY_0.month, DAY_0.day, hour, minute, tzinfo=UTC) + timedelta(days=day)


def on(day: int) -> date:
    return DAY_0 + timedelta(days=day)


def dunning(**changes: Any) -> DunningTerms:
    """Return the ladder of the reference process, changed where a test needs it."""
    rest: dict[str, Any] = {"levels": REF_LEVELS, "min_open": cny(0), "unit": "invoice"}
    return DunningTerms(**(rest | changes))


def terms(ladder: DunningTerms | None = None, **changes: Any) -> AccountTerms:
    rest: dict[str, Any] = {
        "policy": "0123456789abcdef",
        "entity": "CN01",
        "currency": "CNY",
        "customer_class": "C",
        "calendar": CompiledCalendar.always(),
        "dunning": ladder or dunning(),
        "promise": PromiseTerms(max_open=5, max_per_year=50),
        "tolerance": Tolerance(),
        "dispute_reasons": ("price", "other"),
    }
    return AccountTerms(**(rest | changes))


def step(*people: str, rank: int = 1) -> Step:
    """Return a step with one seat, in which any of these people may decide."""
    candidates = tuple(Candidate(person=person) for person in people)
    seat = Seat(id=f"second-{rank}.1", role="finance_head", candidates=candidates)
    return Step(id=f"second-{rank}", rank=rank, needed=1, clause="", seats=(seat,))


def now_of(work: Coroutine[Any, Any, T]) -> T:
    """Run what never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("the ledger in memory waits for nothing")


class Run:
    """One account: every command is decided, evolved and its effects performed at once, in order."""

    terms_hash = "hash-1"

    def __init__(self, account_terms: AccountTerms | None = None, ledger: Any = None, customer_id: str = "c1") -> None:
        """Open the account of a customer on a ledger whose answers never wait; without one on a new one in memory."""
        self.terms = account_terms or terms()
        self.ledger = ledger or MemoryLedger()
        self.now = at(0, 0)
        self.facts: list[AccountFact] = []
        self.told: list[f.TellDeal] = []
        self.moved: list[f.TellAccount] = []
        self.staff: list[f.NotifyStaff] = []
        self.agency: list[SendHandOver | TellAgency] = []
        self.notes: list[SendCreditNote] = []
        self.holds: list[tuple[bool, bool]] = []
        self.channel = "email"
        self.steps = (step("boss", "chief"),)
        self.people_change: datetime | None = None
        self.answers: list[PayoutTold] = []
        self.account, events = open_account("CN01", customer_id, self.terms.currency)
        self._record(events, SYSTEM, "start")
        self.perform()

    @property
    def book(self) -> Any:
        return self.ledger.book("CN01", "c1", "CNY")

    def kinds(self) -> list[str]:
        return [fact.event.kind for fact in self.facts]

    def events(self, kind: type[Any]) -> list[Any]:
        return [fact.event for fact in self.facts if isinstance(fact.event, kind)]

    def stages(self) -> list[tuple[datetime, str]]:
        """Return what was sent or skipped, when."""
        told = [fact for fact in self.facts if fact.event.kind in ("notice_sent", "level_skipped")]
        return [(fact.at, ("-" if fact.event.kind == "level_skipped" else "") + fact.event.stage) for fact in told]  # type: ignore[union-attr]  # both have a stage

    def _record(self, events: tuple[Any, ...], actor: Actor, cause: str) -> None:
        for event in events:
            fact = AccountFact(seq=self.account.version + 1, at=self.now, actor=actor, cause=cause, event=event)
            self.facts.append(fact)
            self.account = evolve(self.account, fact)

    def apply(self, command: Value, actor: Actor, cause: str) -> None:
        self._record(decide(self.account, command, actor, self.now), actor, cause)

    def send(self, command: Value, actor: Actor = FINANCE, moment: datetime | None = None) -> None:
        """Take a command at a moment (now), after all that time does before; a refusal of the ledger is raised."""
        if moment is not None:
            self.until(moment)
        seen = len(self.facts)
        self.apply(command, actor, f"cmd-{self.account.version}")
        self.perform()
        for fact in self.facts[seen:]:
            if fact.event.kind == "command_refused":
                raise LedgerRefused(fact.event.code)

    def until(self, moment: datetime) -> None:
        """Let time pass: everything due before or at the moment happens at its own time."""
        while (due := agenda(self.account)) and due[0].at <= moment:
            self.now = max(self.now, due[0].at)
            self.apply(due[0].command, CLOCK, "timer")
            self.perform()
        self.now = max(self.now, moment)

    def perform(self) -> None:
        """Perform what is pending, each lane in order, until nothing is."""
        while ready := [pending for pending in self.account.pending if pending.parked is None]:
            self._perform(ready[0])

    def _perform(self, pending: AccountPending) -> None:
        try:
            result = now_of(self._result(pending))
        except Refused as refused:
            result = c.AccountRefusal(code=refused.code, text=refused.text)
        self.apply(c.EffectDone(effect_id=pending.id, result=result), SYSTEM, pending.id)

    async def _result(self, pending: AccountPending) -> Any:
        effect, key, moment = pending.effect, pending.id, pending.at
        match effect:
            case f.LoadCase():
                return await self.ledger.load_case(effect, moment, self.terms, self.terms_hash, "Example Ltd")
            case (
                f.TellDeal()
                | f.TellAccount()
                | f.TellHold()
                | f.NotifyStaff()
                | f.SendDebitNote()
                | SendCreditNote()
                | SendStatement()
                | SendHandOver()
                | TellAgency()
            ):
                return self._gone_out(effect)
            case f.PayRefund() | f.AskPayout() | ResolveApproval() | CheckSigner():
                return self._outside(effect)
            case f.JudgePromise():
                return await self.ledger.judge_promise(key, moment, effect)
            case f.SendNotice() | f.RecordNotice():
                return await self._notice(key, moment, effect)
            case _:
                assert pending.lane == LEDGER
                assert isinstance(effect, f.LedgerEffect)
                return c.Moved(movement=await self.ledger.operate(key, moment, effect))

    async def _notice(self, key: str, moment: datetime, effect: f.SendNotice | f.RecordNotice) -> c.NoticeResult:
        if isinstance(effect, f.RecordNotice):
            sent = f.SendNotice(**effect.model_dump(include=set(f.LedgerEffect.model_fields)), step=effect.step)
            return await self.ledger.record_notice(effect.notice_id, moment, sent, effect.channel)
        plan = await self.ledger.plan_notice(key, moment, effect)
        by_hand = [channel for channel in effect.channels if channel in ("letter", "call_task")]
        if plan is not None and by_hand and self.channel not in effect.channels:
            return c.NoticeResult(outcome="in_hand", channel=by_hand[0], case=CaseView())
        return await self.ledger.record_notice(key, moment, effect, self.channel)

    def _gone_out(
        self,
        effect: f.TellDeal
        | f.TellAccount
        | f.TellHold
        | f.NotifyStaff
        | f.SendDebitNote
        | SendCreditNote
        | SendStatement
        | SendHandOver
        | TellAgency,
    ) -> c.Done:
        if isinstance(effect, SendHandOver | TellAgency):
            self.agency.append(effect)
        if isinstance(effect, SendCreditNote):
            self.notes.append(effect)
        if isinstance(effect, f.TellHold):
            self.holds.append((effect.orders, effect.deliveries))
        if isinstance(effect, f.TellDeal):
            self.told.append(effect)
        if isinstance(effect, f.TellAccount):
            self.moved.append(effect)
        if isinstance(effect, f.NotifyStaff):
            self.staff.append(effect)
        return c.Done(reference=effect.number if isinstance(effect, SendCreditNote | f.SendDebitNote) else "")

    def _outside(self, effect: f.PayRefund | f.AskPayout | ResolveApproval | CheckSigner) -> Any:
        if isinstance(effect, f.PayRefund | f.AskPayout):
            return self.answers.pop(0)
        if isinstance(effect, CheckSigner):
            return SignerChecked(approval_id=effect.approval_id, candidate=Candidate(person=effect.who))
        return Resolved(approval_id=effect.approval_id, steps=self.steps, until=self.people_change)

    def issue(
        self, deal_id: str, minor: int, due_day: int, issued_day: int = 0, discount: CashDiscount | None = None
    ) -> str:
        """Issue an invoice of a deal without tax, due on a day, and tell the account."""
        effect = IssueInvoice(
            deal_id=deal_id,
            item="all",
            entity="CN01",
            customer_id="c1",
            issue_on=on(issued_day),
            supplied_on=on(issued_day),
            lines=(QuoteLine(position=1, sku="X", list_price=cny(minor), net_price=cny(minor)),),
            share_bp=10_000,
            shares_before_bp=0,
            rates=(),
            price_includes_tax=False,
            payment=PaymentTerms.single("fixed", on(due_day).isoformat()).model_copy(update={"discount": discount}),
        )
        issued = now_of(self.ledger.issue_invoice(f"deal/{deal_id}/issue", self.now, effect))
        word = c.InvoiceOpened(number=issued.number, deal_id=deal_id, gross=issued.gross)
        self.apply(word, SYSTEM, f"word-{deal_id}")
        self.perform()
        return str(issued.number)

    def imported(self, number: str, minor: int, due_day: int, issued_day: int = 0) -> str:
        """Import an open item of another system, due on a day."""
        part = Instalment(index=1, due_on=on(due_day), amount=cny(minor))
        self.send(c.ImportOpenItem(number=number, issued_on=on(issued_day), instalments=(part,)))
        return number

    def pay(self, external_id: str, minor: int, *invoices: str, reference: str = "") -> None:
        """Report money that came in now."""
        self.send(
            c.RecordReceipt(
                source="bank",
                external_id=external_id,
                amount=cny(minor),
                value_date=self.now.date(),
                reference=reference,
                invoices=invoices,
            )
        )


class LedgerRefused(Exception):
    """The ledger refused a command; ``args[0]`` is the code."""
