"""Every scenario that was asked for runs once per way, some side by side; each test waits for its own."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from temporalio.client import Client

from connectors.policy_files.loading import LoadedPolicy
from domain.deal import commands as c
from domain.deal.state import Customer
from domain.machine import Actor, Submission
from domain.policy.ports import CustomerFacts
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from simulation.scenario import AnyStep, Scenario, Withhold, customer
from simulation.scenario_play import Play, policy_of, simulated
from storage.queries.checks import Check
from storage.queries.invariants import verified
from tests.scenarios.company import ScenarioCompany
from tests.scenarios.observed import Observed, in_minutes, of_simulation
from tests.scenarios.on_temporal import OnTemporal
from tests.scenarios.read_back import folded_state, of_temporal
from workflows.messages import DealInput

SIDE_BY_SIDE = 10
"""Scenarios under way at once: two cores are busy with about so many."""


class Way(NamedTuple):
    """How a scenario is run on the real shell.

    Attributes:
        database: ``sqlite`` or ``postgresql``.
        cached: how many workflows the worker keeps; a small cache comes with bystanders that fill it at each step.
        restarts: whether the worker is stopped and started between steps.
        signals: whether commands are signals, for whose answer nobody waits.
    """

    database: str = "sqlite"
    cached: int = 1000
    restarts: bool = False
    signals: bool = False

    @property
    def disturbs(self) -> bool:
        """Whether queries meet workflows that are read back, or are in the middle of something."""
        return self.cached < 1000 or self.restarts or self.signals

    def __str__(self) -> str:
        cache = f"-cache-of-{self.cached}" if self.cached < 1000 else ""
        return f"{self.database}{cache}{'-restarts' if self.restarts else ''}{'-signals' if self.signals else ''}"


class Finished(NamedTuple):
    """What is left of a run.

    Attributes:
        unfolded: workflows whose log, folded, is not their state.
        took_s: seconds, those of its neighbours included.
    """

    observed: Observed
    broken: tuple[Check, ...]
    unfolded: tuple[str, ...]
    took_s: float


class Runs:
    """All runs of a test session."""

    def __init__(
        self, server: TemporalServer, client: Client, folder: Path, database_url: Callable[[str], Awaitable[str]]
    ) -> None:
        self._server = server
        self._client = client
        self._folder = folder
        self._database_url = database_url
        self._gate = asyncio.Semaphore(SIDE_BY_SIDE)
        self._policies: dict[str, LoadedPolicy] = {}
        self._simulations: dict[tuple[str, bool], Observed] = {}
        self._tasks: dict[tuple[str, Way], asyncio.Task[Finished]] = {}

    def policy(self, scenario: Scenario) -> LoadedPolicy:
        """Return a scenario's process, read once."""
        if scenario.policy not in self._policies:
            self._policies[scenario.policy] = policy_of(scenario)
        return self._policies[scenario.policy]

    async def simulation(self, scenario: Scenario, way: Way) -> Observed:
        """Return what a scenario comes to on the simulator, played once by updates and once by signals."""
        key = (scenario.name, way.signals)
        if key not in self._simulations:
            simulation = await simulated(scenario, self.policy(scenario), answers=not way.signals)
            self._simulations[key] = of_simulation(scenario, simulation)
        return self._simulations[key]

    def begin(self, scenario: Scenario, way: Way) -> None:
        """Let a scenario run as soon as there is room."""
        key = (scenario.name, way)
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._run(scenario, way), name=f"{scenario.name}-{way}")

    async def finished(self, scenario: Scenario, way: Way) -> Finished:
        """Wait for a run; what broke it is raised."""
        self.begin(scenario, way)
        return await self._tasks[scenario.name, way]

    async def close(self) -> None:
        """Stop what nobody waits for any more."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, scenario: Scenario, way: Way) -> Finished:
        async with self._gate:
            began = time.monotonic()
            folder = self._folder / f"{scenario.name[:40]}-{uuid4().hex[:6]}"
            folder.mkdir()
            url = await self._database_url(way.database)
            policy = self.policy(scenario)
            company = ScenarioCompany(self._server, self._client, folder, url, policy, cached=way.cached)
            await company.open()
            try:
                finished = await self._played(scenario, way, policy, company)
            finally:
                await company.close()
            shutil.rmtree(folder)
            return finished._replace(took_s=time.monotonic() - began)

    async def _played(self, scenario: Scenario, way: Way, policy: LoadedPolicy, company: ScenarioCompany) -> Finished:
        shell = OnTemporal(scenario, company, f"s{uuid4().hex[:8]}", answers=not way.signals)
        for buyer in scenario.customers:
            own = buyer.model_copy(update={"customer_id": shell.names.own(buyer.customer_id)})
            await company.keep_customer(own, scenario.start)
        play = Disturbed(scenario, policy, shell, way)
        await play.whole()
        unfolded = [one for one in scenario.workflow_ids if not await _is_folded(shell, one, way)]
        observed = await of_temporal(shell)
        broken = tuple(check for check in await company.database.read(verified) if not check.holds)
        await play.leave()
        return Finished(observed, broken, tuple(unfolded), 0.0)


class Disturbed(Play):
    """A scenario whose worker forgets everything between the steps, by a small cache or by a restart."""

    def __init__(self, scenario: Scenario, policy: LoadedPolicy, shell: OnTemporal, way: Way) -> None:
        super().__init__(scenario, policy, shell)
        self._company = shell.company
        self._way = way
        self._tag = f"b{uuid4().hex[:8]}"
        self._bystanders: list[str] = []
        self._withheld = False

    async def take(self, number: int, step: AnyStep) -> None:
        """Disturb, then take the step; a worker that has an activity under way is not stopped, it would wait for it."""
        if self._way.restarts and not self._withheld:
            await self._company.restart()
        if self._way.cached < 1000:
            await self._crowd(number)
        self._withheld = isinstance(step, Withhold) or (self._withheld and bool(self._gates()))
        await super().take(number, step)

    def _gates(self) -> frozenset[str]:
        return self._company.gate.kinds

    async def _crowd(self, number: int) -> None:
        """Send something to as many other workflows as the cache can hold."""
        if not self._bystanders:
            await self._gather(customer("C-0"))
        for deal_id in self._bystanders:
            note = c.FollowUp(channel="phone", note="still thinking")
            submission = Submission[c.PublicDealCommand](id=f"{deal_id}/{number}", actor=_CLERK, command=note)
            await self._company.workflows.submit_deal(deal_id, submission)

    async def _gather(self, buyer: CustomerFacts) -> None:
        own = buyer.model_copy(update={"customer_id": f"{self._tag}-C-0"})
        await self._company.keep_customer(own, wall())
        for number in range(self._way.cached):
            deal_id = f"{self._tag}-{number}"
            start = DealInput(
                deal_id=deal_id,
                entity=self.scenario.entity,
                currency=self.scenario.currency,
                customer=Customer(customer_id=own.customer_id, name=own.name),
            )
            command = c.Capture(source="web", owner=_CLERK.id)
            submission = Submission[c.PublicDealCommand](id=f"{deal_id}/0", actor=_CLERK, command=command)
            await self._company.workflows.capture(start, submission)
            self._bystanders.append(deal_id)

    async def leave(self) -> None:
        """End what would go on running on the server for nobody."""
        for deal_id in self._bystanders:
            await self._company.handle(f"deal/{deal_id}").terminate("the scenario is over")


_CLERK = Actor(id="guo.li", roles=("sales",))
"""Nobody who is assigned leads by rule."""


async def _is_folded(shell: OnTemporal, workflow_id: str, way: Way) -> bool:
    """Tell whether the log, folded, is the state.

    For a query the SDK lets a workflow go on with the clock of its last task, so one that is asked while an answer is
    on its way may take that answer some moments earlier than when it is read back from its history later.
    """
    state = await shell.state(workflow_id)
    folded = await folded_state(shell, workflow_id)
    if state is None or folded is None:
        return state is folded
    state = state.model_copy(update={"answers": (), "forgotten": 0})
    return in_minutes(state) == in_minutes(folded) if way.disturbs else state == folded
