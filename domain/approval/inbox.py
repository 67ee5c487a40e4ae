"""The row of an approval in the inbox of those who may decide."""

from datetime import datetime

from domain.approval.machine import seats_open
from domain.approval.seats import Approval
from domain.ports import ApprovalRow


def approval_row(approval: Approval, *, owner_workflow: str, deal_id: str, due_at: datetime | None) -> ApprovalRow:
    """Return an approval as its inbox shows it.

    Args:
        approval: as it stands.
        owner_workflow: the id of the workflow whose state holds it.
        deal_id: empty for one of an account.
        due_at: when the open step runs out of time, none where no clock runs.
    """
    waiting = (candidate.person for _, seat in seats_open(approval) for candidate in seat.candidates)
    return ApprovalRow(
        approval_id=approval.id,
        owner_workflow=owner_workflow,
        deal_id=deal_id,
        kind=approval.subject.kind,
        reference=approval.subject.reference,
        status=approval.status,
        content_hash=approval.subject.content_hash,
        amount=approval.subject.amount,
        requester=approval.subject.requester,
        assignees=tuple(dict.fromkeys(waiting)),
        opened_at=approval.opened_at,
        due_at=due_at,
    )
