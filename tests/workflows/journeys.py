"""Deals as their people do them, step by step, each decision by update or by signal, under the shipped process."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal
from uuid import uuid4

from temporalio.common import WorkflowIDConflictPolicy

from domain.account import commands as a
from domain.account.state import Account
from domain.approval.machine import seats_open
from domain.deal import commands as c
from domain.deal.state import Customer, Deal
from domain.machine import Actor, Submission
from domain.money import Money
from domain.quotes import QuoteLine
from domain.refusal import Refused
from domain.value import Value
from simulation.patience import patiently
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE, LINES, OWNER
from tests.workflows.harness import Company, signed
from workflows.client import account_workflow_id, deal_workflow_id
from workflows.messages import Answered, DealInput, Envelope, Limits
from workflows.search_attributes import at_start
from workflows.temporal_client import TemporalWorkflows

OPS = Actor(id="lin.hao", roles=("ops", "admin"))
CREDIT = Actor(id="tang.bo", roles=("credit",))
Way = Literal["update", "signal"]


class Journey:
    """One deal of one customer.

    Attributes:
        by: the way its decisions are sent.
        begins_at: the business time at which the deal starts; now, unless given.
        entity, currency, lines: who sells, in what, and what is quoted.
        answers: what was answered to each, by the command's id; none to signals.
    """

    def __init__(
        self,
        company: Company,
        customer_id: str,
        *,
        by: Way = "update",
        deal_id: str = "",
        limits: Limits | None = None,
        begins_at: datetime | None = None,
        entity: str = ENTITY,
        currency: str = CURRENCY,
        lines: tuple[QuoteLine, ...] = LINES,
    ) -> None:
        self.company = company
        self.limits = limits or company.limits
        self.workflows = TemporalWorkflows(company.skipping, company.queue, self.limits)
        self.customer_id = customer_id
        self.by = by
        self.begins_at = begins_at
        self.entity = entity
        self.currency = currency
        self.lines = lines
        self.deal_id = deal_id or f"D-{uuid4().hex[:10]}"
        self.id = deal_workflow_id(self.deal_id)
        self.account = account_workflow_id(entity, customer_id, currency)
        self.answers: dict[str, Answered] = {}
        self._numbers = count(1)

    # --- sending ----------------------------------------------------------------------------------------------------

    def submission(self, command: Value, actor: Actor = OWNER, **fields: Any) -> Submission[Any]:
        """Wrap a command, under the next id unless one is given."""
        fields.setdefault("id", f"{self.deal_id}/{next(self._numbers)}")
        return Submission[Any](actor=actor, command=command, **fields)

    def start(self) -> DealInput:
        """How the deal starts."""
        return DealInput(
            deal_id=self.deal_id,
            entity=self.entity,
            currency=self.currency,
            customer=Customer(
                customer_id=self.customer_id, name=f"客户 {self.customer_id}", language="zh-CN", zone="Asia/Shanghai"
            ),
            limits=self.limits,
            clock_offset_s=0 if self.begins_at is None else self.company.clocks.offset_s(self.begins_at),
        )

    async def send(self, command: Value, actor: Actor = OWNER, **fields: Any) -> Answered | None:
        """Send a command to the deal and wait until all it set going is done."""
        submission = self.submission(command, actor, **fields)
        if self.by == "signal":
            await self.workflows.signal_deal(self.deal_id, submission)
            await self.company.settled(self.id)
            return None
        answered = await patiently(lambda: self.workflows.submit_deal(self.deal_id, submission, "settled"))
        self.answers[submission.id] = answered
        return answered

    async def note(self, text: str) -> Answered:
        """Send what changes nothing but the timeline, and wait only until it is recorded."""
        submission = self.submission(c.FollowUp(channel="phone", note=text))
        return await patiently(lambda: self.workflows.submit_deal(self.deal_id, submission))

    async def send_account(self, command: Value, actor: Actor = FINANCE, **fields: Any) -> Answered | None:
        """Send a command to the account and wait until all it set going is done, words to the deal included."""
        submission = self.submission(command, actor, **fields)
        names = (self.entity, self.customer_id, self.currency)
        answered = None
        if self.by == "signal":
            await self.workflows.signal_account(*names, submission)
        else:
            answered = await patiently(lambda: self.workflows.submit_account(*names, submission))
        await self.company.settled(self.account)
        await self.company.settled(self.id)
        return answered

    async def refused(self, command: Value, actor: Actor = OWNER, **fields: Any) -> Refused:
        """Send a command to the deal that must be refused, and return the refusal."""
        submission = self.submission(command, actor, **fields)
        return await _refused(self.workflows.submit_deal(self.deal_id, submission))

    async def refused_account(self, command: Value, actor: Actor = FINANCE, **fields: Any) -> Refused:
        """Send a command to the account that must be refused, and return the refusal."""
        submission = self.submission(command, actor, **fields)
        return await _refused(self.workflows.submit_account(self.entity, self.customer_id, self.currency, submission))

    # --- reading ----------------------------------------------------------------------------------------------------

    async def deal(self) -> Deal:
        """Ask for the deal's state."""
        return await self.company.ask(self.id, "state", Deal)

    async def case(self) -> Account:
        """Ask for the account's state."""
        return await self.company.ask(self.account, "state", Account)

    async def kinds(self) -> list[str]:
        """Read the kinds of the deal's events."""
        return await self.company.kinds(self.id)

    # --- steps ------------------------------------------------------------------------------------------------------

    async def capture(self) -> None:
        """Capture the lead."""
        command = c.Capture(source="web", contact="张三", owner=OWNER.id)
        submission = self.submission(command)
        if self.by == "update":
            captured = await patiently(lambda: self.workflows.capture(self.start(), submission, "settled"))
            self.answers[submission.id] = captured
            return
        envelope = Envelope(id=submission.id, actor=OWNER, command=command.model_dump(mode="json"))
        await self.company.skipping.start_workflow(
            "Deal",
            self.start(),
            id=self.id,
            task_queue=self.company.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=at_start("lead.new", f"客户 {self.customer_id}", self.currency),
            start_signal="command",
            start_signal_args=[signed(self.id, envelope)],
        )
        await self.company.settled(self.id)

    async def qualify(self) -> None:
        """Turn the lead into an opportunity."""
        await self.send(c.Qualify())

    async def quote(self) -> None:
        """Create a quote and submit it for approval."""
        await self.send(c.CreateQuote(lines=self.lines))
        await self.send(c.SubmitQuote())

    async def vote(self) -> None:
        """Let the first person who may decide approve."""
        approval = (await self.deal()).approval
        assert approval is not None
        _, seat = seats_open(approval)[0]
        decision = c.Decide(approval_id=approval.id, verdict="approve", content_hash=approval.subject.content_hash)
        await self.send(decision, Actor(id=seat.candidates[0].person))

    async def approve(self) -> None:
        """Let both steps approve."""
        await self.vote()
        await self.vote()

    async def order(self) -> None:
        """Send the quote; the customer accepts it."""
        await self.send(c.SendQuoteNow())
        await self.send(await self.acceptance())

    async def acceptance(self) -> c.AcceptQuote:
        """Return the customer's acceptance of the quote as it is."""
        content_hash = (await self.deal()).quotes[-1].content_hash
        return c.AcceptQuote(content_hash=content_hash, accepted_by="客户采购")

    async def deliver(self) -> None:
        """Deliver, and have it accepted: the invoice follows by itself."""
        await self.send(c.RecordDelivery())
        await self.send(c.AcceptDelivery(accepted_by="客户"))
        await self.company.settled(self.account)

    async def fall_behind(self, days: int = 48) -> None:
        """Let the invoice fall overdue: the deal and its account move together."""
        await self.company.pass_time(self.account, timedelta(days=days))
        await self.company.pass_time(self.id, timedelta(days=days))

    def receipt(self, deal: Deal, minor: int = 0, external_id: str = "") -> a.RecordReceipt:
        """Return money for the first invoice, all that is open unless an amount is given."""
        item = deal.billing[0]
        return a.RecordReceipt(
            source="bank",
            external_id=external_id or self.deal_id,
            amount=Money(minor=minor or item.open_minor, currency=self.currency),
            value_date=deal.timeline[-1].at.date(),
            invoices=(item.number,),
        )

    async def pay(self, minor: int = 0, external_id: str = "") -> None:
        """Pay the first invoice."""
        await self.send_account(self.receipt(await self.deal(), minor, external_id))

    async def until(self, step: str) -> None:
        """Do everything up to and including a step."""
        async for done in self.steps():
            if done == step:
                return
        raise LookupError(step)

    async def steps(self) -> AsyncIterator[str]:
        """Do a standard deal, yielding after each step."""
        for step in (
            self.capture,
            self.qualify,
            self.quote,
            self.approve,
            self.order,
            self.deliver,
            self.fall_behind,
            self.pay,
        ):
            await step()
            yield step.__name__


async def _refused(work: Any) -> Refused:
    try:
        answered = await work
    except Refused as refused:
        return refused
    raise AssertionError(f"accepted: {answered}")
