"""Every refusal has its one status, its sentence in both languages, and changes nothing."""

import pytest
from fastapi import FastAPI

from api.deps import Edge
from api.problems import MEANINGS, Fault
from domain.refusal import Code, refuse
from settings import Settings
from storage.database import Database
from tests.api.conftest import Client
from tests.api.samples import approval_row, deal_row, put_deal
from tests.api.scripted_workflows import ScriptedWorkflows
from workflows.client import NotAnswered

STATUS = {Code.AUTH: 403, Code.SOD: 403, Code.NOTFOUND: 404}


@pytest.mark.parametrize("code", list(Code))
async def test_every_code_has_its_status_and_nothing_changes(
    client: Client, database: Database, workflows: ScriptedWorkflows, code: Code
) -> None:
    put_deal(database, deal_row())
    workflows.refusal = refuse(code, "the quote is open", "报价未关闭", open="2")
    alice = client("alice", "sales")
    answer = await alice.post("/api/deals/D-1/commands", json={"kind": "send_quote"}, headers={"Idempotency-Key": "k1"})
    assert answer.status_code == STATUS.get(code, 409)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["idempotency-key"] == "k1"
    assert answer.json() == {
        "type": f"/api/problems/{code}",
        "title": MEANINGS[code].title.en,
        "status": STATUS.get(code, 409),
        "code": code,
        "detail": "the quote is open",
        "mend": MEANINGS[code].mend.en,
        "details": [{"name": "open", "value": "2"}],
        "instance": "/api/deals/D-1/commands",
    }
    assert workflows.applied == []
    assert (await alice.get("/api/deals/D-1")).json()["version"] == 6


async def test_a_refusal_is_told_in_the_language_asked_for(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row())
    workflows.refusal = refuse(Code.HOLD, "it is on hold", "已暂停办理")
    answer = await client("alice", "sales").post(
        "/api/deals/D-1/commands", json={"kind": "send_quote"}, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.1"}
    )
    assert answer.headers["content-language"] == "zh"
    assert (answer.json()["detail"], answer.json()["title"]) == ("已暂停办理", MEANINGS[Code.HOLD].title.zh)


async def test_temporal_away_accepts_nothing_and_says_when_to_come_back(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row())
    workflows.away = True
    alice = client("alice", "sales")
    answer = await alice.post("/api/deals/D-1/commands", json={"kind": "send_quote"})
    assert (answer.status_code, answer.json()["code"]) == (503, "E_AWAY")
    assert int(answer.headers["retry-after"]) > 0
    assert workflows.applied == []
    ready = await alice.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "ok")
    assert "Temporal" in ready.json()["temporal"]


async def test_without_a_worker_it_is_not_ready_and_says_why(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    fine = await client("alice", "sales").get("/readyz")
    assert (fine.status_code, fine.json()) == (
        200, {"ok": True, "temporal": "ok", "worker": "ok", "database": "ok"},
    )  # fmt: skip
    workflows.idle = "no worker polls the task queue ltc: start one"
    ready = await client("alice", "sales").get("/readyz")
    assert (ready.status_code, ready.json()) == (
        503, {"ok": False, "temporal": "ok", "worker": workflows.idle, "database": "ok"},
    )  # fmt: skip
    assert int(ready.headers["retry-after"]) > 0


async def test_without_a_worker_the_answer_says_that_it_may_still_be_applied(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row())
    workflows.refusal = NotAnswered("deal/D-1 has not answered")
    answer = await client("alice", "sales").post("/api/deals/D-1/commands", json={"kind": "send_quote"})
    assert (answer.status_code, answer.json()["code"]) == (503, "E_AWAY")
    assert "no worker has answered; it may still be applied" in answer.json()["detail"]
    assert "same Idempotency-Key" in answer.json()["mend"]
    assert int(answer.headers["retry-after"]) > 0


async def test_accepted_but_not_yet_recorded_is_202(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row(), (approval_row(),))
    workflows.recorded = False
    alice = client("alice", "sales")
    for path, body in (
        ("/api/deals/D-1/commands", {"kind": "send_quote"}),
        ("/api/approvals/D-1-q1/decisions", {"verdict": "approve", "content_hash": "h1"}),
        ("/api/deals", {"customer": {"name": "Acme"}, "source": "web", "currency": "CNY"}),
    ):
        answer = await alice.post(path, json=body)
        assert answer.status_code == 202, answer.text
        assert answer.json()["recorded"] is False


async def test_what_is_not_there_or_not_possible_is_a_problem_too(client: Client) -> None:
    alice = client("alice", "sales")
    for method, path, status, code in (
        ("GET", "/api/nothing", 404, "E_NOTFOUND"),
        ("PUT", "/api/deals", 405, "E_METHOD"),
        ("GET", "/api/deals/D-404", 404, "E_NOTFOUND"),
        ("POST", "/api/deals/D-404/commands", 422, "E_BODY"),
        ("GET", "/api/deals?limit=0", 422, "E_BODY"),
        ("GET", "/api/deals?limit=201", 422, "E_BODY"),
        ("GET", "/api/deals?q=%00", 422, "E_BODY"),
        ("GET", "/api/deals?cursor=nonsense", 400, "E_REQUEST"),
        ("GET", "/api/receipts/0", 422, "E_BODY"),
        ("GET", "/api/receipts/99999999999999999999", 422, "E_BODY"),
    ):
        answer = await alice.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code), path


async def test_every_code_is_explained(client: Client) -> None:
    for code in (*Code, *Fault):
        answer = await client().get(f"/api/problems/{code}")
        assert answer.status_code == 200
        assert answer.json()["status"] == MEANINGS[code].status
        assert answer.json()["mend"]["zh"]
    assert (await client().get("/api/problems/E_NONE")).status_code == 404


async def test_what_nobody_anticipated_is_a_500_without_the_reason(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row())

    class Bug(Exception):
        """A fault of ours."""

    async def failing(deal_id: str) -> None:
        raise Bug("secret")

    workflows.explain_deal = failing  # type: ignore[method-assign, assignment]  # the fake fails as no port may
    with pytest.raises(Bug):
        await client("alice", "sales").get("/api/deals/D-1/explain")


async def test_without_the_database_no_key_can_be_checked(
    client: Client, app: FastAPI, settings: Settings, workflows: ScriptedWorkflows
) -> None:
    alice = client("alice", "sales")
    async with Database("sqlite:////nowhere/ltc.db") as gone:
        app.state.edge = Edge(settings, gone, workflows)
        answer = await alice.post("/api/deals/D-1/commands", json={"kind": "send_quote"})
        assert (answer.status_code, answer.json()["code"]) == (503, "E_AWAY")
        assert int(answer.headers["retry-after"]) > 0
        ready = await alice.get("/readyz")
        assert (ready.status_code, ready.json()["temporal"]) == (503, "ok")
        assert "away" in ready.json()["database"]
    assert workflows.applied == []
