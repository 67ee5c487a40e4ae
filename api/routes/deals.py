"""Deals: a lead is captured, every later step is one command, and everything can be read and explained."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import TypeAdapter
from sqlalchemy import Connection

from api.answers import told
from api.bodies import JsonBody, body_of
from api.callers import Caller
from api.cancellation import with_preview
from api.capture import Captured, capture
from api.deps import CallerDep, Edge, EdgeDep, Filter, IdPath, KeyDep, VersionDep, caller_of
from api.idempotency import OnceDep, submission_id
from api.lead_body import NewDeal
from api.paging import CursorQuery, LimitQuery
from api.people import check_command
from api.submitting import submit_to_deal
from domain.deal.requests import PublicDealCommand
from domain.machine import Explanation
from domain.ports import DealRow
from domain.receivables.collecting import Collection, Explained
from domain.refusal import Code, Refused, refuse
from domain.value import Value
from storage.queries.business_time import business_time
from storage.queries.collecting import collection_of_deal
from storage.queries.deals import DealFilter, DealPage, deal, deals
from storage.queries.events import LoggedEvent, timeline
from workflows.client import deal_workflow_id
from workflows.messages import Answered, DealSubmission

router = APIRouter(tags=["deals"], dependencies=[Depends(caller_of)])
NEW_DEAL = body_of(NewDeal)
COMMANDS: TypeAdapter[PublicDealCommand] = TypeAdapter(PublicDealCommand)
COMMAND: JsonBody[PublicDealCommand] = JsonBody(COMMANDS, "DealCommand")


class Allowed(Value):
    """A command that the deal takes now, with the JSON schema of its body."""

    kind: str
    body: dict[str, Any]


class TimelineEvent(Value):
    """One thing that happened, who caused it and how, and its place in the hash chain."""

    seq: int
    at: datetime
    kind: str
    actor: str
    roles: tuple[str, ...]
    via: str
    on_behalf_of: str
    cause: str
    policy: str
    data: dict[str, Any]
    hash: str


class Timeline(Value):
    """Some events, and the cursor of the next page; empty at the end."""

    events: tuple[TimelineEvent, ...]
    next: str = ""


async def seen_deal(edge: Edge, caller: Caller, deal_id: str) -> DealRow:
    """Return the read model of a deal of the caller's entity (E_NOTFOUND)."""
    row = await edge.database.read(deal, deal_id)
    if not caller.sees(row.entity):
        raise unknown_deal(deal_id)
    return row


def unknown_deal(deal_id: str) -> Refused:
    """Build the refusal of an id that the caller's lists do not show."""
    return refuse(Code.NOTFOUND, f"there is no deal {deal_id} here", f"没有商机 {deal_id}")


@router.post(
    "/api/deals", status_code=201, openapi_extra=NEW_DEAL.documented,
    summary="Capture a lead; a duplicate answers 200 with the first deal. 登记线索",
)  # fmt: skip
async def create(
    edge: EdgeDep, caller: CallerDep, once: OnceDep, response: Response, lead: Annotated[NewDeal, Depends(NEW_DEAL)]
) -> Captured:
    """Start a deal."""
    captured = await capture(edge, caller, once, lead)
    response.headers["Location"] = f"/api/deals/{captured.deal_id}"
    if captured.duplicate:
        response.status_code = 200
    elif not captured.recorded:
        response.status_code = 202
    return captured


@router.get("/api/deals", summary="List deals, the last changed first. 商机列表")
async def listed(
    edge: EdgeDep, caller: CallerDep, cursor: CursorQuery = "", limit: LimitQuery = 50, stage: Filter = "",
    owner: Filter = "", customer: Filter = "", overlay: Filter = "", q: Filter = "",
) -> DealPage:  # fmt: skip
    """Read one page; `stage=quote` is every stage of quoting, `q` is found in ids and customer names."""
    wanted = DealFilter(entity=caller.entity, stage=stage, owner=owner, customer=customer, overlay=overlay, q=q)
    return await edge.database.read(deals, wanted, cursor, limit)


@router.get("/api/deals/{deal_id}", summary="Read a deal. 商机详情")
async def read(edge: EdgeDep, caller: CallerDep, deal_id: IdPath, response: Response) -> DealRow:
    """Read the read model; its ETag goes into If-Match of a command."""
    row = await seen_deal(edge, caller, deal_id)
    response.headers["ETag"] = f'"{row.version}"'
    return row


@router.get("/api/deals/{deal_id}/timeline", summary="Everything that happened, newest first. 时间线")
async def told_in_order(
    edge: EdgeDep, caller: CallerDep, deal_id: IdPath, cursor: CursorQuery = "", limit: LimitQuery = 50
) -> Timeline:
    """Read one page of the event log."""
    row = await seen_deal(edge, caller, deal_id)
    page = await edge.database.read(timeline, deal_workflow_id(row.deal_id), cursor, limit)
    return Timeline(events=tuple(_line(event) for event in page.events), next=page.next)


def _line(event: LoggedEvent) -> TimelineEvent:
    told = dict(event) | {"roles": tuple(filter(None, event.roles.split(","))), "data": json.loads(event.data)}
    return TimelineEvent.model_validate(told)


@router.get("/api/deals/{deal_id}/explain", summary="Why is it where it is, and what moves it? 为何停在此处")
async def explain(edge: EdgeDep, caller: CallerDep, deal_id: IdPath) -> Explained:
    """Ask the workflow; what is owed for the deal, and what dunning does next, is read from the ledger and the log."""
    row = await seen_deal(edge, caller, deal_id)
    explanation = await explained(edge, row)
    owed = await edge.database.read(_collection, row.deal_id, edge.now())
    return Explained.model_validate(dict(explanation) | {"collection": owed})


@router.get(
    "/api/deals/{deal_id}/state", summary="The workflow's own state. 流程内部状态", response_model=dict[str, Any]
)
async def state(edge: EdgeDep, caller: CallerDep, deal_id: IdPath) -> dict[str, Any]:
    """Ask the workflow."""
    row = await seen_deal(edge, caller, deal_id)
    found = await edge.workflows.state_deal(row.deal_id)
    return found.model_dump(mode="json")


@router.get(
    "/api/deals/{deal_id}/commands", summary="The commands allowed now, with their JSON schema. 当前可执行的操作"
)
async def allowed(edge: EdgeDep, caller: CallerDep, deal_id: IdPath) -> tuple[Allowed, ...]:
    """Ask the workflow for its moves."""
    explanation = await explained(edge, await seen_deal(edge, caller, deal_id))
    return tuple(Allowed(kind=kind, body=schema_of(kind)) for kind in explanation.moves)


@router.post(
    "/api/deals/{deal_id}/commands", openapi_extra=COMMAND.documented,
    summary="Send a command to a deal. 对商机执行操作",
)  # fmt: skip
async def command(
    edge: EdgeDep, caller: CallerDep, deal_id: IdPath, key: KeyDep, version: VersionDep, response: Response,
    body: Annotated[PublicDealCommand, Depends(COMMAND)],
) -> Answered:  # fmt: skip
    """Send it and wait for the answer."""
    return told(response, await submit(edge, caller, deal_id, key, body, version))


async def submit(
    edge: Edge, caller: Caller, deal_id: str, key: str, body: PublicDealCommand, version: int | None = None
) -> Answered:
    """Send a command to a deal of the caller's entity and wait for its answer."""
    row = await seen_deal(edge, caller, deal_id)
    check_command(edge, caller, row, body)
    submission = DealSubmission(
        id=submission_id(caller, key), actor=caller.actor(), command=body, expected_version=version
    )
    return await with_preview(edge, row.deal_id, body, submit_to_deal(edge, row.deal_id, submission))


def _collection(connection: Connection, deal_id: str, now: datetime) -> Collection | None:
    return collection_of_deal(connection, deal_id, business_time(connection, now))


async def explained(edge: Edge, row: DealRow) -> Explanation:
    """Ask the workflow of a deal; a closed one that owes nothing may be older than its history."""
    if row.stage.startswith("closed.") and not row.attention:
        return Explanation(stage=row.stage, waiting=(), timers=(), moves=(), clause=row.policy)
    return await edge.workflows.explain_deal(row.deal_id)


def schema_of(kind: str) -> dict[str, Any]:
    """Return the JSON schema of one kind of command, complete in itself."""
    whole = COMMANDS.json_schema()
    name = whole["discriminator"]["mapping"][kind].rsplit("/", 1)[1]
    schema: dict[str, Any] = whole["$defs"][name]
    needed = {part: definition for part, definition in whole["$defs"].items() if part in _refers(whole, schema)}
    return schema | ({"$defs": needed} if needed else {})


def _refers(whole: dict[str, Any], schema: object) -> set[str]:
    """Name every definition that a schema needs, directly or not."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rsplit("/", 1)[1]
            return {name} | _refers(whole, whole["$defs"][name])
        case dict():
            return set().union(*(_refers(whole, part) for part in schema.values()))
        case list():
            return set().union(*(_refers(whole, part) for part in schema))
        case _:
            return set()
