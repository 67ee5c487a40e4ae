"""LTC as a person starts it: ``./ltc up --demo`` as a process of its own, on free ports, in a folder of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from embedded import ports
from tests.sources import ROOT

START_LIMIT_S = 150.0
READY = b"Ctrl-C stops everything"


class Installation(NamedTuple):
    """What runs, and what it said when it was up."""

    data_dir: Path
    said: str


@asynccontextmanager
async def running(data_dir: Path, *options: str) -> AsyncIterator[Installation]:
    """Start everything and stop it again as Ctrl-C does."""
    port, temporal, ui = ports.free(3)
    chosen = ("--port", port, "--temporal-port", temporal, "--temporal-ui-port", ui, "--data-dir", data_dir)
    process = await asyncio.create_subprocess_exec(
        ROOT / "ltc", "up", *options, *map(str, chosen),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=bare_environment(),
    )  # fmt: skip
    assert process.stdout is not None
    said = b""
    try:
        async with asyncio.timeout(START_LIMIT_S):
            while READY not in said:
                line = await process.stdout.readline()
                assert line, f"it stopped: {said.decode()}"
                said += line
        yield Installation(data_dir, said.decode())
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        rest, _ = await process.communicate()
    assert process.returncode == 0, rest.decode()


def bare_environment() -> dict[str, str]:
    """Return this process's environment without anything that would choose another LTC or Temporal."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("LTC_", "TEMPORAL_"))}


async def output_of(*command: str | Path) -> str:
    """Run a program in LTC's folder and return what it printed; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=bare_environment()
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode()
