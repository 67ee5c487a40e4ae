"""Nobody is taken for somebody else: no key, no answer; a key sees its entity and does what its roles may."""

from datetime import UTC, datetime

import httpx

from api.authorisation import ALLOWED, ANYONE
from domain.machine import Actor
from storage.database import Database
from storage.operations.edge import api_keys, revoke_api_key
from tests.api.conftest import Client
from tests.api.samples import approval_row, deal_row, put_deal, task_row
from tests.api.scripted_workflows import ScriptedWorkflows

CALLS = sorted(ALLOWED)


def filled(path: str) -> str:
    for name, value in {
        "customer_id": "C-1", "deal_id": "D-1", "approval_id": "D-1-q1", "delegation_id": "1", "absence_id": "1",
        "receipt_id": "1", "number": "INV-1", "sha256": "a" * 64,
    }.items():  # fmt: skip
        path = path.replace(f"{{{name}}}", value)
    return path


async def test_every_call_needs_a_key(client: Client) -> None:
    nobody = client()
    wrong = ("", "Bearer ", "Bearer ltc_wrong", "Bearer a.b.c", "Basic YTpi", "ltc_wrong")
    for method, path in CALLS:
        for header in wrong:
            answer = await nobody.request(method, filled(path), headers={"Authorization": header})
            assert (answer.status_code, answer.json()["code"]) == (401, "E_KEY"), (method, path, header)
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_every_guarded_call_refuses_the_other_roles(client: Client, workflows: ScriptedWorkflows) -> None:
    mallory = client("mallory", "visitor")
    for (method, path), needed in ALLOWED.items():
        if needed is ANYONE:
            continue
        answer = await mallory.request(method, filled(path))
        assert (answer.status_code, answer.json()["code"]) == (403, "E_AUTH"), (method, path)
        assert answer.json()["details"] == [{"name": "needed", "value": ", ".join(sorted(needed))}]
    assert workflows.applied == []


async def test_an_admin_gets_past_the_outer_door(client: Client) -> None:
    admin = client("root", "admin")
    for method, path in CALLS:
        answer = await admin.request(method, filled(path))
        assert answer.status_code not in (401, 403), answer.text
        assert answer.status_code < 500, answer.text


async def test_a_revoked_key_opens_nothing(client: Client, database: Database) -> None:
    alice = client("alice", "sales")
    assert (await alice.get("/api/deals")).status_code == 200
    (key,) = database.look(api_keys)
    database.transact(revoke_api_key, key.key_id, datetime.now(UTC))
    assert (await alice.get("/api/deals")).status_code == 401


async def test_the_actor_is_the_authenticated_person(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row(), (approval_row(),))
    body = {"verdict": "approve", "content_hash": "h1", "reason": "ok"}
    await client("bob", "sales_manager", "finance").post("/api/approvals/D-1-q1/decisions", json=body)
    ((workflow_id, submission),) = workflows.applied
    assert workflow_id == "deal/D-1"
    assert submission.actor == Actor(id="bob", roles=("sales_manager", "finance"), via="api")
    assert submission.command.kind == "decide"
    for field in ("actor", "person", "roles", "decided_by"):
        refused = await client("bob", "admin").post("/api/approvals/D-1-q1/decisions", json=body | {field: "carol"})
        assert refused.status_code == 422
    assert len(workflows.applied) == 1


async def foreign_reads(reader: httpx.AsyncClient) -> list[int]:
    paths = ("", "/timeline", "/explain", "/state", "/commands")
    return [(await reader.get(f"/api/deals/D-1{path}")).status_code for path in paths]


async def test_a_key_of_one_entity_neither_sees_nor_changes_another(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row(entity="CN01"), (approval_row(),), (task_row("D-1", "bob"),))
    german = client("bob", "sales", "finance", "ops", entity="DE01")
    assert await foreign_reads(german) == [404] * 5
    assert (await german.get("/api/deals")).json() == {"deals": [], "next": ""}
    assert (await german.get("/api/approvals")).json() == {"approvals": [], "next": ""}
    assert (await german.get("/api/approvals/D-1-q1")).status_code == 404
    assert (await german.get("/api/tasks?who=*")).json() == {"tasks": []}
    decision = {"verdict": "approve", "content_hash": "h1"}
    assert (await german.post("/api/approvals/D-1-q1/decisions", json=decision)).status_code == 404
    assert (await german.post("/api/deals/D-1/commands", json={"kind": "send_quote"})).status_code == 404
    lead = {"customer": {"name": "Acme"}, "source": "web", "currency": "CNY", "entity": "CN01"}
    assert (await german.post("/api/deals", json=lead)).status_code == 403
    receipt = {
        "source": "bank", "external_id": "1", "amount": {"minor": 1, "currency": "CNY"}, "value_date": "2026-11-25",
        "entity": "CN01",
    }  # fmt: skip
    assert (await german.post("/api/receipts", json=receipt)).status_code == 403
    assert (await german.get("/api/accounts/C-1/statement?currency=CNY&entity=CN01")).status_code == 403
    assert (await german.get("/api/invoices/INV-1?entity=CN01")).status_code == 403
    assert workflows.applied == []


async def test_a_key_of_its_own_entity_and_a_key_of_all_see_it(client: Client, database: Database) -> None:
    put_deal(database, deal_row(entity="CN01"), (approval_row(),), (task_row("D-1", "bob"),))
    for entity in ("CN01", ""):
        reader = client("bob", "sales", entity=entity)
        assert await foreign_reads(reader) == [200] * 5
        assert len((await reader.get("/api/deals")).json()["deals"]) == 1
        assert (await reader.get("/api/approvals?assignee=me")).json()["approvals"][0]["approval_id"] == "D-1-q1"
        assert (await reader.get("/api/tasks")).json()["tasks"][0]["command"] == "send_quote"


async def test_alive_ready_and_the_reference_need_no_key(client: Client) -> None:
    for path in ("/healthz", "/readyz", "/api/docs", "/api/openapi.json", "/api/problems/E_STATE"):
        assert (await client().get(path)).status_code == 200
