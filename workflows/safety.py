"""No error in a handler wedges or fails a workflow: it becomes a recorded refusal, or a failed update."""

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)


class SafeInbound(WorkflowInboundInterceptor):
    """Contains what signal and update handlers raise; `run` is left alone, its bugs stay visible task failures."""

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """Note the seed, which only a reset changes."""
        super().init(outbound)
        self._seed = workflow.random_seed()

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002  # the SDK's name
        """Tell a workflow that was reset to its first task: it was not there yet to be told by the SDK."""
        if workflow.random_seed() != self._seed:
            workflow.instance().note_rewound()
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002  # the SDK's name
        """Record what a signal's handler raises instead of failing the task or the workflow."""
        try:
            await super().handle_signal(input)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, one message may not stop a deal
            workflow.instance().note_broken(input.signal, repr(error))

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002  # the SDK's name
        """Fail the update, not the workflow task, for what its handler raises."""
        try:
            return await super().handle_update_handler(input)
        except (asyncio.CancelledError, FailureError):
            raise
        except Exception as error:  # whatever it is, one message may not stop a deal
            raise ApplicationError(
                f"{type(error).__name__}: {error}", type="UpdateHandlerBug", non_retryable=True
            ) from error


class Safety(Interceptor):
    """Puts `SafeInbound` in front of every workflow of a worker."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002  # the SDK's name
    ) -> type[WorkflowInboundInterceptor]:
        """Return the interceptor's class."""
        return SafeInbound
