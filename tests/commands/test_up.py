"""What `up` settles by itself: ports, a key that stays, and settings that leave nothing open."""

import socket
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from commands.up import (
    SETTLED,
    Temporal,
    Wish,
    announce,
    database_url,
    embedded_settings,
    port_for,
    programs,
    reach,
    signing_key,
    unused,
)
from embedded import ports
from embedded.temporal_server import TemporalServer
from mendable import Mendable, WrongCall
from settings import variable
from tests.sources import ROOT


def wish(data_dir: Path, database: str | None = None) -> Wish:
    return Wish(data_dir, None, database, None, None, None)


def test_the_usual_port_gives_way_but_one_asked_for_does_not() -> None:
    (usual,) = ports.free(1)
    assert port_for(None, usual, "--port") == usual
    with socket.create_server((ports.LOOPBACK, usual)):
        assert port_for(None, usual, "--port") != usual
        with pytest.raises(WrongCall, match=f"port {usual} is in use"):
            port_for(usual, 1, "--port")


def test_the_key_is_made_once_and_for_this_user_only(tmp_path: Path) -> None:
    key = signing_key(tmp_path)
    assert len(key) == 64
    assert signing_key(tmp_path) == key
    assert (tmp_path / "signing.key").stat().st_mode & 0o077 == 0


def test_a_database_file_is_found_from_the_callers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert database_url(None, Path("/data")) == "sqlite:////data/ltc.db"
    assert database_url("sqlite:///mine.db", Path("/data")) == f"sqlite:///{tmp_path}/mine.db"
    assert database_url("sqlite:////srv/mine.db", Path("/data")) == "sqlite:////srv/mine.db"
    assert database_url("postgresql://ltc@db/ltc", Path("/data")) == "postgresql://ltc@db/ltc"


def test_every_setting_is_settled_and_handed_to_every_program(tmp_path: Path) -> None:
    temporal = Temporal("127.0.0.1:7233", "default", "http://127.0.0.1:8233", "http://127.0.0.1:9233/metrics")
    settings = embedded_settings(wish(tmp_path), temporal, 8080)

    assert settings.database_url == f"sqlite:///{tmp_path}/ltc.db"
    assert settings.mail_url == f"file://{tmp_path}/mail"
    assert settings.policy_file == ROOT / "policies" / "standard.yaml"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.console_allowed is True
    migrate, worker, api = programs(settings)
    assert [program.name for program in (migrate, worker, api)] == ["migrate", "worker", "api"]
    assert migrate.environment == worker.environment == api.environment == settings.environment()
    assert settings.environment()["LTC_TEMPORAL_ADDRESS"] == "127.0.0.1:7233"


@pytest.mark.parametrize("field", SETTLED)
def test_a_variable_that_up_does_not_use_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    """A person who set it must not believe that it holds; which policy runs is said in any case."""
    temporal = Temporal("127.0.0.1:7233", "default", "http://127.0.0.1:8233", "http://127.0.0.1:9233/metrics")
    plain = embedded_settings(wish(tmp_path), temporal, 8080)
    for name, value in plain.environment().items():
        monkeypatch.setenv(name, value)
    assert unused(plain) == ()
    monkeypatch.setenv(variable(field), "something else, long enough for a secret key")

    settings = embedded_settings(wish(tmp_path), temporal, 8080)

    assert (settings, unused(settings)) == (plain, (variable(field),))
    told = StringIO()
    announce(settings, Console(file=told, width=500), None)
    assert f"Policy          {ROOT / 'policies' / 'standard.yaml'}" in told.getvalue()
    assert f"not used: {variable(field)} of the environment" in told.getvalue()


async def test_a_temporal_server_that_is_not_there_is_named(tmp_path: Path, temporal_server: TemporalServer) -> None:
    (nobody,) = ports.free(1)
    await reach(embedded_settings(wish(tmp_path), Temporal(temporal_server.address), 8080))
    with pytest.raises(Mendable, match=f"^Temporal at 127.0.0.1:{nobody} does not answer"):
        await reach(embedded_settings(wish(tmp_path), Temporal(f"127.0.0.1:{nobody}"), 8080))
