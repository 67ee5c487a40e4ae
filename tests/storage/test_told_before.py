"""The ledger knows what was reported and no statement has shown, and what one has shown and nobody may report."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.account import effects as account
from domain.money import Money
from domain.refusal import Code, Refused
from domain.statements.incoming import Movement
from domain.statements.judging import judge
from domain.statements.posting import Line, Outcome
from storage.database import Database
from storage.operations.bank_lines import keep_outcome
from storage.operations.bank_statements import Handing, take_in
from storage.operations.ledger import LedgerBooks
from storage.queries.bank_statements import payments
from storage.queries.told_before import check_not_shown, told_before
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
    assert [(one.source, one.external_id, one.customer_id, one.value_date, one.left.minor) for one in found] == [
        ("bank", "b1", CUSTOMER, PAID, 70), ("bank", "b2", CUSTOMER, PAID, 1),
    ]  # fmt: skip
    for other in (
        {"amount": cny(72)}, {"amount": Money(minor=70, currency="EUR")}, {"entity": "DE01"},
        {"value_date": PAID + timedelta(days=6)}, {"value_date": PAID - timedelta(days=6)},
    ):  # fmt: skip
        assert database.look(told_before, line(**other)) == ()
    assert len(database.look(told_before, line(value_date=PAID + timedelta(days=5)))) == 2


async def test_what_a_statement_has_shown_is_neither_reported_again_nor_reported_before(
    ledger: LedgerBooks, database: Database
) -> None:
    await opened(ledger)
    statement = statement_of([credit(5_00, "a", reference="R1", end_to_end="E1")])
    row = database.transact(
        take_in, statement, judge(statement), Handing(entity=ENTITY, file="f", by="wu.ting"), NOW
    ).row
    (shown,) = (await database.read(payments, row)).payments
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
