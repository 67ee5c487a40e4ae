"""Cash application through the accounts' workflows, against bare updates on the same server in the same run.

A bare account takes an update and answers it: no rule, no activity, no database. What stands between the two is the
price of a receipt that is decided, booked, recorded and answered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from temporalio import workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import worker
from bench.ledger import ENTITY, NOW
from bench.receipts import CURRENCY, PAID_ON, Book, Paid, money
from bench.timing import Took, taken
from domain.account.commands import RecordReceipt
from domain.machine import Actor, Submission
from settings import Settings
from simulation.patience import patiently
from storage.database import Database
from storage.entries import CustomerCard
from storage.migrate import upgrade
from storage.operations.customers import keep_customer
from storage.queries.journal import trial_balance
from workflows import signing
from workflows.messages import AccountSubmission
from workflows.search_attributes import register
from workflows.temporal_client import TemporalWorkflows

SIDE_BY_SIDE = 24
_BANK = Actor(id="wu.ting", roles=("finance",))


@dataclass(frozen=True)
class Through:
    """What was measured.

    Attributes:
        per_s: receipts a second by the clock; ``bare_per_s`` bare updates.
        of_bare: the throughput as a share of the bare updates'.
    """

    receipts: int
    accounts: int
    per_s: float
    bare_per_s: float
    of_bare: float


@workflow.defn(name="BareAccount")
class BareAccount:
    """Answers updates until it is told to end."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._taken = 0

    @workflow.run
    async def run(self, until: int) -> int:
        """End after so many updates."""
        await workflow.wait_condition(lambda: self._taken >= until and workflow.all_handlers_finished())
        return self._taken

    @workflow.update
    async def submit(self, content: str) -> str:
        """Take an update and answer it."""
        self._taken += 1
        return content


async def measured(settings: Settings, made: Sequence[Book]) -> Through:
    """Send every receipt to its account, then as many bare updates to as many bare accounts.

    Args:
        settings: of a server that runs and a database that holds the accounts.
        made: the accounts with their receipts.
    """
    signing.use_key(settings.signing_key.get_secret_value())
    client = await worker.connect(settings)
    await register(client)
    upgrade(settings.database_url)
    receipts = sum(len(book.receipts) for book in made)
    async with Database(settings.database_url) as database:
        for book in made:
            card = CustomerCard(customer_id=book.customer_id, name=book.customer_id, email="ap@bench.invalid")
            await database.write(keep_customer, card, NOW)
        ours = await _ours(settings, client, database, made)
        _require_all(database, made)
    bare = await _bare(client, made)
    return Through(
        receipts=receipts,
        accounts=len(made),
        per_s=receipts / ours.wall_s,
        bare_per_s=receipts / bare.wall_s,
        of_bare=bare.wall_s / ours.wall_s,
    )


async def _ours(settings: Settings, client: Client, database: Database, made: Sequence[Book]) -> Took:
    workflows = TemporalWorkflows(client, settings.task_queue, worker.limits_of(settings))

    async def send(paid: Paid) -> None:
        command = RecordReceipt(
            source="bench",
            external_id=paid.external_id,
            amount=money(paid.minor),
            value_date=PAID_ON,
            reference=paid.reference,
        )
        submission: AccountSubmission = Submission(id=paid.external_id, actor=_BANK, command=command)
        await patiently(lambda: workflows.submit_account(ENTITY, paid.customer_id, CURRENCY, submission))

    activities = worker.activities_of(settings, client, database)
    async with worker.build(client, settings.task_queue, activities):
        took, _ = await taken(lambda: _all(made, send))
    return took


def _require_all(database: Database, made: Sequence[Book]) -> None:
    wanted = sum(paid.minor for book in made for paid in book.receipts)
    booked = sum(line.balance_minor for line in database.look(trial_balance) if line.account == "cash")
    if booked != wanted:
        raise AssertionError(f"{booked} of {wanted} was booked: the numbers mean nothing")


async def _bare(client: Client, made: Sequence[Book]) -> Took:
    queue, run = f"bare-{uuid4().hex[:8]}", uuid4().hex[:8]
    until = {book.customer_id: len(book.receipts) for book in made}

    async def send(paid: Paid) -> None:
        start: WithStartWorkflowOperation[BareAccount, int] = WithStartWorkflowOperation(
            BareAccount.run,
            until[paid.customer_id],
            id=f"bare/{run}/{paid.customer_id}",
            task_queue=queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await client.execute_update_with_start_workflow(
            BareAccount.submit, paid.external_id, start_workflow_operation=start
        )

    bare = Worker(client, task_queue=queue, workflows=[BareAccount], workflow_runner=UnsandboxedWorkflowRunner())
    async with bare:
        took, _ = await taken(lambda: _all(made, send))
    return took


async def _all(made: Sequence[Book], send: Callable[[Paid], Awaitable[None]]) -> None:
    """Send everything: an account's receipts one after the other, accounts side by side."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(book: Book) -> None:
        async with gate:
            for paid in book.receipts:
                await send(paid)

    await asyncio.gather(*map(one, made))


def settings_of(address: str, folder: Path, database_url: str) -> Settings:
    """Return the settings of a run on a server of its own: nothing goes out of the folder."""
    return Settings.model_validate(
        {
            "database_url": database_url,
            "data_dir": folder,
            "mail_url": "discard:",
            "policy_file": Path(__file__).parents[1] / "policies" / "standard.yaml",
            "public_url": "http://127.0.0.1",
            "signing_key": uuid4().hex * 2,
            "console_allowed": False,
            "task_queue": f"bench-{uuid4().hex[:8]}",
            "temporal_address": address,
            "temporal_namespace": "default",
        }
    )
