"""Nobody decides on what they asked for, own or edited, nor beyond their time and authority, nor through a delegate."""

from datetime import datetime

from domain.approval.seats import Candidate, Subject
from domain.refusal import Code, Refused, refuse


def separated(subject: Subject) -> frozenset[str]:
    """Return the people who may not decide on a subject."""
    return frozenset(
        person for person in (subject.requester, subject.owner, *subject.former_owners, *subject.editors) if person
    )


def involved(subject: Subject, person: str, on_behalf_of: str = "") -> Refused | None:
    """Return the refusal (E_SOD) of a person with a part in the subject, or who stands in for one, or none."""
    apart = separated(subject) & {person, on_behalf_of}
    if not apart:
        return None
    named = min(apart)
    return refuse(
        Code.SOD,
        f"{named} asked for, owns or edited this and may not decide on it; somebody else must",
        f"{named} 是申请人、负责人或编辑人，不能审批；须由他人决定",
        person=named,
    )


def beyond(subject: Subject, candidate: Candidate) -> Refused | None:
    """Return the refusal (E_LIMIT) of an amount above a candidate's authority, or none; debits and credits alike."""
    limit, amount = candidate.limit, subject.amount
    if limit is None or (limit.currency == amount.currency and abs(amount.minor) <= limit.minor):
        return None
    return refuse(
        Code.LIMIT,
        f"{amount} is above the authority of {candidate.person} ({limit})",
        f"{amount} 超过 {candidate.person} 的审批权限（{limit}）",
        limit=limit,
    )


def barred(subject: Subject, candidate: Candidate, now: datetime) -> Refused | None:
    """Return why a candidate may decide nothing here now, not even reject (E_SOD, E_AUTH), or none."""
    if (part := involved(subject, candidate.person, candidate.on_behalf_of)) is not None:
        return part
    if (candidate.since and now < candidate.since) or (candidate.until and now >= candidate.until):
        return refuse(
            Code.AUTH,
            f"the delegation of {candidate.person} does not hold now",
            f"{candidate.person} 的委托当前无效",
            person=candidate.person,
        )
    return None


def may_approve(subject: Subject, candidate: Candidate, now: datetime) -> bool:
    """Tell whether a candidate's approval would count now."""
    return barred(subject, candidate, now) is None and beyond(subject, candidate) is None
