"""LTC as production runs it: every service of docker-compose.yml by its own command, as a process of its own.

The commands and the environment are read from the compose file by Compose itself, so what is tried here is what a
deployment gets; only the servers that the containers would reach by name are elsewhere.
"""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from commands.check import compose
from embedded import ports
from embedded.children import bound_to_us
from embedded.postgres_server import PostgresServer
from embedded.temporal_server import TemporalServer
from tests.sources import ROOT

SOURCE, DECIDES = "crm", "wang.fang"
"""A source of webhooks, and in whose name alone it may decide."""
SECRET = "whsec_TDRDVGVzdHNlY3JldC1vZi10aGUtam91cm5leXM="
START_LIMIT_S, STOP_LIMIT_S = 60.0, 20.0
POLL_S = 0.1


class Service(NamedTuple):
    """A service of the compose file: its arguments of ``./ltc`` and the whole of its environment."""

    command: tuple[str, ...]
    environment: dict[str, str]


async def composed(values: Path) -> dict[str, Service]:
    """Return LTC's services as Compose makes them of the compose file and a file like ``.env``."""
    asked = (compose(), "-f", str(ROOT / "docker-compose.yml"), "--env-file", str(values), "config", "--format", "json")
    program = await asyncio.create_subprocess_exec(
        *asked, env={"PATH": os.environ["PATH"]}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    told, wrong = await program.communicate()
    assert program.returncode == 0, wrong.decode()
    found: dict[str, Any] = json.loads(told)["services"]
    return {name: _service(service) for name, service in found.items() if name.startswith("ltc-")}


def _service(service: dict[str, Any]) -> Service:
    given = {name: value for name, value in service["environment"].items() if value is not None}
    return Service(tuple(service.get("command") or ()), given)


class Running:
    """One process of a service, and everything it has said."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self.log = log

    async def kill(self) -> None:
        """Kill it as kill -9 does."""
        self._process.kill()
        assert await self._process.wait() == -signal.SIGKILL

    async def stop(self) -> None:
        """Ask it to end, as a deploy does."""
        if self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), STOP_LIMIT_S)

    def assert_alive(self) -> None:
        """It has not ended by itself."""
        assert self._process.returncode is None, self.log.read_text()


class Services:
    """The services and the two servers they stand on.

    Attributes:
        url: where the API answers.
    """

    def __init__(self, folder: Path, temporal: TemporalServer, postgres: PostgresServer) -> None:
        self.temporal = temporal
        self.postgres = postgres
        self._folder = folder
        self._running: list[Running] = []
        (port,) = ports.free(1)
        self._port = str(port)
        self.url = f"http://{ports.LOOPBACK}:{port}"

    async def prepare(self) -> None:
        """Fill in what `.env.example` asks for, and let Compose read it."""
        values = {
            "LTC_DATABASE_URL": await self.postgres.fresh_database(),
            "LTC_DATA_DIR": str(self._folder / "data"),
            "LTC_MAIL_URL": (self._folder / "mail").as_uri(),
            "LTC_POLICY_FILE": str(ROOT / "policies" / "standard.yaml"),
            "LTC_PUBLIC_URL": self.url,
            "LTC_SIGNING_KEY": "a key of the journeys, at least thirty-two characters",
            "LTC_CONSOLE_ALLOWED": "false",
            "LTC_WEBHOOK_SECRETS": json.dumps({SOURCE: SECRET}),
            "LTC_WEBHOOK_SCOPES": json.dumps({SOURCE: {"kinds": ["decide"], "people": [DECIDES]}}),
            "LTC_TEMPORAL_ADDRESS": self.temporal.address,
            "LTC_TEMPORAL_NAMESPACE": "default",
            "POSTGRES_PASSWORD": "unused",
            "TEMPORAL_POSTGRES_PASSWORD": "unused",
        }
        (self._folder / "data").mkdir()
        place = self._folder / "values.env"
        place.write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))
        self._services = await composed(place)

    async def start(self, name: str) -> Running:
        """Start a process of a service, by nothing but its command and its environment."""
        log = self._folder / f"{name}-{len(self._running)}.log"
        with log.open("wb") as sink:
            process = await asyncio.create_subprocess_exec(
                *bound_to_us([str(ROOT / "ltc"), *self._services[name].command]),
                stdin=asyncio.subprocess.DEVNULL, stdout=sink, stderr=sink, env=self._environment(name),
            )  # fmt: skip
        running = Running(process, log)
        self._running.append(running)
        return running

    async def told(self, *arguments: str, service: str = "ltc-api", exit_code: int = 0) -> str:
        """Run another command in a service's environment, as ``docker compose run`` does; return what it printed."""
        process = await asyncio.create_subprocess_exec(
            ROOT / "ltc", *arguments, env=self._environment(service), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
        assert process.returncode == exit_code, said.decode()
        return said.decode()

    async def migrate(self) -> None:
        """Run the migration job to its end."""
        await self.told(*self._services["ltc-migrate"].command, service="ltc-migrate")

    async def key(self, person: str, *roles: str) -> str:
        """Make an API key."""
        options = [part for role in roles for part in ("--role", role)]
        return (await self.told("keys", "create", "--person", person, *options)).strip()

    async def ready(self) -> None:
        """Wait until everything answers."""
        await self.readiness(200)

    async def readiness(self, status: int) -> httpx.Response:
        """Wait until `/readyz` answers with a status."""
        async with httpx.AsyncClient(base_url=self.url, timeout=15) as client, asyncio.timeout(START_LIMIT_S):
            while True:
                try:
                    answer = await client.get("/readyz")
                except httpx.TransportError:  # not listening yet
                    answer = httpx.Response(0)
                if answer.status_code == status:
                    return answer
                await asyncio.sleep(POLL_S)

    async def stop(self) -> None:
        """Stop what still runs, last first."""
        for running in reversed(self._running):
            await running.stop()

    def _environment(self, name: str) -> dict[str, str]:
        # What an image brings beside its settings; a container has its port to itself, here another one is free.
        brought = {"PATH": os.environ["PATH"], "HOME": str(self._folder), "LTC_PORT": self._port}
        return {**self._services[name].environment, **brought}
