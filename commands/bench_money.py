"""Money is measured part by part; a throw-away PostgreSQL and Temporal server are started for it and stopped again."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from bench import covering, einvoice, ledger, through_workflows
from bench.covering import Worst
from bench.einvoice import EInvoicing
from bench.ledger import Applied
from bench.receipts import Book, books
from bench.through_workflows import Through
from commands.progress import showing
from embedded.postgres_server import PostgresServer
from embedded.temporal_server import TemporalServer
from storage.database import Database
from storage.migrate import upgrade


class Sizes(NamedTuple):
    """How much is measured."""

    items: int
    receipts: int
    through: int
    invoices: int
    covering: tuple[int, ...] = covering.SIZES


class Money(NamedTuple):
    """All figures of one run."""

    ledger: Applied
    workflows: Through
    covering: Worst
    einvoicing: EInvoicing


async def measured(sizes: Sizes, console: Console) -> Money:
    """Measure everything, one part after the other."""
    folder = Path(tempfile.mkdtemp(prefix="ltc-bench-"))
    try:
        async with PostgresServer() as postgres:
            applied = await _ledger(postgres, list(books(sizes.items, sizes.receipts)), console)
            through = await _through(postgres, folder, list(books(sizes.through * 10, sizes.through)), console)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    console.print("covering sets and documents …")
    return Money(applied, through, covering.measured(sizes.covering), einvoice.measured(sizes.invoices))


async def _ledger(postgres: PostgresServer, made: Sequence[Book], console: Console) -> Applied:
    url, floor_url = await _filled(postgres, made, console)
    console.print("applying receipts …")
    return await ledger.measured(url, floor_url, made)


async def _filled(postgres: PostgresServer, made: Sequence[Book], console: Console) -> tuple[str, str]:
    """Fill a database and return it with a copy."""
    url = await postgres.fresh_database()
    upgrade(url)
    async with Database(url) as database:
        with showing(console, "open items", sum(len(book.items) for book in made)) as shown:
            await ledger.fill(database, made, lambda done: shown(done, "entered"))
    return url, await postgres.fresh_database(url.rpartition("/")[2])


async def _through(postgres: PostgresServer, folder: Path, made: Sequence[Book], console: Console) -> Through:
    url, _ = await _filled(postgres, made, console)
    console.print("the same through workflows …")
    async with TemporalServer(folder / "temporal") as server:
        return await through_workflows.measured(through_workflows.settings_of(server.address, folder, url), made)


def command(sizes: Sizes, *, as_json: bool) -> None:
    """Measure and print."""
    found = asyncio.run(measured(sizes, Console(stderr=True)))
    if as_json:
        typer.echo(json.dumps({name: asdict(part) for name, part in found._asdict().items()}))
    else:
        show(found, Console())


def show(found: Money, console: Console) -> None:
    """Print every figure beside its floor."""
    table = Table("what", "a second", "floor, a second", "times the floor", "of the bar", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    one = found.ledger
    table.add_row(
        "receipts on the ledger", f"{one.per_s:,.1f}", f"{one.floor_per_s:,.1f}", f"{one.times_floor:.2f}",
        f"{one.of_bar:.2f}",
    )  # fmt: skip
    many = found.workflows
    table.add_row(
        "receipts through workflows", f"{many.per_s:,.1f}", f"{many.bare_per_s:,.1f}", f"{1 / many.of_bare:.2f}", ""
    )
    for rate in (found.einvoicing.pdf_and_ubl, found.einvoicing.factur_x):
        table.add_row(
            rate.form, f"{rate.per_s:,.1f}", f"{rate.floor_per_s:,.1f}", f"{rate.times_floor:.2f}", f"{rate.of_bar:.2f}"
        )
    console.print(table)
    console.print(
        f"{one.receipts:,} receipts against {one.items:,} open items: {one.automatic:,} allocated by themselves, "
        f"{one.wrong} of them wrong, {one.asked:,} asked, {one.unapplied:,} unapplied; "
        f"{one.per_core_s:,.0f} receipts a processor second of this process (floor {one.floor_per_core_s:,.0f})"
    )
    worst = found.covering
    console.print(
        f"covering sets: the worst of {worst.inputs} hard searches took {worst.ms:,.0f} ms ({worst.input}, "
        f"{worst.items:,} items), {worst.times_floor:.1f} times a bare loop of as many steps; "
        f"{worst.growth:.1f} times as long among the most items as among the fewest"
    )
    console.print(f"until the first electronic invoice: {found.einvoicing.warm_up_s:.1f} s")
