"""The API over a real database and scripted workflows, asked in memory by people with different keys."""

import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.deps import Edge
from commands.keys import made_key
from connectors.policy_files.loading import load
from domain.organisation import Delegation
from domain.policy.document import Policy
from settings import ROOT, Settings
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.edge import add_api_key
from tests.api.scripted_workflows import ScriptedWorkflows

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
STANDING = (Delegation(delegator="zoe", delegate="yan", since=NOW),)
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Client = Callable[..., httpx.AsyncClient]


@pytest.fixture(scope="session")
def migrated_api_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("api") / "ltc.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
async def database(tmp_path: Path, migrated_api_file: Path) -> AsyncIterator[Database]:
    shutil.copy(migrated_api_file, tmp_path / "ltc.db")
    async with Database(f"sqlite:///{tmp_path / 'ltc.db'}") as database:
        yield database


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The application, built once; every test gives it an edge of its own."""
    return create_app()


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The shipped process."""
    return load(ROOT / "policies" / "standard.yaml").policy


@pytest.fixture
def workflows() -> ScriptedWorkflows:
    return ScriptedWorkflows()


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path / 'ltc.db'}", "data_dir": tmp_path, "mail_url": tmp_path.as_uri(),
            "policy_file": tmp_path / "policy.yaml", "public_url": "http://ltc", "signing_key": "s" * 40,
            "console_allowed": False, "webhook_secrets": {"crm": WEBHOOK_SECRET},
        }
    )  # fmt: skip


@pytest.fixture
async def client(
    app: FastAPI, settings: Settings, database: Database, workflows: ScriptedWorkflows, policy: Policy
) -> AsyncIterator[Client]:
    """A function that returns a client for a person: ``client("alice", "sales", entity="CN01")``."""
    app.state.edge = Edge(settings, database, workflows, policy=policy, standing=STANDING, now=lambda: NOW)
    transport = httpx.ASGITransport(app)
    opened: list[httpx.AsyncClient] = []

    def of(person: str = "", *roles: str, entity: str = "CN01") -> httpx.AsyncClient:
        headers = {}
        if person:
            secret, key = made_key(person, roles, entity, "", NOW)
            database.transact(add_api_key, secret, key)
            headers = {"Authorization": f"Bearer {secret}"}
        opened.append(httpx.AsyncClient(transport=transport, base_url="http://ltc", headers=headers))
        return opened[-1]

    yield of
    for each in opened:
        await each.aclose()
