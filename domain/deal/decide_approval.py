"""What the approval decides is the fate of the quote or amendment, told in the same breath."""

from datetime import datetime
from typing import Literal

from domain.approval import clock, obeying, signers
from domain.approval import events as approval
from domain.approval import machine as approvals
from domain.approval.seats import Approval
from domain.deal import commands as c
from domain.deal import decide_cancel, decide_reduction
from domain.deal import events as e
from domain.deal.amending import deciding
from domain.deal.decide_amend import granted
from domain.deal.events_amend import AmendmentDropped
from domain.deal.reading import Events, quote_of
from domain.deal.state import Deal
from domain.machine import Actor
from domain.refusal import Code, refuse

Ended = Literal["rejected", "returned", "recalled", "expired"]
_LONGEST_REASON = 500
"""Characters of a reason that the quote keeps; the decision's own event has all of it."""


def decide_seat(deal: Deal, command: c.Decide, actor: Actor, now: datetime) -> Events:
    """Decide on a seat; the same decision again changes nothing and is answered as the first was."""
    found = obeying.decide_seat(_approval_of(deal, command.approval_id), command, actor, now)
    return _with_quote(deal, found, now, by=actor.id)


def transfer_seat(deal: Deal, command: c.TransferSeat, actor: Actor, now: datetime) -> Events:
    """Ask whether the other person may take one's seat."""
    return obeying.transfer_seat(_approval_of(deal, command.approval_id), command, actor)


def add_signer(deal: Deal, command: c.AddSigner, actor: Actor, now: datetime) -> Events:
    """Ask whether another person may sign beside one's seat."""
    return obeying.add_signer(_approval_of(deal, command.approval_id), command, actor)


def recall(deal: Deal, command: c.Recall, actor: Actor, now: datetime) -> Events:
    """Take the submitted quote back."""
    found = approvals.recall(_approval_of(deal, command.approval_id), actor=actor, reason=command.reason)
    return _with_quote(deal, found, now, by=actor.id)


def resolved(deal: Deal, result: c.Resolved, now: datetime) -> Events:
    """Fill the seats; no step at all is the policy's own approval. Nothing, when the approval is over.

    List prices that are not the price book's give the quote back before anybody is asked: no discount can be told.
    """
    current = deal.approval
    if current is None or current.id != result.approval_id:
        return ()
    wrong = result.mispriced
    if wrong is not None and current.status == "resolving":
        reason = f"{Code.GATE}: {wrong.en} / {wrong.zh}"
        return _with_quote(deal, (approval.ApprovalReturned(approval_id=current.id, reason=reason),), now)
    return _with_quote(deal, approvals.resolve(current, result.steps, now, deal.prior_approval, result.until), now)


def signer_checked(deal: Deal, result: c.SignerChecked) -> Events:
    """Seat the person the organisation allows; whom it does not allow, it names with the reason."""
    current = deal.approval
    if current is None or current.id != result.approval_id or current.status not in approvals.OPEN:
        return ()
    return signers.answered(current, result.candidate, result.refused)


def questioned(deal: Deal, command: c.OrgChanged, actor: Actor, now: datetime) -> Events:
    """Have the open seats resolved again, since people have changed."""
    current = deciding(deal)
    if current is None:
        raise refuse(Code.STATE, "no seat is open, nobody's change matters here", "没有待决席位，人员变动与此无关")
    return (e.SeatsQuestioned(approval_id=current.id),)


def rang(deal: Deal, what: clock.What, reference: str, now: datetime) -> Events:
    """Return what an alarm of the approval makes true."""
    return () if deal.approval is None else _with_quote(deal, clock.rang(deal.approval, what, reference), now)


def _approval_of(deal: Deal, approval_id: str) -> Approval:
    if deal.approval is None or deal.approval.id != approval_id:
        raise refuse(Code.NOTFOUND, f"there is no approval {approval_id} here", f"此处没有审批 {approval_id}")
    return deal.approval


def _with_quote(deal: Deal, found: Events, now: datetime, by: str = "") -> Events:
    """Add what the end of an approval means for what it is about, and which person's word it was."""
    for event in found:
        if isinstance(event, approval.ApprovalGranted | approval.ApprovalNotNeeded):
            return (*found, *_granted(deal, now))
        outcome = _OUTCOMES.get(type(event))
        if outcome is not None:
            return (*found, *_ended(deal, outcome, getattr(event, "reason", "")[:_LONGEST_REASON], by))
    return found


def _granted(deal: Deal, now: datetime) -> Events:
    if deal.amendment is not None:
        return granted(deal, now)
    if deal.cancellation is not None:
        return decide_cancel.granted(deal)
    if deal.reduction is not None:
        return decide_reduction.agreed(deal)
    quote = quote_of(deal)
    return (e.QuoteApproved(version=quote.version, content_hash=quote.content_hash),)


def _ended(deal: Deal, outcome: Ended, reason: str, by: str) -> Events:
    if deal.amendment is not None:
        return (AmendmentDropped(nth=deal.amendment.nth, outcome=outcome, reason=reason, by=by),)
    if deal.cancellation is not None:
        return decide_cancel.dropped(deal, outcome, reason, by)
    if deal.reduction is not None:
        return decide_reduction.dropped(deal, outcome, reason, by)
    return (e.QuoteNotApproved(version=quote_of(deal).version, outcome=outcome, reason=reason, by=by),)


_OUTCOMES: dict[type, Ended] = {
    approval.ApprovalRejected: "rejected",
    approval.ApprovalReturned: "returned",
    approval.ApprovalRecalled: "recalled",
    approval.ApprovalExpired: "expired",
}
