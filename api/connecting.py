"""The API starts and answers while Temporal is away; the connection is made by the first call that needs it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from temporalio.service import RPCError

from domain.machine import Explanation
from domain.value import Value
from workflows.client import Workflows, WorkflowsAway
from workflows.messages import AccountSubmission, Answered, DealInput, DealSubmission, StatementInput
from workflows.search_attributes import MissingSearchAttributes

CONNECT_WITHIN_S = 5


class ConnectedLater:
    """`workflows.client.Workflows` over a connection that is made when it is needed; afterwards it mends itself."""

    def __init__(self, connect: Callable[[], Awaitable[Workflows]]) -> None:
        self._connect = connect
        self._made: Workflows | None = None
        self._one_at_a_time = asyncio.Lock()

    async def _workflows(self) -> Workflows:
        async with self._one_at_a_time:
            if self._made is None:
                try:
                    async with asyncio.timeout(CONNECT_WITHIN_S):
                        self._made = await self._connect()
                # The SDK tells a failed connection by nothing more than a RuntimeError.
                except (RuntimeError, TimeoutError, RPCError) as error:
                    raise WorkflowsAway(f"Temporal cannot be reached: {error}") from error
                except MissingSearchAttributes as error:
                    raise WorkflowsAway(str(error)) from error
            return self._made

    async def capture(self, start: DealInput, submission: DealSubmission) -> Answered:
        """Start a deal with its capture."""
        return await (await self._workflows()).capture(start, submission)

    async def submit_deal(self, deal_id: str, submission: DealSubmission) -> Answered:
        """Send a command to a deal and wait for its answer."""
        return await (await self._workflows()).submit_deal(deal_id, submission)

    async def submit_account(
        self, entity: str, customer_id: str, currency: str, submission: AccountSubmission
    ) -> Answered:
        """Send a command to an account and wait for its answer."""
        return await (await self._workflows()).submit_account(entity, customer_id, currency, submission)

    async def signal_deal(self, deal_id: str, submission: DealSubmission) -> None:
        """Hand a command over to a deal."""
        await (await self._workflows()).signal_deal(deal_id, submission)

    async def signal_account(self, entity: str, customer_id: str, currency: str, submission: AccountSubmission) -> None:
        """Hand a command over to an account."""
        await (await self._workflows()).signal_account(entity, customer_id, currency, submission)

    async def post_statement(self, start: StatementInput) -> None:
        """Have the lines of a bank statement posted."""
        await (await self._workflows()).post_statement(start)

    async def explain_deal(self, deal_id: str) -> Explanation:
        """Ask a deal why it is where it is."""
        return await (await self._workflows()).explain_deal(deal_id)

    async def state_deal(self, deal_id: str) -> Value:
        """Ask a deal for its whole state."""
        return await (await self._workflows()).state_deal(deal_id)

    async def org_changed(self, accounts: Sequence[str] = ()) -> None:
        """Tell every deal with an open seat, and these accounts, that people changed."""
        await (await self._workflows()).org_changed(accounts)

    async def ready(self) -> None:
        """Raise `WorkflowsAway` unless Temporal answers."""
        await (await self._workflows()).ready()

    async def worked(self) -> None:
        """Raise `WorkflowsAway` unless a worker asks for work, and Temporal answers."""
        await (await self._workflows()).worked()
