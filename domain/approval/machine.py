"""Who may decide what on which content; nothing is approved by silence, and nobody decides on what they asked for."""

from datetime import datetime

from domain.approval import events as e
from domain.approval.carrying import inherit
from domain.approval.escalation import escalated
from domain.approval.evolve import evolve, find_step
from domain.approval.objections import separated
from domain.approval.progress import Events, after, next_rank, outcome, settled
from domain.approval.quorum import short_of_people
from domain.approval.seats import Approval, Seat, Step, Subject, Verdict
from domain.approval.standing import (
    OPEN,
    Chair,
    chairs,
    check_subject,
    objection,
    said_before,
    seats_open,
    without_seat,
)
from domain.machine import Actor
from domain.refusal import Code, refuse
from domain.terms import ApprovalTerms

__all__ = ["OPEN", "Events", "decide_seat", "recall", "request", "resolve", "seats_open", "separated"]


def request(approval_id: str, subject: Subject, terms: ApprovalTerms) -> Events:
    """Ask for an approval; its steps are resolved next."""
    return (e.ApprovalRequested(approval_id=approval_id, subject=subject, terms=terms),)


def resolve(
    approval: Approval,
    steps: tuple[Step, ...],
    now: datetime,
    previous: Approval | None = None,
    until: datetime | None = None,
) -> Events:
    """Fill the steps with seats: no step means that the policy asks for nothing.

    A second resolution keeps what was decided and exchanges the people of the open seats. Decisions of the version
    before are taken over where no measure that the rule compares is worse than it was (the envelope). Steps that
    cannot pass with the people they have leave the approval stuck. ``until`` is when the seats change by date.

    Raises:
        ValueError: two steps, or two seats of a step, have the same id: a vote would count twice.
    """
    if approval.status not in OPEN:
        return ()
    _check_distinct(steps)
    if approval.steps:
        again = tuple(_kept(approval, step, steps) for step in approval.steps)
        return settled(approval, (e.SeatsResolved(approval_id=approval.id, steps=again, again=True, until=until),), now)
    if not steps:
        return (e.ApprovalNotNeeded(approval_id=approval.id),)
    taken_over = inherit(approval, steps, previous, now)
    events: Events = (e.SeatsResolved(approval_id=approval.id, steps=taken_over.steps, until=until), *taken_over.votes)
    return settled(approval, (*events, *next_rank(after(approval, events, now), now)), now)


def decide_seat(
    approval: Approval,
    *,
    actor: Actor,
    verdict: Verdict,
    content_hash: str,
    reason: str,
    on_behalf_of: str,
    now: datetime,
) -> Events:
    """Decide on an open seat; of several, on the first where the decision counts and helps.

    The same decision again changes nothing and is answered as the first; another one is E_DECIDED.

    Raises:
        Refused: E_STATE (nothing is open), E_STALE (other content), E_SOD, E_AUTH (no seat), E_LIMIT (authority),
            E_DECIDED, E_GATE (no reason).
    """
    seats = chairs(approval, actor.id, on_behalf_of)
    if not seats and said_before(approval, actor.id, on_behalf_of, verdict, content_hash):
        return ()
    check_subject(approval, actor.id, on_behalf_of, content_hash)
    if not seats:
        raise without_seat(approval, actor.id)
    if verdict != "approve" and not reason.strip():
        raise refuse(Code.GATE, f"a reason is required to {verdict}", "驳回或退回必须填写原因", missing="reason")
    against = [objection(approval.subject, chair, verdict, now) for chair in seats]
    free = [chair for chair, found in zip(seats, against, strict=True) if found is None]
    if not free:
        raise next(found for found in against if found is not None)
    votes = [_vote(approval, chair, verdict, reason) for chair in free]
    vote = votes[0] if len(votes) == 1 else next((one for one in votes if _leaves_enough(approval, one, now)), votes[0])
    return settled(approval, (vote, *outcome(evolve(approval, vote, now), vote, now)), now)


def recall(approval: Approval, *, actor: Actor, reason: str) -> Events:
    """Take the request back; only who asked may, or the owner where the policy says so.

    Raises:
        Refused: E_STATE (it is over), E_AUTH.
    """
    if approval.status not in OPEN:
        raise refuse(
            Code.STATE,
            f"approval {approval.id} is {approval.status} and cannot be recalled",
            f"审批 {approval.id} 状态为 {approval.status}，不能撤回",
        )
    owner = approval.subject.owner if approval.terms.recall_by_owner else ""
    allowed = sorted({approval.subject.requester, owner} - {""})
    if actor.id not in allowed:
        raise refuse(
            Code.AUTH,
            f"only {' or '.join(allowed)} may recall this request",
            f"只有 {'、'.join(allowed)} 可以撤回",
        )
    return (e.ApprovalRecalled(approval_id=approval.id, reason=reason),)


def _check_distinct(steps: tuple[Step, ...]) -> None:
    for names in ([step.id for step in steps], *([seat.id for seat in step.seats] for step in steps)):
        if len(set(names)) < len(names):
            raise ValueError(f"two of {names} have the same id, and a vote would count twice: name them apart")


def _kept(approval: Approval, step: Step, resolved: tuple[Step, ...]) -> Step:
    """Return a step as it was decided so far, with the people of its open seats as resolved now."""
    people = {seat.id: seat for other in resolved if other.id == step.id for seat in other.seats}
    if step.passed or not people:
        return step
    apart = separated(approval.subject)
    seats = tuple(_reseated(seat, people.get(seat.id), apart) for seat in step.seats)
    changed = step.model_copy(update={"seats": seats})
    return escalated(approval, changed) if step.breached else changed


def _reseated(seat: Seat, resolved: Seat | None, apart: frozenset[str]) -> Seat:
    """Return an open seat with the people of now; who was given the seat by hand stays, unless now set apart."""
    if seat.status != "open" or resolved is None:
        return seat
    named = {one.person for one in resolved.candidates} | {one.person for one in resolved.excluded} | apart
    by_hand = tuple(one for one in seat.candidates if one.person in seat.handed and one.person not in named)
    return seat.model_copy(
        update={
            "candidates": (*resolved.candidates, *by_hand),
            "excluded": resolved.excluded,
            "manager": resolved.manager,
            "manager_limit": resolved.manager_limit,
        }
    )


def _vote(approval: Approval, chair: Chair, verdict: Verdict, reason: str) -> e.SeatDecided:
    return e.SeatDecided(
        approval_id=approval.id,
        step=chair.step.id,
        seat=chair.seat.id,
        person=chair.candidate.person,
        on_behalf_of=chair.candidate.on_behalf_of,
        verdict=verdict,
        content_hash=approval.subject.content_hash,
        reason=reason,
    )


def _leaves_enough(approval: Approval, vote: e.SeatDecided, now: datetime) -> bool:
    """Tell whether the others can still make the step pass after this vote."""
    return not short_of_people(find_step(evolve(approval, vote, now), vote.step), approval.subject, now)
