"""The event log and the read model: appending what is there already changes nothing."""

from temporalio import activity

from domain.account import folding as account_folding
from domain.account.state import Account
from domain.deal import folding as deal_folding
from domain.deal.state import Deal
from domain.logged import Logged, RecordAlarm
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

    @activity.defn(name="raise_alarm")
    async def raise_alarm(self, alarm: RecordAlarm) -> None:
        """Show people that facts wait to be recorded; the same alarm again changes nothing."""
        await self._records.raise_alarm(alarm)

    @activity.defn(name="logged_deal")
    async def logged_deal(self, deal_id: str, after: int) -> Logged[Deal]:
        """Fold a deal from its log, and tell which messages it has dealt with after a place; reads only."""
        return deal_folding.logged(await self._records.deal_facts(deal_id), after)

    @activity.defn(name="logged_account")
    async def logged_account(self, workflow_id: str, after: int) -> Logged[Account]:
        """Fold an account from its log, and tell which messages it has dealt with after a place; reads only."""
        return account_folding.logged(await self._records.account_facts(workflow_id), after)

    @activity.defn(name="log_head")
    async def log_head(self, workflow_id: str) -> int:
        """Return the seq of the last fact recorded, 0 for none; reads only."""
        return await self._records.head(workflow_id)
