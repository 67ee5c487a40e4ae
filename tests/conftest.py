"""One Temporal server and one PostgreSQL serve the whole run; every test that asks for a database gets a fresh one."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import settings

from embedded.postgres_server import PostgresServer
from embedded.temporal_server import TemporalServer
from simulation.scenarios import SCENARIOS
from tests.deaths import pytest_sessionfinish, pytest_testnodedown
from tests.scenarios.ways import tell_left_out

__all__ = ["pytest_sessionfinish", "pytest_testnodedown"]

# How long one example takes depends on what else the machine does; speed is measured in bench.
settings.register_profile("ltc", deadline=None)
settings.load_profile("ltc")

TESTS = Path(__file__).parent
LONG_FIRST = ("journeys", "scenarios", "workflows", "replay", "simulation", "commands", "storage", "api")
"""Folders by how long one of their tests takes: what is begun last decides how long one process waits for another."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose tests take longest; within a folder the order stays."""
    rank = {folder: place for place, folder in enumerate(LONG_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(TESTS).parts[0], len(rank)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what a whole run leaves out: of several processes the first collects nothing, and loads this file alone."""
    if terminalreporter.config.getoption("dist", "no") != "no":
        tell_left_out(terminalreporter, SCENARIOS)


@pytest.fixture(scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TemporalServer]:
    """The real server with time skipping; tests keep apart by their workflow ids and task queues."""
    async with TemporalServer(tmp_path_factory.mktemp("temporal")) as server:
        yield server


@pytest.fixture(scope="session")
async def postgres_server() -> AsyncIterator[PostgresServer]:
    """The session's PostgreSQL, not running before somebody needs it; PG_BIN chooses another one."""
    server = PostgresServer(os.environ.get("PG_BIN"))
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> Callable[[], Awaitable[str]]:
    """A function that makes an empty PostgreSQL database and returns its URL."""

    async def fresh() -> str:
        if not postgres_server.is_running():
            await postgres_server.start()
        return await postgres_server.fresh_database()

    return fresh


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_url: Callable[[], Awaitable[str]]
) -> str:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ltc.db'}"
    return await postgres_url()
