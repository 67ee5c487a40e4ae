"""Two launchers that start at once make one environment; a half-made one is made again; a whole one costs nothing."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sources import ROOT

CLI = "import os, sys; print(os.getcwd(), *sys.argv[1:])\n"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The launcher with a command line that echoes, and locks that name nothing, so that no network is needed."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "ltc", folder)
    shutil.copy(ROOT / "bootstrap.py", folder)
    (folder / "cli.py").write_text(CLI)
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        (folder / lock).touch()
    return folder


def launch(tree: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [tree / "ltc", *words], cwd=tree.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_the_launcher_makes_one_whole_environment(tree: Path) -> None:
    both = [launch(tree, "up", "a b"), launch(tree, "up", "a b")]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert [out for out, _ in said] == [f"{tree.parent} up a b\n"] * 2
    assert "".join(err for _, err in said).count("making .venv") == 1

    # The next start installs nothing; the first of the other kind adds to it.
    assert launch(tree, "up").communicate() == (f"{tree.parent} up\n", "")
    _, told = launch(tree, "test").communicate()
    assert "making .venv" not in told
    assert "ltc: installing requirements-dev.lock\n" in told

    # A lock that changed is installed into it, and what was a development environment stays one.
    (tree / "requirements.lock").write_text("# changed\n")
    _, told = launch(tree, "up").communicate()
    assert "making .venv" not in told
    assert "ltc: installing requirements-dev.lock\n" in told
    assert launch(tree, "test").communicate() == (f"{tree.parent} test\n", "")

    # Without its stamp it is half-made.
    for stamp in (tree / ".venv").glob("ltc-*"):
        stamp.unlink()
    _, told = launch(tree, "up").communicate()
    assert "making .venv" in told


@pytest.mark.parametrize(
    ("version_answer", "venv_answer", "mend"),
    [
        ("1", "1", "ltc: needs Python 3.11 or newer; on Debian: apt-get install python3 python3-venv\n"),
        ("0", "1", "ltc: python3.13 has no venv module; on Debian: apt-get install python3.13-venv\n"),
    ],
)
def test_a_machine_without_python_or_venv_is_told_the_package(
    tmp_path: Path, version_answer: str, venv_answer: str, mend: str
) -> None:
    shutil.copy(ROOT / "ltc", tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    for needed in ("dirname", "sh"):
        (programs / needed).symlink_to(str(shutil.which(needed)))
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        script = f'#!/bin/sh\ncase "$2" in *version_info*) exit {version_answer} ;; *) exit {venv_answer} ;; esac\n'
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", tmp_path / "ltc", "up"], env={"PATH": str(programs)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", mend)


def test_commands_that_run_programs_of_developers_have_them_installed() -> None:
    (kinds,) = re.findall(r"^([a-z |]+)\) kind=dev ;;$", (ROOT / "ltc").read_text(), re.MULTILINE)
    modules = (ROOT / "commands").glob("*.py")
    running = {path.stem for path in modules if 'installed("python"), "-m", "pytest"' in path.read_text()}
    assert running == {"test", "scenarios"}
    assert running | {"check", "bench", "lock"} == set(kinds.split(" | "))
