"""The list of tasks names the invoices of open disputes, which a person needs to end them."""

from pathlib import Path

from sqlalchemy import Connection, insert, text

from domain.account import effects as account
from domain.ports import TaskRow
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.work import MOST_NAMED, disputed_query, tasks
from storage.tables.records import TASK
from tests.storage.samples import HASH, KEY, at, imported, opened

OWNER = "account/CN01/c-1/CNY"


def task(place: int, command: str, owner: str = OWNER) -> TaskRow:
    return TaskRow(
        task_id=f"{owner}/task/{place}/{command}", owner_workflow=owner, who="role:finance", what_en="do it",
        what_zh="处理", due_at=None, command=command,
    )  # fmt: skip


async def test_the_task_of_a_dispute_names_the_invoices_of_its_account_that_are_disputed_still(
    database: Database, ledger: LedgerBooks
) -> None:
    await opened(ledger)
    for number in ("OLD-1", "OLD-2", "OLD-3", "OLD-4"):
        await ledger.operate(f"i{number}", at(19), imported(number, 10_000))
    for number in ("OLD-3", "OLD-1", "OLD-2"):
        dispute = account.OpenDispute(number=number, minor=100, reason="price", terms_hash=HASH, **KEY)
        await ledger.operate(f"d{number}", at(20), dispute)
    ended = account.ResolveDispute(
        number="OLD-1", outcome="reject", reason="agreed", issue_on=at(21).date(), terms_hash=HASH, **KEY
    )
    await ledger.operate("r", at(21), ended)
    rows = [task(0, "resolve"), task(1, "allocate"), task(0, "resolve", "account/DE01/c-1/CNY")]
    database.transact(lambda connection: connection.execute(insert(TASK), [row.model_dump() for row in rows]))
    assert [(one.owner_workflow, one.command, one.invoices) for one in database.look(tasks)] == [
        (OWNER, "resolve", ("OLD-3", "OLD-2")), (OWNER, "allocate", ()), ("account/DE01/c-1/CNY", "resolve", ()),
    ]  # fmt: skip


async def test_a_task_names_the_first_twenty_invoices(database: Database, ledger: LedgerBooks) -> None:
    await opened(ledger)
    names = [f"OLD-{place}" for place in range(MOST_NAMED + 2)]
    for number in names:
        await ledger.operate(f"i{number}", at(19), imported(number, 10_000))
    for number in names:
        dispute = account.OpenDispute(number=number, minor=100, reason="price", terms_hash=HASH, **KEY)
        await ledger.operate(f"d{number}", at(20), dispute)
    database.transact(lambda connection: connection.execute(insert(TASK), [task(0, "resolve").model_dump()]))
    (found,) = database.look(tasks)
    assert found.invoices == tuple(names[:20])


async def test_the_disputes_of_a_page_of_tasks_are_read_by_their_accounts(migrated_file: Path) -> None:
    """No list of tasks reads every dispute that there ever was."""
    async with Database(f"sqlite:///{migrated_file}") as database:
        plan = database.look(_plan)
    assert [step for step in plan if step.startswith("SCAN")] == [], plan
    assert any("ix_dispute_account_id" in step for step in plan), plan


def _plan(connection: Connection) -> list[str]:
    query = disputed_query({OWNER, "account/DE01/c-1/EUR"})
    asked = query.compile(connection, compile_kwargs={"literal_binds": True})
    return [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
