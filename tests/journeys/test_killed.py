"""Whatever is killed in the middle, nothing is lost and nothing happens twice: the figures are those of a quiet day."""

import asyncio
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.journeys.installation import bare_environment, last_pid, output_of, running
from tests.journeys.recording import write_recording
from tests.journeys.selling import People, Selling
from tests.sources import ROOT

LTC = ROOT / "ltc"
DEALS = 100
SOLD_AT_ONCE = 12
LIMIT_S, POLL_S = 240.0, 0.05
ORDERED = [
    "lead_captured", "deal_opened", "lead_assigned", "lead_responded", "lead_qualified", "quote_created",
    "quote_submitted", "approval_requested", "seats_resolved", "step_opened",
]  # fmt: skip


class Undisturbed(NamedTuple):
    """A recording, and what comes of it when nothing is killed."""

    recording: Path
    figures: str
    data_dir: Path


class Replay:
    """``./ltc replay`` under way, as a person starts it."""

    def __init__(self, data_dir: Path, process: asyncio.subprocess.Process) -> None:
        self.data_dir = data_dir
        self._process = process

    async def middle(self, undisturbed: Undisturbed) -> None:
        """Wait until two fifths of the log are there."""
        middle = _events(undisturbed.data_dir) * 2 // 5
        async with asyncio.timeout(LIMIT_S):
            while _events(self.data_dir) < middle:
                assert self._process.returncode is None, await self.said()
                await asyncio.sleep(POLL_S)

    def kill(self, *programs: str) -> None:
        """Kill programs of it as kill -9 does."""
        for pid in [last_pid(self.data_dir / "logs" / "replay.log", program) for program in programs]:
            os.kill(pid, signal.SIGKILL)

    async def kill_launcher(self) -> None:
        """Kill what a person started."""
        self._process.kill()
        assert await self._process.wait() == -signal.SIGKILL

    async def said(self) -> str:
        """Wait for the end and return all that it printed."""
        printed, _ = await asyncio.wait_for(self._process.communicate(), LIMIT_S)
        return printed.decode()

    async def succeeded(self) -> str:
        """Wait for the end, which must be a good one."""
        said = await self.said()
        assert self._process.returncode == 0, said
        assert "0 rows set aside, 0 refused" in said
        assert "USD: 0 differences between what was recorded and what was produced" in said
        return said


@asynccontextmanager
async def replay(recording: Path, data_dir: Path) -> AsyncIterator[Replay]:
    """Start a replay; nothing of it stays, however the test ends."""
    process = await asyncio.create_subprocess_exec(
        LTC, "replay", recording, "--policy", ROOT / "policies" / "ref1.yaml", "--data-dir", data_dir,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=bare_environment() | {"COLUMNS": "500"},
    )  # fmt: skip
    try:
        yield Replay(data_dir, process)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _events(data_dir: Path) -> int:
    """Count the event log, which may not be there yet."""
    place = data_dir / "ltc.db"
    if not place.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as connection:
            count: int = connection.execute("SELECT count(*) FROM event").fetchone()[0]
    except sqlite3.OperationalError:  # the tables are being made
        return 0
    return count


async def figures(data_dir: Path) -> str:
    return await output_of(LTC, "figures", "--data-dir", data_dir)


@pytest.fixture(scope="module")
async def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The figures that every disturbed replay must reach."""
    folder = tmp_path_factory.mktemp("replays")
    recording = folder / "recording.csv"
    write_recording(recording, DEALS)
    async with replay(recording, folder / "undisturbed") as whole:
        said = await whole.succeeded()
    assert "killed" not in said
    return Undisturbed(recording, await figures(whole.data_dir), whole.data_dir)


async def assert_as_if_nothing_had_been(undisturbed: Undisturbed, data_dir: Path) -> None:
    """Every invariant holds, every workflow is where its log ends, and every figure is as without a kill."""
    verified = await output_of(LTC, "verify", "--workflows", "--data-dir", data_dir, COLUMNS="200")
    assert "everything holds" in verified
    assert await figures(data_dir) == undisturbed.figures


@pytest.mark.parametrize("killed", ["worker", "temporal"])
async def test_what_is_killed_in_the_middle_comes_back_by_itself(
    undisturbed: Undisturbed, tmp_path: Path, killed: str
) -> None:
    async with replay(undisturbed.recording, tmp_path / "data") as disturbed:
        await disturbed.middle(undisturbed)
        disturbed.kill(killed)
        said = await disturbed.succeeded()

    assert said.count(f"{killed} was killed (SIGKILL) and is started again; its log is {tmp_path}") == 1
    await assert_as_if_nothing_had_been(undisturbed, tmp_path / "data")


async def test_after_a_power_cut_the_same_command_goes_on(undisturbed: Undisturbed, tmp_path: Path) -> None:
    async with replay(undisturbed.recording, tmp_path / "data") as disturbed:
        await disturbed.middle(undisturbed)
        await disturbed.kill_launcher()
        disturbed.kill("worker", "temporal")
    done = _events(tmp_path / "data")

    async with replay(undisturbed.recording, tmp_path / "data") as again:
        await again.succeeded()

    assert done < _events(tmp_path / "data") == _events(undisturbed.data_dir)
    await assert_as_if_nothing_had_been(undisturbed, tmp_path / "data")


async def test_a_deleted_event_is_found_in_the_log_and_beside_its_workflow(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    copy = shutil.copytree(undisturbed.data_dir, tmp_path / "copy")
    with closing(sqlite3.connect(copy / "ltc.db")) as connection:
        (owner,) = connection.execute(
            "SELECT 'deal/' || deal_id FROM deal WHERE stage NOT LIKE 'closed.%' ORDER BY deal_id"
        ).fetchone()
        connection.execute(
            "DELETE FROM event WHERE workflow_id = ? AND seq = (SELECT max(seq) FROM event WHERE workflow_id = ?)",
            (owner, owner),
        )
        connection.execute("UPDATE chain SET seq = seq - 1 WHERE workflow_id = ?", (owner,))
        connection.commit()

    said = await output_of(LTC, "verify", "--workflows", "--data-dir", copy, exit_code=1, COLUMNS="200")

    assert "broken: S3, versions, workflows" in said
    assert f"{owner}: " in said


async def test_the_api_killed_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with running(tmp_path / "up") as installation:
        where = str(installation.data_dir)
        people = await _people(where)
        url = _url(installation.data_dir)
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            deals = [Selling(client, people) for _ in range(SOLD_AT_ONCE)]
            selling = asyncio.gather(*(_quoted(deal) for deal in deals))
            await _first_quote(client, people)
            os.kill(installation.pid_of("api"), signal.SIGKILL)
            await installation.says("api was killed (SIGKILL) and is started again")
            await selling
            listed = await deals[0].call(people.sales, "GET", "/api/deals?limit=200")
            kinds = [await deal.kinds() for deal in deals]
        verified = await output_of(LTC, "verify", "--workflows", LTC_DATA_DIR=where)

    assert sorted(deal["deal_id"] for deal in listed["deals"]) == sorted(deal.deal_id for deal in deals)
    assert [[kind for kind in one if kind != "effect_completed"] for one in kinds] == [ORDERED] * SOLD_AT_ONCE
    assert "everything holds" in verified


async def _people(where: str) -> People:
    async def key(person: str, *roles: str) -> str:
        options = [part for role in roles for part in ("--role", role)]
        said = await output_of(LTC, "keys", "create", "--person", person, *options, LTC_DATA_DIR=where)
        return next(line for line in said.splitlines() if line.startswith("ltc_"))

    return People(await key("liu.yang", "sales"), await key("wang.fang", "sales_manager", "sales"), "", "")


def _url(data_dir: Path) -> str:
    lines = (data_dir / "environment").read_text().splitlines()
    return next(line.split("'")[1] for line in lines if line.startswith("LTC_PUBLIC_URL="))


async def _quoted(deal: Selling) -> None:
    await deal.capture()
    await deal.quote(off_percent=8)


async def _first_quote(client: httpx.AsyncClient, people: People) -> None:
    """Wait until one deal is that far, while the others are on their way."""
    first = Selling(client, people)
    await first.until(people.sales, "/api/deals?stage=quote&limit=1", lambda page: bool(page["deals"]))
