"""Ports that a test can take away, or hold at the door, while everything else goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from activities.fiscal import Fiscal
from activities.invoicing import InvoicingActivities
from activities.payments import PaymentActivities
from activities.records import RecordActivities
from activities.tax_papers import TaxPapers
from connectors.conditions.cel_conditions import CelConditions
from connectors.letterhead.policy_letterheads import PolicyLetterheads
from connectors.policy_files.loading import load
from connectors.policy_files.policy_resolver import PolicyResolver
from connectors.simulated.fiscal import SimulatedFiscal
from storage.database import DatabaseAway
from storage.operations.fiscal import FiscalRecords
from storage.operations.ledger import LedgerBooks
from storage.operations.records import Log
from storage.queries.addresses import CustomerAddresses
from storage.queries.directory import StoredDirectory
from tests.workflows.harness import Company, instead
from worker import Activity, activities_in, papers_of, real_now
from workflows.words import TemporalWords


class Switch:
    """Says whether the database is away, and which calls are held.

    Attributes:
        away: every call fails while it is set.
        calls: the names of all calls that came, in order.
    """

    def __init__(self) -> None:
        self.away = False
        self.calls: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}

    def hold(self, name: str) -> None:
        """Let no call of a name pass until it is let go."""
        self._gates[name] = asyncio.Event()

    def let_go(self, name: str) -> None:
        """Let the calls of a name pass."""
        self._gates[name].set()

    async def pass_(self, name: str, database: Any) -> None:
        """Wait or fail as the test has it."""
        self.calls.append(name)
        gate = self._gates.get(name)
        if gate is not None:
            await gate.wait()
        if self.away:
            raise DatabaseAway(database, OSError("the test took it away"))


class Switched:
    """A port whose every method asks the switch first."""

    def __init__(self, port: object, switch: Switch, database: object) -> None:
        self._port = port
        self._switch = switch
        self._database = database

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def asked(*args: Any) -> Any:
            await self._switch.pass_(name, self._database)
            return await getattr(self._port, name)(*args)

        return asked


def over(switch: Switch) -> Callable[[Company, list[Activity]], list[Activity]]:
    """Return a replacement of the activities that use the log and the ledger, with both behind a switch."""

    def replaced(ltc: Company, activities: list[Activity]) -> list[Activity]:
        database, url = ltc.database, ltc.database.url
        log: Any = Switched(Log(database), switch, url)
        books: Any = Switched(LedgerBooks(database), switch, url)
        words = TemporalWords(ltc.client, Log(database), ltc.queue, ltc.limits)
        resolver = PolicyResolver(load(ltc.settings.policy_file), StoredDirectory(database, real_now), CelConditions())
        letterheads = PolicyLetterheads(resolver.current.policy)
        fiscal = Fiscal(SimulatedFiscal(ltc.vendors), FiscalRecords(database, real_now))
        tax_papers = TaxPapers(CustomerAddresses(database), letterheads, papers_of(database), fiscal)
        groups = (
            RecordActivities(log),
            InvoicingActivities(books, words, tax_papers),
            PaymentActivities(books, resolver, words),
        )
        return instead(activities, *(one for group in groups for one in activities_in(group)))

    return replaced
