"""What the replay asks of LTC's own database, and nothing of any other."""

from datetime import datetime

from sqlalchemy import Connection, select

from domain.deal.folding import folded
from domain.deal.state import Deal
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import keep_customer
from storage.operations.records import Log
from storage.tables.records import ACCOUNT, DEAL, EVENT
from workflows.client import account_workflow_id, deal_workflow_id


class DatabaseStore:
    """`simulation.sender.ReplayStore` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._log = Log(database)

    async def keep_customer(self, customer_id: str, name: str, at: datetime) -> None:
        """Make sure that the customer exists; nobody recorded has an address."""
        card = CustomerCard(customer_id=customer_id, name=name, email=f"{customer_id.lower()}@replay.invalid")
        await self._database.write(keep_customer, card, at)

    async def applied(self, source: str) -> frozenset[str]:
        """Return the ids of all steps of a source that the event log has."""
        return await self._database.read(_applied, source)

    async def applied_beyond(self, workflow_id: str, version: int) -> frozenset[str]:
        """Return the ids of what the event log has of a workflow beyond a version."""
        return await self._database.read(_beyond, workflow_id, version)

    async def deal_state(self, deal_id: str) -> Deal | None:
        """Return a deal folded from the event log."""
        return folded(await self._log.deal_facts(deal_id))

    async def open_workflows(self) -> tuple[str, ...]:
        """Return the workflow ids of all open deals and accounts."""
        return await self._database.read(_open)


def _applied(connection: Connection, source: str) -> frozenset[str]:
    rows = connection.execute(select(EVENT.c.cause).where(EVENT.c.cause.startswith(f"{source}/")).distinct())
    return frozenset(cause for (cause,) in rows)


def _beyond(connection: Connection, workflow_id: str, version: int) -> frozenset[str]:
    rows = connection.execute(
        select(EVENT.c.cause).where(EVENT.c.workflow_id == workflow_id, EVENT.c.seq > version).distinct()
    )
    return frozenset(cause for (cause,) in rows)


def _open(connection: Connection) -> tuple[str, ...]:
    deals = connection.execute(
        select(DEAL.c.deal_id).where(~DEAL.c.stage.startswith("closed.")).order_by(DEAL.c.deal_id)
    )
    accounts = connection.execute(select(ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency))
    return (
        *(deal_workflow_id(deal_id) for (deal_id,) in deals),
        *(account_workflow_id(*key) for key in accounts),
    )
