"""What is proposed for write-off is counted from the notices that went out, once for each item."""

from datetime import date

import pytest
from sqlalchemy import select

from domain.account import effects as account
from domain.account.write_off_effects import ProposeWriteOff
from domain.receivables.entries import NextStep
from domain.terms import AccountTerms, WriteOffTerms
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import verified
from storage.tables.write_offs import WRITE_OFF_PROPOSAL
from tests.storage.samples import HASH, KEY, NOW, at, imported, receipt, terms

PROPOSE = ProposeWriteOff(terms_hash=HASH, **KEY)


def rules(unit: str) -> AccountTerms:
    plain = terms(unit)
    write_off = WriteOffTerms(after_days=60, min_attempts=2)
    return plain.model_copy(update={"dunning": plain.dunning.model_copy(update={"write_off": write_off})})


async def notify(ledger: LedgerBooks, key: str, stage: str, level: int, day: int, number: str = "") -> None:
    moment = at(day, month=4)
    one = {"instalment": 1, "invoices": (number,)} if number else {"invoices": ("A",)}
    step = NextStep.model_validate({"at": moment, "action": "notice", "level": level, "stage": stage, "items": 1} | one)
    effect = account.SendNotice(step=step, terms_hash=HASH, **KEY)
    assert await ledger.plan_notice(key, moment, effect) is not None
    await ledger.record_notice(key, moment, effect, "email")


@pytest.mark.parametrize("unit", ["invoice", "customer"])
async def test_an_item_is_proposed_once(ledger: LedgerBooks, database: Database, unit: str) -> None:
    await ledger.load_case(account.LoadCase(**KEY), NOW, rules(unit), HASH, "示例客户")
    await ledger.operate("a", NOW, imported("A", 100_000, date(2026, 4, 1)))
    number = "A" if unit == "invoice" else ""
    await notify(ledger, "n1", "reminder", 1, 4, number)
    await notify(ledger, "n2", "L1", 2, 11, number)

    early = await ledger.operate("e", at(12, month=4), PROPOSE)
    assert (early.proposed, early.minor, early.case.proposed_minor) == ((), 0, 0)
    assert early.case.propose is not None
    assert (early.case.propose.at, early.case.propose.invoices) == (at(31, month=5), ("A",))

    found = await ledger.operate("p", at(31, month=5), PROPOSE)
    assert (found.proposed, found.minor, found.case.proposed_minor) == (("A",), 100_000, 100_000)
    assert found.case.propose is None
    again = await ledger.operate("q", at(2, month=6), PROPOSE)
    assert (again.proposed, again.case.proposed_minor) == ((), 100_000)
    rows = database.look(lambda c: c.execute(select(WRITE_OFF_PROPOSAL)).all())
    assert [(row.minor, row.attempts, row.at) for row in rows] == [(100_000, 2, at(31, month=5))]

    paid = await ledger.operate("r", at(3, month=6), receipt("b1", 30_000, ["A"]))
    assert paid.case.proposed_minor == 70_000
    gone = account.WriteOff(number="A", minor=None, reason="insolvent", terms_hash=HASH, **KEY)
    assert (await ledger.operate("w", at(4, month=6), gone)).case.proposed_minor == 0
    assert [check.name for check in database.look(verified) if not check.holds] == []
