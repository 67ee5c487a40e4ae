"""A command is imported only when it is called, so that help is quick; our errors are one sentence and no traceback."""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

import typer

from mendable import Mendable


class Entry(NamedTuple):
    """A command: the module whose ``app`` holds it, and its line in the help."""

    module: str
    summary: str


COMMANDS = {
    "up": Entry("commands.up", "Start everything: Temporal, database, worker, API and pages."),
    "api": Entry("commands.api", "Serve the API and pages."),
    "worker": Entry("commands.worker", "Run workflows and activities until stopped."),
    "migrate": Entry("commands.migrate", "Bring the tables to the form that this version needs."),
    "keys": Entry("commands.keys", "Make, list and revoke API keys."),
    "replay": Entry("commands.replay", "Drive recorded events through the real workflows."),
    "export": Entry("commands.export", "Write the books for others: trial balance, beancount, CSV."),
    "period": Entry("commands.period", "Close months of the books, and open the last again."),
    "import": Entry("commands.importing", "Bring in what another system has: open items."),
    "figures": Entry("commands.figures", "Compute the figures from event log and ledger, or check them."),
    "commission": Entry("commands.commission", "Reckon what salespeople earned, from the ledger."),
    "statement": Entry("commands.statement", "Post bank statements, or print their figures."),
    "jump": Entry("commands.jump", "Move all open deals and accounts forward together."),
    "explain": Entry("commands.explain", "Say why a deal is where it is."),
    "cancellation": Entry("commands.cancellation", "Show what cancelling a deal would do, and do nothing."),
    "cost": Entry("commands.cost", "Print the events, bytes and actions of a deal."),
    "verify": Entry("commands.verify", "Recount every invariant and every hash."),
    "test": Entry("commands.test", "Run the tests; what follows goes to pytest."),
    "scenarios": Entry("commands.scenarios", "Run every scenario every way; test runs some of the ways in part."),
    "bench": Entry("commands.bench", "Measure LTC, each part against a floor in the same run."),
    "check": Entry("commands.check", "Run everything that CI runs."),
    "lock": Entry("commands.lock", "Compile the requirement files to hashed locks."),
}
"""Every command by name, in the order of the help."""


def build(argv: Sequence[str]) -> typer.Typer:
    """Build the application with the command that ``argv`` names, and the rest as lines of the help only."""
    app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback(epilog="Example: ./ltc up --demo")(introduction)
    for name, entry in COMMANDS.items():
        if argv and argv[0] == name:
            app.add_typer(importlib.import_module(entry.module).app)
        else:
            app.command(name, help=entry.summary)(introduction)
    return app


def introduction() -> None:
    """LTC runs every deal from the first lead to the last payment. 线索到现金。"""


def anticipated() -> tuple[type[Exception], ...]:
    """Name the errors that are told in one sentence; asked only once one is on its way, since it imports the core."""
    from domain.refusal import Refused

    return (Mendable, Refused)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        build(argv)(args=list(argv), prog_name="ltc")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except anticipated() as error:
        print(f"ltc: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, Mendable) else 1
    return 0


if __name__ == "__main__":
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # The Temporal SDK's threads now and then abort the interpreter's own way out (sdk-python issue 300).
    os._exit(code)
