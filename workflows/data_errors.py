"""What our own database refuses to store it refuses each time: after some attempts a person sees it, and may go on."""

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.machine import Job
from workflows.timeouts import DATA_ATTEMPTS

UNSTORABLE = "Unstorable"
"""The type of the failure that parks an effect."""


class _Bounded(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, errors: tuple[type[Exception], ...]) -> None:
        super().__init__(inner)
        self._errors = errors

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        """Let an effect fail for good once its data were refused too often; facts are recorded as long as it takes."""
        try:
            return await super().execute_activity(input)
        except self._errors as error:
            is_effect = any(isinstance(one, Job) for one in input.args)
            if not is_effect or activity.info().attempt < DATA_ATTEMPTS:
                raise
            cause = getattr(error, "orig", None) or error
            raise ApplicationError(
                f"our own database refuses the data ({type(error).__name__}: {cause}) / 数据库拒绝写入",
                type=UNSTORABLE,
                non_retryable=True,
            ) from error


class DataErrors(Interceptor):
    """Bounds how often an effect is tried whose data our own database refuses.

    Args:
        errors: what the database raises for data that it will never take; an outage is none of it.
    """

    def __init__(self, *errors: type[Exception]) -> None:
        self._errors = errors

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Put the bound in front of every activity."""
        return _Bounded(next, self._errors)
