"""A decision is taken over only within its envelope or to the same person's very next seat, never for somebody else.

Who could not decide today (gone, separated, beyond their authority) is asked again, or somebody else is.
"""

from datetime import datetime
from typing import NamedTuple

from domain.approval import events as e
from domain.approval.evolve import with_vote
from domain.approval.objections import may_approve
from domain.approval.quorum import has_vote, needed, passes
from domain.approval.seats import AT_LIST, Approval, Candidate, Seat, Step, Subject


class Inheritance(NamedTuple):
    """The steps of a new version with the envelopes that still hold, and the votes taken over from the one before."""

    steps: tuple[Step, ...]
    votes: tuple[e.SeatDecided, ...]


def may_inherit(before: Approval, subject: Subject) -> bool:
    """Tell whether votes may be taken over at all: never those of a rejected or recalled version.

    Those of a returned one only while the content is the same.
    """
    if before.status == "returned":
        return before.subject.content_hash == subject.content_hash
    return before.status in ("approved", "superseded", "expired")


def inherit(approval: Approval, steps: tuple[Step, ...], before: Approval | None, now: datetime) -> Inheritance:
    """Take over the approvals of the steps that passed before and whose measures are all no worse now (G16)."""
    if before is None or approval.terms.reapproval != "envelope" or not may_inherit(before, approval.subject):
        return Inheritance(steps, ())
    passed = {step.id: step for step in before.steps if step.passed}
    kept: list[Step] = []
    votes: list[e.SeatDecided] = []
    for step in steps:
        old = passed.get(step.id)
        if old is None or not _within(step, old):
            kept.append(step)
            continue
        wanted = {seat.id: frozenset({seat.decided_by}) for seat in old.seats if seat.status == "approved"}
        found = _filled(approval, step, wanted, now, inherited=True)
        votes += found
        # What was approved at its worst stays approved up to there, as long as nobody has to decide again.
        kept.append(step.model_copy(update={"covers": old.covers}) if len(found) >= needed(step) else step)
    return Inheritance(tuple(kept), tuple(votes))


def same_person(approval: Approval, rank: int, now: datetime) -> tuple[e.SeatDecided, ...]:
    """Fill the seats of a rank whose people approved in the rank just before it, as this content stands.

    A rank that was passed by taking over votes of another version stands between as any other does, and what was taken
    over that way is taken no further: nobody has decided on this content there.
    """
    lower = [step.rank for step in approval.steps if step.rank < rank]
    if not approval.terms.carry_same_person or not lower:
        return ()
    last = [seat for step in approval.steps if step.rank == max(lower) for seat in step.seats]
    people = frozenset(seat.decided_by for seat in last if seat.status == "approved" and not seat.inherited)
    votes: list[e.SeatDecided] = []
    for step in approval.steps:
        if step.rank == rank:
            votes += _filled(approval, step, {seat.id: people for seat in step.seats}, now, inherited=False)
    return tuple(votes)


def _filled(
    approval: Approval, step: Step, wanted: dict[str, frozenset[str]], now: datetime, *, inherited: bool
) -> list[e.SeatDecided]:
    """Return the votes that fill a step's open seats with the people wanted there, until the step has enough."""
    votes: list[e.SeatDecided] = []
    for seat in step.seats:
        candidate = _candidate(approval.subject, step, seat, wanted.get(seat.id, frozenset()), now)
        if passes(step) or candidate is None:
            continue
        vote = e.SeatDecided(
            approval_id=approval.id,
            step=step.id,
            seat=seat.id,
            person=candidate.person,
            on_behalf_of=candidate.on_behalf_of,
            verdict="approve",
            content_hash=approval.subject.content_hash,
            carried=True,
            inherited=inherited,
        )
        votes.append(vote)
        step = with_vote(step, vote, now)
    return votes


def _candidate(subject: Subject, step: Step, seat: Seat, people: frozenset[str], now: datetime) -> Candidate | None:
    """Return the candidate of an open seat who is one of these people and whose approval would count."""
    if seat.status != "open":
        return None
    for one in seat.candidates:
        if one.person in people and has_vote(step, one) and may_approve(subject, one, now):
            return one
    return None


def _within(step: Step, before: Step) -> bool:
    now, covered = dict(step.covers), dict(before.covers)
    return bool(now) and all(_covered(name, now, covered) for name in now)


def _covered(name: str, now: dict[str, int], covered: dict[str, int]) -> bool:
    """Tell whether a measure is no worse than approved: no larger, or an amount from which only less is given away."""
    if name in covered and now[name] <= covered[name]:
        return True
    at_list = AT_LIST.get(name)
    if name not in covered or at_list not in now or at_list not in covered:
        return False
    return now[name] <= now[at_list] <= covered[at_list]
