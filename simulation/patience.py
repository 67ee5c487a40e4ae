"""A server or a worker that is away comes back: until then, what may be asked twice is asked again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.client import RPCError, WorkflowQueryFailedError
from temporalio.service import RPCStatusCode

from mendable import Mendable
from workflows.client import WorkflowsAway
from workflows.temporal_client import NOT_NOW

R = TypeVar("R")
TRIES = 12
PAUSE_S = 0.5


class StillAway(Mendable):
    """Nothing answered for as long as it takes a server or a worker to come back."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(
            f"Temporal or the worker does not answer ({cause}); their logs say why. "
            "Start the same command again: it goes on where this one ended"
        )


async def patiently(ask: Callable[[], Awaitable[R]]) -> R:
    """Ask again while a server or the worker is away; what is sent twice is applied once.

    Raises:
        StillAway: they did not come back within half a minute of trying.
    """
    for attempt in range(1, TRIES):
        try:
            return await ask()
        except (WorkflowsAway, WorkflowQueryFailedError):
            pass
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise
        await asyncio.sleep(PAUSE_S * attempt)
    try:
        return await ask()
    except (WorkflowsAway, RPCError) as error:
        if isinstance(error, RPCError) and error.status not in NOT_NOW:
            raise
        raise StillAway(error) from error
