"""Every exception that is an answer becomes a problem document here, and no other place sets an error's status."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api.field_faults import FieldFault, fault_of
from api.language import preferred
from api.problems import MEANINGS, Fault, Problem, Rejected, reject
from domain.refusal import Code, Detail, Refused
from domain.value import Text
from storage.database import DatabaseAway
from storage.queries.paging import BadCursor
from workflows.client import NotAnswered, WorkflowsAway

PROBLEM_JSON = "application/problem+json"
SHOWN_FAULTS = 20
_BY_STATUS: dict[int, Code | Fault] = {404: Code.NOTFOUND, 405: Fault.METHOD, 413: Fault.SIZE}


def problem_of(
    code: Code | Fault,
    text: Text,
    request: Request,
    details: tuple[Detail, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Build the answer for a code, in the language of the request."""
    language = preferred(request.headers.get("accept-language", ""))
    meaning = MEANINGS[code]
    problem = Problem(
        type=f"/api/problems/{code}", title=meaning.title.of(language), status=meaning.status, code=code,
        detail=text.of(language), mend=meaning.mend.of(language), details=details, instance=request.url.path,
    )  # fmt: skip
    extra = {"Content-Language": language} | (headers or {}) | echoed(request)
    return Response(problem.model_dump_json(), meaning.status, extra, PROBLEM_JSON)


def echoed(request: Request) -> dict[str, str]:
    """Return the Idempotency-Key of a request as a header of the answer, if it has a readable one."""
    key: str | None = getattr(request.state, "idempotency_key", None)
    return {} if key is None else {"Idempotency-Key": key}


def faults(error: ValidationError | RequestValidationError) -> tuple[FieldFault, ...]:
    """Name each field with what is wrong with it, never with its value."""
    return tuple(fault_of(fault) for fault in error.errors()[:SHOWN_FAULTS])


def _told(fields: tuple[FieldFault, ...], request: Request) -> tuple[Detail, ...]:
    """Say what is wrong with fields in the language of a request."""
    language = preferred(request.headers.get("accept-language", ""))
    return tuple(Detail(name=one.field, value=one.why.of(language)) for one in fields)


async def refused(request: Request, error: Exception) -> Response:
    """Answer a refusal by the rules."""
    assert isinstance(error, Refused)
    return problem_of(error.code, error.text, request, error.details)


async def rejected(request: Request, error: Exception) -> Response:
    """Answer a request that cannot be read or is not authenticated."""
    assert isinstance(error, Rejected)
    details = (*error.details, *_told(error.fields, request))
    return problem_of(error.fault, error.text, request, details, dict(error.headers))


async def malformed(request: Request, error: Exception) -> Response:
    """Answer parameters, or a form, that do not fit what the route declares."""
    assert isinstance(error, RequestValidationError)
    text = Text(en="the request does not fit what this call takes", zh="请求不符合此接口的要求")
    return problem_of(Fault.BODY, text, request, _told(faults(error), request))


async def away(request: Request, error: Exception) -> Response:
    """Answer that nothing was accepted, because Temporal or the database is away."""
    which = "Temporal" if isinstance(error, WorkflowsAway) else "the database"
    zh = "Temporal" if isinstance(error, WorkflowsAway) else "数据库"
    told = reject(Fault.AWAY, f"{which} does not answer", f"{zh}没有响应", part=which)
    return await rejected(request, told)


async def unanswered(request: Request, error: Exception) -> Response:
    """Answer that nobody knows yet: a worker may still apply it, so only the same key is safe."""
    told = reject(
        Fault.AWAY,
        "Temporal has the command and no worker has answered; it may still be applied",
        "Temporal 已收到命令，但没有 worker 响应；命令之后仍可能执行",
        part="worker",
    )
    return await rejected(request, told)


async def lost(request: Request, error: Exception) -> Response:
    """Answer a cursor that is none of ours."""
    told = reject(Fault.REQUEST, "this is no cursor: take `next` of the page before", "游标无效：请使用上一页的 next")
    return await rejected(request, told)


async def raised_by_http(request: Request, error: Exception) -> Response:
    """Answer what the framework found wrong: no such path, no such method, an unreadable form."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, Rejected):
        return await rejected(request, error.__cause__)
    code = _BY_STATUS.get(error.status_code, Fault.REQUEST)
    meaning = MEANINGS[code]
    return problem_of(code, meaning.title, request, headers=dict(error.headers or {}))


async def bug(request: Request, error: Exception) -> Response:
    """Answer for what we did not anticipate; the server logs it with its traceback."""
    return problem_of(Fault.BUG, MEANINGS[Fault.BUG].title, request)


def install(app: FastAPI) -> None:
    """Teach the application all of it."""
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(Rejected, rejected)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(NotAnswered, unanswered)
    app.add_exception_handler(WorkflowsAway, away)
    app.add_exception_handler(DatabaseAway, away)
    app.add_exception_handler(BadCursor, lost)
    app.add_exception_handler(HTTPException, raised_by_http)
    app.add_exception_handler(Exception, bug)
