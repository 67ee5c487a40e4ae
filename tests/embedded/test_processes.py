"""A crash starts a program again, one that cannot stay up is given up, and a stop leaves nothing running."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from embedded.processes import Processes, Program
from mendable import Mendable


def python(name: str, code: str) -> Program:
    return Program(name, (sys.executable, "-c", code), {"FROM_LTC": "yes"})


async def until_written(file: Path, lines: int) -> list[str]:
    """Wait for so many lines, at most ten seconds."""
    for _ in range(500):
        if file.exists() and len(file.read_text().splitlines()) >= lines:
            break
        await asyncio.sleep(0.02)
    return file.read_text().splitlines()


def is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_crash_starts_it_again(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"import os, time; open({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(600)"
    async with Processes(tmp_path, tmp_path / "log") as processes:
        processes.start(python("worker", code))
        (first,) = await until_written(pids, 1)
        os.kill(int(first), 9)
        _, second = await until_written(pids, 2)
        assert second != first
        assert is_alive(second)
    assert not is_alive(second)
    assert "up       | worker ended with -9, crash 1 of 5" in (tmp_path / "log").read_text()


async def test_one_that_never_starts_is_given_up_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedded.processes.FIRST_PAUSE_S", 0.0)
    async with Processes(tmp_path, tmp_path / "log") as processes:
        processes.start(python("api", "raise RuntimeError('no policy')"))
        reason = await processes.given_up()
    assert str(reason) == f"api does not stay up: RuntimeError: no policy; the whole log is {tmp_path / 'log'}"
    assert (tmp_path / "log").read_text().count("api      | RuntimeError: no policy\n") == 5


async def test_a_stop_lets_it_finish_its_work(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = f"""
import signal, sys
def finish(*_):
    print("x" * 200_000)
    print("finished", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, finish)
open({str(ready)!r}, "w").write("ready\\n")
signal.pause()
"""
    async with Processes(tmp_path, tmp_path / "log") as processes:
        processes.start(python("worker", code))
        await until_written(ready, 1)
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines == ["worker   | " + "x" * 200_000, "worker   | finished"]


async def test_a_job_runs_once_with_its_environment(tmp_path: Path) -> None:
    async with Processes(tmp_path, tmp_path / "log") as processes:
        await processes.finish(python("migrate", "import os; print(os.environ['FROM_LTC'], os.getcwd())"))
        with pytest.raises(Mendable, match=r"migrate failed: ValueError: bad url; the whole log is "):
            await processes.finish(python("migrate", "raise ValueError('bad url')"))
    assert (tmp_path / "log").read_text().splitlines()[0] == f"migrate  | yes {tmp_path}"


async def test_the_last_log_is_kept(tmp_path: Path) -> None:
    for text in ("first", "second"):
        async with Processes(tmp_path, tmp_path / "log") as processes:
            await processes.finish(python("job", f"print({text!r})"))
    assert (tmp_path / "log").read_text() == "job      | second\n"
    assert (tmp_path / "log.1").read_text() == "job      | first\n"
