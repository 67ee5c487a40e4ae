"""Who stands in for whom, and who is away; every change is told to all owners of open seats."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from api.bodies import body_of, require
from api.callers import Caller
from api.deps import CallerDep, Edge, EdgeDep, RowPath, caller_of
from api.idempotency import OnceDep
from api.people import require_person
from domain.organisation import Absence, Delegation
from domain.refusal import Code, Refused, refuse
from domain.value import Strict, Value
from storage.entries import Registered
from storage.operations.people import add_absence, add_delegation, revoke_delegation, withdraw_absence
from storage.queries.masters import absences, delegations
from storage.queries.work import accounts_deciding

router = APIRouter(tags=["organisation"], dependencies=[Depends(caller_of)])
Person = Annotated[str, Field(min_length=1, max_length=200)]
_FOR_OTHERS = frozenset({"ops", "admin"})


class NewDelegation(Strict):
    """Another person decides in one's place for a time; both may. 委托。"""

    delegator: Person | None = None
    delegate: Person
    since: AwareDatetime
    until: AwareDatetime | None = None


class NewAbsence(Strict):
    """A person cannot decide for a time. 缺勤。"""

    person: Person | None = None
    since: AwareDatetime
    until: AwareDatetime | None = None


class Delegations(Value):
    """All delegations made here, revoked ones too."""

    delegations: tuple[Registered, ...]


class Absences(Value):
    """All absences reported here, withdrawn ones too."""

    absences: tuple[Registered, ...]


DELEGATION, ABSENCE = body_of(NewDelegation), body_of(NewAbsence)


@router.get("/api/delegations", summary="List delegations. 委托列表")
async def listed(edge: EdgeDep) -> Delegations:
    """Read them all, the oldest first."""
    return Delegations(delegations=await edge.database.read(delegations))


@router.post(
    "/api/delegations", status_code=201, openapi_extra=DELEGATION.documented,
    summary="Let another decide in one's place. 新建委托",
)  # fmt: skip
async def delegate(
    edge: EdgeDep, caller: CallerDep, once: OnceDep, body: Annotated[NewDelegation, Depends(DELEGATION)]
) -> Response:
    """Register it; only ops and admins may for somebody else. One that leads back to its delegator is refused."""
    delegator = _self_or(caller, body.delegator)
    for person in (delegator, body.delegate):
        require_person(edge, person)
    require(delegator != body.delegate, "delegate", "must be somebody else", "须为他人")
    require(body.until is None or body.until > body.since, "until", "must be after since", "须晚于 since")
    made = Delegation(delegator=delegator, delegate=body.delegate, since=body.since, until=body.until)
    at = edge.now()

    def make(connection: Connection) -> Registered:
        row = add_delegation(connection, made, caller.id, at, edge.standing)
        return Registered(
            id=row, subject=delegator, delegate=made.delegate, since=made.since, until=made.until, created_by=caller.id
        )

    answer = await once.write(201, make)
    await _tell(edge)
    return answer


@router.delete("/api/delegations/{delegation_id}", status_code=204, summary="Revoke a delegation. 撤销委托")
async def revoke(edge: EdgeDep, caller: CallerDep, delegation_id: RowPath) -> None:
    """End it now; decisions made under it stand."""
    _may_end(caller, await edge.database.read(delegations), delegation_id)
    await edge.database.write(revoke_delegation, delegation_id, edge.now())
    await _tell(edge)


@router.get("/api/absences", summary="List absences. 缺勤列表")
async def away(edge: EdgeDep) -> Absences:
    """Read them all, the oldest first."""
    return Absences(absences=await edge.database.read(absences))


@router.post(
    "/api/absences", status_code=201, openapi_extra=ABSENCE.documented, summary="Report an absence. 登记缺勤"
)  # fmt: skip
async def be_away(
    edge: EdgeDep, caller: CallerDep, once: OnceDep, body: Annotated[NewAbsence, Depends(ABSENCE)]
) -> Response:
    """Register it; only ops and admins may for somebody else."""
    person = _self_or(caller, body.person)
    require_person(edge, person)
    require(body.until is None or body.until > body.since, "until", "must be after since", "须晚于 since")
    made = Absence(person=person, since=body.since, until=body.until)
    at = edge.now()

    def make(connection: Connection) -> Registered:
        row = add_absence(connection, made, caller.id, at)
        return Registered(id=row, subject=person, since=made.since, until=made.until, created_by=caller.id)

    answer = await once.write(201, make)
    await _tell(edge)
    return answer


@router.delete("/api/absences/{absence_id}", status_code=204, summary="Withdraw an absence. 撤销缺勤")
async def be_back(edge: EdgeDep, caller: CallerDep, absence_id: RowPath) -> None:
    """Take it back."""
    _may_end(caller, await edge.database.read(absences), absence_id)
    await edge.database.write(withdraw_absence, absence_id, edge.now())
    await _tell(edge)


async def _tell(edge: Edge) -> None:
    """Have every open seat filled anew, those of deals and those of accounts."""
    await edge.workflows.org_changed(await edge.database.read(accounts_deciding))


def _self_or(caller: Caller, other: str | None) -> str:
    if other is None or other == caller.id:
        return caller.id
    if _FOR_OTHERS.isdisjoint(caller.roles):
        raise _others(other)
    return other


def _may_end(caller: Caller, rows: tuple[Registered, ...], row_id: int) -> None:
    """Refuse to end what concerns somebody else (E_AUTH); what is not there is told by the write (E_NOTFOUND)."""
    for row in rows:
        if row.id == row_id and row.subject != caller.id and _FOR_OTHERS.isdisjoint(caller.roles):
            raise _others(row.subject)


def _others(person: str) -> Refused:
    return refuse(
        Code.AUTH,
        f"only {person}, ops or an admin may do this for {person}",
        f"只有 {person} 本人、ops 或 admin 可以办理",
        person=person,
    )
