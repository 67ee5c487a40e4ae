"""A seat changes hands only after the organisation has said that the new person may sit in it."""

from domain.approval import events as e
from domain.approval.evolve import find_step
from domain.approval.machine import OPEN, Events, seats_open
from domain.approval.objections import beyond, involved
from domain.approval.quorum import has_vote
from domain.approval.seats import Approval, Candidate, Purpose, Seat, SignerQuestion, Step
from domain.machine import Actor
from domain.refusal import Code, refuse
from domain.value import Text


def question(approval: Approval, *, actor: Actor, who: str, purpose: Purpose, reason: str) -> Events:
    """Ask whether a person may take over one's seat (转交) or sign beside one (加签).

    Raises:
        Refused: E_STATE (nothing open, another question is open, or the seat came from that person), E_AUTH (no seat
            of one's own), E_SOD, E_LIMIT (signers nest too deep), E_DECIDED (the person has a seat in the step).
    """
    if approval.status not in ("pending", "stuck"):
        raise refuse(
            Code.STATE,
            f"approval {approval.id} is {approval.status}, no seat changes hands",
            f"审批 {approval.id} 状态为 {approval.status}，席位不可变更",
        )
    if approval.question is not None:
        raise refuse(
            Code.STATE,
            f"{approval.question.who} is being checked for a seat, try again in a moment",
            f"正在核实 {approval.question.who} 的席位资格，请稍后再试",
        )
    step, seat = _own_seat(approval, actor.id)
    if (part := involved(approval.subject, who)) is not None:
        raise part
    _check_new(step, seat, who)
    if purpose != "transfer" and seat.depth >= approval.terms.signer_depth:
        raise refuse(
            Code.LIMIT,
            f"signers may nest {approval.terms.signer_depth} deep, not deeper",
            f"加签最多 {approval.terms.signer_depth} 层",
        )
    asked = SignerQuestion(step=step.id, seat=seat.id, who=who, purpose=purpose, by=actor.id, reason=reason)
    return (e.SignerQuestioned(approval_id=approval.id, question=asked),)


def answered(approval: Approval, candidate: Candidate | None, refused: Text | None) -> Events:
    """Seat the person, or decline with the organisation's reason, or because the seat is theirs to give no more."""
    asked = approval.question
    if asked is None or approval.status not in OPEN:
        return ()
    if candidate is None:
        return (e.SignerDeclined(approval_id=approval.id, who=asked.who, why=refused),)
    step = find_step(approval, asked.step)
    seat = next(seat for seat in step.seats if seat.id == asked.seat)
    why = _overtaken(approval, step, seat, asked.by) or _unfit(approval, step, candidate)
    if why is not None:
        return (e.SignerDeclined(approval_id=approval.id, who=asked.who, why=why),)
    if asked.purpose == "transfer":
        moved = _handed(seat, asked.by, candidate)
        return (e.SeatTransferred(approval_id=approval.id, step=step.id, seat=moved, by=asked.by),)
    added = Seat(
        id=f"{seat.id}-{len(step.seats)}",
        role=seat.role,
        candidates=(candidate,),
        manager=seat.manager,
        manager_limit=seat.manager_limit,
        depth=seat.depth + 1,
        waits_for=(seat.id,) if asked.purpose == "after" else (),
    )
    return (e.SignerAdded(approval_id=approval.id, step=step.id, seat=added, position=asked.purpose, by=asked.by),)


def _own_seat(approval: Approval, person: str) -> tuple[Step, Seat]:
    for step, seat in seats_open(approval):
        if any(candidate.person == person and has_vote(step, candidate) for candidate in seat.candidates):
            return step, seat
    raise refuse(
        Code.AUTH,
        f"{person} has no open seat in approval {approval.id}",
        f"{person} 在审批 {approval.id} 没有待决席位",
        person=person,
    )


def _check_new(step: Step, seat: Seat, who: str) -> None:
    if _seated(step, Candidate(person=who)):
        raise refuse(Code.DECIDED, f"{who} has a seat in this step already", f"{who} 在该节点已有席位", person=who)
    if who in seat.handed:
        raise refuse(
            Code.STATE,
            f"{who} has had this seat and gave it away: choose somebody else",
            f"{who} 已转出该席位，请另选他人",
            person=who,
        )


def _seated(step: Step, candidate: Candidate) -> bool:
    taken = any(one.person == candidate.person for seat in step.seats for one in seat.candidates)
    return taken or not has_vote(step, candidate)


def _overtaken(approval: Approval, step: Step, seat: Seat, by: str) -> Text | None:
    """Return why a seat is not its giver's any more, or none."""
    if step.passed or seat.status != "open" or step.rank != approval.at_rank:
        return Text(en="the seat was decided meanwhile", zh="该席位已被决定")
    if not any(one.person == by for one in seat.candidates):
        return Text(en=f"{by} no longer has the seat", zh=f"{by} 已不在该席位")
    return None


def _unfit(approval: Approval, step: Step, candidate: Candidate) -> Text | None:
    """Return why a person cannot sit in a step, whatever the organisation says, or none."""
    found = involved(approval.subject, candidate.person, candidate.on_behalf_of) or beyond(approval.subject, candidate)
    if found is not None:
        return found.text
    if _seated(step, candidate):
        return Text(en=f"{candidate.person} has a seat in this step already", zh=f"{candidate.person} 在该节点已有席位")
    return None


def _handed(seat: Seat, by: str, candidate: Candidate) -> Seat:
    """Return a seat with a person in place of the giver (and who stood in for the giver); the others keep theirs."""
    stay = tuple(one for one in seat.candidates if by not in (one.person, one.on_behalf_of))
    handed = tuple(dict.fromkeys((*seat.handed, by, candidate.person)))
    return seat.model_copy(update={"candidates": (*stay, candidate), "handed": handed})
