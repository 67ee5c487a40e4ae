"""A key is printed once, opens what it should, and nothing after it is revoked."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.keys import app
from domain.refusal import Refused
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.edge import api_keys, holder


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'ltc.db'}"
    upgrade(url)
    for name, value in {
        "DATABASE_URL": url, "DATA_DIR": str(tmp_path), "MAIL_URL": tmp_path.as_uri(), "POLICY_FILE": "p.yaml",
        "PUBLIC_URL": "http://ltc", "SIGNING_KEY": "s" * 40, "CONSOLE_ALLOWED": "false",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"LTC_{name}", value)
    return url


async def test_a_key_is_made_shown_once_listed_and_revoked(url: str) -> None:
    runner = CliRunner()
    made = runner.invoke(
        app, ["keys", "create", "--person", "alice", "--role", "sales", "--role", "finance", "--entity", "CN01"]
    )
    assert made.exit_code == 0
    secret = made.stdout.strip()
    async with Database(url) as database:
        key = database.look(holder, secret)
        assert key is not None
        assert (key.person, key.roles, key.entity) == ("alice", ("sales", "finance"), "CN01")
        listed = runner.invoke(app, ["keys", "list"]).stdout
        assert key.key_id in listed
        assert secret.rsplit("_", 1)[1] not in listed
        assert runner.invoke(app, ["keys", "revoke", key.key_id]).exit_code == 0
        assert database.look(holder, secret) is None
        assert len(database.look(api_keys)) == 1


def test_an_unknown_key_is_refused(url: str) -> None:
    ended = CliRunner().invoke(app, ["keys", "revoke", "nope"])
    assert isinstance(ended.exception, Refused)
