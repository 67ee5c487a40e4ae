"""Everything that LTC promises of its data is recounted from the rows, and on request from the workflows too."""

import asyncio
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table
from temporalio.client import Client, RPCError, WorkflowQueryFailedError

import worker
from commands.embedded_server import settings_in
from commands.figures import database_url
from domain.value import Text
from mendable import Mendable
from settings import Settings
from storage.database import Database
from storage.queries.checks import Check, checked
from storage.queries.events import head
from storage.queries.invariants import verified

app = typer.Typer()
RUNNING = "ExecutionStatus = 'Running' AND (WorkflowType = 'Deal' OR WorkflowType = 'Account')"


class Progress(NamedTuple):
    """How far a workflow is, and how far the log has it."""

    workflow_id: str
    version: int
    head: int


@app.command("verify", epilog="Example: ./ltc verify --workflows")
def verify(
    data_dir: Annotated[
        Path | None, typer.Option(help="A replay's data directory; else the settings' database.")
    ] = None,
    workflows: Annotated[
        bool, typer.Option("--workflows", help="Ask every running workflow for its version too.")
    ] = False,
) -> None:
    """Recount every invariant, every hash and every version; exit 1 if something does not hold."""
    database = Database(database_url(data_dir))
    try:
        checks = database.look(verified)
        if workflows:
            checks = (*checks, asyncio.run(_versions(settings_in(data_dir), database)))
    finally:
        database.close()
    _print(checks, Console())
    if not all(check.holds for check in checks):
        raise typer.Exit(1)


def _print(checks: tuple[Check, ...], console: Console) -> None:
    table = Table("check", "promise", "checked", "broken", "first")
    for check in checks:
        colour = "green" if check.holds else "red"
        examples = ", ".join(check.examples)
        table.add_row(f"[{colour}]{check.name}[/]", check.promise.en, str(check.checked), str(check.broken), examples)
    console.print(table)
    broken = [check.name for check in checks if not check.holds]
    counted = sum(check.checked for check in checks)
    verdict = f"[red]broken: {', '.join(broken)}[/]" if broken else "[green]everything holds[/]"
    console.print(f"{len(checks)} checks over {counted} things: {verdict}")


async def _versions(settings: Settings, database: Database) -> Check:
    """Compare the version of every running workflow with the head of its log."""
    client = await worker.connect(settings)
    try:
        found = [await _progress(client, execution.id, database) async for execution in client.list_workflows(RUNNING)]
    except (RPCError, WorkflowQueryFailedError) as error:
        raise Mendable(f"the workflows cannot be asked ({error}); is a worker running?") from error
    promise = Text(en="every workflow's version is the last event of its log", zh="每个流程的版本等于其日志的最后事件")
    behind = (
        f"{p.workflow_id}: {p.version} in the workflow, {p.head} in the log" for p in found if p.version != p.head
    )
    return checked("versions", promise, len(found), behind)


async def _progress(client: Client, workflow_id: str, database: Database) -> Progress:
    answer: tuple[int, int] = await client.get_workflow_handle(workflow_id).query(
        "progress", result_type=tuple[int, int]
    )
    return Progress(workflow_id, answer[0], await database.read(head, workflow_id))
