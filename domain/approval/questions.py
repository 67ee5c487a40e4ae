"""What an approval's owner asks of the policy and the organisation, and what they answer."""

from datetime import datetime
from typing import Literal

from domain.approval.seats import Approval, Candidate, Purpose, SignerQuestion, Step, Subject
from domain.quotes import QuoteLine
from domain.value import Text, Value


class ResolveApproval(Value):
    """Find which rules fire for a subject and who may sit in each seat.

    Attributes:
        lines: the quote whose list prices are checked, too; none when only the people are asked for again.
    """

    kind: Literal["resolve_approval"] = "resolve_approval"
    approval_id: str
    policy: str
    customer_id: str
    subject: Subject
    customer_class: str = ""
    entity: str = ""
    lines: tuple[QuoteLine, ...] = ()


class CheckSigner(Value):
    """Ask the organisation whether a person may sit in a seat of an approval.

    Attributes:
        step: of the seat.
        role: of the seat.
        purpose: whether the person takes the seat over, or signs beside it.
    """

    kind: Literal["check_signer"] = "check_signer"
    approval_id: str
    policy: str
    subject: Subject
    who: str
    step: str = ""
    role: str = ""
    purpose: Purpose = "transfer"


class Resolved(Value):
    """Result of `ResolveApproval`: the steps with their seats, none when no rule fires.

    Attributes:
        until: when an absence or delegation begins or ends that may change the seats, if one is known.
        mispriced: what is wrong with the list prices; nothing is asked of anybody then.
    """

    kind: Literal["resolved"] = "resolved"
    approval_id: str
    steps: tuple[Step, ...]
    until: datetime | None = None
    mispriced: Text | None = None


def check_signer(approval: Approval, policy: str, asked: SignerQuestion) -> CheckSigner:
    """Ask about the person of a question."""
    seat = next(
        seat for step in approval.steps if step.id == asked.step for seat in step.seats if seat.id == asked.seat
    )
    return CheckSigner(
        approval_id=approval.id,
        policy=policy,
        subject=approval.subject,
        who=asked.who,
        step=asked.step,
        role=seat.role,
        purpose=asked.purpose,
    )


class SignerChecked(Value):
    """Result of `CheckSigner`: the candidate, or why not."""

    kind: Literal["signer_checked"] = "signer_checked"
    approval_id: str
    candidate: Candidate | None = None
    refused: Text | None = None


class OrgChanged(Value):
    """People, delegations or absences changed: seats are resolved again."""

    kind: Literal["org_changed"] = "org_changed"


class SeatsQuestioned(Value):
    """The organisation changed while seats are open: they are resolved again."""

    kind: Literal["seats_questioned"] = "seats_questioned"
    approval_id: str
