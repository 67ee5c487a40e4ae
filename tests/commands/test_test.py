"""Files named to `test` are found from the caller's folder; everything else reaches pytest as it was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands.programs import ROOT
from commands.test import PROCESS_DIED, SPREAD, located, once_more, told


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


@pytest.mark.parametrize(("fails", "code"), [(False, PROCESS_DIED), (True, 1)])
def test_a_process_that_dies_ends_the_run_and_is_named(tmp_path: Path, fails: bool, code: int) -> None:
    """The file after it must not be waited for, though it was that process's to run."""
    (tmp_path / "pytest.ini").touch()
    hooks = "from tests.deaths import pytest_sessionfinish, pytest_testnodedown\n"
    (tmp_path / "conftest.py").write_text(hooks)
    before = f"def test_before():\n    assert {not fails}\n"
    dies = f"import os\n\n\n{before}\n\ndef test_dies():\n    os._exit(1)\n"
    (tmp_path / "test_a.py").write_text(dies)
    for name in "bcd":
        (tmp_path / f"test_{name}.py").write_text("def test_passes():\n    pass\n")
    pytest_command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *SPREAD)
    here = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(pytest_command, cwd=tmp_path, capture_output=True, text=True, timeout=60, env=here)
    assert ended.returncode == code, ended.stdout
    assert "crashed while running 'test_a.py::test_dies'" in ended.stdout


@pytest.mark.parametrize(
    ("codes", "last", "runs"),
    [((0,), 0, 1), ((1,), 1, 1), ((PROCESS_DIED, 0), 0, 2), ((PROCESS_DIED,) * 2, PROCESS_DIED, 2)],
)
def test_all_is_run_once_more_after_a_death_alone(codes: tuple[int, ...], last: int, runs: int) -> None:
    left = list(codes)
    assert once_more(lambda: left.pop(0)) == last
    assert len(codes) - len(left) == runs
