"""Files named to `test` are found from the caller's folder; everything else reaches pytest as it was."""

import subprocess
import sys
from pathlib import Path

import pytest

from commands.test import SPREAD, located, told


def test_a_file_is_made_absolute_with_its_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_money.py").touch()
    assert located("test_money.py") == f"{tmp_path}/test_money.py"
    assert located("test_money.py::test_one[a::b]") == f"{tmp_path}/test_money.py::test_one[a::b]"


@pytest.mark.parametrize("argument", ["-k", "money and not tax", "-x", "--lf", "no_such_file.py", ""])
def test_anything_else_is_left_alone(argument: str) -> None:
    assert located(argument) == argument


def test_only_a_whole_run_is_shared_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_money.py").touch()
    assert told([]) == SPREAD
    assert told(["test_money.py", "-x"]) == (f"{tmp_path}/test_money.py", "-x")


def test_a_process_that_dies_ends_the_run_and_is_named(tmp_path: Path) -> None:
    """The file after it must not be waited for, though it was that process's to run."""
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_a.py").write_text("import os\n\n\ndef test_dies():\n    os._exit(1)\n")
    for name in "bcd":
        (tmp_path / f"test_{name}.py").write_text("def test_passes():\n    pass\n")
    pytest_command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *SPREAD)
    ended = subprocess.run(pytest_command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1, ended.stdout
    assert "crashed while running 'test_a.py::test_dies'" in ended.stdout
    assert "1 failed" in ended.stdout.splitlines()[-1]
