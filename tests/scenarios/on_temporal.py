"""A scenario on the real workflows: whatever falls due is let happen in its order, everywhere, before time goes on."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.client import WorkflowExecutionStatus, WorkflowQueryRejectedError
from temporalio.common import QueryRejectCondition
from temporalio.service import RPCError, RPCStatusCode

from domain.account.agenda import agenda as account_agenda
from domain.account.reading import finished
from domain.account.state import Account
from domain.deal.agenda import agenda as deal_agenda
from domain.deal.state import Deal, Stage
from domain.machine import Submission
from domain.organisation import Absence, Delegation
from domain.policy.ports import CustomerFacts
from domain.value import Value
from simulation.patience import patiently
from simulation.scenario import Opening, Scenario, VendorRejects
from simulation.scenario_play import State, customer_of
from storage.operations.people import add_absence, add_delegation
from tests.scenarios.company import ScenarioCompany
from tests.workflows.harness import signed
from workflows.deal_machine import ORGANISATION
from workflows.messages import DealInput, Until, Word

R = TypeVar("R")
POLL_S = 0.02
BEYOND = timedelta(seconds=15)
"""How far a jump goes beyond what falls due: one that ended while the server is still busy with that very timer was
seen to go on to the next one, days later. The minute stays the same."""
PATIENCE_S = 60.0


class StillBusy(Exception):
    """A workflow did not come to rest in time."""


class Names:
    """Ids of a scenario as they are on a server that many scenarios share, and back again."""

    def __init__(self, tag: str) -> None:
        self._tag = f"{tag}-"

    def own(self, name: str) -> str:
        """Return the id of a deal, a customer or an approval on the server."""
        return f"{self._tag}{name}"

    def workflow_id(self, workflow_id: str) -> str:
        """Return the id of a deal's or an account's workflow on the server."""
        kind, *names = workflow_id.split("/")
        names[1 if kind == "account" else 0] = self.own(names[1 if kind == "account" else 0])
        return "/".join((kind, *names))

    def told(self, text: str) -> str:
        """Return what the server says in the words of the scenario."""
        return text.replace(self._tag, "")

    def command(self, command: Value) -> Value:
        """Return a command with the ids of the approval and the customer as they are on the server."""
        named = {name: getattr(command, name, "") for name in ("approval_id", "customer_id")}
        ours = {name: value for name, value in named.items() if value and self._tag not in value}
        return command.model_copy(update={name: self.own(value) for name, value in ours.items()})


class OnTemporal:
    """One scenario on a company of its own."""

    def __init__(self, scenario: Scenario, company: ScenarioCompany, tag: str, *, answers: bool = True) -> None:
        """Take a tag that no other run on the server has: its deals and customers are named by it."""
        self.answers = answers
        self.scenario = scenario
        self.company = company
        self.names = Names(tag)
        self.workflow_ids = tuple(self.names.workflow_id(one) for one in scenario.workflow_ids)
        self._now = scenario.start
        self._moved = False
        self._words = 0

    # --- time -------------------------------------------------------------------------------------------------------

    async def advance(self, to: datetime) -> None:
        """Move from due date to due date, all workflows together, and at last to the instant itself."""
        if to == self._now and self._moved:
            return
        self._now, self._moved = to, True
        while (due := await self._next_due()) is not None and due <= to:
            await self._all_to(due, due + BEYOND)
        await self._all_to(to, to)

    async def _next_due(self) -> datetime | None:
        dues = [due for workflow_id in self.workflow_ids if (due := await self._due(workflow_id))]
        return min(dues, default=None)

    async def _due(self, workflow_id: str) -> datetime | None:
        state = await self._query(workflow_id, "state", _kind(workflow_id))
        items: tuple[Any, ...] = deal_agenda(state) if isinstance(state, Deal) else ()
        if isinstance(state, Account):
            items = account_agenda(state)
        return items[0].at if items else None

    async def _all_to(self, instant: datetime, target: datetime) -> None:
        """Move every workflow to a target, and wait until nothing is due any more up to an instant."""
        limit = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            for workflow_id in await self._first_those_without(instant):
                await self.company.clocks.move(workflow_id, target)
            await self.settle()
            due = await self._next_due()
            if due is None or due > instant:
                return
            if asyncio.get_running_loop().time() > limit:
                raise StillBusy(f"{self.scenario.name}: what was due at {due} has not happened")
            await asyncio.sleep(POLL_S)

    async def _first_those_without(self, instant: datetime) -> list[str]:
        """Return what runs, first what has nothing due: where something happens, others are told of it at that time."""
        running = await self.running()
        dues = {workflow_id: await self._due(workflow_id) for workflow_id in running}
        return sorted(
            running, key=lambda workflow_id: (dues[workflow_id] or datetime.max.replace(tzinfo=UTC)) <= instant
        )

    # --- rest -------------------------------------------------------------------------------------------------------

    async def running(self) -> list[str]:
        """Return the workflows that are under way."""
        found = []
        for workflow_id in self.workflow_ids:
            try:
                description = await self.company.handle(workflow_id).describe()
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    continue
                raise
            if description.status is WorkflowExecutionStatus.RUNNING:
                found.append(workflow_id)
        return found

    async def settle(self) -> None:
        """Wait until no workflow has anything under way, and none has sent another a word meanwhile."""
        limit = asyncio.get_running_loop().time() + PATIENCE_S
        before: list[str] | None = None
        while True:
            at_rest = await self._at_rest()
            if at_rest is not None and (at_rest == before or len(at_rest) < 2):
                # Nobody was busy twice, so nobody has sent a word to one that had been asked before.
                return
            if at_rest is None:
                await asyncio.sleep(POLL_S)
            before = at_rest
            if asyncio.get_running_loop().time() > limit:
                raise StillBusy(f"{self.scenario.name}: waited {PATIENCE_S:.0f} s for {self.workflow_ids}")

    async def _at_rest(self) -> list[str] | None:
        """Return what runs, none when something is under way."""
        running = []
        for workflow_id in self.workflow_ids:
            settled = await self._query(workflow_id, "settled", bool)
            if settled is None:
                continue
            if not settled and not await self._waits_at_the_gate(workflow_id):
                return None
            running.append(workflow_id)
        return running

    async def _query(self, workflow_id: str, name: str, answer: type[R]) -> R | None:
        """Ask a workflow that runs; none when it does not. A worker that is just being stopped is asked again."""
        handle = self.company.handle(workflow_id)
        only_open = QueryRejectCondition.NOT_OPEN
        try:
            found: R = await patiently(lambda: handle.query(name, result_type=answer, reject_condition=only_open))
        except WorkflowQueryRejectedError:
            return None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return found

    async def _waits_at_the_gate(self, workflow_id: str) -> bool:
        """Tell whether nothing is under way but what the scenario withholds, and what waits behind it."""
        shut = self.company.gate.kinds
        if not shut:
            return False
        state = await self._asked(workflow_id)
        pending: tuple[Any, ...] = state.pending if state is not None else ()
        lanes = {one.lane for one in pending if one.effect.kind in shut}
        return all(one.parked is not None or one.lane in lanes for one in pending)

    async def state(self, workflow_id: str) -> State | None:
        """Ask the newest run for its state; a closed one answers, too."""
        return await self._asked(self.names.workflow_id(workflow_id))

    async def _asked(self, workflow_id: str) -> State | None:
        try:
            handle = self.company.handle(workflow_id)
            state: State = await patiently(lambda: handle.query("state", result_type=_kind(workflow_id)))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return state

    # --- steps ------------------------------------------------------------------------------------------------------

    async def capture(self, opening: Opening, customer: CustomerFacts, submission: Submission[Any]) -> None:
        """Start a deal with its clock at the step's time."""
        deal_id, buyer = self.names.own(opening.deal_id), customer_of(customer)
        start = DealInput(
            deal_id=deal_id,
            entity=self.scenario.entity,
            currency=self.scenario.currency,
            customer=buyer.model_copy(update={"customer_id": self.names.own(buyer.customer_id)}),
            clock_offset_s=self.company.clocks.offset_s(self._now),
        )
        await self.company.workflows.capture(start, submission, "settled")
        await self.settle()

    async def submit(self, workflow_id: str, submission: Submission[Any]) -> None:
        """Send an update, or a signal to what runs; while something is withheld, the answer comes once recorded."""
        until: Until = "recorded" if self.company.gate.kinds else "settled"
        own = self.names.workflow_id(workflow_id)
        kind, _, name = own.partition("/")
        sent = submission.model_copy(update={"command": self.names.command(submission.command)})
        try:
            if kind == "deal" and self.answers:
                await self.company.workflows.submit_deal(name, sent, until)
            elif kind == "deal":
                await self.company.workflows.signal_deal(name, sent)
            else:
                await self._to_account(own, sent, until)
        finally:
            await self.settle()

    async def _to_account(self, workflow_id: str, sent: Submission[Any], until: Until) -> None:
        entity, customer_id, currency = workflow_id.split("/")[1:]
        runs = await self._stays(workflow_id)
        if runs and not self.answers:
            await self.company.workflows.signal_account(entity, customer_id, currency, sent)
            return
        offset = 0.0 if runs else self.company.clocks.offset_s(self._now)
        await self.company.workflows.submit_account(entity, customer_id, currency, sent, until, offset)

    async def _stays(self, workflow_id: str) -> bool:
        """Tell whether an account runs; one of which nothing is open is let end first."""
        while True:
            state = await self._query(workflow_id, "state", Account)
            if state is None or not finished(state):
                return state is not None
            await asyncio.sleep(POLL_S)

    async def away(self, absence: Absence) -> None:
        """Store the absence and tell the open approvals, as the API does."""
        await self.company.database.write(add_absence, absence, "lin.hao", absence.since)
        await self._people_changed()

    async def stands_in(self, delegation: Delegation) -> None:
        """Store the delegation and tell the open approvals, as the API does."""
        await self.company.database.write(add_delegation, delegation, "lin.hao", delegation.since)
        await self._people_changed()

    async def _people_changed(self) -> None:
        """Tell this scenario's own; `TemporalWorkflows.org_changed` would tell the deals of all others, too."""
        for workflow_id in await self.running():
            state = await self._asked(workflow_id)
            asked = isinstance(state, Account) and any(one.waits for one in state.requests)
            if asked or (isinstance(state, Deal) and state.stage is Stage.QUOTE_PENDING):
                self._words += 1
                word = Word(id=f"organisation/{self._words}", sender=ORGANISATION, command={"kind": "org_changed"})
                await self.company.handle(workflow_id).signal("word", signed(workflow_id, word))
        await self.settle()

    async def vendor_rejects(self, step: VendorRejects) -> None:
        """Tell the simulated vendor."""
        await asyncio.to_thread(self.company.vendors.fail, step.vendor, step.way, step.times)

    async def withhold(self, kind: str) -> None:
        """Shut the gate for a kind of activity."""
        self.company.gate.shut(kind)

    async def answer(self, kind: str) -> None:
        """Open it again."""
        self.company.gate.open(kind)
        await self.settle()


def _kind(workflow_id: str) -> type[State]:
    return Deal if workflow_id.startswith("deal/") else Account
