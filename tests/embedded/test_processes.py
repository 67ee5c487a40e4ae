"""A crash starts a program again, one that cannot stay up is given up, and a stop leaves nothing running."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from temporalio.service import RPCError

from embedded.processes import Processes, Program
from embedded.temporal_server import TemporalServer
from mendable import Mendable, WrongCall


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
    told: list[str] = []
    async with Processes(tmp_path, tmp_path / "log", told.append) as processes:
        processes.start(python("worker", code))
        (first,) = await until_written(pids, 1)
        os.kill(int(first), 9)
        _, second = await until_written(pids, 2)
        assert second != first
        assert is_alive(second)
    assert not is_alive(second)
    assert (tmp_path / "log").read_text().splitlines() == [
        f"up       | worker is process {first}",
        "up       | worker ended with -9, crash 1 of 5",
        f"up       | worker is process {second}",
    ]
    assert told == [f"worker was killed (SIGKILL) and is started again; its log is {tmp_path / 'log'}"]


async def test_one_that_never_starts_is_given_up_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedded.processes.FIRST_PAUSE_S", 0.0)
    told: list[str] = []
    async with Processes(tmp_path, tmp_path / "log", told.append) as processes:
        processes.start(python("api", "raise RuntimeError('no policy')"))
        reason = await processes.given_up()
    assert told == [f"api ended with 1 and is started again; its log is {tmp_path / 'log'}"] * 4
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
    assert lines[1:] == ["worker   | " + "x" * 200_000, "worker   | finished"]


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


async def until_it_answers(server: TemporalServer) -> None:
    """Wait until a server takes calls again, at most ten seconds."""
    for _ in range(500):
        try:
            await (await server.connect()).count_workflows()
        except (RuntimeError, RPCError):
            await asyncio.sleep(0.02)
        else:
            return


async def test_a_killed_temporal_server_is_started_again_where_it_was(tmp_path: Path) -> None:
    told: list[str] = []
    async with (
        TemporalServer(tmp_path / "temporal") as server,
        Processes(tmp_path, tmp_path / "log", told.append) as processes,
    ):
        processes.keep("temporal", server)
        await (await server.connect()).start_workflow("Any", id="survivor", task_queue="nobody-polls")
        first = server.pid
        os.kill(first, 9)
        await until_written(tmp_path / "log", 3)
        await until_it_answers(server)
        description = await (await server.connect()).get_workflow_handle("survivor").describe()
        second = server.pid
        assert description.close_time is None
    assert second != first
    assert not is_alive(str(second))
    assert (tmp_path / "log").read_text().splitlines() == [
        f"up       | temporal is process {first}",
        "up       | temporal ended with -9, crash 1 of 5",
        f"up       | temporal is process {second}",
    ]
    assert told == [f"temporal was killed (SIGKILL) and is started again; its log is {server.log}"]


class NeverAgain:
    """A server that ended and cannot be started any more, however long each try takes."""

    log = Path("its.log")
    pid = 1

    def __init__(self) -> None:
        self.starts = 0

    async def start(self) -> None:
        self.starts += 1
        raise Mendable("its disk is gone")

    async def ended(self) -> int:
        return 1


async def test_a_server_that_cannot_start_again_is_given_up_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedded.processes.FIRST_PAUSE_S", 0.0)
    server = NeverAgain()
    async with Processes(tmp_path, tmp_path / "log") as processes:
        processes.keep("temporal", server)
        with pytest.raises(Mendable, match=r"^temporal does not stay up: its disk is gone; the whole log is its\.log"):
            await processes.alongside(asyncio.Event().wait())
    assert server.starts == 4


async def test_work_ends_with_its_own_answer_or_error_while_all_stay_up(tmp_path: Path) -> None:
    async def answer() -> int:
        return 42

    async def fail() -> None:
        raise WrongCall("not like this")

    async with Processes(tmp_path, tmp_path / "log") as processes:
        processes.start(python("worker", "import time; time.sleep(600)"))
        assert await processes.alongside(answer()) == 42
        with pytest.raises(WrongCall, match="not like this"):
            await processes.alongside(fail())
