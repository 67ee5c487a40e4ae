"""One command starts every part that production has, as real processes, and Ctrl-C stops all of them in order."""

import asyncio
import contextlib
import importlib
import os
import secrets
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.markup import escape
from temporalio.client import Client

from commands.programs import ROOT, installed
from embedded import ports
from embedded.claim import claimed
from embedded.processes import Processes, Program, Told
from embedded.temporal_server import TemporalServer
from mendable import Mendable
from settings import EMBEDDED_DATA_DIR, Settings, variable

app = typer.Typer()
API_PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT = 8080, 7233, 8233
READY_LIMIT_S = 60.0
REACH_LIMIT_S = 10.0


class Wish(NamedTuple):
    """What a person asked for; None is LTC's own choice."""

    data_dir: Path
    temporal: str | None
    database: str | None
    port: int | None
    temporal_port: int | None
    temporal_ui_port: int | None


class Temporal(NamedTuple):
    """The Temporal server in use; of one that is not ours only the address is known."""

    address: str
    namespace: str | None = None
    ui_url: str | None = None
    metrics_url: str | None = None


def port_for(asked: int | None, usual: int, option: str) -> int:
    """Return the port asked for, which must be free, else the usual one or, if taken, any other."""
    if asked is not None:
        return ports.demand(asked, option)
    return usual if ports.is_free(usual) else ports.free(1)[0]


def database_url(asked: str | None, data_dir: Path) -> str:
    """Return the database asked for, an SQLite file as seen from the caller's folder, else one in the data folder."""
    if asked is None:
        return f"sqlite:///{data_dir / 'ltc.db'}"
    scheme, separator, path = asked.partition(":///")
    is_file = scheme.startswith("sqlite") and path
    return f"{scheme}{separator}{Path(path).resolve()}" if is_file else asked


def signing_key(data_dir: Path) -> str:
    """Return the key of this installation, made on the first start and readable by this user only."""
    place = data_dir / "signing.key"
    if not place.exists():
        place.touch(mode=0o600)
        place.write_text(secrets.token_urlsafe(48))
    return place.read_text()


def embedded_settings(wish: Wish, temporal: Temporal, port: int) -> Settings:
    """Settle everything that a production deployment would be asked for."""
    return Settings.model_validate(
        {
            "database_url": database_url(wish.database, wish.data_dir),
            "data_dir": wish.data_dir,
            "mail_url": (wish.data_dir / "mail").as_uri(),
            "policy_file": ROOT / "policies" / "standard.yaml",
            "public_url": f"http://{ports.LOOPBACK}:{port}",
            "signing_key": signing_key(wish.data_dir),
            "console_allowed": True,
            "port": port,
            "temporal_address": temporal.address,
            "temporal_namespace": temporal.namespace,
            "temporal_ui_url": temporal.ui_url,
            "temporal_metrics_url": temporal.metrics_url,
        }
    )


SETTLED = (
    "database_url", "data_dir", "mail_url", "policy_file", "public_url", "signing_key", "console_allowed", "port",
    "temporal_address", "temporal_namespace", "temporal_ui_url", "temporal_metrics_url",
)  # fmt: skip
"""The settings that `up` takes from its options or decides, never from the environment."""


def unused(settings: Settings) -> tuple[str, ...]:
    """Name the variables of the environment that say something else than what runs."""
    ours = settings.environment()
    names = (variable(field) for field in SETTLED)
    return tuple(
        name for name in names if name in os.environ and os.environ[name].casefold() != ours.get(name, "").casefold()
    )


def programs(settings: Settings) -> tuple[Program, Program, Program]:
    """Return the migration job, the worker and the API, as production runs them."""
    python, environment = installed("python"), settings.environment()
    return (
        Program("migrate", (python, "cli.py", "migrate"), environment),
        Program("worker", (python, "cli.py", "worker"), environment),
        Program("api", (python, "cli.py", "api", "--host", ports.LOOPBACK), environment),
    )


class Startup:
    """The start of every part, told as it happens; what was started is stopped by the stack, last first."""

    def __init__(self, wish: Wish, console: Console, stack: contextlib.AsyncExitStack) -> None:
        """Prepare the start of what was asked for."""
        self._wish = wish
        self._console = console
        self._stack = stack

    async def run(self) -> tuple[Settings, Processes]:
        """Start everything and return once LTC answers."""
        log = self._wish.data_dir / "logs" / "ltc.log"
        with self._told("Temporal server"):
            temporal, server = await self._temporal()
            settings = embedded_settings(self._wish, temporal, port_for(self._wish.port, API_PORT, "--port"))
            await reach(settings)
        settings.remember()
        processes = await self._stack.enter_async_context(Processes(ROOT, log, warned(self._console)))
        if server is not None:
            processes.keep("temporal", server)
        migrate, worker, api = programs(settings)
        with self._told("database"):
            await processes.finish(migrate)
        with self._told("worker and API"):
            processes.start(worker)
            processes.start(api)
            await processes.alongside(ready(settings))
        return settings, processes

    async def _temporal(self) -> tuple[Temporal, TemporalServer | None]:
        """Start a server of ours, unless another one was asked for."""
        wish = self._wish
        if wish.temporal is not None:
            return Temporal(wish.temporal), None
        server = TemporalServer(
            wish.data_dir / "temporal",
            port=wish.temporal_port and ports.demand(wish.temporal_port, "--temporal-port"),
            ui_port=wish.temporal_ui_port and ports.demand(wish.temporal_ui_port, "--temporal-ui-port"),
            usual=(TEMPORAL_PORT, TEMPORAL_UI_PORT),
        )
        await self._stack.enter_async_context(server)
        return Temporal(server.address, "default", server.ui_url, server.metrics_url), server

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        with self._console.status(f"starting {what} …"):
            yield
        self._console.print(f"[green]✓[/] {what} [dim]{time.monotonic() - began:.1f} s[/]")


def warned(console: Console) -> Told:
    """Return what shows a person that something of theirs ended and what is done about it."""
    return lambda sentence: console.print(f"[yellow]{escape(sentence)}[/]", highlight=False, soft_wrap=True)


async def reach(settings: Settings) -> None:
    """Say so at once if the Temporal server does not answer (`Mendable`), before anything waits for it."""
    try:
        await asyncio.wait_for(Client.connect(**settings.temporal_options()), REACH_LIMIT_S)
    except (RuntimeError, TimeoutError) as error:
        raise Mendable(f"Temporal at {settings.temporal_address} does not answer; is it running there?") from error


async def ready(settings: Settings) -> None:
    """Wait until the API says that it and all it needs are ready; `Mendable` after a minute."""
    url = f"http://{ports.LOOPBACK}:{settings.port}/readyz"
    limit, said = time.monotonic() + READY_LIMIT_S, "nothing"
    while time.monotonic() < limit:
        try:
            await asyncio.to_thread(urllib.request.urlopen, url, timeout=5)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
        except OSError as error:
            said = str(error)
        else:
            return
        await asyncio.sleep(0.1)
    raise Mendable(f"LTC is not ready after {READY_LIMIT_S:.0f} s: {said}")


async def serve(wish: Wish, console: Console, demo: str | None) -> None:
    """Run until cancelled."""
    wish.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(claimed(wish.data_dir))
        settings, processes = await Startup(wish, console, stack).run()
        if demo is not None:
            await processes.alongside(importlib.import_module(demo).fill(settings))
        announce(settings, console, demo)
        await processes.alongside(asyncio.Event().wait())


def announce(settings: Settings, console: Console, demo: str | None) -> None:
    """Print where everything is, and who can log in to the demo."""
    console.print(f"\n[bold]LTC is running[/]  {settings.public_url}   API {settings.public_url}/api/docs")
    console.print(f"Temporal        {settings.temporal_ui_url or ''}   server {settings.temporal_address}")
    if demo is not None:
        for login in importlib.import_module(demo).logins(settings.data_dir):
            console.print(
                f"Login           {login.person:<10} {', '.join(login.roles):<22} {login.key}", soft_wrap=True
            )
    console.print(f"Policy          {settings.policy_file}", soft_wrap=True)
    if passed_over := unused(settings):
        console.print(
            f"[yellow]not used: {', '.join(passed_over)} of the environment; up has options and settings of its own, "
            "api and worker read it[/]", highlight=False, soft_wrap=True,
        )  # fmt: skip
    console.print(f"Data and log    {settings.data_dir}   {settings.data_dir / 'logs' / 'ltc.log'}")
    console.print("Ctrl-C stops everything; the next start goes on where this one ended.\n")


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run some work until it ends or a signal asks it to; a second signal does not wait for order."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    with contextlib.suppress(asyncio.CancelledError):
        await task


@app.command("up", epilog="Example: ./ltc up --demo --port 9000")
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Fill it with deals in every stage.")] = False,
    temporal: Annotated[str | None, typer.Option(help="Use this Temporal server, host:port.")] = None,
    database: Annotated[str | None, typer.Option(help="Use this database, as a SQLAlchemy URL.")] = None,
    data_dir: Annotated[Path, typer.Option(help="Keep data here.", show_default=".ltc beside ltc")] = EMBEDDED_DATA_DIR,
    port: Annotated[int | None, typer.Option(help=f"Pages and API; {API_PORT} unless taken.")] = None,
    temporal_port: Annotated[int | None, typer.Option(help=f"{TEMPORAL_PORT} unless taken.")] = None,
    temporal_ui_port: Annotated[
        int | None, typer.Option("--temporal-ui-port", "--ui-port", help=f"{TEMPORAL_UI_PORT} unless taken.")
    ] = None,
) -> None:
    """Start Temporal, database, worker, API and pages, and stop them all on Ctrl-C."""
    wish = Wish(data_dir.resolve(), temporal, database, port, temporal_port, temporal_ui_port)
    console = Console()
    asyncio.run(until_stopped(serve(wish, console, "commands.demo" if demo else None)))
    console.print("stopped")
