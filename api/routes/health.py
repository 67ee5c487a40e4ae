"""Alive means that this process answers; ready means that everything a command needs answers too."""

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse

from api.deps import Edge, EdgeDep
from api.metrics import MEDIA_TYPE
from domain.value import Value
from mendable import Mendable
from storage.migrate import require_current
from workflows.client import WorkflowsAway

router = APIRouter(tags=["operations"])


class Alive(Value):
    """This process answers."""

    ok: bool = True


class Health(Value):
    """Whether a part works, and if not why."""

    ok: bool
    temporal: str
    worker: str
    database: str


@router.get("/", include_in_schema=False)
async def front() -> RedirectResponse:
    """Lead who opens the address in a browser to the reference."""
    return RedirectResponse("/api/docs")


@router.get("/healthz", summary="Is this process alive? 进程存活检查")
async def alive() -> Alive:
    """Answer as long as the process can."""
    return Alive()


@router.get("/readyz", summary="Can commands be taken? 就绪检查", responses={503: {"model": Health}})
async def ready(edge: EdgeDep) -> JSONResponse:
    """Check Temporal, that a worker polls it, the database and its migrations."""
    temporal, worker, database = await asyncio.gather(
        _answering(edge.workflows.ready()), _answering(edge.workflows.worked()), _database(edge)
    )
    health = Health(ok=temporal == worker == database == "ok", temporal=temporal, worker=worker, database=database)
    return JSONResponse(health.model_dump(), 200 if health.ok else 503, {} if health.ok else {"Retry-After": "2"})


@router.get("/metrics", summary="Prometheus metrics of this API. 监控指标", response_class=PlainTextResponse)
async def metrics(request: Request) -> PlainTextResponse:
    """Tell how many calls were answered how, by route, and how long they took."""
    return PlainTextResponse(request.app.state.metrics.exposed(), media_type=MEDIA_TYPE)


async def _answering(asked: Awaitable[None]) -> str:
    try:
        await asked
    except WorkflowsAway as error:
        return str(error) or "away"
    return "ok"


async def _database(edge: Edge) -> str:
    try:
        await asyncio.to_thread(require_current, edge.database)
    except Mendable as error:
        return str(error)
    return "ok"
