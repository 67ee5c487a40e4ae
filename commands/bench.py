"""What is measured is told as ratios to a floor of the same run; nothing here is a test, and nothing fails by time."""

import importlib
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.core import BAR, Core, kept_bytes, runs, standard_policy, summed_up

app = typer.Typer()
bench = typer.Typer(no_args_is_help=True, help="Measure LTC, as ratios.", epilog="Example: ./ltc bench core")
app.add_typer(bench, name="bench")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on standard output.")]


@bench.callback()
def group() -> None:
    """Measure LTC, each part against a floor in the same run."""


@bench.command("core", epilog="Example: ./ltc bench core --json")
def core(
    deals: Annotated[int, typer.Option(min=8, help="The most deals at once; an eighth, a quarter, a half as well.")] = (
        2000
    ),
    rounds: Annotated[int, typer.Option(min=1, help="How often each number of deals is run; the best counts.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Measure the rules alone: standard deals a second in the simulator, on one core, lead to paid."""
    policy, sizes = standard_policy(), [deals // 8, deals // 4, deals // 2, deals]
    measuring = track(
        runs(policy, sizes, rounds),
        "Running deals",
        total=rounds * len(sizes),
        console=Console(stderr=True),
        transient=True,
    )
    found = summed_up(list(measuring), kept_bytes(policy))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    else:
        _show(found, Console())


@bench.command("money", epilog="Example: ./ltc bench money --items 10000 --receipts 1000")
def money(
    items: Annotated[int, typer.Option(min=200, help="Open items in the ledger.")] = 100_000,
    receipts: Annotated[int, typer.Option(min=20, help="Receipts that are applied on the ledger alone.")] = 10_000,
    through: Annotated[int, typer.Option(min=20, help="Receipts that go through workflows.")] = 600,
    invoices: Annotated[int, typer.Option(min=2, help="Electronic invoices of each form.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Measure cash application on PostgreSQL and through workflows, matching at its worst, and documents."""
    # PostgreSQL, Temporal and the rules of electronic invoices are loaded only for this.
    measure = importlib.import_module("commands.bench_money")
    measure.command(measure.Sizes(items, receipts, through, invoices), as_json=as_json)


def _show(found: Core, console: Console) -> None:
    table = Table("deals", "deals/s", "µs a deal", "floor, deals/s", "times the floor", box=None)
    for size in found.sizes:
        cost_us, times = 1e6 / size.deals_per_s, size.floor_deals_per_s / size.deals_per_s
        table.add_row(
            f"{size.deals:,}", f"{size.deals_per_s:,.0f}", f"{cost_us:,.0f}", f"{size.floor_deals_per_s:,.0f}",
            f"{times:.1f}",
        )  # fmt: skip
    for column in table.columns:
        column.justify = "right"
    console.print(table)
    console.print(f"{found.deals_per_s:,.0f} deals/s on one core, {found.of_bar:.2f} of the bar of {BAR:,}")
    console.print(f"{found.times_floor:.1f} times the floor: as many facts built and folded by pydantic, and no rule")
    console.print(f"{found.growth:.2f} times as much for a deal among the most as among the fewest (1 is linear)")
    console.print(f"{found.kept_bytes / 1024:,.1f} KB kept of each deal, with all {found.facts} facts")
