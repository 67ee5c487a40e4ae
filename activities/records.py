"""The event log and the read model: appending what is there already changes nothing."""

from temporalio import activity

from domain.machine import Answer
from domain.ports import AccountRecord, DealRecord, Records


class RecordActivities:
    """Appends facts; idempotent by (workflow, seq)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @activity.defn(name="record_deal")
    async def record_deal(self, record: DealRecord) -> None:
        """Append new facts of a deal, with its row of the read model."""
        await self._records.append_deal(record)

    @activity.defn(name="record_account")
    async def record_account(self, record: AccountRecord) -> None:
        """Append new facts of an account, with its row of the read model."""
        await self._records.append_account(record)

    @activity.defn(name="recall")
    async def recall(self, workflow_id: str, command_id: str, run: str, recorded: int) -> Answer | None:
        """Return the first answer to a command id, none when it was never taken; reads only."""
        return await self._records.answer(workflow_id, command_id, run, recorded)

    @activity.defn(name="log_head")
    async def log_head(self, workflow_id: str) -> int:
        """Return the seq of the last fact recorded, 0 for none; reads only."""
        return await self._records.head(workflow_id)
