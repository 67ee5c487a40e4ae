"""Every scenario runs every way; `./ltc test` runs each on one of the databases, and some of the disturbed ways."""

import os
from typing import Annotated

import typer

from commands.programs import ROOT, installed, run

app = typer.Typer()
ALL = "LTC_SCENARIOS"
"""The variable that asks `tests/scenarios` for everything."""


@app.command(
    "scenarios",
    epilog="Example: ./ltc scenarios -k promise",
    context_settings={"ignore_unknown_options": True},
)
def run_scenarios(arguments: Annotated[list[str] | None, typer.Argument(help="What pytest is given.")] = None) -> None:
    """Run all scenarios on the simulator and the real workflows, also with a small cache and with restarts."""
    os.environ[ALL] = "all"
    limit = "--timeout=3600"  # of one test, which waits for its turn among all
    command = [installed("python"), "-m", "pytest", str(ROOT / "tests" / "scenarios"), limit, *(arguments or [])]
    raise typer.Exit(run(command))
