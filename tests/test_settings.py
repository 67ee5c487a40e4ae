"""A missing production setting is named, never guessed, and one process hands its settings to another unchanged."""

from pathlib import Path

import pytest

from mendable import Mendable
from settings import Settings

REQUIRED = {
    "LTC_DATABASE_URL": "postgresql://ltc:secret@db/ltc",
    "LTC_DATA_DIR": "/var/lib/ltc",
    "LTC_MAIL_URL": "smtps://user:secret@mail.example.com",
    "LTC_POLICY_FILE": "/etc/ltc/policy.yaml",
    "LTC_PUBLIC_URL": "https://ltc.example.com",
    "LTC_SIGNING_KEY": "0123456789abcdef0123456789abcdef",
    "LTC_CONSOLE_ALLOWED": "false",
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a production deployment."""
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_everything_comes_from_the_environment(production: pytest.MonkeyPatch) -> None:
    production.setenv("LTC_WEBHOOK_SECRETS", '{"stripe": "whsec_1"}')
    settings = Settings.load()
    assert settings.database_url == "postgresql://ltc:secret@db/ltc"
    assert settings.console_allowed is False
    assert settings.webhook_secrets["stripe"].get_secret_value() == "whsec_1"
    assert settings.environment() == REQUIRED | {
        "LTC_CONSOLE_ALLOWED": "False",
        "LTC_PORT": "8080",
        "LTC_TASK_QUEUE": "ltc",
        "LTC_MAIL_SENDER": "ltc@localhost.localdomain",
        "LTC_MAX_CACHED_WORKFLOWS": "1000",
        "LTC_WEBHOOK_SECRETS": '{"stripe": "whsec_1"}',
        "LTC_WEBHOOK_SCOPES": "{}",
    }


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_setting_is_named(production: pytest.MonkeyPatch, name: str) -> None:
    production.delenv(name)
    with pytest.raises(Mendable, match=f"^{name} is not set; run"):
        Settings.load()


def test_a_misspelt_setting_is_named(production: pytest.MonkeyPatch) -> None:
    production.setenv("LTC_MAX_CACHED_WORKFLOW", "10")
    with pytest.raises(Mendable, match=r"^LTC_MAX_CACHED_WORKFLOW: no such setting"):
        Settings.load()


def test_a_bad_value_is_told_without_itself(production: pytest.MonkeyPatch) -> None:
    production.setenv("LTC_SIGNING_KEY", "too-short-a-secret")
    with pytest.raises(Mendable, match=r"^LTC_SIGNING_KEY .*32") as told:
        Settings.load()
    assert "too-short-a-secret" not in str(told.value)


def test_secrets_do_not_show(production: pytest.MonkeyPatch) -> None:
    shown = repr(Settings.load())
    assert "secret" not in shown.replace("webhook_secrets", "")
    assert "0123456789" not in shown


def test_another_command_finds_what_up_runs_with(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production.setenv("LTC_DATA_DIR", str(tmp_path / "data"))
    production.setenv("LTC_WEBHOOK_SECRETS", '{"stripe": "whsec_1"}')
    production.setenv("LTC_WEBHOOK_SCOPES", '{"chat": {"kinds": ["decide"], "people": ["wang.fang"]}}')
    ours = Settings.load()
    ours.remember()

    for name in (*REQUIRED, "LTC_WEBHOOK_SECRETS", "LTC_WEBHOOK_SCOPES"):
        production.delenv(name)
    production.setenv("LTC_DATA_DIR", str(tmp_path / "data"))

    assert Settings.load() == ours
    assert (tmp_path / "data" / "environment").stat().st_mode & 0o077 == 0


def test_what_up_ran_with_never_fills_a_gap_in_production(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production.setenv("LTC_DATA_DIR", str(tmp_path))
    Settings.load().remember()
    production.delenv("LTC_MAIL_URL")
    with pytest.raises(Mendable, match=r"^LTC_MAIL_URL is not set; run"):
        Settings.load()


def test_temporal_is_named_by_its_own_environment_or_ours(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))
    with pytest.raises(Mendable, match="set TEMPORAL_ADDRESS"):
        Settings.load().temporal_options()

    production.setenv("TEMPORAL_ADDRESS", "temporal.example.com:7233")
    production.setenv("TEMPORAL_NAMESPACE", "sales")
    theirs = Settings.load().temporal_options()
    production.setenv("LTC_TEMPORAL_ADDRESS", "127.0.0.1:7233")
    ours = Settings.load().temporal_options()

    assert (theirs["target_host"], theirs["namespace"]) == ("temporal.example.com:7233", "sales")
    assert (ours["target_host"], ours["namespace"]) == ("127.0.0.1:7233", "sales")


def test_what_up_left_in_a_folder_is_read_whatever_the_environment_says(
    production: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    production.setenv("LTC_DATA_DIR", str(tmp_path))
    production.setenv("LTC_WEBHOOK_SECRETS", '{"stripe": "whsec_1"}')
    ours = Settings.load()
    ours.remember()
    production.setenv("LTC_DATABASE_URL", "sqlite:///elsewhere.db")

    assert Settings.remembered(tmp_path) == ours
    assert Settings.remembered(tmp_path / "no-such-folder") is None
    (tmp_path / "environment").write_text("LTC_CONSOLE_ALLOWED='perhaps'\n")
    with pytest.raises(Mendable, match=r"LTC_CONSOLE_ALLOWED .*; run \./ltc up there again"):
        Settings.remembered(tmp_path)
