"""Processes of ours, and the server beside them: their lines go to one log, a crash starts them again and is told, a
stop is orderly.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Protocol, Self, TypeVar

from embedded.children import bound_to_us
from mendable import Mendable

R = TypeVar("R")
Told = Callable[[str], None]
"""Is told, in one sentence, what became of a program; for whoever watches."""

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


class Server(Protocol):
    """A server that can be started again where it was, and keeps a log of its own."""

    @property
    def log(self) -> Path:
        """Where its lines go."""

    @property
    def pid(self) -> int:
        """The process that runs."""

    async def start(self) -> None:
        """Start and wait until it answers; `Mendable` if it does not."""

    async def ended(self) -> int:
        """Wait until its process has ended; return the exit code."""


class _End(NamedTuple):
    """How one life of a program ended."""

    code: int
    last_words: str
    lived_s: float


class Processes:
    """Supervised programs that share a folder and a log; a context that stops them in reverse order."""

    def __init__(self, folder: Path, log: Path, tell: Told = lambda sentence: None) -> None:
        """Run programs in a folder and write their lines to a log; the log of the last run is kept as ``.1``.

        What ends without having been asked to is told as well, since whoever watches does not read the log.
        """
        self._folder = folder
        self._log = log
        self._tell = tell
        self._sink: BinaryIO | None = None
        self._running: list[asyncio.Task[Mendable]] = []

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""

        async def live() -> _End:
            began, life = time.monotonic(), _Life(program, self._write)
            code = await life.run(self._folder, self._note_pid)
            return _End(code, life.last_words, time.monotonic() - began)

        self._running.append(asyncio.create_task(self._keep_running(program.name, self._log, live)))

    def keep(self, name: str, server: Server) -> None:
        """Keep a server running that runs already; whoever started it stops it, after this context."""
        starts = 0

        async def live() -> _End:
            nonlocal starts
            starts += 1
            try:
                if starts > 1:
                    await server.start()
            except Mendable as error:
                return _End(1, str(error), 0)
            self._note_pid(name, server.pid)
            began = time.monotonic()
            return _End(await server.ended(), "it said nothing here", time.monotonic() - began)

        self._running.append(asyncio.create_task(self._keep_running(name, server.log, live)))

    async def finish(self, program: Program) -> None:
        """Run a program to its end; `Mendable` with its last words if it fails."""
        life = _Life(program, self._write)
        if await life.run(self._folder, lambda name, pid: None) != 0:
            raise Mendable(f"{program.name} failed: {life.last_words}; the whole log is {self._log}")

    async def given_up(self) -> Mendable:
        """Wait until a program has crashed so often, so soon, that it is not started again; return why."""
        done, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()

    async def alongside(self, work: Coroutine[Any, Any, R]) -> R:
        """Carry out some work while all stay up; `Mendable` if one of them is given up."""
        task, given_up = asyncio.create_task(work), asyncio.create_task(self.given_up())
        try:
            await asyncio.wait((task, given_up), return_when=asyncio.FIRST_COMPLETED)
            if given_up.done():
                raise given_up.result()
            return await task
        finally:
            task.cancel()
            given_up.cancel()

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

    async def _keep_running(self, name: str, log: Path, live: Callable[[], Awaitable[_End]]) -> Mendable:
        crashes = 0
        while True:
            end = await live()
            crashes = 1 if end.lived_s > SETTLED_S else crashes + 1
            self._write("up", [f"{name} ended with {end.code}, crash {crashes} of {MAX_EARLY_CRASHES}".encode()])
            if crashes == MAX_EARLY_CRASHES:
                return Mendable(f"{name} does not stay up: {end.last_words}; the whole log is {log}")
            self._tell(f"{name} {_how(end.code)} and is started again; its log is {log}")
            await asyncio.sleep(FIRST_PAUSE_S * 2 ** (crashes - 1))

    def _note_pid(self, name: str, pid: int) -> None:
        self._write("up", [f"{name} is process {pid}".encode()])

    def _write(self, name: str, lines: Sequence[bytes]) -> None:
        if self._sink is None:
            raise RuntimeError("programs run only inside the context")
        self._sink.write(b"".join(b"%-8b | %b\n" % (name.encode(), line) for line in lines))


def _how(code: int) -> str:
    return f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with {code}"


class _Life:
    """A program from its start to its end; cancelled, it is asked to end, and after a while made to."""

    def __init__(self, program: Program, write: Callable[[str, Sequence[bytes]], None]) -> None:
        self._program = program
        self._write = write
        self.last_words = "it said nothing"

    async def run(self, folder: Path, note_pid: Callable[[str, int], None]) -> int:
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
        note_pid(self._program.name, process.pid)
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
