"""Bank statements are handed in as files; what is in doubt is held for finance to let go or to drop."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, UploadFile

from api.bodies import body_of, require
from api.deps import CallerDep, Edge, EdgeDep, Filter, RowPath, caller_of
from api.paging import CursorQuery, LimitQuery
from api.parties import require_entity
from api.problems import Fault, Rejected
from api.size import LARGEST_FILE
from api.statement_intake import Handed, Intake
from connectors.bank_statements.csv_profile import profiles_beside
from connectors.bank_statements.reading import read
from domain.refusal import Code, Detail, refuse
from domain.statements.problem import UnreadableFile
from domain.statements.statement import StatementFile
from domain.value import Strict, Value
from domain.words import Reason
from storage.operations.bank_statements import Handing, decide
from storage.operations.edge import store_file
from storage.queries.bank_statements import (
    OF_BANK,
    PaymentPage,
    StatementLine,
    StatementPage,
    payments,
    statement,
    statements,
)

router = APIRouter(tags=["bank statements"], dependencies=[Depends(caller_of)])
Status = Annotated[
    Literal["posting", "posted", "quarantined", "asked", "discarded", "held"] | None,
    Query(description="`held` are those that wait for a decision. 状态"),
]
Entity = Annotated[str, Form(max_length=60, description="Whose account it is, if it is not known yet. 主体")]
Profile = Annotated[str, Form(max_length=60, description="The bank profile of a CSV file that several fit. 银行格式")]


class Decision(Strict):
    """Let a held statement be posted, or drop it. 放行或作废。"""

    verdict: Literal["release", "discard"]
    reason: Reason


class HandedIn(Value):
    """What became of every statement of a file."""

    kind: str
    file: str
    statements: tuple[Handed, ...]


DECISION = body_of(Decision)


@router.post("/api/statements", status_code=201, summary="Hand a bank statement in. 上传银行对账单")
async def hand_in(
    edge: EdgeDep, caller: CallerDep, file: UploadFile, entity: Entity = "", profile: Profile = ""
) -> HandedIn:
    """Read camt.052, .053, .054, MT940, MT942 or CSV, and post what adds up; again changes nothing."""
    content = await file.read()
    require(0 < len(content) <= LARGEST_FILE, "file", "must have 1 byte to 20 MiB", "文件须为 1 字节至 20 MiB")
    named = caller.entity_of(entity)
    if named:
        require_entity(edge, named)
    found = await asyncio.to_thread(_read, edge, content, profile)
    digest = await edge.database.write(store_file, content, "application/octet-stream", OF_BANK, caller.id, edge.now())
    handing = Handing(entity=named, by=caller.id, file=digest)
    handed = await _intake(edge).hand_in(found, handing, edge.now())
    return HandedIn(kind=found.kind, file=digest, statements=handed)


@router.get("/api/statements", summary="Bank statements, the last handed in first. 银行对账单列表")
async def list_statements(
    edge: EdgeDep, caller: CallerDep, status: Status = None, entity: Filter = "", cursor: CursorQuery = "",
    limit: LimitQuery = 50,
) -> StatementPage:  # fmt: skip
    """Read where each stands."""
    return await edge.database.read(statements, status or "", caller.entity_of(entity), cursor, limit)


@router.get("/api/statements/{row}", summary="A bank statement with its lines. 银行对账单明细")
async def read_statement(
    edge: EdgeDep, caller: CallerDep, row: RowPath, cursor: CursorQuery = "", limit: LimitQuery = 50
) -> PaymentPage:
    """Read what became of each line."""
    await _seen(edge, caller.entity, row)
    return await edge.database.read(payments, row, cursor, limit)


@router.post(
    "/api/statements/{row}/decision", openapi_extra=DECISION.documented,
    summary="Post a held statement, or drop it. 放行或作废对账单",
)  # fmt: skip
async def decide_statement(
    edge: EdgeDep, caller: CallerDep, row: RowPath, body: Annotated[Decision, Depends(DECISION)]
) -> StatementLine:
    """Decide it."""
    await _seen(edge, caller.entity, row)
    taken = await edge.database.write(decide, row, body.verdict, body.reason, caller.id, edge.now())
    await _intake(edge).post(taken)
    return await edge.database.read(statement, row)


async def _seen(edge: Edge, own: str, row: int) -> None:
    found = await edge.database.read(statement, row)
    if own not in ("", found.entity):
        raise refuse(Code.NOTFOUND, f"there is no statement {row}", f"没有对账单 {row}")


def _intake(edge: Edge) -> Intake:
    return Intake(edge.database, edge.workflows, edge.policy.entities if edge.policy else {})


def _read(edge: Edge, content: bytes, profile: str) -> StatementFile:
    """Read a file (422); it takes CPU time in proportion to its size, so it is called in a thread."""
    profiles = profiles_beside(edge.settings.policy_file)
    known = [one.name for one in profiles]
    names = ", ".join(known)
    require(not profile or profile in known, "profile", f"must be one of {names}", f"须为以下之一：{names}")
    try:
        return read(content, profiles, profile)
    except UnreadableFile as unreadable:
        problem = unreadable.problem
        details = (Detail(name="kind", value=problem.kind), Detail(name="place", value=problem.place))
        raise Rejected(Fault.BODY, problem.text, details) from unreadable
