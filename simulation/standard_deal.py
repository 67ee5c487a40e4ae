"""The standard deal of the design, as its people do it: what the benchmarks repeat and the tests follow."""

from datetime import timedelta

from domain.account import commands as a
from domain.approval.machine import seats_open
from domain.deal import commands as c
from domain.deal.state import Customer, Deal
from domain.machine import Actor, Submission
from domain.money import Money
from domain.policy.ports import CustomerFacts
from domain.quotes import QuoteLine
from domain.value import Value
from simulation.engine import Simulator

_Submission = Submission[Value]
OWNER = Actor(id="liu.yang", roles=("sales",))
FINANCE = Actor(id="wu.ting", roles=("finance",))
ENTITY, CURRENCY = "CN01", "CNY"
_PRICE = Money.of("25000.00", CURRENCY)
LINES = (
    QuoteLine(
        position=1,
        sku="PUMP-40",
        quantity="6",
        list_price=_PRICE,
        net_price=_PRICE.model_copy(update={"minor": 2_100_000}),
    ),
)
"""Six pumps at 16 % off: above the manager's and the head's thresholds, below those of contract and credit."""


def customer(customer_id: str) -> CustomerFacts:
    """Return a customer of class C, who has bought before and pays late."""
    return CustomerFacts(
        customer_id=customer_id,
        name=f"客户 {customer_id}",
        country="CN",
        language="zh-CN",
        zone="Asia/Shanghai",
        orders_12m=1,
        dbt_12m_days=20,
    )


class StandardDeal:
    """One standard deal in a simulator, from the lead until it waits for payment, and then paid."""

    def __init__(self, sim: Simulator, deal_id: str, buyer: CustomerFacts) -> None:
        self.sim = sim
        self.buyer = buyer
        who = Customer(customer_id=buyer.customer_id, name=buyer.name, language=buyer.language, zone=buyer.zone)
        self.workflow_id = sim.open_deal(deal_id, ENTITY, who, CURRENCY)
        self.account_id = f"account/{ENTITY}/{buyer.customer_id}/{CURRENCY}"
        self._sent = 0

    @property
    def deal(self) -> Deal:
        """The deal as it stands."""
        return self.sim.deals[self.workflow_id]

    def submit(self, command: Value, actor: Actor = OWNER, to: str = "") -> int:
        """Send a command to the deal, or to its account."""
        self._sent += 1
        submission = _Submission(id=f"{self.workflow_id}/{self._sent}", actor=actor, command=command)
        return self.sim.submit(to or self.workflow_id, submission)

    def sell(self) -> None:
        """Capture, qualify, quote, approve twice, send and accept."""
        self.submit(c.Capture(source="web", contact="张三", owner=OWNER.id))
        self.submit(c.Qualify())
        self.submit(c.CreateQuote(lines=LINES))
        self.submit(c.SubmitQuote())
        self.vote()
        self.vote()
        self.submit(c.SendQuoteNow())
        self.submit(c.AcceptQuote(content_hash=self.deal.quotes[-1].content_hash, accepted_by="客户采购"))

    def vote(self) -> None:
        """Let the first person who may decide approve."""
        approval = self.deal.approval
        if approval is None:
            raise ValueError(f"{self.workflow_id} has no approval")
        _, seat = seats_open(approval)[0]
        decision = c.Decide(approval_id=approval.id, verdict="approve", content_hash=approval.subject.content_hash)
        self.submit(decision, Actor(id=seat.candidates[0].person))

    def deliver(self) -> None:
        """Deliver, and have it accepted: the invoice follows by itself."""
        self.submit(c.RecordDelivery())
        self.submit(c.AcceptDelivery(accepted_by="客户"))

    def pay(self) -> None:
        """Pay the invoice in full, naming it."""
        item = self.deal.billing[0]
        receipt = a.RecordReceipt(
            source="bank",
            external_id=self.workflow_id,
            amount=Money(minor=item.open_minor, currency=CURRENCY),
            value_date=self.sim.now.date(),
            invoices=(item.number,),
        )
        self.submit(receipt, FINANCE, self.account_id)


UNTIL_PAID = timedelta(days=48)
"""From the order until it is paid, late: two reminders lie in between under ``policies/standard.yaml``."""
