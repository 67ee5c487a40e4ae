"""CI runs this and nothing else, so what passes here lands."""

import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from commands.programs import ROOT, installed, run

app = typer.Typer()
TEST_COMMAND = "./ltc test"
"""The README's command for the tests; a test holds the two together."""


class Step(NamedTuple):
    """One thing that must succeed: what it shows, and the command that shows it."""

    promise: str
    command: tuple[str, ...]


class Outcome(NamedTuple):
    """How a step ended."""

    step: Step
    exit_code: int
    took_s: float


def steps() -> Iterator[Step]:
    """List what is checked, the quick ones first."""
    yield Step("formatted", (installed("ruff"), "format", "--check", "."))
    yield Step("linted", (installed("ruff"), "check", "."))
    yield Step("imports keep the layers", (installed("lint-imports"),))
    yield Step("typed", (installed("mypy"), "--strict", "."))
    compose_file = ROOT / "docker-compose.yml"
    if compose_file.exists():
        yield Step(
            "docker-compose.yml is valid", (compose(), "-f", str(compose_file), *compose_values(), "config", "-q")
        )
    yield Step("tests pass, sizes and layout among them", tuple(shlex.split(TEST_COMMAND)))


def compose() -> str:
    """Return the Compose program; its Python script would swallow the exit code."""
    places = Path(installed("python")).parent.parent.glob("lib/python*/site-packages/compose/docker-compose")
    return next(map(str, places), "docker-compose")


def compose_values() -> tuple[str, ...]:
    """Name a file with the values that the compose file demands; `.env.example` leaves the secrets out."""
    return ("--env-file", str(ROOT / "tests" / "compose.env"))


def tree() -> str:
    """Describe what git sees as changed or unknown."""
    return subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True).stdout


def carry_out(step: Step, title: str, console: Console) -> Outcome:
    """Run one step under a heading."""
    console.rule(title, align="left")
    began = time.monotonic()
    return Outcome(step, run(step.command), time.monotonic() - began)


def summary(outcomes: list[Outcome]) -> Table:
    """Lay the outcomes out, one a line."""
    table = Table("", "checked", "seconds", box=None)
    for step, exit_code, took_s in outcomes:
        table.add_row("[green]ok[/]" if exit_code == 0 else "[red]FAILED[/]", step.promise, f"{took_s:.1f}")
    return table


@app.command("check", epilog="Example: ./ltc check")
def check() -> None:
    """Run everything that CI runs: format, lint, imports, types, compose file, tests, and a tree left as it was."""
    console = Console()
    before = tree()
    planned = list(steps())
    outcomes = [
        carry_out(step, f"{number}/{len(planned)} {step.promise}", console) for number, step in enumerate(planned, 1)
    ]
    left = tree()
    outcomes.append(Outcome(Step("the tree is left as it was", ()), int(left != before), 0.0))
    if left != before:
        console.print(f"Before:\n{before}\nAfter:\n{left}")
    console.print(summary(outcomes))
    raise typer.Exit(int(any(outcome.exit_code != 0 for outcome in outcomes)))
