"""An approval is the fold of its events; nothing here refuses."""

from collections.abc import Callable
from datetime import datetime

from domain.approval import events as e
from domain.approval.quorum import passes
from domain.approval.seats import Approval, SeatStatus, Step
from domain.value import Value

_SEAT_STATUS: dict[str, SeatStatus] = {"approve": "approved", "reject": "rejected", "return": "returned"}


def evolve(approval: Approval | None, event: Value, at: datetime) -> Approval:
    """Return the approval after an event that happened at an instant."""
    if isinstance(event, e.ApprovalRequested):
        return Approval(
            id=event.approval_id,
            subject=event.subject,
            status="resolving",
            terms=event.terms,
            opened_at=at,
            running_since=at,
        )
    if approval is None:
        raise ValueError(f"{type(event).__name__} before the approval was requested")
    change = _CHANGES.get(type(event))
    return approval if change is None else change(approval, event, at)


def replace_step(approval: Approval, step: Step) -> Approval:
    """Return the approval with one step exchanged by its id."""
    steps = tuple(step if old.id == step.id else old for old in approval.steps)
    return approval.model_copy(update={"steps": steps})


def find_step(approval: Approval, step_id: str) -> Step:
    """Return a step by its id; KeyError if there is none."""
    for step in approval.steps:
        if step.id == step_id:
            return step
    raise KeyError(step_id)


def with_vote(step: Step, vote: e.SeatDecided, at: datetime) -> Step:
    """Return a step after a vote in one of its seats; the vote that was wanting makes it pass."""
    decided = {
        "status": _SEAT_STATUS[vote.verdict],
        "decided_by": vote.person,
        "on_behalf_of": vote.on_behalf_of,
        "decided_at": at,
        "reason": vote.reason,
        "carried": vote.carried,
        "inherited": vote.inherited,
    }
    seats = tuple(seat.model_copy(update=decided) if seat.id == vote.seat else seat for seat in step.seats)
    changed = step.model_copy(update={"seats": seats})
    return changed.model_copy(update={"passed": True, "running_since": None}) if passes(changed) else changed


def _resolved(approval: Approval, event: e.SeatsResolved, at: datetime) -> Approval:
    return approval.model_copy(update={"steps": event.steps, "status": "pending", "seats_until": event.until})


def _opened(approval: Approval, event: e.StepOpened, at: datetime) -> Approval:
    steps = tuple(
        step.model_copy(update={"opened_at": at, "running_since": None if approval.paused_at else at})
        if step.rank == event.rank and not step.passed
        else step
        for step in approval.steps
    )
    return approval.model_copy(update={"at_rank": event.rank, "steps": steps, "status": "pending"})


def _decided(approval: Approval, event: e.SeatDecided, at: datetime) -> Approval:
    return replace_step(approval, with_vote(find_step(approval, event.step), event, at))


def _granted(approval: Approval, event: Value, at: datetime) -> Approval:
    return approval.model_copy(update={"status": "approved"})


def _rejected(approval: Approval, event: Value, at: datetime) -> Approval:
    return approval.model_copy(update={"status": "rejected"})


def _returned(approval: Approval, event: Value, at: datetime) -> Approval:
    return approval.model_copy(update={"status": "returned"})


def _recalled(approval: Approval, event: Value, at: datetime) -> Approval:
    return approval.model_copy(update={"status": "recalled"})


def _expired(approval: Approval, event: Value, at: datetime) -> Approval:
    return approval.model_copy(update={"status": "expired"})


def _superseded(approval: Approval, event: Value, at: datetime) -> Approval:
    return approval.model_copy(update={"status": "superseded"})


def _stuck(approval: Approval, event: Value, at: datetime) -> Approval:
    return approval.model_copy(update={"status": "stuck"})


def _transferred(approval: Approval, event: e.SeatTransferred, at: datetime) -> Approval:
    step = find_step(approval, event.step)
    seats = tuple(event.seat if seat.id == event.seat.id else seat for seat in step.seats)
    return replace_step(approval, step.model_copy(update={"seats": seats})).model_copy(update={"question": None})


def _signer_added(approval: Approval, event: e.SignerAdded, at: datetime) -> Approval:
    step = find_step(approval, event.step)
    question = approval.question
    seats = tuple(
        seat.model_copy(update={"waits_for": (*seat.waits_for, event.seat.id)})
        if event.position == "before" and question and seat.id == question.seat
        else seat
        for seat in step.seats
    )
    changed = step.model_copy(update={"seats": (*seats, event.seat), "needed": step.needed + 1})
    return replace_step(approval, changed).model_copy(update={"question": None})


def _questioned(approval: Approval, event: e.SignerQuestioned, at: datetime) -> Approval:
    return approval.model_copy(update={"question": event.question})


def _declined(approval: Approval, event: Value, at: datetime) -> Approval:
    return approval.model_copy(update={"question": None})


def _warned(approval: Approval, event: e.StepWarned, at: datetime) -> Approval:
    return replace_step(approval, find_step(approval, event.step).model_copy(update={"warned": event.nth}))


def _escalated(approval: Approval, event: e.StepEscalated, at: datetime) -> Approval:
    step = find_step(approval, event.step)
    return replace_step(approval, step.model_copy(update={"seats": event.seats, "breached": event.nth}))


def _paused(approval: Approval, event: e.ApprovalPaused, at: datetime) -> Approval:
    changed = approval
    for spent in event.spent:
        step = find_step(changed, spent.step)
        changed = replace_step(
            changed, step.model_copy(update={"spent_us": step.spent_us + spent.spent_us, "running_since": None})
        )
    age = {"spent_us": approval.spent_us + event.spent_us, "running_since": None}
    return changed.model_copy(update={"paused_at": at, **age})


def _resumed(approval: Approval, event: Value, at: datetime) -> Approval:
    steps = tuple(
        step.model_copy(update={"running_since": at}) if step.opened_at and not step.passed else step
        for step in approval.steps
    )
    return approval.model_copy(update={"paused_at": None, "running_since": at, "steps": steps})


_CHANGES: dict[type[Value], Callable[..., Approval]] = {
    e.ApprovalNotNeeded: _granted,
    e.SeatsResolved: _resolved,
    e.StepOpened: _opened,
    e.SeatDecided: _decided,
    e.ApprovalGranted: _granted,
    e.ApprovalRejected: _rejected,
    e.ApprovalReturned: _returned,
    e.ApprovalRecalled: _recalled,
    e.ApprovalExpired: _expired,
    e.ApprovalSuperseded: _superseded,
    e.ApprovalStuck: _stuck,
    e.SeatTransferred: _transferred,
    e.SignerAdded: _signer_added,
    e.SignerQuestioned: _questioned,
    e.SignerDeclined: _declined,
    e.StepWarned: _warned,
    e.StepEscalated: _escalated,
    e.ApprovalPaused: _paused,
    e.ApprovalResumed: _resumed,
}
