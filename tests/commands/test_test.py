"""Files named to `test` are found from the caller's folder; everything else reaches pytest as it was."""

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
