"""What people owe, what is stuck, and whether what must always hold does hold."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from api.deps import CallerDep, EdgeDep, Filter, caller_of
from api.paging import LimitQuery
from domain.value import Value
from storage.queries.business_time import business_time
from storage.queries.checks import Check
from storage.queries.invariants import invariants
from storage.queries.work import Stuck, Task, stuck, tasks

router = APIRouter(tags=["operations"], dependencies=[Depends(caller_of)])
QUIET_DAYS = 14


class Tasks(Value):
    """Who owes what, the first due first."""

    tasks: tuple[Task, ...]


class Checks(Value):
    """What was recounted, and what was found."""

    checks: tuple[Check, ...]


@router.get("/api/tasks", summary="What a person owes; without `who` what the caller and their roles owe. 待办")
async def owed(edge: EdgeDep, caller: CallerDep, who: Filter = "", limit: LimitQuery = 100) -> Tasks:
    """Read the tasks of a person, of a role (`role:finance`), or of everybody (`*`)."""
    mine = (caller.id, *(f"role:{role}" for role in caller.roles))
    people = () if who == "*" else (who,) if who else mine
    return Tasks(tasks=await edge.database.read(tasks, people, limit, entity=caller.entity))


@router.get("/api/stuck", summary="What waits for operations. 卡住的事项")
async def waiting(
    edge: EdgeDep, caller: CallerDep, limit: LimitQuery = 100,
    quiet_days: Annotated[int, Query(ge=1, le=3650, description="How long without a change is too long.")] = QUIET_DAYS,
) -> Stuck:  # fmt: skip
    """Read effects that gave up, seats nobody may fill, facts that wait for the log, and deals that nothing moves."""
    found = await edge.database.read(_stuck, edge.now(), quiet_days, limit)
    return Stuck(
        deals=tuple(row for row in found.deals if caller.sees(row.entity)),
        accounts=tuple(row for row in found.accounts if caller.sees(row.entity)),
        approvals=found.approvals if not caller.entity else (),
        stale=tuple(row for row in found.stale if caller.sees(row.entity)),
        recordings=found.recordings if not caller.entity else (),
    )


@router.get("/api/invariants", summary="Does what must always hold hold? 不变量检查")
async def held(edge: EdgeDep) -> Checks:
    """Recount the money and the numbers; `./ltc verify` recomputes every hash of the log too."""
    return Checks(checks=await edge.database.read(invariants))


def _stuck(connection: Connection, now: datetime, quiet_days: int, limit: int) -> Stuck:
    at = business_time(connection, now)
    return stuck(connection, at, at - timedelta(days=quiet_days), limit)
