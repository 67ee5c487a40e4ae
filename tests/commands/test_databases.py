"""Commands that look at a data folder find the database that belongs to it."""

import os
import re
from pathlib import Path

import pytest

from cli import run
from commands.figures import database_url
from commands.up import Temporal, Wish, embedded_settings
from mendable import Mendable

POSTGRES = "postgresql://ltc@db/ltc"


def ran(folder: Path, database: str | None = None) -> None:
    """Leave what ``up`` leaves."""
    wish = Wish(folder, None, database, None, None, None)
    embedded_settings(wish, Temporal("127.0.0.1:7233"), 8080).remember()


def test_a_folder_of_up_says_which_database_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LTC_DATABASE_URL", "postgresql://somebody@else/ltc")
    ran(tmp_path)
    assert database_url(tmp_path) == f"sqlite:///{tmp_path}/ltc.db"
    (tmp_path / "ltc.db").touch()
    ran(tmp_path, POSTGRES)
    assert database_url(tmp_path) == POSTGRES


def test_a_copied_folder_is_looked_at_and_not_the_one_it_was_copied_from(tmp_path: Path) -> None:
    first, copy = tmp_path / "first", tmp_path / "copy"
    first.mkdir()
    copy.mkdir()
    ran(first)
    (copy / "environment").write_bytes((first / "environment").read_bytes())
    (copy / "ltc.db").touch()
    assert database_url(copy) == f"sqlite:///{copy}/ltc.db"


def test_a_replay_has_its_database_in_its_folder_and_a_strange_folder_has_none(tmp_path: Path) -> None:
    with pytest.raises(Mendable, match=r"ltc\.db does not exist; name the folder of an up or a replay"):
        database_url(tmp_path)
    (tmp_path / "ltc.db").touch()
    assert database_url(tmp_path) == f"sqlite:///{tmp_path}/ltc.db"


def test_without_a_folder_it_is_the_one_of_up_unless_the_environment_has_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("LTC_")]:
        monkeypatch.delenv(name)
    ran(tmp_path, POSTGRES)
    remembered = (tmp_path / "environment").read_text()
    monkeypatch.setenv("LTC_DATA_DIR", str(tmp_path))
    assert database_url(None) == POSTGRES
    for name, value in re.findall(r"^(\w+)='(.*)'$", remembered, re.MULTILINE):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LTC_DATABASE_URL", "postgresql://somebody@else/ltc")
    assert database_url(None) == "postgresql://somebody@else/ltc"


@pytest.mark.parametrize("command", ["export trial-balance", "export beancount", "figures", "commission", "verify"])
def test_the_help_says_so(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--help"]) == 0
    told = " ".join(re.sub(r"\x1b\[[0-9;]*m|[│\n]", " ", capsys.readouterr().out).split())
    assert "The data folder of ./ltc up or of a replay. [default: (.ltc; where LTC_ variables are set, theirs)]" in told
