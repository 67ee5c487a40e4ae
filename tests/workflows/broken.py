"""The workflows with handlers that fail as a bug of ours would make them fail, whenever a message says so."""

import asyncio

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.machine import Actor
    from workflows.account import AccountWorkflow
    from workflows.deal import DealWorkflow
    from workflows.messages import AccountInput, Answered, DealInput, Envelope

FAILURES: dict[str, Exception] = {
    "a KeyError": KeyError("no such thing"),
    "a TypeError": TypeError("None is not a number"),
    "an AssertionError": AssertionError(),
    "a failure of an application": ApplicationError("it failed", type="Odd"),
    "a failure that may not be retried": ApplicationError("it failed", non_retryable=True),
    "a timeout": asyncio.TimeoutError(),  # noqa: UP041  # the name under which the SDK fails a workflow
    "a recursion without end": RecursionError("too deep"),
}
"""What handlers raise, by the `kind` that asks for it."""


def fail(text: str) -> None:
    """Raise what a message asks for, if it does."""
    for kind, failure in FAILURES.items():
        if kind in text:
            raise failure


@workflow.defn(name="Deal")
class BrokenDeal(DealWorkflow):
    @workflow.init
    def __init__(self, start: DealInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: DealInput) -> str:
        return await super().run(start)

    @workflow.update
    async def submit(self, envelope: Envelope) -> Answered:  # type: ignore[override]  # decorated, as the SDK wants
        fail(str(envelope.command))
        return await self.door.submit(envelope)

    @submit.validator
    def check(self, envelope: Envelope) -> None:
        if envelope.actor != Actor(id="validator"):
            return
        fail(str(envelope.command))

    @workflow.signal
    def command(self, raw: RawValue) -> None:
        fail(raw.payload.data.decode())
        self.door.signalled(raw)

    @workflow.signal
    def word(self, raw: RawValue) -> None:
        fail(raw.payload.data.decode())
        self.door.told(raw)


@workflow.defn(name="Account")
class BrokenAccount(AccountWorkflow):
    @workflow.init
    def __init__(self, start: AccountInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: AccountInput) -> str:
        return await super().run(start)

    @workflow.update
    async def submit(self, envelope: Envelope) -> Answered:  # type: ignore[override]  # decorated, as the SDK wants
        fail(str(envelope.command))
        return await self.door.submit(envelope)

    @submit.validator
    def check(self, envelope: Envelope) -> None:
        if envelope.actor != Actor(id="validator"):
            return
        fail(str(envelope.command))

    @workflow.signal
    def command(self, raw: RawValue) -> None:
        fail(raw.payload.data.decode())
        self.door.signalled(raw)

    @workflow.signal
    def word(self, raw: RawValue) -> None:
        fail(raw.payload.data.decode())
        self.door.told(raw)
