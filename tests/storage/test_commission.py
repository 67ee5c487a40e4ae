"""Commission is read from the real ledger: who owned the deal then, what was paid, and what was credited since."""

from datetime import timedelta

from domain.account import effects as account
from domain.commission.fold import commission
from domain.deal.events import LeadAssigned
from domain.organisation import Person
from domain.policy.commission import CommissionRule
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.commission import commission_facts
from tests.domain.policy.shipped import standard
from tests.storage.samples import HASH, KEY, NOW, at, cny, credit_all, deal_record, imported, issue, opened, receipt

PEOPLE = (
    Person(id="bob", name="Bob", email="bob@example.com", roles=("sales",)),
    Person(id="eve", name="Eve", email="eve@example.com", roles=("sales", "sales_head")),
)
RULES = (
    CommissionRule(id="heads", basis="cash_received", rate_bp=100, roles=("sales_head",)),
    CommissionRule(id="sales", basis="cash_received", rate_bp=300),
)


async def filled(ledger: LedgerBooks, log: Log) -> str:
    """Bob's deal is invoiced, handed to Eve and invoiced again; the first is paid, and half of it bounces."""
    await opened(ledger)
    await log.append_deal(deal_record("d1", [LeadAssigned(owner="bob")]))
    number = (await ledger.issue_invoice("k1", NOW + timedelta(hours=1), issue())).number
    await ledger.operate("o", NOW, imported("OLD-1", 700))
    handed = deal_record("d1", [LeadAssigned(owner="eve")], first=2)
    later = tuple(fact.model_copy(update={"at": NOW + timedelta(hours=2)}) for fact in handed.facts)
    await log.append_deal(handed.model_copy(update={"facts": later}))
    await ledger.issue_invoice("k2", NOW + timedelta(hours=3), issue(item="i2", minor=1_000))
    await ledger.operate("r1", at(20), receipt("b1", 10_000, [number]))
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(5_000), reason="R", terms_hash=HASH, **KEY
    )
    await ledger.operate("x", at(21), bounce)
    await ledger.operate("r2", at(22), receipt("b2", 700, ["OLD-1"]))
    return number


async def test_every_line_names_its_cause_and_the_agent_of_the_day_of_the_invoice(
    database: Database, ledger: LedgerBooks, log: Log
) -> None:
    number = await filled(ledger, log)
    facts = database.look(commission_facts, standard(), PEOPLE)
    assert [(one.agent, one.roles) for one in facts.sales] == [
        ("bob", ("sales",)), ("eve", ("sales", "sales_head")),
    ]  # fmt: skip
    lines = commission(facts.sales, facts.changes, RULES)
    assert [(one.on.day, one.document, one.base_minor, one.minor) for one in lines] == [
        (20, "bank/b1", 8_850, 266), (21, "bank/b1", -4_425, -133),
    ]  # fmt: skip
    await ledger.credit_invoice("c", at(23), credit_all(number, at(23).date()))
    facts = database.look(commission_facts, standard(), PEOPLE)
    after = commission(facts.sales, facts.changes, RULES)
    assert after[:2] == lines
    assert [(one.on.day, one.document, one.minor) for one in after[2:]] == [(23, "CN-2026-000001", -133)]
    assert database.look(commission_facts, standard(), PEOPLE, "DE01") == ((), ())


async def test_a_deposit_earns_by_its_cash_and_is_not_invoiced_twice(
    database: Database, ledger: LedgerBooks, log: Log
) -> None:
    await opened(ledger)
    await log.append_deal(deal_record("d1", [LeadAssigned(owner="bob")]))
    deposit = await ledger.issue_invoice("d", NOW, issue(item="deposit", share_bp=3_000, purpose="deposit"))
    await ledger.operate("r1", at(20), receipt("b1", 3_000, [deposit.number]))
    whole = {"share_bp": 7_000, "whole_bp": 7_000, "deposit_item": "deposit", "deduct_upto_bp": 7_000}
    last = await ledger.issue_invoice("l", at(21), issue(item="last").model_copy(update=whole))
    await ledger.operate("r2", at(22), receipt("b2", 7_000, [last.number]))
    facts = database.look(commission_facts, standard(), PEOPLE)
    net = 8_850
    for basis, documents in (("invoiced", [last.number]), ("cash_received", ["bank/b1", "bank/b2"])):
        rule = CommissionRule.model_validate({"id": "sales", "basis": basis, "rate_bp": 300})
        lines = commission(facts.sales, facts.changes, (rule,))
        assert [one.document for one in lines] == documents
        assert sum(one.base_minor for one in lines) == net, "of one order over 100.00 with tax"
