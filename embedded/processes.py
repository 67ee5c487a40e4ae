"""Processes of ours run beside the servers: their lines go to one log, a crash starts them again, a stop is orderly."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from embedded.children import bound_to_us
from mendable import Mendable

STOP_LIMIT_S = 15.0
SETTLED_S = 10.0
"""A process that lived this long had started well; its next crash is a first one again."""
MAX_EARLY_CRASHES = 5
FIRST_PAUSE_S = 0.2
"""Before the first new start; each further crash doubles it."""


class Program(NamedTuple):
    """What to run.

    Attributes:
        name: the prefix of its lines in the log.
        command: the program and its arguments.
        environment: variables beside those of this process.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class Processes:
    """Supervised programs that share a folder and a log; a context that stops them in reverse order."""

    def __init__(self, folder: Path, log: Path) -> None:
        """Run programs in a folder and write their lines to a log; the log of the last run is kept as ``.1``."""
        self._folder = folder
        self._log = log
        self._sink: BinaryIO | None = None
        self._running: list[asyncio.Task[Mendable]] = []

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        self._running.append(asyncio.create_task(self._keep_running(program)))

    async def finish(self, program: Program) -> None:
        """Run a program to its end; `Mendable` with its last words if it fails."""
        life = _Life(program, self._write)
        if await life.run(self._folder) != 0:
            raise Mendable(f"{program.name} failed: {life.last_words}; the whole log is {self._log}")

    async def given_up(self) -> Mendable:
        """Wait until a program has crashed so often, so soon, that it is not started again; return why."""
        done, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()

    async def __aenter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self._log.exists():
            self._log.replace(self._log.with_name(f"{self._log.name}.1"))
        self._sink = self._log.open("ab", buffering=0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._running:
            task = self._running.pop()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._sink is not None:
            self._sink.close()

    async def _keep_running(self, program: Program) -> Mendable:
        crashes = 0
        while True:
            life = _Life(program, self._write)
            began = time.monotonic()
            code = await life.run(self._folder)
            crashes = 1 if time.monotonic() - began > SETTLED_S else crashes + 1
            self._write("up", [f"{program.name} ended with {code}, crash {crashes} of {MAX_EARLY_CRASHES}".encode()])
            if crashes == MAX_EARLY_CRASHES:
                return Mendable(f"{program.name} does not stay up: {life.last_words}; the whole log is {self._log}")
            await asyncio.sleep(FIRST_PAUSE_S * 2 ** (crashes - 1))

    def _write(self, name: str, lines: Sequence[bytes]) -> None:
        if self._sink is None:
            raise RuntimeError("programs run only inside the context")
        self._sink.write(b"".join(b"%-8b | %b\n" % (name.encode(), line) for line in lines))


class _Life:
    """A program from its start to its end; cancelled, it is asked to end, and after a while made to."""

    def __init__(self, program: Program, write: Callable[[str, Sequence[bytes]], None]) -> None:
        self._program = program
        self._write = write
        self.last_words = "it said nothing"

    async def run(self, folder: Path) -> int:
        """Start it, hand on its lines and return its exit code."""
        process = await asyncio.create_subprocess_exec(
            *bound_to_us(self._program.command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **self._program.environment, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        try:
            await self._hand_on(process)
        except asyncio.CancelledError:
            process.terminate()
            try:
                await asyncio.wait_for(self._hand_on(process), STOP_LIMIT_S)
            except TimeoutError:
                process.kill()
                await process.wait()
            raise
        return await process.wait()

    async def _hand_on(self, process: asyncio.subprocess.Process) -> None:
        rest = b""
        while process.stdout is not None and (chunk := await process.stdout.read(65536)):
            *lines, rest = (rest + chunk).split(b"\n")
            self._take(lines)
        self._take([rest] if rest else [])
        await process.wait()

    def _take(self, lines: Sequence[bytes]) -> None:
        self._write(self._program.name, lines)
        for line in lines:
            # For a crash of Python the last line names the error.
            self.last_words = line.decode(errors="replace").strip() or self.last_words
