"""Whatever a broken connection to Temporal looks like, nothing is known to be accepted, and the caller hears that."""

from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import pytest
from temporalio.client import Client, Interceptor, OutboundInterceptor
from temporalio.service import RPCError, RPCStatusCode

from domain.account import commands as a
from domain.deal import commands as c
from domain.deal.state import Customer
from domain.machine import Submission
from domain.refusal import Refused
from simulation.standard_deal import CURRENCY, ENTITY, FINANCE, OWNER
from tests.workflows.harness import SIGNING_KEY
from workflows import signing
from workflows.client import WorkflowsAway
from workflows.messages import DealInput, Limits
from workflows.temporal_client import TemporalWorkflows

DEAL: Submission[Any] = Submission[Any](id="1", actor=OWNER, command=c.Qualify())
ACCOUNT: Submission[Any] = Submission[Any](id="1", actor=FINANCE, command=a.ResumeDunning())
START = DealInput(
    deal_id="D-1",
    entity=ENTITY,
    currency=CURRENCY,
    customer=Customer(customer_id="C-1", name="x", language="en", zone="UTC"),
)
CALLS: dict[str, Callable[[TemporalWorkflows], Awaitable[object]]] = {
    "capture": lambda way: way.capture(START, DEAL),
    "update a deal": lambda way: way.submit_deal("D-1", DEAL),
    "update an account": lambda way: way.submit_account(ENTITY, "C-1", CURRENCY, ACCOUNT),
    "signal a deal": lambda way: way.signal_deal("D-1", DEAL),
    "signal an account": lambda way: way.signal_account(ENTITY, "C-1", CURRENCY, ACCOUNT),
    "explain": lambda way: way.explain_deal("D-1"),
    "tell of people": lambda way: way.org_changed(),
}


class Broken(Interceptor):
    """Answers every call of the client with one status."""

    def __init__(self, status: RPCStatusCode) -> None:
        self.status = status

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  # the SDK's name
        return Breaking(next, self.status)


class Breaking(OutboundInterceptor):
    """The calls that LTC makes."""

    def __init__(self, next: OutboundInterceptor, status: RPCStatusCode) -> None:  # noqa: A002  # the SDK's name
        super().__init__(next)
        self.status = status

    async def start_workflow(self, input: Any) -> NoReturn:  # noqa: A002  # the SDK's name
        self._break()

    async def start_workflow_update(self, input: Any) -> NoReturn:  # noqa: A002  # the SDK's name
        self._break()

    async def start_update_with_start_workflow(self, input: Any) -> NoReturn:  # noqa: A002  # the SDK's name
        error = RPCError("transport error", self.status, b"")
        input._on_start_error(error)
        raise error

    async def signal_workflow(self, input: Any) -> NoReturn:  # noqa: A002  # the SDK's name
        self._break()

    async def query_workflow(self, input: Any) -> NoReturn:  # noqa: A002  # the SDK's name
        self._break()

    async def describe_workflow(self, input: Any) -> NoReturn:  # noqa: A002  # the SDK's name
        self._break()

    def list_workflows(self, input: Any) -> NoReturn:  # noqa: A002  # the SDK's name
        self._break()

    def _break(self) -> NoReturn:
        raise RPCError("transport error", self.status, b"")


async def answer_of(call: str, status: RPCStatusCode) -> Exception:
    """Make a call that fails with a status, and return what is raised."""
    signing.use_key(SIGNING_KEY)
    client = await Client.connect("127.0.0.1:1", lazy=True, interceptors=[Broken(status)])
    with pytest.raises((WorkflowsAway, Refused, RPCError)) as caught:
        await CALLS[call](TemporalWorkflows(client, "nobody", Limits()))
    return caught.value


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "status",
    [
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.FAILED_PRECONDITION,
    ],
)
async def test_a_connection_that_breaks_is_temporal_away(call: str, status: RPCStatusCode) -> None:
    assert isinstance(await answer_of(call, status), WorkflowsAway)


async def test_what_is_our_own_fault_is_not_temporal_away() -> None:
    assert isinstance(await answer_of("update a deal", RPCStatusCode.INVALID_ARGUMENT), RPCError)
    assert isinstance(await answer_of("update a deal", RPCStatusCode.NOT_FOUND), Refused)
