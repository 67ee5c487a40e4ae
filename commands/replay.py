"""Recorded events run through the real workflows on an embedded server, with its own data directory."""

import asyncio
import contextlib
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

import worker
from commands.programs import ROOT, installed
from commands.progress import showing
from commands.up import signing_key, warned
from connectors.mapped_tables.events import EventMap
from connectors.mapped_tables.forms import load_map
from connectors.policy_files.loading import LoadedPolicy, load
from embedded import ports
from embedded.claim import claimed
from embedded.processes import Processes, Program
from embedded.temporal_server import TemporalServer
from mendable import Mendable, WrongCall
from settings import Settings
from simulation.bank_matches import lines_of, matched
from simulation.bank_payments import BankStatements
from simulation.clocks import Clocks
from simulation.differences import differences, lines
from simulation.recorded import Recorded, Recording, read_mapped, read_recording
from simulation.replay import Replay
from simulation.replay_store import DatabaseStore
from simulation.sender import Sender
from storage.database import Database
from storage.migrate import upgrade
from storage.queries.figures import facts
from workflows import signing
from workflows.search_attributes import register
from workflows.temporal_client import TemporalWorkflows

app = typer.Typer()
WORKER_LIMIT_S = 60.0
SHOWN = 20
"""How many rows set aside or differences are printed each; the rest is counted."""


class Bank(NamedTuple):
    """Whether payments come as bank statements, and how many of them without a reference: one in so many."""

    asked: bool
    unreferenced: int


class Job(NamedTuple):
    """One replay: what, by which policy, to which day, where."""

    recording: Recording
    policy: LoadedPolicy
    until: datetime
    data_dir: Path
    bank: Bank


@app.command("replay", epilog="Example: ./ltc replay events.csv.gz --policy policies/ref1.yaml --data-dir replayed")
def replay(
    events: Annotated[Path, typer.Argument(help="Recorded events, .csv or .csv.gz.")],
    policy: Annotated[Path, typer.Option(help="The process they ran by.")],
    mapped: Annotated[
        Path | None, typer.Option("--map", help="Which column holds what, where the file has others (YAML).")
    ] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day; the file's.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Replay the first so many deals only.")] = None,
    data_dir: Annotated[Path, typer.Option(help="Keep the event log and the ledger here.")] = ROOT / ".ltc-replay",
    by_bank: Annotated[
        bool, typer.Option("--by-bank", help="Payments come as bank statements, one for each moment somebody paid.")
    ] = False,
    unreferenced: Annotated[
        int, typer.Option(min=0, help="With --by-bank: leave the reference of one payment in so many out.")
    ] = 0,
) -> None:
    """Drive recorded events through the real workflows under skipped time; again changes nothing."""
    console = Console()
    read = read_mapped(events, load_map(mapped, EventMap)) if mapped else read_recording(events)
    recording = _limited(read, limit)
    last = until.date() if until else max((event.at.date() for event in recording.events), default=date.min)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1, seconds=-1)
    if unreferenced and not by_bank:
        raise WrongCall("--unreferenced leaves references of bank statements out; give --by-bank, too")
    bank = Bank(by_bank, unreferenced)
    job = Job(recording, load(policy.resolve()), end, data_dir.resolve(), bank)
    asyncio.run(_run(job, policy.resolve(), console))


def _limited(recording: Recording, limit: int | None) -> Recording:
    if limit is None:
        return recording
    chosen = list(dict.fromkeys(event.deal_id for event in recording.events))[:limit]
    kept = tuple(event for event in recording.events if event.deal_id in set(chosen))
    return recording._replace(events=kept)


async def _run(job: Job, policy: Path, console: Console) -> None:
    job.data_dir.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(claimed(job.data_dir))
        server = await stack.enter_async_context(TemporalServer(job.data_dir / "temporal"))
        settings = _settings(job, policy, server.address)
        settings.remember()
        upgrade(settings.database_url)
        log = job.data_dir / "logs" / "replay.log"
        processes = await stack.enter_async_context(Processes(ROOT, log, warned(console)))
        processes.keep("temporal", server)
        processes.start(Program("worker", (installed("python"), "cli.py", "worker"), settings.environment()))
        database = Database(settings.database_url)
        stack.callback(database.close)
        done = await processes.alongside(_replayed(job, settings, database, console))
        await _report(job, done, database, console)
    console.print(f"{len(job.recording.events)} events in {time.monotonic() - began:.0f} s; data in {job.data_dir}")


def _settings(job: Job, policy: Path, address: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{job.data_dir / 'ltc.db'}",
            "data_dir": job.data_dir,
            "mail_url": "discard:",
            "policy_file": policy,
            "public_url": f"http://{ports.LOOPBACK}",
            "signing_key": signing_key(job.data_dir),
            "console_allowed": False,
            "temporal_address": address,
            "temporal_namespace": "default",
            "max_cached_workflows": 4000,
        }
    )


async def _replayed(job: Job, settings: Settings, database: Database, console: Console) -> Replay:
    signing.use_key(settings.signing_key.get_secret_value())
    client = await worker.connect(settings)
    await register(client)
    await _working(client, settings.task_queue)
    limits = worker.limits_of(settings)
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
    sender = Sender(
        skipper.client,
        TemporalWorkflows(skipper.client, settings.task_queue, limits),
        Clocks(skipper),
        DatabaseStore(database),
        entity=job.policy.policy.default_entity,
        task_queue=settings.task_queue,
        limits=limits,
    )
    bank = BankStatements(database, sender, job.bank.unreferenced) if job.bank.asked else None
    run = Replay(sender, bank)
    with showing(console, "replay", len(job.recording.events)) as shown:
        await run.run(job.recording.events, job.until, lambda done, day: shown(done, f"{day}"))
    if bank is not None and job.bank.unreferenced:
        for line in lines_of(await database.read(matched, bank.without_reference)):
            console.print(line, highlight=False, soft_wrap=True)
    return run


async def _working(client: Client, task_queue: str) -> None:
    """Wait until a worker polls, so that the first recorded moment is kept."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    )
    limit = time.monotonic() + WORKER_LIMIT_S
    while not (await client.workflow_service.describe_task_queue(request)).pollers:
        if time.monotonic() > limit:
            raise Mendable(f"no worker has come up after {WORKER_LIMIT_S:.0f} s; its log is beside the data")
        await asyncio.sleep(0.1)


async def _report(job: Job, done: Replay, database: Database, console: Console) -> None:
    for row in job.recording.set_aside[:SHOWN]:
        console.print(f"[yellow]line {row.line} set aside[/]: {row.why}: {row.row}", highlight=False)
    for refusal in sorted(done.refused)[:SHOWN]:
        console.print(f"[yellow]line {refusal.line} refused[/]: {refusal.why}", highlight=False)
    console.print(f"{len(job.recording.set_aside)} rows set aside, {len(done.refused)} refused")
    for currency in sorted({event.currency for event in job.recording.events}):
        of_currency = job.recording._replace(events=_of(job.recording.events, currency))
        made = await database.read(facts, job.policy.policy.default_entity, currency)
        found = differences(of_currency, made)
        for line in lines(found, SHOWN):
            console.print(f"[yellow]difference[/]: {line}", highlight=False)
        console.print(f"{currency}: {len(found)} differences between what was recorded and what was produced")


def _of(events: tuple[Recorded, ...], currency: str) -> tuple[Recorded, ...]:
    return tuple(event for event in events if event.currency == currency)
