"""Everything that LTC promises of its data is recounted from the rows, and on request from the workflows too."""

import asyncio
from typing import Annotated

import typer
from rich.box import HEAVY_HEAD
from rich.console import Console
from rich.markup import escape
from temporalio.client import Client

import worker
from commands.data_folder import BooksDir, settings_in
from commands.embedded_server import serving
from commands.figures import database_url
from commands.tables import name, number, show, table, text
from commands.up import reach
from domain.value import Text
from settings import Settings
from storage.database import Database
from storage.queries.checks import Check, checked
from storage.queries.events import head
from storage.queries.invariants import verified
from workflows.positions import Position, positions

app = typer.Typer()
MORE_LOOKS, PAUSE_S = 2, 1.0


@app.command("verify", epilog="Example: ./ltc verify --workflows")
def verify(
    data_dir: BooksDir = None,
    workflows: Annotated[
        bool, typer.Option("--workflows", help="Replay every running workflow's history too.")
    ] = False,
) -> None:
    """Recount every invariant, every hash and every version; exit 1 if something does not hold."""
    database = Database(database_url(data_dir))
    try:
        checks = database.look(verified)
        if workflows:
            checks = (*checks, asyncio.run(_workflows(settings_in(data_dir), database)))
    finally:
        database.close()
    _print(checks, Console())
    if not all(check.holds for check in checks):
        raise typer.Exit(1)


def _print(checks: tuple[Check, ...], console: Console) -> None:
    rows = table(name("check"), text("promise"), number("checked"), number("broken"), text("first"), box=HEAVY_HEAD)
    for check in checks:
        colour = "green" if check.holds else "red"
        examples = escape(", ".join(check.examples))
        rows.add_row(f"[{colour}]{check.name}[/]", check.promise.en, str(check.checked), str(check.broken), examples)
    show(rows, console)
    broken = [check.name for check in checks if not check.holds]
    counted = sum(check.checked for check in checks)
    verdict = f"[red]broken: {', '.join(broken)}[/]" if broken else "[green]everything holds[/]"
    console.print(f"{len(checks)} checks over {counted} things: {verdict}", soft_wrap=True)


async def _workflows(settings: Settings, database: Database) -> Check:
    """Compare the version of every running workflow with the head of its log."""
    async with serving(settings) as served:
        await reach(served)
        client = await worker.connect(served)
        found = await _looked_at(client, database)
        for _ in range(MORE_LOOKS):
            if any(found):
                # What moves while it is looked at is right a moment later.
                await asyncio.sleep(PAUSE_S)
                found = await _looked_at(client, database)
    promise = Text(en="every workflow's version is the last event of its log", zh="每个流程的版本等于其日志的最后事件")
    return checked("workflows", promise, len(found), filter(None, found))


async def _looked_at(client: Client, database: Database) -> list[str]:
    """Return for every running workflow what is wrong with it, an empty text if nothing is."""
    return [await _compared(position, database) async for position in positions(client)]


async def _compared(position: Position, database: Database) -> str:
    """Say what is wrong with a workflow's position, nothing if it is right."""
    if position.fault:
        return f"{position.workflow_id}: its history does not replay: {position.fault}"
    logged = await database.read(head, position.workflow_id)
    if logged == position.version:
        return ""
    return f"{position.workflow_id}: {position.version} in the workflow, {logged} in the log"
