"""Every command explains itself with an example, help loads no command, and an anticipated error is one sentence."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer

from cli import COMMANDS, run
from tests.sources import ROOT


def leaves() -> Iterator[tuple[str, ...]]:
    """List every command, those inside a group too."""
    for entry in COMMANDS.values():
        yield from inside(import_module(entry.module).app)


def inside(app: typer.Typer, *group: str) -> Iterator[tuple[str, ...]]:
    for command in app.registered_commands:
        yield (*group, str(command.name))
    for nested in app.registered_groups:
        if nested.typer_instance is not None:
            yield from inside(nested.typer_instance, *group, str(nested.name))


@pytest.mark.parametrize("words", list(leaves()), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert words[0] in COMMANDS
    assert run([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: ltc {' '.join(words)}" in shown
    assert "Example: " in shown
    assert f"ltc {' '.join(words)}" in shown.split("Example: ", 1)[1]


WITHOUT_FOLDER = {"api", "worker", "test", "scenarios", "bench", "check", "lock"}
"""What runs in production is told by its environment, and what is for developers works with none."""


@pytest.mark.parametrize("words", [one for one in leaves() if one[0] not in WITHOUT_FOLDER], ids=" ".join)
def test_every_command_on_an_installation_takes_its_folder(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--help"]) == 0
    assert "--data-dir" in capsys.readouterr().out


def test_help_lists_every_command_and_loads_none() -> None:
    code = (
        "import sys, cli; cli.run(['--help']); "
        "print([m for m in sys.modules if m.startswith(('commands.', 'temporalio', 'sqlalchemy'))], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(f"│ {name} " in done.stdout and entry.summary[:30] in done.stdout for name, entry in COMMANDS.items())
    assert done.stderr.strip() == "[]"


def test_an_anticipated_error_is_one_sentence(tmp_path: Path) -> None:
    environment = {"LTC_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", "migrate"], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("ltc: LTC_DATABASE_URL is not set, ")
    assert "run ./ltc up here once" in done.stderr


def test_a_wrong_word_is_answered_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tset"]) == 2
    assert "Did you mean 'test'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["figures", "--check", "nowhere.json"], "nowhere.json cannot be read as a check file"),
        (["figures", "--check", "cli.py"], "cli.py cannot be read as a check file"),
        (["explain", "D-1", "--language", "fr"], "'fr' is not spoken here; write --language en or --language zh"),
        (["jump", "-3d"], "'-3d' is no jump; write hours, days or weeks up to two years: 12h, 30d or 6w"),
    ],
)
def test_a_call_that_cannot_work_is_told_in_one_sentence(
    words: list[str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("LTC_DATA_DIR", str(tmp_path))
    assert run(words) > 0
    told = capsys.readouterr().err
    assert (said in told, told.count("\n")) == (True, 1), told
