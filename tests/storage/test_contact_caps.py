"""A customer's contacts are counted over all their accounts, and a notice that waits counts nowhere."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from domain.account import effects as account
from domain.receivables.entries import NextStep
from domain.terms import AccountTerms, ContactCaps
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import verified
from storage.tables.ledger import INSTALMENT, NOTICE
from tests.storage.samples import HASH, KEY, NOW, at, cny, imported, terms

DUE = date(2026, 3, 20)
OTHER = KEY | {"entity": "DE01"}


def capped(unit: str) -> AccountTerms:
    plain = terms(unit)
    caps = {"caps": ContactCaps(per_day=1, zone="UTC"), "min_open": cny(0)}
    return plain.model_copy(update={"dunning": plain.dunning.model_copy(update=caps)})


def send(step: NextStep, key: dict[str, Any]) -> account.SendNotice:
    return account.SendNotice(step=step, terms_hash=HASH, **key)


@pytest.mark.parametrize("unit", ["invoice", "customer"])
async def test_one_a_day_over_all_accounts_of_a_customer(ledger: LedgerBooks, database: Database, unit: str) -> None:
    steps = {}
    for name, key in (("A", KEY), ("B", OTHER)):
        await ledger.load_case(account.LoadCase(**key), NOW, capped(unit), HASH, "示例客户")
        item = imported(name, 10_000, DUE)
        moved = await ledger.operate(name, NOW, item.model_copy(update=key | {
            "invoice": item.invoice.model_copy(update={"entity": key["entity"]})}))  # fmt: skip
        assert moved.case.next is not None
        steps[name] = moved.case.next
    assert {step.at for step in steps.values()} == {at(23)}

    assert await ledger.plan_notice("n1", at(23), send(steps["A"], KEY)) is not None
    assert (await ledger.record_notice("n1", at(23), send(steps["A"], KEY), "email")).outcome == "sent"

    # What the other account had armed for the same moment waits, and nothing of it is kept against the customer.
    theirs = send(steps["B"], OTHER)
    assert [await ledger.plan_notice("n2", at(23, 10), theirs) for _ in range(2)] == [None, None]
    held = await ledger.record_notice("n2", at(23, 10), theirs, "")
    assert await ledger.record_notice("n2", at(23, 10), theirs, "") == held
    assert (held.outcome, held.invoices, held.debit_note) == ("held", (), None)
    assert held.case.next is not None
    assert (held.case.next.at, held.case.next.stage, held.case.next.days_late) == (at(24), "reminder", 4)
    levels = database.look(lambda c: c.execute(select(INSTALMENT.c.level).order_by(INSTALMENT.c.id)).scalars().all())
    assert list(levels) == [1, 0]

    following = send(held.case.next, OTHER)
    assert await ledger.plan_notice("n3", at(24), following) is not None
    assert (await ledger.record_notice("n3", at(24), following, "email")).outcome == "sent"
    outcomes = select(NOTICE.c.notice_id, NOTICE.c.outcome).order_by(NOTICE.c.notice_id)
    assert database.look(lambda c: [tuple(row) for row in c.execute(outcomes)]) == [
        ("n1", "sent"), ("n2", "held"), ("n3", "sent"),
    ]  # fmt: skip
    assert [check.name for check in database.look(verified) if not check.holds] == []


async def test_a_notice_that_is_on_its_way_from_another_account_counts(ledger: LedgerBooks) -> None:
    for name, key in (("A", KEY), ("B", OTHER)):
        await ledger.load_case(account.LoadCase(**key), NOW, capped("customer"), HASH, "示例客户")
        item = imported(name, 10_000, DUE)
        await ledger.operate(name, NOW, item.model_copy(update=key | {
            "invoice": item.invoice.model_copy(update={"entity": key["entity"]})}))  # fmt: skip
    step = NextStep(at=at(23), action="notice", level=1, stage="reminder", invoices=("A",), items=1)
    assert await ledger.plan_notice("n1", at(23), send(step, KEY)) is not None
    theirs = step.model_copy(update={"invoices": ("B",)})
    assert await ledger.plan_notice("n2", at(23), send(theirs, OTHER)) is None
    # Planned again after a failure, the first goes on.
    assert await ledger.plan_notice("n1", at(23, 11), send(step, KEY)) is not None
