"""What a request asks of the outside: seats from the organisation, words to people, and at last the ledger."""

from collections.abc import Callable, Iterable
from datetime import datetime

from domain.account import effects as f
from domain.account import events as e
from domain.account.decide_request import request_of
from domain.account.reading import LEDGER, STAFF
from domain.account.requests import Request, grounds, named
from domain.account.state import Account
from domain.approval import events as approval
from domain.approval.clock import alarms
from domain.approval.machine import seats_open
from domain.approval.questions import ResolveApproval, SeatsQuestioned, check_signer
from domain.approval.seats import Approval
from domain.business_calendar import CalendarEnded
from domain.local_time import local_day
from domain.value import Value

Asked = tuple[tuple[str, f.AccountEffect], ...]
SEATS = "seats"


def _resolve(account: Account, event: approval.ApprovalRequested | SeatsQuestioned) -> Asked:
    current, terms = _approval(account, event.approval_id), account.terms
    if current is None or terms is None:
        return ()
    asked = ResolveApproval(
        approval_id=current.id,
        policy=terms.policy,
        customer_id=account.customer_id,
        subject=current.subject,
        customer_class=terms.customer_class,
        entity=account.entity,
    )
    return ((SEATS, asked),)


def _signer(account: Account, event: approval.SignerQuestioned) -> Asked:
    current, terms = _approval(account, event.approval_id), account.terms
    if current is None or terms is None:
        return ()
    return ((SEATS, check_signer(current, terms.policy, event.question)),)


def _seats_open(account: Account, event: approval.StepOpened) -> Asked:
    current, request = _approval(account, event.approval_id), request_of(account, event.approval_id)
    if current is None or request is None:
        return ()
    people = dict.fromkeys(one.person for _, seat in seats_open(current) for one in seat.candidates)
    facts = {**_facts(request, current), "content_hash": current.subject.content_hash}
    return _tell(account, "approval_due", people, facts, _breach(account, current))


def _late_seats(account: Account, event: approval.StepWarned | approval.StepEscalated) -> Asked:
    current, request = _approval(account, event.approval_id), request_of(account, event.approval_id)
    if current is None or request is None:
        return ()
    people = dict.fromkeys(
        one.person for step, seat in seats_open(current) if step.id == event.step for one in seat.candidates
    )
    template = "approval_reminder" if isinstance(event, approval.StepWarned) else "approval_escalated"
    return _tell(account, template, people, _facts(request, current))


def _stuck(account: Account, event: approval.ApprovalStuck) -> Asked:
    told = f.NotifyStaff(
        role="ops",
        template="approval_stuck",
        customer_id=account.customer_id,
        facts=(("approval_id", event.approval_id),),
    )
    return ((STAFF, told),)


def _agreed(account: Account, event: e.RequestAgreed) -> Asked:
    """Ask the ledger, on the day of today: a document is dated when it is issued, not when it was asked for."""
    request, terms = request_of(account, event.approval_id), account.terms
    if request is None or terms is None or not isinstance(request.effect, f.GivenAway):
        return ()
    changes: dict[str, object] = {"agreed": request.id, "terms_hash": account.terms_hash}
    if "issue_on" in type(request.effect).model_fields:
        changes["issue_on"] = local_day(terms.dunning.zone, account.timeline[-1].at)
    return ((LEDGER, request.effect.model_copy(update=changes)),)


def _ended(account: Account, event: e.RequestEnded) -> Asked:
    current, request = _approval(account, event.approval_id), request_of(account, event.approval_id)
    if current is None or request is None or event.outcome in ("done", "recalled"):
        return ()
    facts = {**_facts(request, current), "outcome": event.outcome, "decided_by": event.by, "why": event.reason}
    if event.outcome == "refused":
        signed = (seat.decided_by for step in current.steps for seat in step.seats if seat.status == "approved")
        return _tell(account, "request_not_done", dict.fromkeys((current.subject.requester, *signed)), facts)
    if event.outcome == "overtaken":
        return _tell(account, "request_overtaken", (current.subject.requester,), facts)
    return _tell(account, "request_not_agreed", (current.subject.requester,), facts)


def _approval(account: Account, approval_id: str) -> Approval | None:
    request = request_of(account, approval_id)
    return None if request is None else request.approval


def _facts(request: Request, current: Approval) -> dict[str, str]:
    subject, effect = current.subject, request.effect
    if not isinstance(effect, f.GivenAway):
        return {}
    return {
        "approval_id": current.id,
        "reference": named(effect),
        "amount": str(subject.amount),
        "requested_by": subject.requester,
        "reason": grounds(effect)[:200],
    }


def _tell(
    account: Account, template: str, people: Iterable[str], facts: dict[str, str], due: datetime | None = None
) -> Asked:
    named = tuple(one for one in people if one)
    if not named:
        return ()
    told = f.NotifyStaff(
        role="",
        people=named,
        template=template,
        customer_id=account.customer_id,
        facts=tuple(facts.items()),
        due=due,
    )
    return ((STAFF, told),)


def _breach(account: Account, current: Approval) -> datetime | None:
    if account.terms is None:
        return None
    try:
        found = alarms(current, account.terms.calendar)
    except CalendarEnded:
        return None
    return min((alarm.at for alarm in found if alarm.what == "approval_breach"), default=None)


OF_REQUESTS: dict[type[Value], Callable[..., Asked]] = {
    approval.ApprovalRequested: _resolve,
    SeatsQuestioned: _resolve,
    approval.SignerQuestioned: _signer,
    approval.StepOpened: _seats_open,
    approval.StepWarned: _late_seats,
    approval.StepEscalated: _late_seats,
    approval.ApprovalStuck: _stuck,
    e.RequestAgreed: _agreed,
    e.RequestEnded: _ended,
}
