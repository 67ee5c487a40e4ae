"""No answer of a vendor is asked for again; a no of a vendor goes to a person, since asking again changes nothing."""

from collections.abc import Awaitable
from typing import TypeVar

from temporalio.exceptions import ApplicationError

from domain.ports import VendorRejected

T = TypeVar("T")


async def answered(work: Awaitable[T]) -> T:
    """Await a request to a vendor; its rejection becomes a failure that is not retried."""
    try:
        return await work
    except VendorRejected as rejected:
        raise ApplicationError(str(rejected), type="VendorRejected", non_retryable=True) from rejected
