"""What a line was said to be is known of its booking in the bank's next message, whatever became of the receipt."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from domain.account import effects as account
from domain.statements.answering import Answering
from domain.statements.judging import judge
from domain.statements.posting import Outcome
from domain.statements.statement import Entry, StatementKind
from domain.statements.told_before import ToldBefore
from storage.database import Database
from storage.operations.bank_answers import answer_line
from storage.operations.bank_lines import keep_outcome
from storage.operations.bank_statements import Handing, take_in
from storage.operations.ledger import LedgerBooks
from storage.queries.bank_lines import line_by_id
from storage.queries.bank_statements import payments
from storage.queries.told_before import SAID_SAME, told_before
from tests.statements_made import DAY, credit, statement_of
from tests.storage.samples import CUSTOMER, ENTITY, HASH, KEY, NOW, at, cny, opened, receipt

ASKED = Outcome(status="asked", told=("bank/cheque",))


async def shown(database: Database, entry: Entry, name: str, kind: StatementKind = StatementKind.CAMT_053) -> int:
    """Take a message of the bank in and return its one line."""
    more: dict[str, Any] = {} if kind is StatementKind.CAMT_053 else {"balances": ()}
    statement = statement_of([entry], name, kind=kind, **more)
    row = database.transact(take_in, statement, judge(statement), Handing(entity=ENTITY, by="wu.ting"), NOW).row
    (line,) = (await database.read(payments, row)).payments
    return line.line_id


def told(database: Database, line_id: int) -> tuple[ToldBefore, ...]:
    line = database.look(line_by_id, line_id)
    assert line is not None
    return database.look(told_before, line)


async def reported(ledger: LedgerBooks, name: str, on: date) -> None:
    effect = receipt(name, 5_00)
    await ledger.operate(name, at(20), effect.model_copy(
        update={"receipt": effect.receipt.model_copy(update={"value_date": on})}
    ))  # fmt: skip


async def said(database: Database, entry: Entry, verdict: str = "same") -> int:
    """Show a payment in a report of the day, ask whether it is the cheque, and answer."""
    first = await shown(database, entry, "R-1", StatementKind.CAMT_052)
    database.transact(keep_outcome, first, ASKED, NOW)
    if verdict:
        database.transact(answer_line, first, Answering.model_validate({"verdict": verdict}), "wu.ting", NOW)
    return first


@pytest.mark.parametrize(
    ("first", "second", "again"),
    [
        (credit(5_00, "a", reference="R1"), credit(5_00, "b", reference="R1"), True),
        (credit(5_00, "a"), credit(5_00, "a"), True),
        (credit(5_00, "a", reference="R1"), credit(5_00, "b"), True),
        (credit(5_00, "a"), credit(5_00, "b", reference="R1"), True),
        (credit(5_00, reference="R1"), credit(5_00, reference="R1", booked_on=DAY + timedelta(days=2)), True),
        (credit(5_00, "a", reference="R1"), credit(5_00, "a", reference="R2"), False),
        (credit(5_00, "a"), credit(5_00, "a", booked_on=DAY + timedelta(days=2)), False),
        (credit(5_00, "a"), credit(5_01, "a"), False),
    ],
    ids=["reference", "content", "reference then none", "none then reference", "another day", "other", "day", "amount"],
)
async def test_it_is_found_by_its_booking_when_it_has_wholly_gone_back(
    ledger: LedgerBooks, database: Database, first: Entry, second: Entry, again: bool
) -> None:
    await opened(ledger)
    await reported(ledger, "cheque", DAY)
    line = await said(database, first)
    back = account.ReverseReceipt(
        source="bank", external_id="cheque", amount=cny(5_00), reason="bounced", terms_hash=HASH, **KEY
    )
    await ledger.operate("back", at(21), back)

    found = told(database, await shown(database, second, "S-1"))

    cheque = ToldBefore(
        source="bank", external_id="cheque", customer_id=CUSTOMER, value_date=DAY, amount=cny(5_00), said_line=line,
        said_again=True,
    )  # fmt: skip
    assert found == ((cheque,) if again else ())


@pytest.mark.parametrize("verdict", ["new", "dismiss", ""])
async def test_what_was_not_said_to_be_it_is_not_found(ledger: LedgerBooks, database: Database, verdict: str) -> None:
    await opened(ledger)
    await reported(ledger, "cheque", DAY - timedelta(days=60))
    await said(database, credit(5_00, "a", reference="R1"), verdict)
    later = credit(5_00, reference="R1", booked_on=DAY + timedelta(days=2))
    assert told(database, await shown(database, later, "S-1")) == ()


async def test_another_payment_of_its_amount_is_told_which_line_was_said_to_be_it(
    ledger: LedgerBooks, database: Database
) -> None:
    """One that was reported too is told beside it, and once."""
    await opened(ledger)
    for name in ("other", "cheque"):
        await reported(ledger, name, DAY)
    first = await said(database, credit(5_00, "a", reference="R1"))

    apart = told(database, await shown(database, credit(5_00, "b", reference="R2"), "S-1"))
    again = told(database, await shown(database, credit(5_00, "c"), "S-2"))

    assert [(one.name, one.said_line, one.said_again) for one in apart] == [
        ("bank/other", 0, False), ("bank/cheque", first, False),
    ]  # fmt: skip
    assert [(one.name, one.said_line, one.said_again) for one in again] == [
        ("bank/cheque", first, True), ("bank/other", 0, False),
    ]  # fmt: skip


async def test_what_lines_were_said_to_be_is_found_by_an_index(migrated_file: Path) -> None:
    """It is looked for with every line, and there are many."""
    asked = SAID_SAME.compile(dialect=sqlite.dialect())
    values = tuple({"line_id": 1, "status_1": "same"}.get(name, "") for name in asked.positiontup or ())
    async with Database(f"sqlite:///{migrated_file}") as database:
        rows = database.look(lambda connection: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values).all())
    plan = [row[3] for row in rows]
    assert any("said USING INDEX ix_bank_line_bank_account_id_minor" in step for step in plan), plan
    assert [step for step in plan if step.startswith("SCAN")] == [], plan
