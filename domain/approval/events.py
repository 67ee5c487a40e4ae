"""What happens to an approval, in the past tense; each stands in its owner's history."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.approval.seats import Seat, SignerQuestion, Step, Subject, Verdict
from domain.terms import ApprovalTerms
from domain.value import Text, Value


class ApprovalRequested(Value):
    kind: Literal["approval_requested"] = "approval_requested"
    approval_id: str
    subject: Subject
    terms: ApprovalTerms


class ApprovalNotNeeded(Value):
    """No rule fires: approved by the policy itself."""

    kind: Literal["approval_not_needed"] = "approval_not_needed"
    approval_id: str


class SeatsResolved(Value):
    """The steps with their seats; ``again`` when people had changed, and ``until`` when they will by date."""

    kind: Literal["seats_resolved"] = "seats_resolved"
    approval_id: str
    steps: tuple[Step, ...]
    again: bool = False
    until: datetime | None = None


class StepOpened(Value):
    kind: Literal["step_opened"] = "step_opened"
    approval_id: str
    rank: int


class SeatDecided(Value):
    """A vote; ``carried`` from the person's seat just before, or ``inherited`` from the version before as well."""

    kind: Literal["seat_decided"] = "seat_decided"
    approval_id: str
    step: str
    seat: str
    person: str
    on_behalf_of: str = ""
    verdict: Verdict
    content_hash: str
    reason: str = ""
    carried: bool = False
    inherited: bool = False


class ApprovalGranted(Value):
    kind: Literal["approval_granted"] = "approval_granted"
    approval_id: str
    content_hash: str


class ApprovalRejected(Value):
    kind: Literal["approval_rejected"] = "approval_rejected"
    approval_id: str
    reason: str


class ApprovalReturned(Value):
    kind: Literal["approval_returned"] = "approval_returned"
    approval_id: str
    reason: str
    by_clock: bool = False


class ApprovalRecalled(Value):
    kind: Literal["approval_recalled"] = "approval_recalled"
    approval_id: str
    reason: str = ""


class ApprovalExpired(Value):
    kind: Literal["approval_expired"] = "approval_expired"
    approval_id: str


class ApprovalSuperseded(Value):
    kind: Literal["approval_superseded"] = "approval_superseded"
    approval_id: str


class ApprovalStuck(Value):
    """Too few may decide, or they are late with nobody above them: operations must act, nothing is approved."""

    kind: Literal["approval_stuck"] = "approval_stuck"
    approval_id: str
    seats: tuple[str, ...]


class SeatTransferred(Value):
    kind: Literal["seat_transferred"] = "seat_transferred"
    approval_id: str
    step: str
    seat: Seat
    by: str


class SignerAdded(Value):
    kind: Literal["signer_added"] = "signer_added"
    approval_id: str
    step: str
    seat: Seat
    position: Literal["before", "after"]
    by: str


class SignerQuestioned(Value):
    """A transfer or an added signer is asked for: the organisation says whether that person may."""

    kind: Literal["signer_questioned"] = "signer_questioned"
    approval_id: str
    question: SignerQuestion


class SignerDeclined(Value):
    """The organisation says that the person may not sit in the seat, or the seat was decided meanwhile."""

    kind: Literal["signer_declined"] = "signer_declined"
    approval_id: str
    who: str
    why: Text | None = None


class StepWarned(Value):
    kind: Literal["step_warned"] = "step_warned"
    approval_id: str
    step: str
    nth: int


class StepEscalated(Value):
    """The step's clock ran out: seats changed by adding or putting in the manager."""

    kind: Literal["step_escalated"] = "step_escalated"
    approval_id: str
    step: str
    seats: tuple[Seat, ...]
    nth: int


class Spent(Value):
    """Microseconds of a step's clock used up when it stopped."""

    step: str
    spent_us: int


class ApprovalPaused(Value):
    """The clocks stop, each with what is used up: of the steps, and of the approval's own age."""

    kind: Literal["approval_paused"] = "approval_paused"
    approval_id: str
    spent: tuple[Spent, ...] = ()
    spent_us: int = 0


class ApprovalResumed(Value):
    kind: Literal["approval_resumed"] = "approval_resumed"
    approval_id: str


ApprovalEvent = Annotated[
    ApprovalRequested
    | ApprovalNotNeeded
    | SeatsResolved
    | StepOpened
    | SeatDecided
    | ApprovalGranted
    | ApprovalRejected
    | ApprovalReturned
    | ApprovalRecalled
    | ApprovalExpired
    | ApprovalSuperseded
    | ApprovalStuck
    | SeatTransferred
    | SignerAdded
    | SignerQuestioned
    | SignerDeclined
    | StepWarned
    | StepEscalated
    | ApprovalPaused
    | ApprovalResumed,
    Field(discriminator="kind"),
]
