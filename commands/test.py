"""The tests run by pytest alone, wherever the command is called from."""

from pathlib import Path
from typing import Annotated

import typer

from commands.programs import installed, run

app = typer.Typer()


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
    """Run the tests; everything that follows goes to pytest."""
    raise typer.Exit(run([installed("python"), "-m", "pytest", *map(located, arguments or [])]))
