"""The tests run by pytest alone, wherever the command is called from; all of them on several cores, file by file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from commands.programs import installed, run

app = typer.Typer()
SPREAD = (
    *("-n", "auto", "--maxprocesses", "4", "--max-worker-restart", "0"),
    *("--dist", "loadfile", "--no-loadscope-reorder", "--durations", "25"),
)
"""How a whole run is shared out: not to every core, for each process has a Temporal server and a PostgreSQL; in the
order of collection, which has the long files first, where xdist would begin with those of many short tests. A process
that dies ends the run, and is named with the test that it was in: where another takes its place, xdist 3.8.0 may wait
for that one for ever (pytest-xdist issues 1323 and 1327)."""

PROCESS_DIED = 70
"""How a whole run ends in which a process died and nothing else failed (``tests/deaths.py``)."""


def located(argument: str) -> str:
    """Make the file of a test absolute, since pytest runs in LTC's folder; anything else stays as it is."""
    path, separator, test = argument.partition("::")
    return f"{Path(path).resolve()}{separator}{test}" if path and Path(path).exists() else argument


@app.command(
    "test",
    epilog="Example: ./ltc test tests/domain -k money",
    context_settings={"ignore_unknown_options": True},
)
def run_tests(arguments: Annotated[list[str] | None, typer.Argument(help="What pytest is given.")] = None) -> None:
    """Run the tests, all of them on up to four cores; everything that follows goes to pytest."""
    raise typer.Exit(once_more(lambda: run([installed("python"), "-m", "pytest", *told(arguments or [])])))


def once_more(whole: Callable[[], int]) -> int:
    """Run the tests, and all of them once more where a process of theirs died, which says nothing of the code.

    Returns:
        The exit code of the last run: a second death is a failure like any other.
    """
    code = whole()
    if code != PROCESS_DIED:
        return code
    print("ltc: a process of the tests died, in the test that is named above; all are run once more", flush=True)
    return whole()


def told(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return what pytest is told: what was asked for, or how the whole is shared out."""
    return tuple(map(located, arguments)) or SPREAD
