"""The approvals inside an account follow their own machine, each in its request."""

from datetime import datetime

from domain.account import events as e
from domain.account.requests import Request, kept
from domain.account.state import Account
from domain.approval import evolve as approvals
from domain.approval.questions import SeatsQuestioned
from domain.value import Value


def raised(account: Account, event: e.RequestRaised) -> Account:
    """Keep a new request; of those that are over the oldest are let go."""
    new = Request(id=event.approval_id, effect=event.effect)
    return account.model_copy(update={"requests": kept((*account.requests, new))})


def agreed(account: Account, event: e.RequestAgreed) -> Account:
    """Let nobody decide any more: the ledger is asked."""
    return _with(account, event.approval_id, agreed=True)


def ended(account: Account, event: e.RequestEnded) -> Account:
    """Note how it ended."""
    return _with(account, event.approval_id, outcome=event.outcome)


def given_up(account: Account, approval_id: str) -> Account:
    """Note that what was agreed to is left undone: somebody skipped it."""
    return _with(account, approval_id, outcome="refused")


def questioned(account: Account, event: SeatsQuestioned) -> Account:
    """Wait for the seats as they are resolved now, and for no earlier date."""
    request = next((one for one in account.requests if one.id == event.approval_id), None)
    if request is None or request.approval is None:
        return account
    return _with(account, request.id, approval=request.approval.model_copy(update={"seats_until": None}))


def approval_changed(account: Account, approval_id: str, event: Value, at: datetime) -> Account:
    """Fold an event of an approval in."""
    request = next((one for one in account.requests if one.id == approval_id), None)
    if request is None:
        return account
    return _with(account, request.id, approval=approvals.evolve(request.approval, event, at))


def _with(account: Account, approval_id: str, **changes: object) -> Account:
    changed = tuple(one.model_copy(update=changes) if one.id == approval_id else one for one in account.requests)
    return account.model_copy(update={"requests": changed})
