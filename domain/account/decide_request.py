"""What the approval decides is the request's fate, told in the same breath: no approval ends without its request."""

from datetime import datetime
from typing import Any

from domain.account import commands as c
from domain.account import events as e
from domain.account.asked_twice import asked_once
from domain.account.effects import GivenAway
from domain.account.reading import Events, terms_of, workflow_id
from domain.account.requests import MOST_OPEN, Outcome, Request, frozen, open_requests, subject_of
from domain.account.state import Account
from domain.approval import clock, obeying, signers
from domain.approval import events as approval
from domain.approval import machine as approvals
from domain.approval.questions import OrgChanged, Resolved, SeatsQuestioned, SignerChecked
from domain.approval.requests import AddSigner, Decide, Recall, TransferSeat
from domain.approval.seats import Approval
from domain.machine import Actor
from domain.receivables.second_person import Second, Weighed
from domain.refusal import Code, refuse
from domain.terms import ApprovalTerms, RequestKind

_LONGEST_REASON = 500
"""Characters of a reason that the request's end keeps; the decision's own event has all of it."""


def raised(account: Account, effect: GivenAway, waits: Weighed) -> Events:
    """Have a second person asked for what the ledger has weighed."""
    if effect.second is None:
        raise ValueError(f"{effect.entity}/{effect.customer_id}: weighed without anybody who asks")
    asked, by = frozen(effect, waits), effect.second.by
    subject = subject_of(asked, waits, by)
    approval_id = f"{workflow_id(account).removeprefix('account/').replace('/', '.')}.{account.version + 1}"
    told = {"approval_id": approval_id, "effect": asked, "amount": subject.amount, "requester": by}
    terms = terms_of(account).approval or ApprovalTerms()
    return (e.RequestRaised.model_validate(told), *approvals.request(approval_id, subject, terms))  # type: ignore[arg-type]  # an approval's events are an account's


def second(account: Account, kind: RequestKind, actor: Actor) -> Second | None:
    """Return when the policy wants a second person, none when it never does."""
    for alone in terms_of(account).alone:
        if alone.kind == kind:
            full = len(open_requests(account.requests)) >= MOST_OPEN
            return Second(over_minor=alone.minor, by=actor.id, full=full)
    return None


def by_ledger(
    account: Account, command: str, effect: type[GivenAway], kind: RequestKind, actor: Actor, told: dict[str, Any]
) -> Events:
    """Ask the ledger for something that may need a second person."""
    asked = effect(
        entity=account.entity,
        customer_id=account.customer_id,
        currency=account.currency,
        terms_hash=account.terms_hash,
        **{"second": second(account, kind, actor), **told},
    )
    return (e.LedgerAsked.model_validate({"command": command, "effect": asked_once(account, asked)}),)


def decide_seat(account: Account, command: Decide, actor: Actor, now: datetime) -> Events:
    """Decide on a seat; the same decision again changes nothing and is answered as the first was."""
    current = _approval_of(account, command.approval_id)
    return _with_request(current.id, obeying.decide_seat(current, command, actor, now), by=actor.id)


def transfer_seat(account: Account, command: TransferSeat, actor: Actor, now: datetime) -> Events:
    """Ask whether the other person may take one's seat."""
    return _events(obeying.transfer_seat(_approval_of(account, command.approval_id), command, actor))


def add_signer(account: Account, command: AddSigner, actor: Actor, now: datetime) -> Events:
    """Ask whether another person may sign beside one's seat."""
    return _events(obeying.add_signer(_approval_of(account, command.approval_id), command, actor))


def recall(account: Account, command: Recall, actor: Actor, now: datetime) -> Events:
    """Take a request back."""
    current = _approval_of(account, command.approval_id)
    return _with_request(current.id, approvals.recall(current, actor=actor, reason=command.reason), by=actor.id)


def resolved(account: Account, result: Resolved, now: datetime) -> Events:
    """Fill the seats; nothing, when the request is over."""
    current = _waiting(account, result.approval_id)
    if current is None:
        return ()
    return _with_request(current.id, approvals.resolve(current, result.steps, now, None, result.until))


def signer_checked(account: Account, result: SignerChecked) -> Events:
    """Seat the person the organisation allows; whom it does not allow, it names with the reason."""
    current = _waiting(account, result.approval_id)
    return () if current is None else _events(signers.answered(current, result.candidate, result.refused))


def questioned(account: Account, command: OrgChanged, actor: Actor, now: datetime) -> Events:
    """Have all open seats resolved again, since people have changed."""
    waiting = [request.id for request in open_requests(account.requests) if request.approval is not None]
    if not waiting:
        raise refuse(Code.STATE, "no seat is open, nobody's change matters here", "没有待决席位，人员变动与此无关")
    return tuple(SeatsQuestioned(approval_id=one) for one in waiting)


def people_due(account: Account, command: c.PeopleDue, actor: Actor, now: datetime) -> Events:
    """Have the seats of a request resolved again, since people come or go today; nothing when it is over."""
    current = _waiting(account, command.approval_id)
    return () if current is None else (SeatsQuestioned(approval_id=current.id),)


def rang(account: Account, command: c.RequestAlarm, actor: Actor, now: datetime) -> Events:
    """Return what an alarm of an approval makes true; nothing when it is out of date."""
    current = _waiting(account, command.approval_id)
    return () if current is None else _with_request(current.id, clock.rang(current, command.what, command.reference))


def request_of(account: Account, approval_id: str) -> Request | None:
    """Return a request by its approval, none when the account has none of that id any more."""
    return next((request for request in account.requests if request.id == approval_id), None)


def _waiting(account: Account, approval_id: str) -> Approval | None:
    request = request_of(account, approval_id)
    return request.approval if request is not None and request.waits else None


def _approval_of(account: Account, approval_id: str) -> Approval:
    request = request_of(account, approval_id)
    if request is None or request.approval is None:
        raise refuse(Code.NOTFOUND, f"there is no approval {approval_id} here", f"此处没有审批 {approval_id}")
    return request.approval


def _events(found: approvals.Events) -> Events:
    return found  # type: ignore[return-value]  # an approval's events are an account's


def _with_request(approval_id: str, found: approvals.Events, by: str = "") -> Events:
    """Add what the end of an approval means for the request, and which person's word it was."""
    for event in found:
        if isinstance(event, approval.ApprovalGranted | approval.ApprovalNotNeeded):
            return (*_events(found), e.RequestAgreed(approval_id=approval_id))
        outcome = _OUTCOMES.get(type(event))
        if outcome is not None:
            reason = getattr(event, "reason", "")[:_LONGEST_REASON]
            ended = e.RequestEnded(approval_id=approval_id, outcome=outcome, reason=reason, by=by)
            return (*_events(found), ended)
    return _events(found)


_OUTCOMES: dict[type, Outcome] = {
    approval.ApprovalRejected: "rejected",
    approval.ApprovalReturned: "returned",
    approval.ApprovalRecalled: "recalled",
    approval.ApprovalExpired: "expired",
}
