"""What waits for a second person ends when there is nothing left to do it with: nobody is asked for nothing."""

from collections.abc import Iterable, Iterator

from domain.account import events as e
from domain.account.effects import MakePlan, ResolveDispute, WriteOff
from domain.account.reading import Events
from domain.account.requests import Request, open_requests
from domain.account.state import Account
from domain.approval.events import ApprovalSuperseded
from domain.value import Value

_NEEDS_WHAT_IS_OPEN = (WriteOff, MakePlan, ResolveDispute)
"""A credit of a paid invoice is still to be decided on: what was paid is then the customer's."""


def overtaken(account: Account, events: Iterable[Value]) -> Events:
    """Return the end of the requests about open money of invoices of which, by these events, nothing is open now."""
    settled = {event.number for event in events if isinstance(event, e.InvoiceSettled)}
    return tuple(_ended(account.requests, settled)) if settled else ()


def _ended(requests: tuple[Request, ...], settled: set[str]) -> Iterator[e.AccountEvent]:
    for request in open_requests(requests):
        if isinstance(request.effect, _NEEDS_WHAT_IS_OPEN) and request.effect.number in settled:
            number = request.effect.number
            yield ApprovalSuperseded(approval_id=request.id)
            yield e.RequestEnded(
                approval_id=request.id,
                outcome="overtaken",
                reason=f"nothing of {number} is open any more / {number} 已无未清金额",
            )
