"""No input makes a fault of ours: every call that takes a body answers every nasty one with a 4xx problem."""

from typing import Any

import httpx
import pytest

from api.authorisation import ALLOWED
from storage.database import Database
from tests.api.conftest import Client
from tests.api.samples import approval_row, deal_row, put_deal
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.api.test_authentication import filled

WITH_BODY = sorted(call for call in ALLOWED if call[0] in ("POST", "PUT", "PATCH") and call[1] != "/api/files")
NASTY: list[bytes] = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{}", b"[" * 50_000, b'{"a":' * 50_000, b'{"x": NaN}',
    b'{"name": "\\u0000"}', b'{"name": "\\ud800"}', b'{"kind": null}', b'{"kind": {"kind": "kind"}}', b'{"kind": []}',
    b'{"__class__": "x", "kind": "hold"}', b'{"reason": "' + b"x" * 3000 + b'"}', "{\"\u202e\": 1}".encode(),
    b'{"amount": {"minor": 1e400, "currency": "CNY"}}', b'{"minor": ' + b"9" * 4000 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("raw", NASTY, ids=lambda raw: repr(raw[:30]))
async def test_no_nasty_body_is_a_fault_of_ours(
    client: Client, database: Database, workflows: ScriptedWorkflows, raw: bytes
) -> None:
    put_deal(database, deal_row(), (approval_row(),))
    admin = client("root", "admin")
    for method, path in WITH_BODY:
        url = filled(path) + ("?currency=CNY" if "accounts" in path else "")
        answer = await admin.request(method, url, content=raw, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, (method, path, answer.status_code)
        problem = answer.json()
        assert (problem["status"], problem["instance"]) == (answer.status_code, filled(path))
        assert problem["code"] in ("E_BODY", "E_NOTFOUND"), path
    assert workflows.applied == []


PARAMETERS = [
    "cursor=%00", "cursor=%ff", "limit=abc", "limit=-1", "limit=1e9", "limit=" + "9" * 400, "q=" + "x" * 5000, "q=%00",
    "q=%25%27%22;drop", "stage=%F0%9F%92%A9", "owner=%ED%A0%80", "assignee=%0a", "status[]=1", "quiet_days=0",
    "currency=yuan", "entity=%00", "who=%00", "limit=200&limit=1", "%00=1", "=",
]  # fmt: skip
PLACES = ["%00", "%ff", "..%2f..", "x" * 1000, "%0a", "%F0%9F%92%A9", "'%20or%201=1", "%ED%A0%80", "-1", "9" * 60]


async def answered(reader: httpx.AsyncClient, method: str, url: str, **more: Any) -> None:
    answer = await reader.request(method, url, **more)
    assert answer.status_code < 500, url
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", url


async def test_no_parameter_is_a_fault_of_ours(client: Client) -> None:
    admin = client("root", "admin")
    for method, path in ALLOWED:
        if method == "GET":
            for parameters in PARAMETERS:
                await answered(admin, method, f"{filled(path)}?{parameters}")


async def test_no_path_is_a_fault_of_ours(client: Client) -> None:
    admin = client("root", "admin")
    for method, path in ALLOWED:
        head, brace, rest = path.partition("{")
        if not brace:
            continue
        tail = rest.partition("}")[2]
        for place in PLACES:
            await answered(admin, method, f"{head}{place}{tail}", json={})


async def test_no_header_is_a_fault_of_ours(client: Client, database: Database) -> None:
    put_deal(database, deal_row())
    admin = client("root", "admin")
    for name, value in (
        ("Accept-Language", b"\xff;q=x, zh;q=1e999"), ("If-Match", b"\xff"), ("Idempotency-Key", b"\xff"),
        ("Content-Type", b"text/html"), ("Content-Type", b"\xff"), ("Accept", b"image/png"),
        ("X-Forwarded-For", b"\x80"), ("Content-Encoding", b"gzip"), ("Content-Length", b"abc"),
    ):  # fmt: skip
        headers = [(name.encode(), value)]
        await answered(admin, "POST", "/api/deals/D-1/commands", content=b'{"kind":"send_quote"}', headers=headers)
    for value in (b"Bearer \xff", b"Bearer ltc_\xff", b"Bearer " + b"x" * 5000, b"\xff", b"Bearer a.b.c"):
        answer = await client().get("/api/deals", headers=[(b"Authorization", value)])
        assert answer.status_code == 401
