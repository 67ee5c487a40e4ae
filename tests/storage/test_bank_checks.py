"""A receipt that is not its line's, a line without its receipt and a line of a held statement are found."""

import pytest
from sqlalchemy import Connection, text

from domain.statements.judging import judge
from domain.statements.posting import Outcome
from storage.database import Database
from storage.operations.bank_lines import keep_outcome
from storage.operations.bank_statements import Handing, take_in
from storage.operations.ledger import LedgerBooks
from storage.queries.bank_checks import bank_checks
from storage.queries.bank_statements import payments
from tests.statements_made import credit, statement_of
from tests.storage import samples


@pytest.fixture
async def external_id(database: Database) -> str:
    """A statement with a receipt of 5.00 that was posted and money of ours that went out."""
    ledger = LedgerBooks(database)
    await samples.opened(ledger)
    statement = statement_of([credit(5_00, reference="R1"), credit(-1_00, reference="R2")])
    taken = database.transact(
        take_in, statement, judge(statement), Handing(entity=samples.ENTITY, by="fay"), samples.NOW
    )
    line = database.look(payments, taken.row).payments[0]
    await ledger.operate("k", samples.at(20), samples.receipt(line.external_id, 5_00))
    database.transact(keep_outcome, line.line_id, Outcome(status="posted", customer_id=samples.CUSTOMER), samples.NOW)
    return line.external_id


def run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


async def test_what_was_posted_once_holds(database: Database, external_id: str) -> None:
    (check,) = await database.read(bank_checks)
    assert (check.name, check.checked, check.broken) == ("B1", 2, 0)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE receipt SET minor = minor + 1",
        "UPDATE receipt SET external_id = 'another'",
        "UPDATE bank_line SET status = 'set_aside'",
        "UPDATE bank_line SET minor = -500, movement = 'taken_back', chosen = 'receipt:gone' WHERE minor = 500",
        "UPDATE bank_statement SET status = 'quarantined'",
    ],
)
async def test_what_does_not_fit_is_found(database: Database, external_id: str, damage: str) -> None:
    database.transact(run, damage)
    (check,) = await database.read(bank_checks)
    assert check.broken > 0
