"""Finance close the books of a legal entity month by month, and open the last one again; both leave a trace."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy import Connection

from api.bodies import body_of
from api.callers import foreign
from api.deps import CallerDep, Edge, EdgeDep, Filter, caller_of
from api.paging import CursorQuery, LimitQuery
from domain.billing_periods import Period
from domain.local_time import local_day
from domain.receivables.closing import month_named
from domain.value import Strict
from domain.words import Reason
from storage.operations.periods import close_period, reopen_period
from storage.queries.business_time import business_time
from storage.queries.periods import PeriodList, PeriodView, closed_period, period_page, periods, reopened_period

router = APIRouter(tags=["books"], dependencies=[Depends(caller_of)])
_LENGTH = len("-2026-03")
PeriodPath = Annotated[
    str,
    Path(
        max_length=100, pattern=r"^[^\x00-\x1f\x7f]+-[12]\d{3}-(0[1-9]|1[0-2])$",
        description="The legal entity and the month: CN01-2026-03. 主体与月份",
    ),
]  # fmt: skip


class Reopened(Strict):
    """Why a closed month is opened again. 重新打开的依据。"""

    evidence: Reason


REOPENED = body_of(Reopened)


@router.get("/api/periods", summary="The months of the books, closed and open. 会计期间")
async def list_periods(
    edge: EdgeDep, caller: CallerDep, entity: Filter = "", cursor: CursorQuery = "", limit: LimitQuery = 50
) -> PeriodList:
    """Read one page of the months, the newest first: which are closed, and which may be."""
    return period_page(await edge.database.read(_listed, edge, caller.entity_of(entity)), cursor, limit)


@router.post("/api/periods/{period_id}/close", summary="Close a month. 关账")
async def close(edge: EdgeDep, caller: CallerDep, period_id: PeriodPath) -> PeriodView:
    """Close a month that is over, the oldest first, with the empty ones before it; again has the same answer.

    The answer is what was posted in the month.
    """
    entity, month = period_id[:-_LENGTH], month_named(period_id[-_LENGTH + 1 :])
    if not caller.sees(entity):
        raise foreign(caller.entity, entity)
    return await edge.database.write(_closed, edge, entity, month, caller.id)


@router.post(
    "/api/periods/{period_id}/reopen", openapi_extra=REOPENED.documented,
    summary="Open the last closed month again. 重新打开已关账月份",
)  # fmt: skip
async def reopen(
    edge: EdgeDep, caller: CallerDep, period_id: PeriodPath, body: Annotated[Reopened, Depends(REOPENED)]
) -> PeriodView:
    """Open it by evidence, if somebody else closed it; what stood in it at its close is kept."""
    entity, month = period_id[:-_LENGTH], month_named(period_id[-_LENGTH + 1 :])
    if not caller.sees(entity):
        raise foreign(caller.entity, entity)
    return await edge.database.write(_reopened, edge, entity, month, body.evidence, caller.id)


def _reopened(connection: Connection, edge: Edge, entity: str, month: Period, evidence: str, by: str) -> PeriodView:
    reopen_period(connection, entity, month, evidence, business_time(connection, edge.now()), by)
    return reopened_period(connection, entity, month)


def _listed(connection: Connection, edge: Edge, entity: str) -> PeriodList:
    now = business_time(connection, edge.now())
    return periods(connection, entity, lambda name: _today(edge, name, now))


def _closed(connection: Connection, edge: Edge, entity: str, month: Period, by: str) -> PeriodView:
    now = business_time(connection, edge.now())
    close_period(connection, entity, month, _today(edge, entity, now), now, by)
    return closed_period(connection, entity, month)


def _today(edge: Edge, entity: str, now: datetime) -> date:
    return local_day(edge.zone_of(entity), now)
