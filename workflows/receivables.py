"""Posting a statement reaches the accounts of customers by their update, as the API does."""

from typing import Any

from domain.machine import Submission
from workflows.temporal_client import TemporalWorkflows


class TemporalReceivables:
    """Implements `domain.statements.ports.Receivables`."""

    def __init__(self, workflows: TemporalWorkflows) -> None:
        self._workflows = workflows

    async def submit(
        self, entity: str, customer_id: str, currency: str, submission: Submission[Any], clock_offset_s: float
    ) -> None:
        """Send a command to an account and wait for the ledger's answer."""
        await self._workflows.submit_account(entity, customer_id, currency, submission, clock_offset_s=clock_offset_s)
