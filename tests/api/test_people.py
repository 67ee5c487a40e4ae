"""Whom a call names works here, and a salesperson changes no quote of another team."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from connectors.policy_files.loading import load
from storage.database import Database
from tests.api.conftest import Client
from tests.api.samples import deal_row, put_deal
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.sources import ROOT

LEAD: dict[str, Any] = {"customer": {"name": "A"}, "source": "web", "currency": "CNY"}
SPELL = {"since": "2026-12-01T00:00:00Z"}
LINES = [
    {
        "position": 1, "sku": "A", "quantity": "1", "list_price": {"minor": 1, "currency": "CNY"},
        "net_price": {"minor": 1, "currency": "CNY"},
    }
]  # fmt: skip
Naming = Callable[[httpx.AsyncClient, str], Any]
NAMING: dict[str, Naming] = {
    "owner of a lead": lambda ops, who: ops.post("/api/deals", json=LEAD | {"owner": who}),
    "owner of a lead's company": lambda ops, who: ops.post(
        "/api/deals", json=LEAD | {"customer": {"name": "A", "owner": who}}
    ),
    "new owner": lambda ops, who: ops.post("/api/deals/D-1/commands", json={"kind": "assign", "owner": who}),
    "delegate": lambda ops, who: ops.post("/api/delegations", json=SPELL | {"delegator": "wang.fang", "delegate": who}),
    "delegator": lambda ops, who: ops.post(
        "/api/delegations", json=SPELL | {"delegator": who, "delegate": "wang.fang"}
    ),
    "absent": lambda ops, who: ops.post("/api/absences", json=SPELL | {"person": who}),
    "of a customer": lambda ops, who: ops.post("/api/customers", json={"name": "B", "owner": who}),
    "now of a customer": lambda ops, who: ops.patch("/api/customers/C-1", json={"owner": who}),
}


@pytest.fixture
def organised(app: FastAPI, client: Client, database: Database) -> Client:
    """The API with the shipped organisation, a deal of Liu Yang and a customer."""
    known = load(ROOT / "policies" / "standard.yaml").org.people
    app.state.edge = replace(app.state.edge, people=known)
    put_deal(database, deal_row(owner="liu.yang", stage="quote.draft"))
    return client


@pytest.mark.parametrize("naming", NAMING.values(), ids=NAMING)
async def test_nobody_is_named_who_does_not_work_here(organised: Client, naming: Naming) -> None:
    ops = organised("lin.hao", "ops", "admin")
    await ops.post("/api/customers", json={"customer_id": "C-1", "name": "C"})
    ghost = await naming(ops, "ghost")
    assert (ghost.status_code, ghost.json()["code"]) == (404, "E_NOTFOUND")
    assert "no ghost" in ghost.json()["detail"]
    assert (await naming(ops, "xu.jing")).status_code in (200, 201)


@pytest.mark.parametrize("naming", NAMING.values(), ids=NAMING)
async def test_where_the_policy_assigns_openly_anybody_is_named(
    app: FastAPI, organised: Client, naming: Naming
) -> None:
    policy = app.state.edge.policy
    lead = policy.lead.model_copy(update={"assign": policy.lead.assign.model_copy(update={"mode": "open"})})
    app.state.edge = replace(app.state.edge, policy=policy.model_copy(update={"lead": lead}))
    ops = organised("lin.hao", "ops", "admin")
    await ops.post("/api/customers", json={"customer_id": "C-1", "name": "C"})
    assert (await naming(ops, "ghost")).status_code in (200, 201)


@pytest.mark.parametrize(
    ("person", "role", "status"),
    [
        ("liu.yang", "sales", 200), ("xu.jing", "sales", 200), ("klein", "sales", 403), ("stranger", "sales", 403),
        ("klein", "sales_manager", 200), ("lin.hao", "ops", 200),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["edit_quote", "create_quote"])
async def test_the_quote_of_another_team_is_not_edited(
    organised: Client, workflows: ScriptedWorkflows, person: str, role: str, status: int, kind: str
) -> None:
    answer = await organised(person, role).post("/api/deals/D-1/commands", json={"kind": kind, "lines": LINES})
    assert answer.status_code == status, answer.text
    assert len(workflows.applied) == (status == 200)
    if status == 403:
        assert answer.json()["code"] == "E_AUTH"
