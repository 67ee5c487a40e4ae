"""One approval as whoever decides reads it: with what its requester said."""

from sqlalchemy import Connection, select

from domain.account.events_requests import RequestRaised
from domain.account.requests import said_of
from domain.ports import ApprovalRow
from storage.tables.records import EVENT


class ApprovalRead(ApprovalRow):
    """An approval with what is judged by; of a quote or an order, the deal's pages say that.

    Attributes:
        reason: why it was asked for, in the requester's words.
        evidence: what proves it, e.g. a decision of a court and the id of the file that has it.
    """

    reason: str = ""
    evidence: str = ""


def with_grounds(connection: Connection, row: ApprovalRow) -> ApprovalRead:
    """Return an approval with what its requester said, which stands in the event log of its account."""
    asked = connection.execute(
        select(EVENT.c.data).where(
            EVENT.c.workflow_id == row.owner_workflow,
            EVENT.c.kind == "request_raised",
            EVENT.c.seq == _place(row.approval_id),
        )
    ).scalar_one_or_none()
    told = dict(row)
    if asked is not None:
        raised = RequestRaised.model_validate_json(asked)
        if raised.approval_id == row.approval_id:
            said = said_of(raised.effect)
            told |= {"reason": said.reason, "evidence": said.evidence}
    return ApprovalRead.model_validate(told)


def _place(approval_id: str) -> int:
    """Return the place in the log of the event that asked for it, which ends the id of an account's approval."""
    last = approval_id.rpartition(".")[2]
    return int(last) if last.isascii() and last.isdecimal() and len(last) < 10 else 0
