"""A key is printed once, opens what it should, and nothing after it is revoked."""

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import run
from commands.keys import app
from domain.refusal import Refused
from storage.database import Database
from storage.migrate import upgrade
from storage.operations.edge import api_keys, holder
from tests.sources import ROOT
from tests.workflows.harness import settings_of

STANDARD = str(ROOT / "policies" / "standard.yaml")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'ltc.db'}"
    upgrade(url)
    for name, value in {
        "DATABASE_URL": url, "DATA_DIR": str(tmp_path), "MAIL_URL": tmp_path.as_uri(), "POLICY_FILE": STANDARD,
        "PUBLIC_URL": "http://ltc", "SIGNING_KEY": "s" * 40, "CONSOLE_ALLOWED": "false",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"LTC_{name}", value)
    return url


async def test_a_key_is_made_shown_once_listed_and_revoked(url: str) -> None:
    runner = CliRunner()
    made = runner.invoke(
        app, ["keys", "create", "--person", "liu.yang", "--role", "sales", "--role", "finance", "--entity", "CN01"]
    )
    assert made.exit_code == 0
    secret = made.stdout.strip()
    async with Database(url) as database:
        key = database.look(holder, secret)
        assert key is not None
        assert (key.person, key.roles, key.entity) == ("liu.yang", ("sales", "finance"), "CN01")
        listed = runner.invoke(app, ["keys", "list"]).stdout
        assert key.key_id in listed
        assert secret.rsplit("_", 1)[1] not in listed
        assert runner.invoke(app, ["keys", "revoke", key.key_id]).exit_code == 0
        assert database.look(holder, secret) is None
        assert len(database.look(api_keys)) == 1


def test_a_folder_has_tables_and_keys_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``up`` was started with in a folder is found there, whatever folder one stands in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LTC_DATA_DIR", "elsewhere")
    folder = tmp_path / "mine"
    settings_of("127.0.0.1:1", folder, "q", console=True).remember()
    at = ["--data-dir", str(folder)]

    assert run(["migrate", *at]) == 0
    assert run(["keys", "create", "--person", "liu.yang", "--role", "sales", *at]) == 0
    with closing(Database(f"sqlite:///{folder / 'ltc.db'}")) as database:
        (key,) = database.look(api_keys)
        assert run(["keys", "list", *at]) == 0
        assert run(["keys", "revoke", key.key_id, *at]) == 0
        assert [one.revoked_at is not None for one in database.look(api_keys)] == [True]
    assert not (tmp_path / "elsewhere").exists()


def test_an_unknown_key_is_refused(url: str) -> None:
    ended = CliRunner().invoke(app, ["keys", "revoke", "nope"])
    assert isinstance(ended.exception, Refused)


@pytest.mark.parametrize(
    ("policy", "options", "said"),
    [
        ("standard", ("--person", "ghost", "--role", "sales"), "the organisation file has no ghost"),
        (
            "standard",
            ("--person", "liu.yang", "--role", "sales", "--role", "king"),
            "there is no role king; use",
        ),
        (
            "standard",
            ("--person", "liu.yang", "--role", "sales", "--entity", "XX01"),
            "no legal entity XX01; use",
        ),
        ("ref1", ("--person", "agent-7", "--role", "king"), "there is no role king"),
        ("ref1", ("--person", "agent-7", "--role", "sales"), ""),
        ("standard", ("--person", "wang.fang", "--role", "sales_manager"), ""),
    ],
)
async def test_a_key_speaks_for_somebody_and_opens_something(
    url: str, monkeypatch: pytest.MonkeyPatch, policy: str, options: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("LTC_POLICY_FILE", str(ROOT / "policies" / f"{policy}.yaml"))
    ended = CliRunner().invoke(app, ["keys", "create", *options])
    assert said in str(ended.exception)
    async with Database(url) as database:
        assert len(database.look(api_keys)) == (not said)
