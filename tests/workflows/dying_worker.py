"""A worker that is killed right after it has written to the event log, before Temporal hears of its task.

Run by a test as ``python -m tests.workflows.dying_worker ADDRESS FOLDER QUEUE KIND``: it dies, as by kill -9, when it
has recorded an event of that kind.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import worker
from activities.records import RecordActivities
from domain.ports import AccountRecord, DealRecord
from storage.database import Database
from storage.operations.records import Log
from tests.workflows.harness import SIGNING_KEY, instead, runner, settings_of
from workflows import signing


class DeadlyLog(Log):
    """Writes, and kills its process when it has written an event of a kind."""

    def __init__(self, database: Database, kind: str) -> None:
        super().__init__(database)
        self._kind = kind

    async def append_deal(self, record: DealRecord) -> None:
        """Append, then die where told."""
        await super().append_deal(record)
        self._die(record)

    async def append_account(self, record: AccountRecord) -> None:
        """Append, then die where told."""
        await super().append_account(record)
        self._die(record)

    def _die(self, record: DealRecord | AccountRecord) -> None:
        facts: Any = record.facts
        if any(fact.event.kind == self._kind for fact in facts):
            os.kill(os.getpid(), signal.SIGKILL)


async def main(address: str, folder: Path, queue: str, kind: str) -> None:
    """Work until death."""
    signing.use_key(SIGNING_KEY)
    settings = settings_of(address, folder, queue, console=True)
    client, database = await worker.connect(settings), Database(settings.database_url)
    records = worker.activities_in(RecordActivities(DeadlyLog(database, kind)))
    activities = instead(worker.activities_of(settings, client, database), *records)
    await worker.build(client, queue, activities, runner=runner()).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
