"""Who may vote in which seat now; every refusal of a vote is in this file."""

from datetime import datetime
from typing import NamedTuple

from domain.approval.objections import barred, beyond, involved
from domain.approval.quorum import has_vote, waits_for
from domain.approval.seats import Approval, Candidate, Seat, Step, Subject, Verdict
from domain.refusal import Code, Refused, refuse

OPEN = ("resolving", "pending", "stuck")
DECIDABLE = ("pending", "stuck")


class Chair(NamedTuple):
    """A seat that a person may decide now, and as whom."""

    step: Step
    seat: Seat
    candidate: Candidate


def seats_open(approval: Approval) -> tuple[tuple[Step, Seat], ...]:
    """Return the seats that may be decided now, in order."""
    if approval.status not in DECIDABLE:
        return ()
    return tuple(
        (step, seat)
        for step in approval.steps
        if step.rank == approval.at_rank and not step.passed
        for seat in step.seats
        if seat.status == "open"
    )


def chairs(approval: Approval, person: str, on_behalf_of: str) -> list[Chair]:
    """Return the open seats in which a person has a vote, those in the person's own right first."""
    found = [
        Chair(step, seat, candidate)
        for step, seat in seats_open(approval)
        for candidate in seat.candidates
        if candidate.person == person and has_vote(step, candidate)
        if not on_behalf_of or candidate.on_behalf_of == on_behalf_of
    ]
    return sorted(found, key=lambda chair: chair.candidate.on_behalf_of != "")


def said_before(approval: Approval, person: str, on_behalf_of: str, verdict: Verdict, content_hash: str) -> bool:
    """Tell whether this is the person's decision once more; another one than the last is refused."""
    mine = [
        seat
        for step in approval.steps
        for seat in step.seats
        if seat.decided_by == person and on_behalf_of in ("", seat.on_behalf_of)
    ]
    if not mine or content_hash != approval.subject.content_hash:
        return False
    last = max(enumerate(mine), key=lambda one: (one[1].decided_at or approval.opened_at, one[0]))[1]
    said = {"approved": "approve", "rejected": "reject", "returned": "return"}[last.status]
    if said == verdict:
        return True
    raise refuse(
        Code.DECIDED,
        f"you have decided already: {said}; recall and submit again to change it",
        f"你已决定：{said}；如需更改请撤回后重新提交",
        verdict=said,
    )


def check_subject(approval: Approval, person: str, on_behalf_of: str, content_hash: str) -> None:
    """Refuse a vote on what is over, on other content, or by somebody with a part in it (E_STATE, E_STALE, E_SOD)."""
    if approval.status not in DECIDABLE:
        raise refuse(
            Code.STATE,
            f"approval {approval.id} is {approval.status}, nothing is to be decided",
            f"审批 {approval.id} 状态为 {approval.status}，无需决定",
        )
    if content_hash != approval.subject.content_hash:
        raise refuse(
            Code.STALE,
            f"you saw content {content_hash[:12]}, the current one is {approval.subject.content_hash[:12]}: "
            "read it again and decide on that",
            f"你看到的内容 {content_hash[:12]} 已不是当前版本 {approval.subject.content_hash[:12]}：请重新查看后再决定",
            current=approval.subject.content_hash,
        )
    if (part := involved(approval.subject, person, on_behalf_of)) is not None:
        raise part


def without_seat(approval: Approval, person: str) -> Refused:
    """Build the refusal for a person with nothing to decide: the seat is decided, or was never theirs."""
    over = [seat for step in approval.steps for seat in step.seats if step.passed or seat.decided_by]
    if any(candidate.person == person for seat in over for candidate in seat.candidates):
        return refuse(
            Code.DECIDED, "this seat is decided already by somebody else", "该审批席位已由他人决定", person=person
        )
    return refuse(
        Code.AUTH,
        f"{person} has no seat in the open step of approval {approval.id}",
        f"{person} 在审批 {approval.id} 的当前节点没有席位",
        person=person,
    )


def objection(subject: Subject, chair: Chair, verdict: Verdict, now: datetime) -> Refused | None:
    """Return why a person cannot decide so in a seat now (E_SOD, E_AUTH, E_LIMIT, E_STATE), or none."""
    no_say = barred(subject, chair.candidate, now)
    if no_say is not None or verdict != "approve":
        return no_say
    waiting = waits_for(chair.step, chair.seat)
    if (too_much := beyond(subject, chair.candidate)) is not None or not waiting:
        return too_much
    return refuse(
        Code.STATE,
        f"these seats decide before yours: {', '.join(waiting)}",
        f"须先由以下席位决定：{'、'.join(waiting)}",
    )
