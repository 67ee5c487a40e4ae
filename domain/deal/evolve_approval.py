"""The approval inside a deal follows its own machine; the deal keeps the last one for its envelope."""

from datetime import datetime

from domain.approval import events as approval
from domain.approval import evolve as approvals
from domain.approval.seats import Approval, Subject
from domain.deal import events as e
from domain.deal.state import Deal
from domain.value import Value

_RESOLVED = (approval.SeatsResolved, approval.ApprovalNotNeeded)


def approval_changed(deal: Deal, event: Value, at: datetime) -> Deal:
    """Fold an event of the approval in."""
    current = approvals.evolve(deal.approval, event, at)
    if isinstance(event, approval.ApprovalRequested):
        return deal.model_copy(update={"approval": current, "prior_approval": _carrying(deal.approval, event.subject)})
    # Carried decisions follow in the same breath as events of their own: the approval before is needed no more.
    prior = None if isinstance(event, _RESOLVED) else deal.prior_approval
    return deal.model_copy(update={"approval": current, "prior_approval": prior})


def questioned(deal: Deal, event: e.SeatsQuestioned, at: datetime) -> Deal:
    """Wait for the seats as they are resolved now, and for no earlier date."""
    if deal.approval is None:
        return deal
    return deal.model_copy(update={"approval": deal.approval.model_copy(update={"seats_until": None})})


def _carrying(before: Approval | None, subject: Subject) -> Approval | None:
    """Return the approval before, if its decisions may be carried: never those of a rejected or recalled one."""
    if before is None:
        return None
    unchanged = before.status == "returned" and before.subject.content_hash == subject.content_hash
    return before if before.status in ("approved", "superseded", "expired") or unchanged else None
