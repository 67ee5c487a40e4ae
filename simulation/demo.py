"""The demo's deals live their stories through the real workflows, day by day, and all are at the present in the end.

Every step has an id of its own; what the event log has already is not sent again, so a demo that was interrupted goes
on where it stopped.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from domain.account import commands as a
from domain.account.exchanges import ExchangeNow
from domain.approval.machine import seats_open
from domain.deal import commands as c
from domain.deal.state import Customer, Deal
from domain.machine import Actor, Submission
from domain.money import Money
from domain.policy.price_book import Product
from domain.receivables.exchange import Rate, exchanged
from domain.value import Value
from simulation.demo_parties import buyer, currency_of, lines
from simulation.demo_stories import STORIES, Step, Story
from simulation.sender import Sender
from simulation.side_by_side import side_by_side
from storage.entries import CustomerCard
from workflows.client import account_workflow_id
from workflows.messages import DealInput

SOURCE = "demo"
FINANCE = Actor(id="wu.ting", roles=("finance", "ar"))
OPS = Actor(id="lin.hao", roles=("ops", "admin"))
SELLERS = {"CN01": ("liu.yang", "xu.jing", "ma.chao"), "DE01": ("klein", "hoffmann")}
ACCOUNT_STEPS = frozenset({"pay", "pay_unnamed", "pay_dollars", "exchange", "dispute", "promise", "write_off"})
DOLLARS = "USD"
WORTH_OF_A_DOLLAR = {"CNY": Decimal("7.10"), "EUR": Decimal("0.905")}
MORE_DOLLARS_MINOR = 50_000
DOLLAR_STEPS = frozenset({"pay_dollars", "exchange"})
"""Steps of the account that the customer has in dollars."""


class Plan(NamedTuple):
    """One deal with its place in the demo."""

    nth: int
    story: Story
    customer: CustomerCard
    owner: Actor
    captured_at: datetime

    @property
    def deal_id(self) -> str:
        """Name the deal."""
        return f"D-DEMO-{self.nth:02}"

    @property
    def currency(self) -> str:
        """Return the currency of the deal."""
        return currency_of(self.customer)

    @property
    def account(self) -> str:
        """Return the workflow id of its customer's account."""
        return account_workflow_id(self.customer.entity, self.customer.customer_id, self.currency)


class Moment(NamedTuple):
    """A step of a deal at its time."""

    at: datetime
    plan: Plan
    nth: int
    step: Step


def plans(today: datetime) -> tuple[Plan, ...]:
    """Return all deals as of a day; leads come during office hours where the customer is."""
    made = []
    for nth, story in enumerate(STORIES, 1):
        card = buyer(nth, story.customer_class)
        hour = 3 if card.country == "CN" else 9
        captured = today.replace(hour=hour, minute=0, second=0, microsecond=0) - timedelta(days=story.days_ago)
        sellers = SELLERS[card.entity]
        owner = Actor(id=sellers[nth % len(sellers)], roles=("sales",))
        made.append(Plan(nth, story, card, owner, min(captured, today - timedelta(hours=1))))
    return tuple(made)


def moments(all_plans: Sequence[Plan], now: datetime) -> list[Moment]:
    """Return every step of every deal up to now, in order of time."""
    found = [
        Moment(plan.captured_at + timedelta(minutes=step.after_minutes), plan, place, step)
        for plan in all_plans
        for place, step in enumerate((Step(0, "capture"), *plan.story.steps))
    ]
    return sorted(moment for moment in found if moment.at <= now)


class Demo:
    """The demo on its way."""

    def __init__(self, senders: dict[str, Sender], products: Sequence[Product], applied: frozenset[str]) -> None:
        self._senders = senders
        self._products = products
        self._applied = applied

    async def run(self, steps: Sequence[Moment], told: Callable[[int, datetime], None]) -> None:
        """Take every step; days in order, within a day deals side by side."""
        done = 0
        for _, of_day in groupby(steps, key=lambda moment: moment.at.date()):
            day = list(of_day)
            by_deal: dict[str, list[Moment]] = defaultdict(list)
            for moment in day:
                by_deal[moment.plan.deal_id].append(moment)
            await side_by_side(self._in_turn(of_deal) for of_deal in by_deal.values())
            done += len(day)
            told(done, day[-1].at)

    async def _in_turn(self, of_deal: Sequence[Moment]) -> None:
        for moment in of_deal:
            if self._id(moment) not in self._applied:
                await _PLAYS.get(moment.step.do, Demo._command)(self, moment)

    def _id(self, moment: Moment) -> str:
        return f"{SOURCE}/{moment.plan.deal_id}/{moment.nth}"

    def _submission(self, moment: Moment, command: Value, actor: Actor, part: str = "") -> Submission[Any]:
        return Submission(id=self._id(moment) + part, actor=actor, command=command)

    # --- plays ------------------------------------------------------------------------------------------------------

    async def _capture(self, moment: Moment) -> None:
        plan, card = moment.plan, moment.plan.customer
        start = DealInput(
            deal_id=plan.deal_id,
            entity=card.entity,
            currency=plan.currency,
            customer=Customer(customer_id=card.customer_id, name=card.name, language=card.language, zone=card.zone),
        )
        command = c.Capture(
            source="referral",
            contact=card.contacts[0].name,
            owner=plan.owner.id,
            attributes=(("employees", "250"), ("story", plan.story.name)),
        )
        await self._sender(plan).capture(start, moment.at, self._submission(moment, command, plan.owner))

    async def _approve(self, moment: Moment) -> None:
        part = 0
        while await self._vote(moment, f"/{part}" if part else ""):
            part += 1

    async def _vote_once(self, moment: Moment) -> None:
        await self._vote(moment, "")

    async def _vote(self, moment: Moment, part: str) -> bool:
        """Let the first who may decide approve; tells whether anybody had to."""
        sender, plan = self._sender(moment.plan), moment.plan
        await sender.move_deal(plan.deal_id, moment.at)
        approval = (await sender.state_of(plan.deal_id)).approval
        if approval is None or approval.status != "pending":
            return False
        _, seat = seats_open(approval)[0]
        decide = c.Decide(approval_id=approval.id, verdict="approve", content_hash=approval.subject.content_hash)
        await sender.deal(plan.deal_id, self._submission(moment, decide, Actor(id=seat.candidates[0].person), part))
        return True

    async def _command(self, moment: Moment) -> None:
        sender, plan = self._sender(moment.plan), moment.plan
        await sender.move_deal(plan.deal_id, moment.at)
        command = _COMMANDS[moment.step.do](self, moment, await sender.state_of(plan.deal_id))
        actor = FINANCE if moment.step.do in ACCOUNT_STEPS else OPS if moment.step.do == "cancel" else plan.owner
        submission = self._submission(moment, command, actor)
        if moment.step.do in ACCOUNT_STEPS:
            currency = DOLLARS if moment.step.do in DOLLAR_STEPS else plan.currency
            await sender.account(plan.customer.customer_id, currency, moment.at, submission)
        else:
            await sender.deal(plan.deal_id, submission)
        await sender.settled(plan.account)

    def _sender(self, plan: Plan) -> Sender:
        return self._senders[plan.customer.entity]

    def quote(self, moment: Moment, deal: Deal) -> Value:
        """Return the quote that a story is about."""
        story = moment.plan.story
        drawn = lines(moment.plan.nth, moment.plan.currency, self._products, story.total_cny, story.discount_bp)
        return c.CreateQuote(lines=drawn)


_Play = Callable[[Demo, Moment], Awaitable[None]]
_PLAYS: dict[str, _Play] = {"capture": Demo._capture, "approve": Demo._approve, "vote": Demo._vote_once}


def _advance(demo: Demo, moment: Moment, deal: Deal) -> Value:
    stages = deal.terms.opportunity.stages if deal.terms else ()
    met = next((stage.exit for stage in stages if stage.id == deal.opportunity.stage), ())
    return c.Advance(met=met)


def _accept(demo: Demo, moment: Moment, deal: Deal) -> Value:
    return c.AcceptQuote(
        content_hash=deal.quotes[-1].content_hash,
        accepted_by=moment.plan.customer.contacts[0].name,
        po_reference=f"PO-{moment.plan.nth:04}",
    )


def _unpaid(deal: Deal) -> tuple[str, int]:
    return next((item.number, item.open_minor) for item in deal.billing if item.number and item.open_minor)


def _pay(demo: Demo, moment: Moment, deal: Deal) -> Value:
    number, open_minor = _unpaid(deal)
    minor = open_minor * int(moment.step.rest) // 10_000
    return a.RecordReceipt(
        source="bank",
        external_id=f"{moment.plan.deal_id}-{moment.nth}",
        amount=Money(minor=minor, currency=deal.currency),
        value_date=moment.at.date(),
        payer=moment.plan.customer.name,
        reference=number,
        invoices=(number,),
    )


def _pay_unnamed(demo: Demo, moment: Moment, deal: Deal) -> Value:
    """Pay what the first open invoice comes to, and say neither which nor what for."""
    named = a.RecordReceipt.model_validate(_pay(demo, moment, deal).model_dump())
    return named.model_copy(update={"reference": "", "invoices": ()})


def _pay_dollars(demo: Demo, moment: Moment, deal: Deal) -> Value:
    """Pay an invoice in dollars, and some more, which waits for the next one."""
    number, _ = _unpaid(deal)
    return a.RecordReceipt(
        source="bank",
        external_id=f"{moment.plan.deal_id}-{moment.nth}",
        amount=Money(minor=_in_dollars(deal) + MORE_DOLLARS_MINOR, currency=DOLLARS),
        value_date=moment.at.date(),
        payer=moment.plan.customer.name,
        reference=number,
    )


def _exchange(demo: Demo, moment: Moment, deal: Deal) -> Value:
    """Have the dollars of the step before pay the invoice, at the rate that the bank stated."""
    return ExchangeNow(
        source="bank",
        external_id=f"{moment.plan.deal_id}-{moment.nth - 1}",
        currency=deal.currency,
        minor=_in_dollars(deal),
        rate=_bank_rate(deal),
        invoices=(_unpaid(deal)[0],),
    )


def _in_dollars(deal: Deal) -> int:
    owed = Money(minor=_unpaid(deal)[1], currency=deal.currency)
    return exchanged(owed, _bank_rate(deal), DOLLARS).minor


def _bank_rate(deal: Deal) -> Rate:
    return Rate(unit=DOLLARS, quote=deal.currency, rate=WORTH_OF_A_DOLLAR[deal.currency], source="the bank")


def _deliver_half(demo: Demo, moment: Moment, deal: Deal) -> Value:
    """Deliver half of every line, at least one of it."""
    ordered = [one.line for one in deal.order.lines] if deal.order else []
    lines = tuple(
        c.DeliveredLine(position=line.position, quantity=str(max(1, int(line.quantity) // 2))) for line in ordered
    )
    return c.RecordDelivery(reference=f"DN-{moment.plan.nth:04}", lines=lines)


def _promise(demo: Demo, moment: Moment, deal: Deal) -> Value:
    return a.Promise(number=_unpaid(deal)[0], on=moment.at.date() + timedelta(days=int(moment.step.rest)))


_COMMANDS: dict[str, Callable[[Demo, Moment, Deal], Value]] = {
    "respond": lambda demo, moment, deal: c.Respond(note="called back"),
    "follow_up": lambda demo, moment, deal: c.FollowUp(channel=moment.step.rest, note="asks for a demonstration"),
    "nurture": lambda demo, moment, deal: c.Nurture(until=moment.at + timedelta(days=90)),
    "disqualify": lambda demo, moment, deal: c.Disqualify(reason=moment.step.rest),
    "qualify": lambda demo, moment, deal: c.Qualify(override_reason="knows what they need"),
    "advance": _advance,
    "lose": lambda demo, moment, deal: c.Lose(reason=moment.step.rest),
    "quote": Demo.quote,
    "submit": lambda demo, moment, deal: c.SubmitQuote(),
    "send": lambda demo, moment, deal: c.SendQuoteNow(),
    "accept": _accept,
    "sign": lambda demo, moment, deal: c.SignContract.model_validate({"side": moment.step.rest, "signed_by": "he.xin"}),
    "hold": lambda demo, moment, deal: c.HoldDeal(reason=moment.step.rest),
    "cancel": lambda demo, moment, deal: c.Cancel(reason=moment.step.rest, delivered="credited"),
    "deliver": lambda demo, moment, deal: c.RecordDelivery(reference=f"DN-{moment.plan.nth:04}"),
    "deliver_half": _deliver_half,
    "confirm": lambda demo, moment, deal: c.AcceptDelivery(accepted_by=moment.plan.customer.contacts[0].name),
    "pay": _pay,
    "pay_unnamed": _pay_unnamed,
    "pay_dollars": _pay_dollars,
    "exchange": _exchange,
    "dispute": lambda demo, moment, deal: a.Dispute(number=_unpaid(deal)[0], reason=moment.step.rest),
    "promise": _promise,
    "write_off": lambda demo, moment, deal: a.WriteOffNow(
        number=_unpaid(deal)[0], reason="insolvent", evidence="the court opened insolvency proceedings"
    ),
}
