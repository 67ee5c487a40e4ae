"""The real Temporal server, from the binary of a Python package, on this machine's loopback only."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.client import Client
from temporalio.service import RPCError

from embedded import ports
from embedded.children import bound_to_us
from mendable import Mendable

TRIES = 5
"""How many sets of ports are tried at the first start; somebody may take one between its choice and its use."""
START_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0
# WAL makes the file as fast as memory. With the shift and the two rates a jump over thirty timers takes 0.2 s; it is
# 6 s at the default rate of 20 tasks a second, and a second a timer without the shift.
FLAGS = (
    "--ip", ports.LOOPBACK, "--ui-disable-news-fetch", "--log-level", "warn",
    "--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1",
    "--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true",
    "--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"',
    "--dynamic-config-value", "history.timerProcessorMaxPollRPS=1000",
    "--dynamic-config-value", "history.transferProcessorMaxPollRPS=1000",
)  # fmt: skip


def binary() -> Path:
    """Return the server's program; `Mendable` where its package has none for this machine."""
    path = Path(sys.executable).parent / "temporal"
    if not path.exists():
        raise Mendable("no Temporal server runs on this kind of machine; name one with --temporal ADDRESS")
    return path


_UP = b"Temporal Server:"
"""What the server says when it listens: whoever answers before then is another one."""
_TAKEN = re.compile(rb"(\d+): bind: address already in use")


class PortTaken(Mendable):
    """Somebody else listens on a port of the server."""

    def __init__(self, port: int) -> None:
        super().__init__(f"the Temporal server's port {port} is in use; stop what holds it or choose another")
        self.port = port


class TemporalServer:
    """One server with time skipping, the namespace ``default`` and its Web UI; started and stopped as a context.

    Attributes:
        address: ``host:port`` for clients; this and the other places are final once it has started.
        log: where the server's own lines go.
        ui_url: the Web UI.
        metrics_url: the server's own meters, among them ``action``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        ui_port: int | None = None,
        usual: tuple[int | None, int | None] = (None, None),
    ) -> None:
        """Describe a server that keeps its database and its log in a folder.

        Args:
            port, ui_port: these and no others; free ones if not given.
            usual: the ports to take where none is given, if nobody else has them.
        """
        self._asked = (port, ui_port, None)
        self._folder = folder
        self.log = folder / "temporal.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._tries = TRIES
        self._choose((*(one if one and ports.is_free(one) else None for one in usual), None))

    def _choose(self, wished: Sequence[int | None]) -> None:
        """Settle the ports: those asked for, those wished for, else any that are free now."""
        chosen = zip(self._asked, wished, ports.free(3), strict=True)
        self._ports = tuple(asked or wish or spare for asked, wish, spare in chosen)
        port, ui_port, metrics_port = self._ports
        self.address = f"{ports.LOOPBACK}:{port}"
        self.ui_url = f"http://{ports.LOOPBACK}:{ui_port}"
        self.metrics_url = f"http://{ports.LOOPBACK}:{metrics_port}/metrics"

    async def start(self) -> None:
        """Start, or start again on the same ports and file, and wait until the server answers (`PortTaken`).

        At the first start ports that nobody asked for give way to others if they are taken by then; later others know
        the server by them.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        while True:
            self._tries -= 1
            try:
                await self._started_on(*self._ports)
            except PortTaken as taken:
                if self._tries <= 0 or taken.port in self._asked:
                    raise
                self._choose((None, None, None))
            else:
                self._tries = 0
                return

    async def _started_on(self, port: int, ui_port: int, metrics_port: int) -> None:
        numbers = ("--port", port, "--ui-port", ui_port, "--metrics-port", metrics_port)
        database = ("--db-filename", self._folder / "temporal.db")
        before = self.log.stat().st_size if self.log.exists() else 0
        self._spawn([str(part) for part in (binary(), "server", "start-dev", *FLAGS, *numbers, *database)])
        await self._answers(before)

    @property
    def pid(self) -> int:
        """The process of the server, which has been started."""
        return self._started.pid

    async def ended(self) -> int:
        """Wait until the process has ended, whoever ended it; return its exit code."""
        return await asyncio.to_thread(self._started.wait)

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the server was never started")
        return self._process

    async def stop(self) -> None:
        """Stop orderly; after ten seconds by force."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Stop at once, as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    async def connect(self) -> Client:
        """Return a plain client of the namespace ``default``."""
        return await Client.connect(self.address)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _spawn(self, command: list[str]) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                bound_to_us(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    async def _answers(self, before: int) -> None:
        """Wait until the server answers; what it has said stands in its log beyond so many bytes."""
        limit = time.monotonic() + START_LIMIT_S
        while time.monotonic() < limit:
            running = self.is_running()
            said = self.log.read_bytes()[before:]
            if not running:
                if taken := _TAKEN.search(said):
                    raise PortTaken(int(taken[1]))
                raise Mendable(f"the Temporal server did not start; {self.log} says why")
            if _UP not in said:
                await asyncio.sleep(0.05)
                continue
            try:
                client = await self.connect()
                await client.count_workflows()
            except (RuntimeError, RPCError):  # not listening yet, or the namespace is not there yet
                await asyncio.sleep(0.05)
            else:
                return
        self.kill()
        raise Mendable(f"the Temporal server did not answer within {START_LIMIT_S:.0f} s; {self.log} says why")
