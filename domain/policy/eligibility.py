"""Whether one person may decide on one subject, and why not: separation of duties, presence, then authority."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.approval.seats import Subject
from domain.local_time import instant
from domain.money import Money, Rounding
from domain.organisation import OrgSnapshot, Person
from domain.policy.document import Policy
from domain.policy.rates import stated
from domain.value import Text


@dataclass(frozen=True, slots=True)
class Question:
    """Who may decide on a subject at an instant, under a policy and an organisation.

    Attributes:
        separated: people who may not decide, with the reason.
    """

    policy: Policy
    org: OrgSnapshot
    subject: Subject
    at: datetime
    separated: dict[str, Text] = field(default_factory=dict)


def question(policy: Policy, org: OrgSnapshot, subject: Subject, at: datetime) -> Question:
    """Ask, leaving out who asked for it, owns or owned the deal or edited the prices."""
    barred = {person: Text(en="edited the prices", zh="修改过价格") for person in subject.editors}
    barred |= {person: Text(en="owned the deal", zh="曾是商机负责人") for person in subject.former_owners}
    barred[subject.owner] = Text(en="owns the deal", zh="是商机负责人")
    barred[subject.requester] = Text(en="asked for the approval", zh="是申请人")
    barred.pop("", None)
    return Question(policy, org, subject, at, barred)


def limit_of(asked: Question, person: Person) -> Money | None:
    """Return the person's authority in the subject's currency, rounded down; none is unlimited.

    An authority without a rate into that currency is an authority over nothing.
    """
    if not person.authority:
        return None
    currency = asked.subject.amount.currency
    found = stated(asked.policy, person.authority, currency, asked.at, Rounding.DOWN)
    return found or Money.zero(currency)


def reaches(asked: Question, limit: Money | None) -> bool:
    """Tell whether a limit reaches the subject's amount."""
    return limit is None or not asked.subject.amount.exceeds(limit)


def barred(asked: Question, person: Person) -> Text | None:
    """Return why a person has no say at all in this, or none: separated, or gone."""
    if not person.active:
        return Text(en="no longer works here", zh="已停用")
    return asked.separated.get(person.id)


def hindered(asked: Question, person: Person) -> Text | None:
    """Return why a person who has a say cannot decide now, or none: absent, or without the authority."""
    return absent(asked, person) or beyond(asked, limit_of(asked, person))


def absent(asked: Question, person: Person) -> Text | None:
    """Return until when a person is away, or none."""
    absence = asked.org.absence(person.id, asked.at)
    if absence is None:
        return None
    if absence.until is None:
        return Text(en="is absent", zh="不在岗")
    back = instant(absence.until).strftime("%Y-%m-%d %H:%M UTC")
    return Text(en=f"is absent until {back}", zh=f"不在岗，{back} 返回")


def beyond(asked: Question, limit: Money | None) -> Text | None:
    """Return the sentence for an amount above a limit, or none."""
    if reaches(asked, limit):
        return None
    amount = asked.subject.amount
    return Text(en=f"may approve {limit} at most, this is {amount}", zh=f"审批权限为 {limit}，低于 {amount}")
