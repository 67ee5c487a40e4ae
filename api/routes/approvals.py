"""The approver's inbox: a decision is a command to the owner of the approval, bound to what was seen."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from api.answers import told
from api.bodies import body_of
from api.callers import Caller
from api.deps import CallerDep, Edge, EdgeDep, Filter, IdPath, KeyDep, caller_of
from api.idempotency import submission_id
from api.paging import CursorQuery, LimitQuery
from api.routes.deals import seen_deal
from api.submitting import submit_to_account, submit_to_deal
from domain.approval.requests import AddSigner, Decide, Recall, TransferSeat
from domain.ports import ApprovalRow
from domain.refusal import Code, refuse
from domain.value import Strict
from domain.words import Name
from storage.queries.approval_reading import ApprovalRead, with_grounds
from storage.queries.work import ApprovalPage, approval, approvals
from workflows.messages import AccountSubmission, Answered, DealSubmission

router = APIRouter(tags=["approvals"], dependencies=[Depends(caller_of)])
Explained = Annotated[str, Field(max_length=2000)]


class Decision(Strict):
    """A decision on one's seat, bound to the content hash seen. 审批决定。"""

    verdict: Literal["approve", "reject", "return"]
    content_hash: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Explained = ""
    on_behalf_of: Annotated[str, Field(max_length=200)] = ""


class Transfer(Strict):
    """Give one's own seat to another person. 转交。"""

    to: Name
    reason: Explained = ""


class Signer(Strict):
    """Add a signer before or after one's own seat. 加签。"""

    who: Name
    position: Literal["before", "after"]


class Withdrawal(Strict):
    """Take back what was asked for. 撤回。"""

    reason: Explained = ""


DECISION, TRANSFER, SIGNER, WITHDRAWAL = body_of(Decision), body_of(Transfer), body_of(Signer), body_of(Withdrawal)


async def seen_approval(edge: Edge, caller: Caller, approval_id: str) -> ApprovalRow:
    """Return an approval of a deal or an account of the caller's entity (E_NOTFOUND)."""
    row = await edge.database.read(approval, approval_id)
    if row.deal_id:
        await seen_deal(edge, caller, row.deal_id)
    elif not caller.sees(_account_of(row)[0]):
        raise refuse(Code.NOTFOUND, f"there is no approval {approval_id}", f"没有审批 {approval_id}")
    return row


def _account_of(row: ApprovalRow) -> tuple[str, str, str]:
    """Return the entity, customer and currency of the account that owns an approval."""
    _, entity, customer_id, currency = row.owner_workflow.split("/")
    return entity, customer_id, currency


async def _submit(
    edge: Edge, caller: Caller, approval_id: str, key: str, command: Decide | TransferSeat | AddSigner | Recall
) -> Answered:
    row = await seen_approval(edge, caller, approval_id)
    known, actor = submission_id(caller, key), caller.actor()
    if row.deal_id:
        return await submit_to_deal(edge, row.deal_id, DealSubmission(id=known, actor=actor, command=command))
    submission = AccountSubmission(id=known, actor=actor, command=command)
    return await submit_to_account(edge, _account_of(row), submission)


@router.get("/api/approvals", summary="List approvals, the oldest first. 审批列表")
async def listed(
    edge: EdgeDep, caller: CallerDep, cursor: CursorQuery = "", limit: LimitQuery = 50, assignee: Filter = "",
    status: Filter = "",
) -> ApprovalPage:  # fmt: skip
    """Read one page; `assignee=me` is the caller's inbox."""
    person = caller.id if assignee == "me" else assignee
    return await edge.database.read(approvals, person, status, cursor, limit, entity=caller.entity)


@router.get("/api/approvals/{approval_id}", summary="Read an approval. 审批详情")
async def read(edge: EdgeDep, caller: CallerDep, approval_id: IdPath) -> ApprovalRead:
    """Read the read model, with reason and evidence of what an account asks for."""
    row = await seen_approval(edge, caller, approval_id)
    return await edge.database.read(with_grounds, row)


@router.post(
    "/api/approvals/{approval_id}/decisions", openapi_extra=DECISION.documented,
    summary="Approve, reject or return. 同意、驳回或退回",
)  # fmt: skip
async def decide(
    edge: EdgeDep, caller: CallerDep, approval_id: IdPath, key: KeyDep, response: Response,
    body: Annotated[Decision, Depends(DECISION)],
) -> Answered:  # fmt: skip
    """Decide on one's seat."""
    command = Decide(approval_id=approval_id, **dict(body))
    return told(response, await _submit(edge, caller, approval_id, key, command))


@router.post(
    "/api/approvals/{approval_id}/transfer", openapi_extra=TRANSFER.documented,
    summary="Give one's seat to another person. 转交",
)  # fmt: skip
async def transfer(
    edge: EdgeDep, caller: CallerDep, approval_id: IdPath, key: KeyDep, response: Response,
    body: Annotated[Transfer, Depends(TRANSFER)],
) -> Answered:  # fmt: skip
    """Transfer one's seat."""
    command = TransferSeat(approval_id=approval_id, to=body.to, reason=body.reason)
    return told(response, await _submit(edge, caller, approval_id, key, command))


@router.post(
    "/api/approvals/{approval_id}/signers", openapi_extra=SIGNER.documented,
    summary="Add a signer before or after one's seat. 前加签/后加签",
)  # fmt: skip
async def add_signer(
    edge: EdgeDep, caller: CallerDep, approval_id: IdPath, key: KeyDep, response: Response,
    body: Annotated[Signer, Depends(SIGNER)],
) -> Answered:  # fmt: skip
    """Add a signer."""
    command = AddSigner(approval_id=approval_id, who=body.who, position=body.position)
    return told(response, await _submit(edge, caller, approval_id, key, command))


@router.post(
    "/api/approvals/{approval_id}/recall", openapi_extra=WITHDRAWAL.documented,
    summary="Take back what was asked for. 撤回",
)  # fmt: skip
async def recall(
    edge: EdgeDep, caller: CallerDep, approval_id: IdPath, key: KeyDep, response: Response,
    body: Annotated[Withdrawal, Depends(WITHDRAWAL)],
) -> Answered:  # fmt: skip
    """Recall it."""
    command = Recall(approval_id=approval_id, reason=body.reason)
    return told(response, await _submit(edge, caller, approval_id, key, command))
