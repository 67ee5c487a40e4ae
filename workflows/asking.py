"""Questions to our own database: answered within the workflow task where they can be, waited for where they cannot."""

from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import FailureError

from workflows.business_clock import BusinessClock
from workflows.timeouts import record_fallback_options, record_options

R = TypeVar("R")


async def locally(clock: BusinessClock, name: str, *question: object, answer: type[R]) -> R:
    """Ask by a local activity; its answer counts as of the time at which it was asked."""
    with clock.standing():
        told: R = await workflow.execute_local_activity(name, args=question, result_type=answer, **record_options())
    return told


async def ask(clock: BusinessClock, name: str, *question: object, answer: type[R]) -> R:
    """Ask by a local activity, and by a normal one that waits while whom it asks is away."""
    try:
        return await locally(clock, name, *question, answer=answer)
    except FailureError:
        waited: R = await workflow.execute_activity(
            name, args=question, result_type=answer, summary=f"Ask: {name}", **record_fallback_options()
        )
        return waited
