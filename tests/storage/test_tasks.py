"""The list of tasks names the invoices of open disputes, which a person needs to end them."""

from sqlalchemy import insert

from domain.account import effects as account
from domain.ports import TaskRow
from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.queries.work import tasks
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
