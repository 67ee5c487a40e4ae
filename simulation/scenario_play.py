"""A scenario is played the same way on every shell: time passes up to a step, then the step is taken."""

from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from connectors.policy_files.loading import LoadedPolicy, load, unpriced
from domain.account.state import Account
from domain.deal import commands as c
from domain.deal.state import Customer, Deal
from domain.machine import Actor, Submission
from domain.organisation import Absence, Delegation
from domain.policy.ports import CustomerFacts
from domain.refusal import Refused
from domain.value import Value
from simulation.company import Company
from simulation.scenario import (
    AGENT,
    ASKED,
    CUSTOMER,
    HASH,
    PARKED,
    Answer,
    AnyStep,
    Away,
    Do,
    Opening,
    Scenario,
    StandIn,
    VendorRejects,
    Withhold,
)

_OTHERS = {CUSTOMER: ("customer",), AGENT: ("sales", "finance", "ops")}
POLICIES = Path(__file__).parents[1] / "policies"
State = Deal | Account


class ScenarioBroken(Exception):
    """A scenario did not go as it is written; the story or the rules are wrong."""


class Shell(Protocol):
    """What plays a scenario.

    Attributes:
        answers: whether a refusal is raised; else it is a fact like others.
    """

    answers: bool

    async def advance(self, to: datetime) -> None:
        """Let time pass for everything, and wait until what fell due is done."""

    async def state(self, workflow_id: str) -> State | None:
        """Return the state of a workflow, none when there is none yet."""

    async def capture(self, opening: Opening, customer: CustomerFacts, submission: Submission[Any]) -> None:
        """Start a deal (`Refused`)."""

    async def submit(self, workflow_id: str, submission: Submission[Any]) -> None:
        """Send a command and wait until what it set going is done (`Refused`)."""

    async def away(self, absence: Absence) -> None:
        """Report an absence, and tell who must know."""

    async def stands_in(self, delegation: Delegation) -> None:
        """Make a delegation, and tell who must know."""

    async def vendor_rejects(self, step: VendorRejects) -> None:
        """Let a vendor say no."""

    async def withhold(self, kind: str) -> None:
        """Let effects of a kind stay under way."""

    async def answer(self, kind: str) -> None:
        """Let them be carried out, and wait until it is done."""


def policy_of(scenario: Scenario) -> LoadedPolicy:
    """Return the process that a scenario runs by; its articles and prices are its own."""
    return unpriced(load(POLICIES / scenario.policy))


class Play:
    """One scenario on one shell."""

    def __init__(self, scenario: Scenario, policy: LoadedPolicy, shell: Shell) -> None:
        self.scenario = scenario
        self.shell = shell
        self._roles = {person.id: person.roles for person in policy.org.people} | _OTHERS

    async def whole(self) -> None:
        """Take every step, then let time pass to the end."""
        for number, step in enumerate(self.scenario.steps, start=1):
            await self.shell.advance(step.at)
            await self.take(number, step)
        await self.shell.advance(self.scenario.until)

    async def take(self, number: int, step: AnyStep) -> None:
        """Take one step (`ScenarioBroken` when it does not go as it is written)."""
        match step:
            case Do():
                await self._do(number, step)
            case Away():
                await self.shell.away(Absence(person=step.person, since=step.since or step.at, until=step.until))
            case StandIn():
                await self.shell.stands_in(
                    Delegation(
                        delegator=step.delegator,
                        delegate=step.delegate,
                        since=step.since or step.at,
                        until=step.until,
                    )
                )
            case VendorRejects():
                await self.shell.vendor_rejects(step)
            case Withhold():
                await self.shell.withhold(step.effect)
            case Answer():
                await self.shell.answer(step.effect)

    async def _do(self, number: int, step: Do) -> None:
        unknown = any(text in (HASH, PARKED, ASKED) for _, text in step.command)
        command = filled(step.command, await self.shell.state(step.to)) if unknown else step.command
        actor = Actor(id=step.who, roles=self._roles[step.who])
        name = f"{self.scenario.name}/{number}"
        try:
            await self._send(step, Submission[Any].model_construct(id=name, actor=actor, command=command))
        except Refused as refused:
            if refused.code is not step.refused:
                raise ScenarioBroken(f"{name} at {step.at}: {step.command!r} was refused: {refused}") from refused
        else:
            if step.refused is not None and self.shell.answers:
                raise ScenarioBroken(f"{name} at {step.at}: {step.command!r} was taken, not refused {step.refused}")

    async def _send(self, step: Do, submission: Submission[Any]) -> None:
        if not isinstance(step.command, c.Capture):
            await self.shell.submit(step.to, submission)
            return
        opening = next(one for one in self.scenario.deals if f"deal/{one.deal_id}" == step.to)
        buyer = next(one for one in self.scenario.customers if one.customer_id == opening.customer_id)
        await self.shell.capture(opening, buyer, submission)


def filled(command: Value, state: State | None) -> Value:
    """Put what the state says in the place of `HASH`, `ASKED` and `PARKED`."""
    fields = {name: known for name, text in command if (known := _known(text, state))}
    return command.model_copy(update=fields) if fields else command


def _known(text: object, state: State | None) -> str:
    if text == HASH and isinstance(state, Deal):
        asked = state.quotes[-1] if state.amendment is None else state.amendment.quote
        return asked.content_hash
    if isinstance(state, Account) and text in (HASH, ASKED):
        request = state.requests[-1]
        return request.id if text == ASKED or request.approval is None else request.approval.subject.content_hash
    if text == PARKED and state is not None:
        return next(pending.id for pending in state.pending if pending.parked is not None)
    return ""


class Simulated:
    """A scenario on the simulator."""

    def __init__(self, scenario: Scenario, policy: LoadedPolicy, *, answers: bool = True) -> None:
        self.scenario = scenario
        self.answers = answers
        self.sim = Company(policy, scenario.customers, scenario.start)

    async def advance(self, to: datetime) -> None:
        """Jump from due date to due date."""
        self.sim.advance_to(to)

    async def state(self, workflow_id: str) -> State | None:
        """Look it up."""
        return self.sim.deals.get(workflow_id) or self.sim.accounts.get(workflow_id)

    async def capture(self, opening: Opening, customer: CustomerFacts, submission: Submission[Any]) -> None:
        """Make room for the deal and capture it."""
        scenario = self.scenario
        workflow_id = self.sim.open_deal(opening.deal_id, scenario.entity, customer_of(customer), scenario.currency)
        self.sim.submit(workflow_id, submission)

    async def submit(self, workflow_id: str, submission: Submission[Any]) -> None:
        """Apply it; an account is started by whoever waits for an answer."""
        if self.answers or self.sim.is_asleep(workflow_id):
            self.sim.submit(workflow_id, submission)
        else:
            self.sim.signal(workflow_id, submission)

    async def away(self, absence: Absence) -> None:
        """Note the absence."""
        self.sim.directory.reported.append(absence)
        self.sim.people_changed()

    async def stands_in(self, delegation: Delegation) -> None:
        """Note the delegation."""
        self.sim.directory.made.append(delegation)
        self.sim.people_changed()

    async def vendor_rejects(self, step: VendorRejects) -> None:
        """Tell the vendor in memory."""
        self.sim.parties.vendors.fail(step.vendor, step.times, step.way)

    async def withhold(self, kind: str) -> None:
        """Put it aside."""
        self.sim.withhold(kind)

    async def answer(self, kind: str) -> None:
        """Carry it out."""
        self.sim.answer(kind)


def customer_of(facts: CustomerFacts) -> Customer:
    """Return a customer as a deal knows it."""
    return Customer(customer_id=facts.customer_id, name=facts.name, language=facts.language, zone=facts.zone)


async def simulated(scenario: Scenario, policy: LoadedPolicy, *, answers: bool = True) -> Company:
    """Play a scenario on the simulator and return it as it is in the end."""
    shell = Simulated(scenario, policy, answers=answers)
    await Play(scenario, policy, shell).whole()
    return shell.sim
