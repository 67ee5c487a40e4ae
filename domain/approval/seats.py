"""An approval: steps of seats, bound to the hash of what is approved; embedded in its owner's state."""

from datetime import datetime
from typing import Literal

from domain.money import Money
from domain.terms import ApprovalTerms
from domain.value import Text, Value

SubjectKind = Literal[
    "quote", "stage_gate", "contract", "amendment", "cancellation", "credit_release", "credit_note", "write_off",
    "refund", "claim", "receipt", "reversal", "hand_over", "plan", "exchange",
]  # fmt: skip
Verdict = Literal["approve", "reject", "return"]
Purpose = Literal["transfer", "before", "after"]
SeatStatus = Literal["open", "approved", "rejected", "returned", "closed"]
ApprovalStatus = Literal[
    "resolving", "pending", "approved", "returned", "rejected", "recalled", "expired", "superseded", "invalidated",
    "stuck",
]  # fmt: skip


AT_LIST = {
    "total_minor": "list_total_minor",
    "amount_minor": "list_total_minor",
    "gross_minor": "list_gross_minor",
}
"""Amounts that grow when less is given away, each with the same amount at list prices, which then stays."""

IN_ALL = "in_all_minor"
"""The measure that counts an amount with what was given away of the same document before."""


class Subject(Value):
    """What is asked for, in the numbers the policy's conditions read.

    Attributes:
        kind: what kind of thing.
        reference: e.g. ``quote 2``.
        content_hash: decisions bind to it.
        amount: compared with authority limits.
        measures: integers by name (``max_discount_bp``, ``total_minor`` …), the envelope's dimensions.
        requester, owner, editors: people who may not decide (separation of duties); ``owner`` is the present one.
        former_owners: who owned it since it was asked for, and may not decide either.
    """

    kind: SubjectKind
    reference: str
    content_hash: str
    amount: Money
    measures: tuple[tuple[str, int], ...] = ()
    requester: str = ""
    owner: str = ""
    editors: tuple[str, ...] = ()
    former_owners: tuple[str, ...] = ()

    def handed_to(self, owner: str) -> "Subject":
        """Return the same subject with another owner; the one before stays separated from it."""
        before = (*self.former_owners, self.owner) if self.owner else self.former_owners
        former = tuple(dict.fromkeys(one for one in before if one != owner))
        return self.model_copy(update={"owner": owner, "former_owners": former})


class Candidate(Value):
    """A person who may decide in a seat, as resolved from the organisation.

    Attributes:
        person: the id of the person.
        on_behalf_of: the person stood in for, when by delegation.
        limit: the largest amount the person may approve; none is unlimited.
        since, until: when the authority holds (delegations).
    """

    person: str
    on_behalf_of: str = ""
    limit: Money | None = None
    since: datetime | None = None
    until: datetime | None = None


class Exclusion(Value):
    """A person who would hold the role but may not decide, and why."""

    person: str
    why: Text


class Seat(Value):
    """One vote of a step.

    Attributes:
        manager: who is put in when the clock runs out, up to ``manager_limit``; none is unlimited.
        carried: decided elsewhere: in the person's seat just before, or ``inherited`` from the version before.
        depth: how many levels deep a signer was added (加签), who must approve; 0 for a seat of the policy.
        handed: everybody who gave the seat away or was given it (转交), so that it never comes back to one of them.
        waits_for: seats that must be decided before this one may approve (加签).
    """

    id: str
    role: str
    candidates: tuple[Candidate, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    manager: str = ""
    manager_limit: Money | None = None
    status: SeatStatus = "open"
    decided_by: str = ""
    on_behalf_of: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    carried: bool = False
    inherited: bool = False
    depth: int = 0
    handed: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


class Step(Value):
    """One step of an approval: its seats and how many of them must approve.

    Attributes:
        id: the rule's id in the policy.
        rank: steps of lower rank come first; equal ranks run side by side.
        needed: approvals needed to pass (any = 1, all = number of seats, quorum = n).
        clause: the condition that fired, as written.
        covers: the measures this rule compares, as they were approved or are to be, amounts at list prices beside them;
            a later version whose measures are all no larger, or larger only by giving less away, keeps the decisions
            (the envelope).
        running_since: since when the step's clock runs, none while it stands still.
        spent_us: microseconds of the step's clock used up before ``running_since``.
    """

    id: str
    rank: int
    needed: int
    clause: str
    seats: tuple[Seat, ...]
    covers: tuple[tuple[str, int], ...] = ()
    opened_at: datetime | None = None
    running_since: datetime | None = None
    spent_us: int = 0
    warned: int = 0
    breached: int = 0
    passed: bool = False


class SignerQuestion(Value):
    """Somebody is to sit in a seat: the organisation is asked whether they may."""

    step: str
    seat: str
    who: str
    purpose: Purpose
    by: str
    reason: str = ""


class Approval(Value):
    """One approval with its steps in order; see domain.md 6.2.

    Attributes:
        at_rank: the rank whose steps are open.
        paused_at: since when its clocks stand still.
        running_since: since when the clock of its age runs, ``spent_us`` microseconds were used up before.
        question: the signer being checked against the organisation, one at a time.
        seats_until: when an absence or delegation begins or ends and the seats are to be resolved again; none while
            they are being resolved, or when no such date is known.
    """

    id: str
    subject: Subject
    status: ApprovalStatus
    terms: ApprovalTerms
    opened_at: datetime
    steps: tuple[Step, ...] = ()
    at_rank: int = 0
    paused_at: datetime | None = None
    running_since: datetime | None = None
    spent_us: int = 0
    question: SignerQuestion | None = None
    seats_until: datetime | None = None
