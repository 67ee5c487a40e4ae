"""Deals of one day begin side by side, and each finds its customer there."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

from domain.machine import Submission
from simulation.recorded import Recorded
from simulation.replay import Replay, customer_id_of
from simulation.sender import Sender
from workflows.messages import DealInput

AT = datetime(2025, 1, 6, 9, tzinfo=UTC)


class SlowStore:
    """Keeps a customer only after everybody else has had a turn."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    async def keep_customer(self, customer_id: str, name: str, at: datetime) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        self.kept.append(customer_id)

    async def open_workflows(self) -> tuple[str, ...]:
        return ()


class Hands:
    """Notes which customers were there when a deal began."""

    entity = "E"

    def __init__(self) -> None:
        self.store = SlowStore()
        self.begun: list[tuple[str, list[str]]] = []

    async def applied(self, source: str) -> frozenset[str]:
        return frozenset()

    async def capture(self, start: DealInput, at: datetime, submission: Submission[Any]) -> None:
        self.begun.append((start.customer.customer_id, list(self.store.kept)))


async def test_no_deal_begins_before_its_customer_is_kept() -> None:
    hands = Hands()
    events = [
        Recorded(number + 2, AT, f"D{number}", "lead_created", None, "USD", (("account", f"Customer {number % 2}"),))
        for number in range(6)
    ]
    await Replay(cast("Sender", hands)).run(events, AT, lambda done, day: None)
    assert len(hands.begun) == 6
    assert all(customer_id in kept for customer_id, kept in hands.begun)
    assert sorted(hands.store.kept) == sorted(customer_id_of(f"Customer {number}") for number in range(2))
