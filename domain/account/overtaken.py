"""What waits for a second person ends when there is nothing left to do it with: nobody is asked for nothing."""

from collections.abc import Iterable, Iterator, Set

from domain.account import events as e
from domain.account.effects import HandOver, MakePlan, ResolveDispute, WriteOff
from domain.account.reading import Events
from domain.account.requests import Request, open_requests
from domain.account.state import Account
from domain.approval.events import ApprovalSuperseded
from domain.receivables.entries import Movement
from domain.value import Value

_NEEDS_WHAT_IS_OPEN = (WriteOff, MakePlan, ResolveDispute)
"""A credit of a paid invoice is still to be decided on: what was paid is then the customer's."""


def overtaken(account: Account, movement: Movement, events: Iterable[Value]) -> Events:
    """Return the end of the requests that after a movement, and by its events, have nothing left to be about.

    Nothing is open any more of their invoice, or of the customer who was to be handed over, or the dispute that was to
    be accepted has ended otherwise: another one of the same invoice is nobody's to accept who agreed to the first. What
    a deal has credited is no event of this account, so it goes by how the invoices stand that were touched, not by what
    has changed.
    """
    settled = {change.number for change in movement.changes if not change.open_minor}
    resolved = {change.number for change in movement.changes if not change.disputed_minor}
    resolved |= {event.number for event in events if isinstance(event, e.DisputeResolved)}
    ended = tuple(_ended(account.requests, settled, resolved))
    return ended if movement.case.open_minor else (*ended, *_owing_nothing(account))


def _owing_nothing(account: Account) -> Iterator[e.AccountEvent]:
    """End what would hand the customer over for collection: there is nothing to collect."""
    for request in open_requests(account.requests):
        if isinstance(request.effect, HandOver):
            yield from _over(request, "the customer owes nothing any more / 客户已无欠款")


def _ended(requests: tuple[Request, ...], settled: Set[str], resolved: Set[str]) -> Iterator[e.AccountEvent]:
    for request in open_requests(requests):
        effect = request.effect
        if not isinstance(effect, _NEEDS_WHAT_IS_OPEN):
            continue
        why = ""
        if effect.number in settled:
            why = f"nothing of {effect.number} is open any more / {effect.number} 已无未清金额"
        elif effect.number in resolved and isinstance(effect, ResolveDispute):
            why = f"the dispute of {effect.number} has ended / {effect.number} 的争议已了结"
        if why:
            yield from _over(request, why)


def _over(request: Request, why: str) -> Iterator[e.AccountEvent]:
    yield ApprovalSuperseded(approval_id=request.id)
    yield e.RequestEnded(approval_id=request.id, outcome="overtaken", reason=why)
