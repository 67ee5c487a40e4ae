"""Recorded events drive the real workflows under skipped time: day by day, deals side by side, each account in order.

Every step has an id made of the event itself; what the event log has already is not sent again, so the same file
changes nothing however often it is replayed.
"""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from domain.account.commands import Resolve
from domain.deal import commands as deal
from domain.deal.state import Customer, Deal, Stage
from domain.machine import Actor, Submission
from domain.nobody import UNIDENTIFIED
from domain.refusal import Code, Refused, refuse
from domain.value import Value
from simulation import steps
from simulation.bank_payments import BankPayments, Paid
from simulation.recorded import Recorded
from simulation.sender import Sender
from simulation.side_by_side import Turns, side_by_side, together
from workflows.client import account_workflow_id
from workflows.messages import DealInput


class Refusal(NamedTuple):
    """A recorded event that the rules refused; the row is set aside."""

    line: int
    why: str


class Progress(Protocol):
    """Is told how far the replay is."""

    def __call__(self, done: int, day: date) -> None:
        """Take note that so many events are done and this day is being replayed."""


class Replay:
    """One recording on its way through the workflows.

    Attributes:
        refused: events that the rules refused, by line.
    """

    def __init__(self, sender: Sender, bank: BankPayments | None = None) -> None:
        """Take payments to the bank, or report them as receipts where there is none."""
        self._sender = sender
        self._bank = bank
        self._applied: frozenset[str] = frozenset()
        self._origin: dict[str, Recorded] = {}
        self._customers: dict[str, str] = {}
        self._keeping: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._count: Counter[tuple[str, str]] = Counter()
        self._charges: dict[str, list[str]] = defaultdict(list)
        self._touched: set[str] = set()
        self.refused: list[Refusal] = []

    async def run(self, events: Sequence[Recorded], until: datetime, told: Progress) -> None:
        """Replay all events, then move every open deal and account to the end."""
        self._applied = await self._sender.applied(steps.SOURCE)
        done = 0
        for day, recorded in groupby(events, key=lambda event: event.at.date()):
            of_day = list(recorded)
            for _, some in groupby(of_day, key=self._moment_of_bank):
                await self._some(list(some))
            done += len(of_day)
            told(done, day)
        running = await self._sender.store.open_workflows()
        await side_by_side(self._sender.to_the_end(workflow_id, until) for workflow_id in running)

    def _moment_of_bank(self, event: Recorded) -> datetime | None:
        """Return when the bank books a payment; what else happens, happens between its statements."""
        return event.at if self._bank is not None and event.event == "payment_received" else None

    async def _some(self, events: Sequence[Recorded]) -> None:
        if self._bank is None or self._moment_of_bank(events[0]) is None:
            await self._day(events)
        else:
            await self._paid(self._bank, events)

    async def _paid(self, bank: BankPayments, events: Sequence[Recorded]) -> None:
        """Have all payments of one moment posted by the bank."""
        at, paid = events[0].at, []
        for event in events:
            self._origin.setdefault(event.deal_id, event)
            self._count[event.deal_id, event.event] += 1
            try:
                paid.append(await self._payment(event))
            except Refused as refused:
                self.refused.append(Refusal(event.line, refused.text.en))
        accounts = {self._account_of(event) for event in events} | {self._unidentified(event) for event in events}
        await side_by_side(self._ready_at(workflow_id, at) for workflow_id in accounts)
        refusals = await bank.pay(at, paid)
        self.refused += [Refusal(line, refused.text.en) for line, refused in refusals.items()]
        await side_by_side(self._sender.settled(workflow_id) for workflow_id in accounts)

    async def _payment(self, event: Recorded) -> Paid:
        origin = self._origin[event.deal_id]
        if origin.event == "lead_created":
            await self._sender.move_deal(event.deal_id, event.at)
        if event.amount is None:
            raise ValueError(f"line {event.line}: a payment without an amount is set aside when it is read")
        nth = self._count[event.deal_id, event.event]
        number = await self._number(event)
        return Paid(event.line, f"{event.deal_id}/{nth}", event.amount, number, steps.customer_name(origin))

    async def _ready_at(self, workflow_id: str, at: datetime) -> None:
        await self._sender.settled(workflow_id)
        await self._sender.move_account(workflow_id, at)

    def _unidentified(self, event: Recorded) -> str:
        return account_workflow_id(self._sender.entity, UNIDENTIFIED, event.currency)

    async def _day(self, events: Sequence[Recorded]) -> None:
        by_deal: dict[str, list[Recorded]] = defaultdict(list)
        turns = Turns()
        for event in events:
            by_deal[event.deal_id].append(event)
            self._origin.setdefault(event.deal_id, event)
            if event.event in _ON_ACCOUNTS:
                turns.queue(self._account_of(event), event.place)
        await together(self._in_turn(of_deal, turns) for of_deal in by_deal.values())
        await side_by_side(self._sender.settled(workflow_id) for workflow_id in self._touched)
        self._touched.clear()

    async def _in_turn(self, events: Sequence[Recorded], turns: Turns) -> None:
        for event in events:
            self._count[event.deal_id, event.event] += 1
            if play := _PLAYS.get(event.event):
                async with turns.of(event.place):
                    try:
                        await play(self, event)
                    except Refused as refused:
                        self.refused.append(Refusal(event.line, refused.text.en))

    # --- what each event does ---------------------------------------------------------------------------------------

    async def lead_created(self, event: Recorded) -> None:
        """Capture the lead for its agent."""
        if self._done(event, "capture"):
            return
        start = DealInput(
            deal_id=event.deal_id,
            entity=self._sender.entity,
            currency=event.currency,
            customer=Customer(customer_id=await self._customer(event), name=steps.customer_name(event)),
        )
        await self._sender.capture(start, event.at, self._submission(event, "capture", steps.capture(event)))

    async def lead_qualified(self, event: Recorded) -> None:
        """Respond and qualify."""
        await self._deal(event, ("respond", deal.Respond()), ("qualify", deal.Qualify()))

    async def quote_sent(self, event: Recorded) -> None:
        """Create and submit the quote; where no approval is due, send it."""
        line = steps.quote_line(event, self._origin[event.deal_id])
        await self._deal(event, ("create", deal.CreateQuote(lines=(line,))), ("submit", deal.SubmitQuote()))
        if not self._done(event, "send") and (await self._state(event)).stage is Stage.QUOTE_APPROVED:
            await self._deal(event, ("send", deal.SendQuoteNow()))

    async def approval_granted(self, event: Recorded) -> None:
        """Decide by a person who may, then send."""
        if not self._done(event, "decide"):
            await self._sender.move_deal(event.deal_id, event.at)
            approval = (await self._state(event)).approval
            if approval is not None and approval.status == "pending":
                await self._decide(event, approval.id, approval.subject.content_hash, _approver(approval.steps))
        if not self._done(event, "send") and (await self._state(event)).stage is Stage.QUOTE_APPROVED:
            await self._deal(event, ("send", deal.SendQuoteNow()))

    async def quote_accepted(self, event: Recorded) -> None:
        """Accept; a request that is still pending is granted just before."""
        if self._done(event, "accept"):
            return
        state = await self._state(event)
        if state.stage in (Stage.QUOTE_PENDING, Stage.QUOTE_APPROVED):
            await self.approval_granted(event)
            state = await self._state(event)
        accept = deal.AcceptQuote(
            content_hash=state.quotes[-1].content_hash,
            accepted_by=steps.customer_name(self._origin[event.deal_id]),
        )
        await self._deal(event, ("accept", accept))

    async def deal_lost(self, event: Recorded) -> None:
        """Lose with reason other."""
        await self._deal(event, ("lose", deal.Lose(reason="other", text="as recorded")))

    async def goods_issued(self, event: Recorded) -> None:
        """Record the delivery of all; the invoice and the account's opening follow of themselves."""
        await self._deal(event, ("deliver", deal.RecordDelivery()))
        workflow_id = self._account_of(event)
        self._touched.add(workflow_id)
        await self._sender.settled(workflow_id)
        await self._sender.move_account(workflow_id, event.at)

    async def invoice_issued(self, event: Recorded) -> None:
        """Import an open item; where the deal made it, LTC has issued it by itself."""
        if self._origin[event.deal_id].event == "invoice_issued":
            await self._account(event, "import", steps.open_item(event))

    async def charge_added(self, event: Recorded) -> None:
        """Import what was charged on top as an open item of its own; payments of the case pay it after the first."""
        item = steps.charge(event, self._count[event.deal_id, event.event])
        self._charges[event.deal_id].append(item.number)
        await self._account(event, "charge", item)

    async def dispute_raised(self, event: Recorded) -> None:
        """Dispute the whole open amount."""
        await self._account(event, "dispute", steps.dispute(event, await self._number(event)))

    async def dispute_resolved(self, event: Recorded) -> None:
        """Reject the dispute."""
        reject = Resolve(number=await self._number(event), outcome="reject", reason="as recorded")
        await self._account(event, "resolve", reject)

    async def payment_received(self, event: Recorded) -> None:
        """Report a receipt that names the invoice."""
        if self._done(event, "receipt"):
            return
        if self._origin[event.deal_id].event == "lead_created":
            await self._sender.move_deal(event.deal_id, event.at)
        nth = self._count[event.deal_id, event.event]
        numbers = (await self._number(event), *self._charges[event.deal_id])
        await self._account(event, "receipt", steps.receipt(event, numbers, nth))

    async def payment_repeated(self, event: Recorded) -> None:
        """Note that a payment was reported again: there is no second receipt."""
        await self._account(event, "note", steps.repeated(event))

    async def handed_over(self, event: Recorded) -> None:
        """Hand the account over to whoever collects."""
        await self._account(event, "hand_over", steps.hand_over(event))

    async def noted(self, event: Recorded) -> None:
        """Note what happened outside and changes nothing."""
        await self._account(event, "note", steps.note(event))

    # --- how it is sent ---------------------------------------------------------------------------------------------

    async def _deal(self, event: Recorded, *commands: tuple[str, Value]) -> None:
        left = [(name, command) for name, command in commands if not self._done(event, name)]
        if left:
            await self._sender.move_deal(event.deal_id, event.at)
        for name, command in left:
            await self._sender.deal(event.deal_id, self._submission(event, name, command))

    async def _account(self, event: Recorded, name: str, command: Value) -> None:
        if self._done(event, name):
            return
        workflow_id, customer_id = self._account_of(event), await self._customer(event)
        submission = self._submission(event, name, command)
        await self._sender.account(customer_id, event.currency, event.at, submission)
        self._touched.add(workflow_id)

    async def _decide(self, event: Recorded, approval_id: str, content_hash: str, person: str) -> None:
        decide = deal.Decide(approval_id=approval_id, verdict="approve", content_hash=content_hash)
        submission = self._submission(event, "decide", decide, Actor(id=person, via="import"))
        await self._sender.deal(event.deal_id, submission)

    def _submission(self, event: Recorded, name: str, command: Value, actor: Actor | None = None) -> Submission[Any]:
        owner = self._origin[event.deal_id].attribute("agent")
        return Submission(id=self._step(event, name), actor=actor or steps.actor_of(event, owner), command=command)

    def _step(self, event: Recorded, name: str) -> str:
        return steps.step_id(event, name, self._count[event.deal_id, event.event])

    def _done(self, event: Recorded, name: str) -> bool:
        return self._step(event, name) in self._applied

    async def _state(self, event: Recorded) -> Deal:
        return await self._sender.state_of(event.deal_id)

    async def _number(self, event: Recorded) -> str:
        """Return the number of the deal's invoice."""
        if self._origin[event.deal_id].event == "invoice_issued":
            return event.deal_id
        numbers = [item.number for item in (await self._state(event)).billing if item.number]
        if not numbers:
            raise refuse(Code.NOTFOUND, f"deal {event.deal_id} has no invoice", f"商机 {event.deal_id} 没有发票")
        return numbers[0]

    async def _customer(self, event: Recorded) -> str:
        name = steps.customer_name(self._origin[event.deal_id])
        # Deals begin side by side, and none before its customer is there.
        async with self._keeping[name]:
            if name not in self._customers:
                await self._sender.store.keep_customer(customer_id_of(name), name, event.at)
                self._customers[name] = customer_id_of(name)
        return self._customers[name]

    def _account_of(self, event: Recorded) -> str:
        customer_id = customer_id_of(steps.customer_name(self._origin[event.deal_id]))
        return account_workflow_id(self._sender.entity, customer_id, event.currency)


def customer_id_of(name: str) -> str:
    """Return the id of a recorded customer: names are data, so the id only follows from it."""
    return f"R-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _approver(steps_of: Sequence[Any]) -> str:
    """Return a person who may decide on the first open seat."""
    for step in steps_of:
        for seat in step.seats:
            if seat.status == "open" and seat.candidates:
                person: str = seat.candidates[0].person
                return person
    raise refuse(Code.AUTH, "nobody may decide on this approval", "无人可审批")


_ON_ACCOUNTS = frozenset(
    {
        "goods_issued",
        "invoice_issued",
        "charge_added",
        "dispute_raised",
        "dispute_resolved",
        "payment_received",
        "payment_repeated",
        "handed_over",
        "noted",
    }
)
"""Events that move the clock of an account: another deal's of the same day must not come before an earlier one."""
_PLAYS: dict[str, Callable[[Replay, Recorded], Awaitable[None]]] = {
    "lead_created": Replay.lead_created,
    "lead_qualified": Replay.lead_qualified,
    "quote_sent": Replay.quote_sent,
    "approval_granted": Replay.approval_granted,
    "quote_accepted": Replay.quote_accepted,
    "deal_lost": Replay.deal_lost,
    "goods_issued": Replay.goods_issued,
    "invoice_issued": Replay.invoice_issued,
    "charge_added": Replay.charge_added,
    "dispute_raised": Replay.dispute_raised,
    "dispute_resolved": Replay.dispute_resolved,
    "payment_received": Replay.payment_received,
    "payment_repeated": Replay.payment_repeated,
    "handed_over": Replay.handed_over,
    "noted": Replay.noted,
}
