"""LTC as a person starts it: ``./ltc up --demo`` as a process of its own, on free ports, in a folder of its own."""

import asyncio
import os
import re
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
    output: asyncio.StreamReader

    async def says(self, text: str) -> None:
        """Wait until it has said something more."""
        async with asyncio.timeout(START_LIMIT_S):
            while text.encode() not in (line := await self.output.readline()):
                assert line, f"it stopped without saying {text}"

    def pid_of(self, program: str) -> int:
        """Return the process of one of its programs, as its log names it."""
        return last_pid(self.data_dir / "logs" / "ltc.log", program)


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
        yield Installation(data_dir, said.decode(), process.stdout)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        rest, _ = await process.communicate()
    assert process.returncode == 0, rest.decode()


def bare_environment() -> dict[str, str]:
    """Return this process's environment without anything that would choose another LTC or Temporal."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("LTC_", "TEMPORAL_"))}


def last_pid(log: Path, program: str) -> int:
    """Return the process in which a program was started last, by the launcher's log."""
    started = re.findall(rf"^up +\| {program} is process (\d+)$", log.read_text(errors="replace"), re.MULTILINE)
    return int(started[-1])


async def output_of(*command: str | Path, exit_code: int = 0, **variables: str) -> str:
    """Run a program in LTC's folder and return what it printed; it must end as expected."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=bare_environment() | variables,
    )  # fmt: skip
    printed, _ = await process.communicate()
    assert process.returncode == exit_code, printed.decode()
    return printed.decode()
