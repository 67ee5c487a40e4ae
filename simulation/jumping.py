"""All open deals and accounts jump together, by days, so that what they tell each other arrives in its time."""

from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from simulation.sender import Sender
from simulation.side_by_side import side_by_side
from simulation.wedged import Wedged


class Open(NamedTuple):
    """An open deal or account.

    Attributes:
        account: whose receivables it deals with; a deal and its account move in the same step.
        due_at: when time alone will do something to it next.
    """

    workflow_id: str
    account: str
    due_at: datetime | None


class JumpStore(Protocol):
    """What a jump asks of LTC's database."""

    async def open_now(self) -> Sequence[Open]:
        """Return all open deals and accounts by the read model."""

    async def reached(self, at: datetime) -> None:
        """Keep how far business time is ahead, for what is started from now on."""


class Told(Protocol):
    """Is told how far the jump is."""

    def __call__(self, at: datetime) -> None:
        """Take note that everything has happened up to a moment."""


class Jump:
    """One jump on its way.

    Attributes:
        wedged: what could not come to rest, and is left where it is while all others go on.
    """

    def __init__(self, sender: Sender, store: JumpStore) -> None:
        self._sender = sender
        self._store = store
        self.wedged: dict[str, Wedged] = {}

    async def run(self, start: datetime, end: datetime, told: Told) -> None:
        """Move everything from one business time to another; a jump that was interrupted goes on where it was."""
        now = start
        while now < end:
            everything = [one for one in await self._store.open_now() if one.workflow_id not in self.wedged]
            now = _next_stop(everything, now, end)
            moving = everything if now == end else _touched(everything, now)
            for kind in ("deal/", "account/"):
                await side_by_side(
                    self._left(self._sender.to_the_end(one.workflow_id, now))
                    for one in moving
                    if one.workflow_id.startswith(kind)
                )
            await side_by_side(
                self._left(self._sender.settled(one.workflow_id))
                for one in moving
                if one.workflow_id not in self.wedged
            )
            await self._store.reached(now)
            told(now)

    async def _left(self, moved: Awaitable[None]) -> None:
        """Await a move; what cannot come to rest is noted and left."""
        try:
            await moved
        except Wedged as wedged:
            self.wedged[wedged.workflow_id] = wedged


def _next_stop(everything: Sequence[Open], now: datetime, end: datetime) -> datetime:
    """Return the end of the next day on which something falls due, or the end of the jump if that is sooner."""
    due = [one.due_at for one in everything if one.due_at is not None and one.due_at < end]
    if not due:
        return end
    day = max(now, min(due))
    return min(end, day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1))


def _touched(everything: Sequence[Open], until: datetime) -> list[Open]:
    accounts = {one.account for one in everything if one.due_at is not None and one.due_at <= until}
    return [one for one in everything if one.account in accounts]
