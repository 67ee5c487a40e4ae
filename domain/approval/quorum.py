"""A step passes by enough approvals of different people; what can no longer reach that is said, never passed."""

from collections.abc import Sequence
from datetime import datetime

from domain.approval.objections import may_approve
from domain.approval.seats import Approval, Candidate, Seat, Step, Subject


def approvals_of(step: Step) -> int:
    """Count the approving seats of a step."""
    return sum(seat.status == "approved" for seat in step.seats)


def needed(step: Step) -> int:
    """Return how many approvals a step needs: at least one, whatever a policy says."""
    return max(1, step.needed)


def passes(step: Step) -> bool:
    """Tell whether a step has its approvals, among them one of every added signer."""
    return approvals_of(step) >= needed(step) and all(seat.status == "approved" for seat in step.seats if seat.depth)


def possible(step: Step) -> bool:
    """Tell whether a step's open seats could still make it pass."""
    still_open = sum(seat.status == "open" for seat in step.seats)
    signers = all(seat.status in ("approved", "open") for seat in step.seats if seat.depth)
    return signers and approvals_of(step) + still_open >= needed(step)


def voted(step: Step) -> frozenset[str]:
    """Return the people whose vote in a step is cast, by themselves or by who stood in for them."""
    seats = [seat for seat in step.seats if seat.decided_by]
    return frozenset(name for seat in seats for name in (seat.decided_by, seat.on_behalf_of) if name)


def has_vote(step: Step, candidate: Candidate) -> bool:
    """Tell whether neither the candidate nor the person stood in for has decided in the step."""
    return voted(step).isdisjoint((candidate.person, candidate.on_behalf_of))


def waits_for(step: Step, seat: Seat) -> tuple[str, ...]:
    """Return the seats that must be decided before a seat may approve."""
    return tuple(other.id for other in step.seats if other.id in seat.waits_for and other.status == "open")


def short_of_people(step: Step, subject: Subject, now: datetime) -> bool:
    """Tell whether a step cannot pass with the people it has, each having one vote.

    People are counted once as themselves and once as whom they vote for; what only a mixture of both rules out is left
    to the step's clock.
    """
    if passes(step):
        return False
    useful = _useful(step, subject, now)
    if any(seat.depth and not people for seat, people in useful):
        return True
    by_person = _matched([[one.person for one in people] for _, people in useful])
    by_vote = _matched([[one.on_behalf_of or one.person for one in people] for _, people in useful])
    return approvals_of(step) + min(by_person, by_vote) < needed(step)


def unmanned(approval: Approval, now: datetime) -> tuple[str, ...]:
    """Return the seats (else the step) that want people in the steps that cannot pass; none when all can."""
    wanting: list[str] = []
    for step in approval.steps:
        if not step.passed and short_of_people(step, approval.subject, now):
            useful = _useful(step, approval.subject, now)
            empty = [seat.id for seat, people in useful if not people]
            wanting += empty or [seat.id for seat, _ in useful] or [step.id]
    return tuple(wanting)


def _useful(step: Step, subject: Subject, now: datetime) -> list[tuple[Seat, list[Candidate]]]:
    """Return the open seats of a step, each with the people whose approval would count in it."""
    cast = voted(step)
    return [
        (
            seat,
            [
                one
                for one in seat.candidates
                if cast.isdisjoint((one.person, one.on_behalf_of)) and may_approve(subject, one, now)
            ],
        )
        for seat in step.seats
        if seat.status == "open"
    ]


def _matched(seats: Sequence[Sequence[str]]) -> int:
    """Return how many seats can be filled at once when nobody fills two: the largest matching, by augmenting paths."""
    sits: dict[str, int] = {}

    def seated(seat: int, asked: set[str]) -> bool:
        for person in seats[seat]:
            if person in asked:
                continue
            asked.add(person)
            if person not in sits or seated(sits[person], asked):
                sits[person] = seat
                return True
        return False

    return sum(seated(seat, set()) for seat in range(len(seats)))
