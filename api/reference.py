"""The API explains itself: the OpenAPI document, a page of it that needs no other server, and every problem code."""

import html
import json
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from api.bodies import definitions
from api.examples import EXAMPLES, Examples
from api.problems import MEANINGS, Fault, Problem
from domain.refusal import Code, refuse
from domain.value import Text, Value

PROBLEMS = {
    "400": "E_REQUEST: a header or parameter cannot be read",
    "401": "E_KEY: no valid key",
    "403": "E_AUTH, E_SOD: not permitted",
    "404": "E_NOTFOUND",
    "409": "every other refusal by the rules; nothing changed",
    "413": "E_SIZE: too large",
    "422": "E_BODY: the body or a parameter does not fit",
    "503": "E_AWAY: nothing was accepted, send it again",
}
_RECORDED = "Accepted, and kept: the event log has it later (`recorded: false`)"
_AGREED = f"{_RECORDED}, or a second person must agree first (`approval_id`, and its address as Location)"
_WAITING = {"Answered": _AGREED, "Captured": _RECORDED, "Received": _AGREED}
"""What it means that a call answers 202, by what it answers."""
_METHODS = ("get", "post", "put", "patch", "delete")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>LTC API</title><style>
body{{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}}
h2{{margin-top:2rem;font-size:1.1rem}}summary{{cursor:pointer;padding:.2rem 0}}
code,pre{{font:13px ui-monospace,monospace}}
pre{{background:#f4f4f2;padding:1rem;overflow:auto;border-radius:6px}}b{{display:inline-block;width:4.5rem}}
</style><h1>LTC API</h1><p>Bearer keys (<code>./ltc keys create</code>), JSON, amounts
<code>{{"minor": 12500, "currency": "CNY"}}</code>. Errors are problem details (RFC 9457).
The whole document: <a href="/api/openapi.json">openapi.json</a>.</p>{body}</html>"""

router = APIRouter(tags=["reference"])


class CodeMeaning(Value):
    """What a problem's code means."""

    code: str
    status: int
    title: Text
    mend: Text


@router.get("/api/problems/{code}", summary="What a problem's code means. 错误码说明")
async def meaning(code: str) -> CodeMeaning:
    """Explain a code in both languages."""
    known = {str(each): MEANINGS[each] for each in (*Code, *Fault)}
    if code not in known:
        raise refuse(Code.NOTFOUND, "there is no such code", "没有这个错误码")
    found = known[code]
    return CodeMeaning(code=code, status=found.status, title=found.title, mend=found.mend)


@router.get("/api/docs", include_in_schema=False)
async def page(request: Request) -> HTMLResponse:
    """Show every call with what it takes."""
    return HTMLResponse(_PAGE.format(body=_listed(request.app.openapi())))


def _listed(document: dict[str, Any]) -> str:
    groups: dict[str, list[str]] = {}
    for path, calls in document["paths"].items():
        for method in (method for method in _METHODS if method in calls):
            call = calls[method]
            shown = html.escape(_text_of(call))
            line = f"<b>{method.upper()}</b> <code>{html.escape(path)}</code> {html.escape(call.get('summary', ''))}"
            groups.setdefault(call.get("tags", ["other"])[0], []).append(
                f"<details><summary>{line}</summary><pre>{shown}</pre></details>"
            )
    return "".join(f"<h2>{html.escape(group)}</h2>{''.join(lines)}" for group, lines in groups.items())


def _text_of(call: dict[str, Any]) -> str:
    lines = [call.get("description", "")]
    lines += [
        f"{part['in']:<7}{part['name']}{' (required)' if part.get('required') else ''}"
        for part in call.get("parameters", [])
    ]
    body = call.get("requestBody", {}).get("content", {})
    for media_type, content in body.items():
        lines.append(f"body   {media_type}: {_fields(content['schema'])}")
        lines += [
            f"e.g.   {name}: {json.dumps(one['value'], ensure_ascii=False)}"
            for name, one in content.get("examples", {}).items()
        ]
    return "\n".join(line for line in lines if line)


def _fields(schema: dict[str, Any]) -> str:
    if "properties" in schema:
        needed = schema.get("required", [])
        return ", ".join(name if name in needed else f"{name}?" for name in schema["properties"])
    options = schema.get("oneOf", [])
    return " | ".join(str(option.get("$ref", "")).rsplit("/", 1)[-1] for option in options) or "see openapi.json"


def _schema_name(answer: dict[str, Any]) -> str:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).rpartition("/")[2]


def document_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return the function that makes the OpenAPI document, once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes, description=app.description)
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= definitions() | problem.pop("$defs") | {"Problem": problem}
            made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
            for path, calls in made["paths"].items():
                for method in (method for method in _METHODS if method in calls):
                    _complete(path, calls[method], EXAMPLES.get(f"{method.upper()} {path}", {}))
            app.openapi_schema = made
        return app.openapi_schema

    return document


def _complete(path: str, call: dict[str, Any], examples: Examples) -> None:
    """Add what every call answers, and what a request of this one looks like."""
    for content in call.get("requestBody", {}).get("content", {}).values():
        if examples:
            content["examples"] = {name: {"value": body} for name, body in examples.items()}
    accepted = next(answer for status, answer in call["responses"].items() if status.startswith("2"))
    if _schema_name(accepted) in _WAITING:
        call["responses"]["202"] = accepted | {"description": _WAITING[_schema_name(accepted)]}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, text in PROBLEMS.items():
        call["responses"][status] = {"description": text, "content": problem}
    if path.startswith("/api/") and not path.startswith(("/api/webhooks", "/api/problems")):
        call["security"] = [{"key": []}]
