"""What happened to deals, as a port: whoever needs more of a deal than an effect carries folds its facts."""

from typing import Protocol

from domain.deal.events import DealEvent
from domain.machine import Fact


class DealLog(Protocol):
    """The event log, read by deal."""

    async def deal_facts(self, deal_id: str) -> tuple[Fact[DealEvent], ...]:
        """Return all facts of a deal in order, to fold its state again; empty for an unknown deal."""
