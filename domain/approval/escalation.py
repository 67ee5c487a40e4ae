"""A late seat goes to the manager only if the manager may approve: authority is never gained by waiting."""

from domain.approval.objections import beyond, separated
from domain.approval.quorum import voted
from domain.approval.seats import Approval, Candidate, Seat, Step


def escalated(approval: Approval, step: Step) -> Step:
    """Return a step with the managers of its open seats added, or put in, as the policy says; unchanged if none can."""
    if approval.terms.on_breach == "none":
        return step
    for seat in step.seats:
        changed = _escalated(approval, step, seat)
        step = step.model_copy(update={"seats": tuple(changed if one.id == seat.id else one for one in step.seats)})
    return step


def _escalated(approval: Approval, step: Step, seat: Seat) -> Seat:
    manager = Candidate(person=seat.manager, limit=seat.manager_limit)
    cannot = {"", *separated(approval.subject), *voted(step)}
    if seat.status != "open" or seat.manager in cannot or beyond(approval.subject, manager) is not None:
        return seat
    if approval.terms.on_breach == "add":
        seated = any(one.person == seat.manager for one in seat.candidates)
        return seat if seated else seat.model_copy(update={"candidates": (*seat.candidates, manager)})
    # One manager above two seats cannot fill both: the second keeps its people, or the step could never pass.
    elsewhere = any(one.person == seat.manager for other in step.seats for one in other.candidates)
    return seat if elsewhere else seat.model_copy(update={"candidates": (manager,)})
