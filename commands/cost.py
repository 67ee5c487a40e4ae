"""What a deal has cost on Temporal is read from its histories and its account's."""

import asyncio
from typing import Annotated

import typer
from rich.box import HEAVY_HEAD
from rich.console import Console

from commands.data_folder import DataDir, settings_in
from commands.embedded_server import connected
from commands.tables import name, number, show, table, text
from settings import Settings
from storage.database import Database
from storage.queries.deals import deal as found
from workflows.client import account_workflow_id, deal_workflow_id
from workflows.cost import Cost, cost_of

app = typer.Typer()


@app.command("cost", epilog="Example: ./ltc cost D-20260907-4X2K")
def cost(deal: Annotated[str, typer.Argument(help="The deal's id.")], data_dir: DataDir = None) -> None:
    """Print the events, kilobytes and billable actions of a deal and of its customer's account."""
    costs = asyncio.run(_costs(settings_in(data_dir), deal))
    rows = table(name("workflow"), *map(number, ("runs", "events", "KB", "actions")), text("of which"), box=HEAVY_HEAD)
    for one in costs:
        kinds = ", ".join(f"{action.count} {action.kind}" for action in one.actions)
        rows.add_row(
            one.workflow_id, str(one.runs), str(one.events), f"{one.size_bytes / 1024:.1f}", str(one.billed), kinds
        )
    rows.add_row(
        "together",
        "",
        str(sum(one.events for one in costs)),
        f"{sum(one.size_bytes for one in costs) / 1024:.1f}",
        str(sum(one.billed for one in costs)),
        "without what skipped time adds",
    )
    show(rows, Console())


async def _costs(settings: Settings, deal_id: str) -> list[Cost]:
    client = await connected(settings)
    async with Database(settings.database_url) as database:
        row = await database.read(found, deal_id)
    account = account_workflow_id(row.entity, row.customer_id, row.currency)
    return [await cost_of(client, workflow_id) for workflow_id in (deal_workflow_id(deal_id), account)]
