"""The standard deal of the design: from the lead to the last payment, with two approvals and two reminders."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.account import commands as a
from domain.deal import commands as c
from domain.deal.evolve import fold
from domain.deal.reading import blank
from domain.deal.state import Customer, Stage
from domain.machine import Actor, Submission
from domain.money import Money
from domain.quotes import QuoteLine
from domain.refusal import Code, Refused
from domain.value import Value
from simulation.company import company as simulated_company
from simulation.engine import Simulator
from simulation.ledger import MemoryLedger
from simulation.standard_deal import UNTIL_PAID, StandardDeal, customer
from tests.simulation.fixed_resolver import FixedResolver

POLICY = Path(__file__).parents[2] / "policies" / "standard.yaml"
START = datetime.fromisoformat("2026-09-07T10:00:00+08:00")
SALES = Actor(id="li", roles=("sales",))
FINANCE = Actor(id="fin", roles=("finance",))
CUSTOMER = Customer(customer_id="C-1", name="示例客户")
ACCOUNT = "account/CN01/C-1/CNY"


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


class Company:
    """A simulator with people who send commands."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.sim = Simulator(FixedResolver(), self.ledger, START)
        self.deal = self.sim.open_deal("D-1", "CN01", CUSTOMER, "CNY")
        self._n = 0

    def do(self, command: Value, actor: Actor = SALES, to: str = "") -> int:
        self._n += 1
        return self.sim.submit(to or self.deal, Submission[Value](id=f"c{self._n}", actor=actor, command=command))

    def vote(self, person: str) -> None:
        approval = self.sim.deals[self.deal].approval
        assert approval is not None
        command = c.Decide(approval_id=approval.id, verdict="approve", content_hash=approval.subject.content_hash)
        self.do(command, Actor(id=person))

    def until_invoiced(self) -> None:
        self.do(c.Capture(source="web", contact="张三", owner="li"))
        self.do(c.Qualify())
        line = QuoteLine(position=1, sku="S", quantity="10", list_price=cny("10000.00"), net_price=cny("9000.00"))
        self.do(c.CreateQuote(lines=(line,)))
        self.do(c.SubmitQuote())
        self.vote("wang")
        self.vote("zhao")
        self.do(c.SendQuoteNow())
        self.do(c.AcceptQuote(content_hash=self.sim.deals[self.deal].quotes[-1].content_hash, accepted_by="客户"))
        self.do(c.RecordDelivery())
        self.do(c.AcceptDelivery(accepted_by="客户"))

    def kinds(self, workflow_id: str) -> list[str]:
        return [fact.event.kind for fact in self.sim.facts[workflow_id]]


def test_a_deal_is_not_begun_again_under_its_id() -> None:
    company = Company()
    company.do(c.Capture(source="web", owner="li"))
    company.do(c.Disqualify(reason="budget"))
    with pytest.raises(Refused, match="E_STATE"):
        company.sim.open_deal("D-1", "CN01", CUSTOMER, "CNY")
    assert company.kinds(company.deal)[0] == "lead_captured"


def test_from_lead_to_paid_with_two_reminders() -> None:
    company = Company()
    company.until_invoiced()
    sim = company.sim

    assert sim.deals[company.deal].stage is Stage.ACTIVE
    item = sim.deals[company.deal].billing[0]
    assert (item.number, item.gross_minor, item.due_on) == ("INV-2026-000001", 10_170_000, "2026-10-07")

    sim.advance_to(START + timedelta(days=45))
    notices = [fact for fact in sim.facts[ACCOUNT] if fact.event.kind == "notice_sent"]
    assert [fact.event.stage for fact in notices] == ["reminder", "L1"]
    assert [fact.at.date().isoformat() for fact in notices] == ["2026-10-10", "2026-10-17"]

    receipt = a.RecordReceipt(
        source="bank", external_id="1", amount=cny("101700.00"), value_date=sim.now.date(), invoices=(item.number,)
    )
    company.do(receipt, FINANCE, ACCOUNT)

    assert sim.deals[company.deal].stage is Stage.PAID
    assert sim.deals[company.deal].pending == ()
    assert sim.accounts[ACCOUNT].pending == ()
    assert sim.accounts[ACCOUNT].case.open_minor == 0
    assert company.kinds(company.deal)[-2:] == ["invoice_open_changed", "deal_closed"]
    assert sim.next_due() is None


def test_the_same_submissions_give_the_same_facts() -> None:
    first, second = Company(), Company()
    for company in (first, second):
        company.until_invoiced()
        company.sim.advance_to(START + timedelta(days=80))

    assert first.sim.facts == second.sim.facts
    assert fold(blank("D-1", "CN01", CUSTOMER, "CNY"), first.sim.facts[first.deal]) == first.sim.deals[first.deal]


def test_time_does_what_falls_due_at_its_own_time() -> None:
    company = Company()
    company.do(c.Capture(source="web", contact="张三", owner="li"))

    company.sim.advance_to(START + timedelta(days=3))

    facts = {fact.event.kind: fact.at for fact in company.sim.facts[company.deal]}
    assert facts["response_warned"].isoformat() == "2026-09-07T06:30:00+00:00"
    assert facts["response_breached"].isoformat() == "2026-09-07T07:30:00+00:00"
    assert company.sim.now == START + timedelta(days=3)


def test_a_refusal_of_the_machine_changes_nothing() -> None:
    company = Company()
    company.do(c.Capture(source="web", contact="张三", owner="li"))
    before = list(company.sim.facts[company.deal])

    with pytest.raises(Refused) as caught:
        company.do(c.SendQuoteNow())

    assert caught.value.code is Code.STATE
    assert company.sim.facts[company.deal] == before


def test_what_only_the_ledger_can_refuse_is_refused_to_the_sender() -> None:
    company = Company()
    company.until_invoiced()
    receipt = a.RecordReceipt(
        source="bank", external_id="1", amount=cny("10.00"), value_date=company.sim.now.date(), reference="x"
    )
    company.do(receipt, FINANCE, ACCOUNT)

    with pytest.raises(Refused) as caught:
        company.do(receipt.model_copy(update={"amount": cny("11.00")}), FINANCE, ACCOUNT)

    assert caught.value.code is Code.IDEM
    assert company.kinds(ACCOUNT)[-1] == "command_refused"


def test_a_cancelled_deal_is_credited_in_the_ledger_and_closed() -> None:
    company = Company()
    company.until_invoiced()

    company.do(c.Cancel(reason="the customer withdrew", delivered="credited"))

    deal = company.sim.deals[company.deal]
    assert deal.stage is Stage.CANCELLED
    assert deal.billing[0].credited
    assert company.sim.accounts[ACCOUNT].case.open_minor == 0
    ended = company.kinds(company.deal)
    assert ended[ended.index("cancel_requested") :] == [
        "cancel_requested",
        "invoice_credited",
        "effect_completed",
        "deal_cancelled",
        "effect_completed",
    ]


def test_the_standard_deal_under_the_shipped_policy() -> None:
    buyer = customer("C-7")
    sim = simulated_company(POLICY, [buyer], START)
    one = StandardDeal(sim, "D-7", buyer)
    one.sell()
    one.deliver()
    sim.advance_to(START + UNTIL_PAID)
    one.pay()

    deal, facts = one.deal, sim.facts[one.workflow_id]
    assert deal.stage is Stage.PAID
    assert deal.terms is not None
    assert (deal.terms.customer_class, deal.terms.payment.id) == ("C", "net30")
    assert [fact.event.person for fact in facts if fact.event.kind == "seat_decided"] == ["wang.fang", "zhao.lei"]
    notices = [fact.event.stage for fact in sim.facts[one.account_id] if fact.event.kind == "notice_sent"]
    assert notices == ["reminder-1", "reminder-2"]
    assert (deal.pending, sim.accounts[one.account_id].pending) == ((), ())
    assert deal.version == 33


def test_a_simulation_of_many_deals_is_the_same_twice() -> None:
    def run() -> list[object]:
        buyers = [customer(f"C-{nth}") for nth in range(5)]
        sim = simulated_company(POLICY, buyers, START)
        for nth, buyer in enumerate(buyers):
            StandardDeal(sim, f"D-{nth}", buyer).sell()
        sim.advance_to(START + timedelta(days=120))
        return [sim.facts, sim.now, sim.parties.told]

    assert run() == run()
