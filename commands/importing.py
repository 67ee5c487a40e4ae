"""Opening balances are looked at first, which changes nothing; applying goes on where it ended."""

import asyncio
import csv
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from api.country_zones import zone_of_country
from commands.data_folder import DataDir, settings_in
from commands.embedded_server import connected
from commands.progress import showing
from commands.tables import name, number, show, table
from connectors.mapped_tables.forms import load_map
from connectors.mapped_tables.open_items import OpenItemMap, OpenItems, read_open_items
from connectors.policy_files.loading import load
from domain.countries import COUNTRIES
from domain.money import Money
from domain.opening import Home, OpeningItem, Verdict, judged
from domain.spreadsheet import harmless
from mendable import Mendable
from settings import Settings
from simulation.clocks import wall
from simulation.opening_run import OpeningRun
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import keep_customer
from storage.operations.edge import meta
from storage.queries.opening import known_invoices
from workflows.messages import Limits
from workflows.temporal_client import TemporalWorkflows

app = typer.Typer()
group = typer.Typer(
    no_args_is_help=True,
    help="Bring in what another system has.",
    epilog="Example: ./ltc import open-items items.csv --map map.yaml",
)
app.add_typer(group, name="import")
SHOWN = 20
"""How many refused rows are printed; the report has all."""


class Job(NamedTuple):
    """One list, and what was found about it."""

    read: OpenItems
    verdicts: tuple[Verdict, ...]

    @property
    def new(self) -> tuple[OpeningItem, ...]:
        """The items that are still to be entered."""
        return tuple(one.item for one in self.verdicts if one.outcome == "new")


@group.callback()
def everything() -> None:
    """Bring in what another system has."""


@group.command("open-items", epilog="Example: ./ltc import open-items items.csv --map map.yaml --apply")
def open_items(
    file: Annotated[Path, typer.Argument(help="The list, .csv or .csv.gz.")],
    mapped: Annotated[Path, typer.Option("--map", help="Which column holds what (YAML).")],
    apply: Annotated[bool, typer.Option("--apply", help="Enter them; without it nothing is changed.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write what becomes of every row into this CSV file.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Show what would become of a list of open items, row by row; with --apply, enter it."""
    settings, console = settings_in(data_dir), Console()
    read = read_open_items(file, load_map(mapped, OpenItemMap))
    entities = load(settings.policy_file).policy.entities
    database = Database(settings.database_url)
    try:
        known = database.look(known_invoices, [item.number for item in read.items])
        offset = timedelta(seconds=float(database.look(meta, "clock_offset_s", "0")))
        home = Home(entities.keys(), COUNTRIES, (wall() + offset).date())
        job = Job(read, judged(read.items, known, home))
        if apply and job.new:
            job = asyncio.run(_applied(job, settings, database, console))
    finally:
        database.close()
    _show(job, console, applied=apply)
    if report is not None:
        _write(report, job, applied=apply)
    if read.set_aside or any(one.outcome == "refused" for one in job.verdicts):
        raise typer.Exit(1)


async def _applied(job: Job, settings: Settings, database: Database, console: Console) -> Job:
    async def clock_offset() -> float:
        return float(await database.read(meta, "clock_offset_s", "0"))

    client = await connected(settings)
    workflows = TemporalWorkflows(client, settings.task_queue, Limits(console=settings.console_allowed), clock_offset)
    keeper = _Keeper(database, wall() + timedelta(seconds=await clock_offset()))
    with showing(console, "import", len(job.new)) as shown:
        run = OpeningRun(workflows, keeper, lambda done: shown(done, "open items"))
        await run.run(job.new)
    return job._replace(verdicts=tuple(run.verdicts.get(one.item.line, one) for one in job.verdicts))


class _Keeper:
    """Makes the customers whose items are imported."""

    def __init__(self, database: Database, at: datetime) -> None:
        self._database = database
        self._at = at

    async def keep(self, item: OpeningItem) -> None:
        """Make sure that the customer of an item exists."""
        card = CustomerCard(
            customer_id=item.customer_id, name=item.name, email=item.email, country=item.country,
            language=item.language, zone=zone_of_country(item.country) or "UTC",
        )  # fmt: skip
        await self._database.write(keep_customer, card, self._at)


def _show(job: Job, console: Console, *, applied: bool) -> None:
    for row in job.read.set_aside[:SHOWN]:
        console.print(f"[yellow]line {row.line} set aside[/]: {row.why}: {row.row}", highlight=False)
    refused = [one for one in job.verdicts if one.outcome == "refused"]
    for one in refused[:SHOWN]:
        console.print(f"[yellow]line {one.item.line} refused[/]: {_why(one)}", highlight=False)
    counts = ("customers", "items", "open 未清", "of them new", "there already")
    rows = table(name("entity"), name("currency"), *map(number, counts))
    for cells in _sums([one for one in job.verdicts if one.outcome != "refused"]):
        rows.add_row(*cells)
    show(rows, console)
    counted = Counter(one.outcome for one in job.verdicts)
    done = "entered" if applied else "to be entered"
    console.print(
        f"{counted['new']} {done}, {counted['known']} there already, {counted['refused']} refused, "
        f"{len(job.read.set_aside)} rows set aside",
        highlight=False,
    )
    if not applied and counted["new"]:
        console.print("nothing is changed yet: give --apply to enter them")


def _sums(verdicts: Sequence[Verdict]) -> list[tuple[str, ...]]:
    keys = sorted({(one.item.entity, one.item.amount.currency) for one in verdicts})
    found = []
    for entity, currency in keys:
        mine = [one for one in verdicts if (one.item.entity, one.item.amount.currency) == (entity, currency)]
        whole = Money(minor=sum(one.item.amount.minor for one in mine), currency=currency)
        new = sum(one.outcome == "new" for one in mine)
        customers = len({one.item.customer_id for one in mine})
        found.append((entity, currency, *map(str, (customers, len(mine), whole, new, len(mine) - new))))
    return found


def _why(verdict: Verdict) -> str:
    return f"{verdict.why.en} / {verdict.why.zh}" if verdict.why else ""


def _write(place: Path, job: Job, *, applied: bool) -> None:
    """Write one line for every row of the list, in its order."""
    done = {"new": "entered" if applied else "new", "known": "known", "refused": "refused"}
    rows = [(row.line, ("set aside", "", "", "", "", "", "", row.why)) for row in job.read.set_aside]
    for one in job.verdicts:
        item = one.item
        cells = (
            done[one.outcome], item.entity, item.customer_id, item.number, str(item.due_on), item.amount.plain,
            item.amount.currency, _why(one),
        )  # fmt: skip
        rows.append((item.line, cells))
    try:
        with place.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("line", "outcome", "entity", "customer", "number", "due_on", "open", "currency", "why"))
            writer.writerows((line, *map(harmless, cells)) for line, cells in sorted(rows))
    except OSError as error:
        raise Mendable(f"{place} cannot be written: {error.strerror}") from error
