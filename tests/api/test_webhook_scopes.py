"""A secret proves who sends; what a source may say, in whose name and for which entity, is its scope."""

from typing import Any

import pytest

from api.deps import Edge
from settings import WebhookScope
from storage.database import Database
from tests.api.conftest import NOW, Client
from tests.api.samples import put_deals
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.api.test_webhooks import ACCEPTED, PAID, deliver

DECIDED = {"kind": "decide", "approval_id": "D-1-q1", "verdict": "approve", "content_hash": "h"}
CHAT = WebhookScope(kinds=("decide",), people=("wang.fang",))


def event(command: dict[str, Any], actor: str | None = None, deal_id: str = "D-1") -> dict[str, Any]:
    return {"type": "deal.command", "data": {"deal_id": deal_id, "actor": actor, "command": command}}


def scoped(app: Any, scope: WebhookScope) -> None:
    """Give the source ``crm`` a scope."""
    edge: Edge = app.state.edge
    settings = edge.settings.model_copy(update={"webhook_scopes": {"crm": scope}})
    app.state.edge = Edge(settings, edge.database, edge.workflows, policy=edge.policy, now=lambda: NOW)


@pytest.mark.parametrize(
    "command",
    [
        DECIDED,
        {"kind": "transfer_seat", "approval_id": "D-1-q1", "to": "x"},
        {"kind": "add_signer", "approval_id": "D-1-q1", "who": "x", "position": "before"},
        {"kind": "recall", "approval_id": "D-1-q1"},
        {"kind": "assign", "owner": "x"},
    ],
)
async def test_without_a_scope_a_source_decides_nothing_in_anybodys_name(
    client: Client, workflows: ScriptedWorkflows, command: dict[str, Any]
) -> None:
    for actor in ("wang.fang", None):
        answer = await deliver(client(), event(command, actor))
        assert (answer.status_code, answer.json()["code"]) == (403, "E_AUTH")
    assert workflows.applied == []


async def test_a_scope_names_the_kind_and_the_person(client: Client, app: Any, workflows: ScriptedWorkflows) -> None:
    sender = client()
    scoped(app, CHAT)
    for actor in ("zhao.lei", None):
        answer = await deliver(sender, event(DECIDED, actor))
        assert (answer.status_code, answer.json()["details"]) == (
            403, [{"name": "needed", "value": f"people: {actor or 'a person'}"}],
        )  # fmt: skip
    for other in (ACCEPTED, PAID):
        assert (await deliver(sender, other)).status_code == 403
    assert workflows.applied == []
    # A refused message was not taken in: with a scope that has it, it counts.
    assert (await deliver(sender, event(DECIDED, "wang.fang"))).json() == {"repeated": False}
    assert [submission.actor.id for _, submission in workflows.applied] == ["wang.fang"]


async def test_a_scope_names_the_legal_entities(
    client: Client, app: Any, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deals(database, 1)
    sender = client()
    scoped(app, WebhookScope(kinds=("accept_quote", "receipt"), entities=("DE01",)))
    accept = ACCEPTED["data"]["command"]
    assert (await deliver(sender, event(accept, deal_id="D-000"))).status_code == 403
    assert (await deliver(sender, event(accept, deal_id="D-999"))).status_code == 404
    paid = {**PAID, "data": {**PAID["data"], "customer": None}}
    assert (await deliver(sender, paid)).status_code == 403
    assert workflows.applied == []
    german = {**paid, "data": {**paid["data"], "entity": "DE01"}}
    assert (await deliver(sender, german)).json() == {"repeated": False}
    scoped(app, WebhookScope(kinds=("accept_quote",), entities=("CN01",)))
    assert (await deliver(sender, event(accept, deal_id="D-000"), message_id="m2")).json() == {"repeated": False}
    assert len(workflows.applied) == 2
