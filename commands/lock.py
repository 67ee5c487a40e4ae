"""A lock names every package exactly and by hash, and no host; the development lock holds every pin of the other."""

import sys
from typing import Annotated

import typer

from commands.programs import installed, run
from mendable import Mendable

app = typer.Typer()
COMPILE = (
    "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--only-binary", ":all:",
    "--generate-hashes", "--no-header", "--no-annotate",
)  # fmt: skip
LOCKS = (
    ("requirements-uv.in", "requirements-uv.lock", ()),
    ("requirements.in", "requirements.lock", ()),
    ("requirements-dev.in", "requirements-dev.lock", ("--constraints", "requirements.lock")),
)


@app.command("lock", epilog="Example: ./ltc lock --upgrade")
def lock(
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Take the newest versions instead of keeping the pins.")
    ] = False,
) -> None:
    """Compile the requirement files to hashed locks; the next ./ltc installs them."""
    extra = ("--upgrade",) if upgrade else ()
    for source, target, constraints in LOCKS:
        print(f"{source} -> {target}", file=sys.stderr)
        if run([installed("uv"), *COMPILE, *extra, *constraints, source, "--output-file", target]) != 0:
            raise Mendable(f"{source} does not resolve; uv says why above")
