"""The ledger knows what was reported and no statement has shown, and what one has shown and nobody may report."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from domain.account import effects as account
from domain.account.commands import RecordReceipt
from domain.money import Money
from domain.nobody import UNIDENTIFIED
from domain.refusal import Code, Refused
from domain.statements.incoming import Movement
from domain.statements.judging import judge
from domain.statements.posting import Line, Outcome
from storage.database import Database
from storage.operations.bank_lines import keep_outcome
from storage.operations.bank_statements import Handing, take_in
from storage.operations.ledger import LedgerBooks
from storage.queries.bank_statements import payments
from storage.queries.receipt_owner import AccountKey
from storage.queries.told_before import (
    ABOUT_ITS_DAY,
    NAMED_AT_ONCE,
    SHOWN_OF_AMOUNT,
    check_not_booked,
    check_not_shown,
    told_before,
)
from tests.statements_made import DAY, credit, statement_of
from tests.storage.samples import CUSTOMER, ENTITY, HASH, KEY, NOW, at, cny, opened, receipt

PAID = date(2026, 3, 20)


def line(**told: Any) -> Line:
    known = {
        "line_id": 1, "entity": ENTITY, "external_id": "x", "movement": Movement.RECEIPT, "amount": cny(70),
        "value_date": PAID,
    }  # fmt: skip
    return Line.model_validate(known | told)


async def test_what_was_reported_about_its_day_and_has_not_gone_back(ledger: LedgerBooks, database: Database) -> None:
    await opened(ledger)
    for name, minor in (("b1", 70), ("b2", 70), ("b3", 71)):
        await ledger.operate(name, at(20), receipt(name, minor))
    back = account.ReverseReceipt(
        source="bank", external_id="b2", amount=cny(69), reason="bounced", terms_hash=HASH, **KEY
    )
    await ledger.operate("back", at(21), back)
    found = database.look(told_before, line())
    assert [(one.source, one.external_id, one.customer_id, one.value_date, one.amount.minor) for one in found] == [
        ("bank", "b1", CUSTOMER, PAID, 70), ("bank", "b2", CUSTOMER, PAID, 70),
    ]  # fmt: skip
    rest = back.model_copy(update={"amount": cny(1)})
    await ledger.operate("rest", at(22), rest)
    assert [one.external_id for one in database.look(told_before, line())] == ["b1"]
    for other in (
        {"amount": cny(72)}, {"amount": Money(minor=70, currency="EUR")}, {"entity": "DE01"},
        {"value_date": PAID + timedelta(days=11)}, {"value_date": PAID - timedelta(days=11)},
    ):  # fmt: skip
        assert database.look(told_before, line(**other)) == ()
    assert len(database.look(told_before, line(value_date=PAID + timedelta(days=10)))) == 1
    assert database.look(told_before, line(external_id="b1")) == ()


async def test_what_a_statement_has_shown_is_neither_reported_again_nor_reported_before(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    statement = statement_of([credit(5_00, "a", reference="R1", end_to_end="E1")])
    row = database.transact(
        take_in, statement, judge(statement), Handing(entity=ENTITY, file="f", by="wu.ting"), NOW
    ).row
    (shown,) = (await database.read(payments, row)).payments
    for status in ("ready", "asked", "same"):
        database.transact(keep_outcome, shown.line_id, Outcome.model_validate({"status": status}), NOW)
        with pytest.raises(Refused, match="under r1 already"):
            database.look(check_not_shown, ENTITY, "r1", cny(5_00))
    database.transact(keep_outcome, shown.line_id, Outcome(status="set_aside"), NOW)
    database.look(check_not_shown, ENTITY, "R1", cny(5_00))
    database.transact(keep_outcome, shown.line_id, Outcome(status="posted", entity=ENTITY, customer_id=CUSTOMER), NOW)
    booked = receipt(shown.external_id, 5_00)
    on_its_day = booked.receipt.model_copy(update={"value_date": DAY})
    await ledger.operate("r", NOW, booked.model_copy(update={"receipt": on_its_day}))
    for name in ("R1", "E1"):
        with pytest.raises(Refused, match=f"has shown 5.00 CNY under {name} already") as refused:
            database.look(check_not_shown, ENTITY, name, cny(5_00))
        assert refused.value.code is Code.IDEM
        assert shown.external_id in refused.value.text.zh
    for entity, name, minor in ((ENTITY, "R2", 5_00), (ENTITY, "R1", 5_01), ("DE01", "R1", 5_00)):
        database.look(check_not_shown, entity, name, cny(minor))
    assert database.look(told_before, line(amount=cny(5_00), value_date=DAY)) == ()
    owner = AccountKey(entity=ENTITY, customer_id=CUSTOMER, currency="CNY")
    own = RecordReceipt(source="cashier", external_id="mine", amount=cny(5_00), value_date=DAY + timedelta(days=10))
    nobody = owner.model_copy(update={"customer_id": UNIDENTIFIED})
    for who in (owner, nobody):
        with pytest.raises(Refused, match="name these receipts in besides") as refused:
            database.look(check_not_booked, who, own, ())
        assert refused.value.code is Code.IDEM
        database.look(check_not_booked, who, own, (f"bank/{shown.external_id}",))
    database.look(check_not_booked, owner.model_copy(update={"customer_id": "c2"}), own, ())
    for changes in ({"amount": cny(5_01)}, {"value_date": DAY + timedelta(days=11)}):
        database.look(check_not_booked, owner, own.model_copy(update=changes), ())


async def test_what_a_statement_shows_while_a_second_person_is_asked_is_not_booked_again(
    ledger: LedgerBooks, database: Database
) -> None:
    """One is shown under its reference, one under none; of what was booked before the report its reporter has told."""
    await opened(ledger)
    entries = [credit(5_00, "a", reference="R1"), credit(6_00, "b")]
    statement = statement_of(entries)
    handing = Handing(entity=ENTITY, file="f", by="wu.ting")
    row = database.transact(take_in, statement, judge(statement), handing, NOW).row
    lines = (await database.read(payments, row)).payments
    for place, (shown, minor) in enumerate(zip(lines, (5_00, 6_00), strict=True)):
        database.transact(keep_outcome, shown.line_id, Outcome(status="posted", entity=ENTITY), NOW)
        await ledger.operate(f"r{place}", NOW, dated(receipt(shown.external_id, minor), at(10)))
    for name, minor, told_at, books in (("R1", 5_00, 9, False), ("x", 6_00, 9, False), ("y", 6_00, 11, True)):
        agreed = dated(receipt(name, minor), at(told_at)).model_copy(update={"agreed": "approval"})
        if books:
            assert (await ledger.operate(f"o{name}", NOW, agreed)).unapplied_minor == minor
            continue
        with pytest.raises(Refused) as refused:
            await ledger.operate(f"o{name}", NOW, agreed)
        assert refused.value.code is Code.IDEM


def dated(effect: account.ApplyReceipt, told_at: datetime) -> account.ApplyReceipt:
    told = {"value_date": DAY, "received_at": told_at}
    return effect.model_copy(update={"receipt": effect.receipt.model_copy(update=told)})


async def test_days_at_the_ends_of_time_are_compared_with_those_that_are(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    owner = AccountKey(entity=ENTITY, customer_id=CUSTOMER, currency="CNY")
    for day in (date.min, date.max):
        assert database.look(told_before, line(value_date=day)) == ()
        own = RecordReceipt(source="cashier", external_id="mine", amount=cny(70), value_date=day)
        database.look(check_not_booked, owner, own, ())


async def booked(ledger: LedgerBooks, database: Database, *minors: int) -> tuple[str, ...]:
    """Have a statement show payments and book them for the customer; returns their external ids."""
    await opened(ledger)
    statement = statement_of([credit(minor, reference=f"Ref-ä{place}") for place, minor in enumerate(minors)])
    handing = Handing(entity=ENTITY, file="f", by="wu.ting")
    row = database.transact(take_in, statement, judge(statement), handing, NOW).row
    lines = (await database.read(payments, row, limit=200)).payments
    for line_of, minor in zip(lines, minors, strict=True):
        database.transact(keep_outcome, line_of.line_id, Outcome(status="posted", entity=ENTITY), NOW)
        await ledger.operate(line_of.external_id, NOW, dated(receipt(line_of.external_id, minor), at(20)))
    return tuple(one.external_id for one in lines)


async def test_money_that_has_gone_back_wholly_stands_in_no_way_of_what_replaces_it(
    ledger: LedgerBooks, database: Database
) -> None:
    (name,) = await booked(ledger, database, 70)
    owner = AccountKey(entity=ENTITY, customer_id=CUSTOMER, currency="CNY")
    cash = RecordReceipt(source="till", external_id="cash", amount=cny(70), value_date=DAY)
    back = account.ReverseReceipt(
        source="bank", external_id=name, amount=cny(69), reason="bounced", terms_hash=HASH, **KEY
    )
    await ledger.operate("back", at(21), back)
    with pytest.raises(Refused):
        database.look(check_not_booked, owner, cash, ())
    await ledger.operate("rest", at(22), back.model_copy(update={"amount": cny(1)}))
    database.look(check_not_booked, owner, cash, ())


async def test_a_refusal_names_all_that_it_is_about_to_a_bound(ledger: LedgerBooks, database: Database) -> None:
    names = [f"bank/{name}" for name in await booked(ledger, database, *[99_00] * (NAMED_AT_ONCE + 2))]
    owner = AccountKey(entity=ENTITY, customer_id=UNIDENTIFIED, currency="CNY")
    cash = RecordReceipt(source="till", external_id="cash", amount=cny(99_00), value_date=DAY)
    told: list[str] = []
    for more in (2, 0):
        with pytest.raises(Refused) as refused:
            database.look(check_not_booked, owner, cash, tuple(told))
        (detail,) = refused.value.details
        now = detail.value.split(", ")
        assert (detail.name, now) == ("receipts", names[len(told) :][:NAMED_AT_ONCE])
        assert all(f"{name} ({CUSTOMER}, {DAY})" in refused.value.text.zh for name in now)
        assert (f", and {more} more;" in refused.value.text.en) == bool(more)
        assert (f"，另有 {more} 笔；" in refused.value.text.zh) == bool(more)
        told += now
    database.look(check_not_booked, owner, cash, tuple(told))


@pytest.mark.parametrize("name", ["Ref-ä0", "REF-Ä0", "ref-ä0", "rEf-Ä0"])
async def test_case_says_nothing_of_a_reference(ledger: LedgerBooks, database: Database, name: str) -> None:
    await booked(ledger, database, 70)
    with pytest.raises(Refused, match="already"):
        database.look(check_not_shown, ENTITY, name, cny(70))
    database.look(check_not_shown, ENTITY, f"{name}0", cny(70))


async def test_what_was_shown_of_an_amount_is_found_by_it(migrated_file: Path) -> None:
    """No index knows the case of all alphabets; a report reads the lines of its amount alone."""
    plan = await plan_of(migrated_file, SHOWN_OF_AMOUNT, {"entity": "CN01", "minor": 70, "currency": "CNY"})
    assert any("ix_bank_line_bank_account_id_minor" in step for step in plan), plan
    assert [step for step in plan if step.startswith("SCAN bank_line")] == [], plan


async def plan_of(file: Path, asked: Select[Any], told: dict[str, Any]) -> list[str]:
    """Return how a query is done."""
    compiled = asked.compile(dialect=sqlite.dialect())
    async with Database(f"sqlite:///{file}") as database:
        values = tuple(told.get(name, compiled.params[name]) for name in compiled.positiontup or ())
        rows = database.look(
            lambda connection: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()
        )
    return [row[3] for row in rows]


async def test_what_may_be_the_same_money_is_found_by_its_day(migrated_file: Path) -> None:
    """A line reads the receipts of some days, not all that its legal entity ever had."""
    told = {"first": "2026-03-15", "last": "2026-03-25", "minor": 70, "currency": "CNY"}
    plan = await plan_of(migrated_file, ABOUT_ITS_DAY, told)
    assert any("ix_receipt_value_date" in step for step in plan), plan
    assert [step for step in plan if step.startswith("SCAN")] == [], plan
