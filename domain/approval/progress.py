"""After every vote the next rank opens, or the approval ends, or it is said to be stuck: it is never left waiting."""

from datetime import datetime

from domain.approval import events as e
from domain.approval.carrying import same_person
from domain.approval.evolve import evolve, find_step
from domain.approval.quorum import possible, unmanned
from domain.approval.seats import Approval
from domain.value import Value

Events = tuple[Value, ...]


def after(approval: Approval, events: Events, now: datetime) -> Approval:
    """Return the approval after some events."""
    for event in events:
        approval = evolve(approval, event, now)
    return approval


def settled(approval: Approval, events: Events, now: datetime) -> Events:
    """Add that the approval is stuck, where steps cannot pass with the people they have."""
    state = after(approval, events, now)
    wanting = unmanned(state, now) if state.status == "pending" else ()
    return (*events, e.ApprovalStuck(approval_id=approval.id, seats=wanting)) if wanting else events


def outcome(state: Approval, vote: e.SeatDecided, now: datetime) -> Events:
    """Return what a vote that is folded in already brings about."""
    if vote.verdict == "return":
        return (e.ApprovalReturned(approval_id=state.id, reason=vote.reason),)
    if vote.verdict == "reject":
        rejected = e.ApprovalRejected(approval_id=state.id, reason=vote.reason)
        return () if possible(find_step(state, vote.step)) else (rejected,)
    return next_rank(state, now)


def next_rank(state: Approval, now: datetime) -> Events:
    """Open the next rank that has not passed, filled where its people have just decided, or grant."""
    events: list[Value] = []
    while waiting := [step for step in state.steps if not step.passed]:
        rank = min(step.rank for step in waiting)
        if any(step.rank == rank and step.opened_at is not None for step in waiting):
            return tuple(events)
        opened = e.StepOpened(approval_id=state.id, rank=rank)
        more = (opened, *same_person(evolve(state, opened, now), rank, now))
        state = after(state, more, now)
        events += more
    return (*events, e.ApprovalGranted(approval_id=state.id, content_hash=state.subject.content_hash))
