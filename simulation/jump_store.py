"""What a jump asks of LTC's own database."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from simulation.clocks import wall
from simulation.jumping import Open
from storage.database import Database
from storage.operations.edge import put_meta
from storage.queries.business_time import CLOCK_OFFSET, clock_offset_s
from storage.tables.records import ACCOUNT, DEAL
from workflows.client import account_workflow_id, deal_workflow_id


class DatabaseJumpStore:
    """`simulation.jumping.JumpStore` over the database."""

    def __init__(self, database: Database, real_now: Callable[[], datetime] = wall) -> None:
        self._database = database
        self._wall = real_now

    async def open_now(self) -> Sequence[Open]:
        """Return all open deals, and all accounts: one that does not run is left alone."""
        return await self._database.read(_open)

    async def offset_s(self) -> float:
        """Return the sum of all jumps so far."""
        return await self._database.read(clock_offset_s)

    async def waiting(self) -> Sequence[str]:
        """Return the workflow ids of the deals and accounts in which something waits for a person."""
        return await self._database.read(_attention)

    async def reached(self, at: datetime) -> None:
        """Keep how far business time is ahead."""
        ahead = at - self._wall()
        await self._database.write(put_meta, CLOCK_OFFSET, f"{ahead.total_seconds():.3f}", self._wall())


def _attention(connection: Connection) -> tuple[str, ...]:
    deals = connection.execute(select(DEAL.c.deal_id).where(DEAL.c.attention).order_by(DEAL.c.deal_id))
    accounts = connection.execute(
        select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
        .where(ACCOUNT.c.attention)
        .order_by(ACCOUNT.c.id)
    )
    return (*map(deal_workflow_id, deals.scalars()), *(account_workflow_id(*row) for row in accounts))


def _open(connection: Connection) -> tuple[Open, ...]:
    deals = connection.execute(
        select(DEAL.c.deal_id, DEAL.c.entity, DEAL.c.customer_id, DEAL.c.currency, DEAL.c.due_at)
        .where(~DEAL.c.stage.startswith("closed."))
        .order_by(DEAL.c.deal_id)
    )
    accounts = connection.execute(
        select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency, ACCOUNT.c.next_at).order_by(ACCOUNT.c.id)
    )
    return (
        *(Open(deal_workflow_id(row.deal_id), account_workflow_id(*row[1:4]), row.due_at) for row in deals),
        *(Open(account_workflow_id(*row[:3]), account_workflow_id(*row[:3]), row.next_at) for row in accounts),
    )
