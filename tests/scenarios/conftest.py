"""One set of runs serves the session: what pytest has collected begins together, some side by side."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import worker
from embedded.postgres_server import PostgresServer
from embedded.temporal_server import TemporalServer
from simulation.scenarios import SCENARIOS
from storage.migrate import upgrade
from tests.scenarios.runs import Runs
from tests.scenarios.ways import tell_left_out
from tests.workflows.harness import settings_of
from workflows.search_attributes import register


class Databases:
    """A migrated database for each run, copied from one of its kind."""

    def __init__(self, folder: Path, postgres: PostgresServer) -> None:
        self._folder = folder
        self._postgres = postgres
        self._made = 0
        self._template = ""
        self._first = asyncio.Lock()

    async def url(self, kind: str) -> str:
        """Return the URL of a database with all tables and no row."""
        self._made += 1
        if kind == "postgresql":
            return await self._on_postgres()
        whole = self._folder / "whole.db"
        if not whole.exists():
            upgrade(f"sqlite:///{whole}")
        shutil.copy(whole, self._folder / f"{self._made}.db")
        return f"sqlite:///{self._folder / f'{self._made}.db'}"

    async def _on_postgres(self) -> str:
        async with self._first:
            if not self._postgres.is_running():
                await self._postgres.start()
            if not self._template:
                url = await self._postgres.fresh_database()
                upgrade(url)
                self._template = url.rpartition("/")[2]
        return await self._postgres.fresh_database(self._template)


@pytest.fixture(scope="session")
async def runs(
    request: pytest.FixtureRequest,
    temporal_server: TemporalServer,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Runs]:
    """All runs of scenarios on the session's servers."""
    folder = tmp_path_factory.mktemp("scenarios")
    client = await worker.connect(settings_of(temporal_server.address, folder, "unused", console=False))
    await register(client)
    made = Runs(temporal_server, client, folder, Databases(folder, postgres_server).url)
    for item in request.session.items:
        given = getattr(item, "callspec", None)
        if given is not None and {"scenario", "way"} <= given.params.keys():
            made.begin(given.params["scenario"], given.params["way"])
    yield made
    await made.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what a plain run leaves out; in a run of several processes `tests/conftest.py` does, which they all load."""
    if terminalreporter.config.getoption("dist", "no") == "no":
        tell_left_out(terminalreporter, SCENARIOS)
