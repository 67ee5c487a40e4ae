"""No call makes a customer of the account of unclaimed money: it is not changed, merged, sold to or written to."""

from typing import Any

import pytest

from domain.nobody import UNIDENTIFIED
from storage.database import Database
from storage.entries import CustomerCard
from storage.queries.masters import customer
from tests.api.conftest import Client
from tests.api.samples import put_customer_named
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.api.test_capture import LEAD
from tests.api.test_webhooks import deliver

HERE = f"/api/customers/{UNIDENTIFIED}"
CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/api/customers", {"customer_id": UNIDENTIFIED, "name": "X"}),
    ("PATCH", HERE, {"email": "x@example.org"}),
    ("PUT", f"{HERE}/contacts", {"contacts": []}),
    ("PUT", f"{HERE}/classification", {"class_override": "A"}),
    ("PUT", f"{HERE}/bank-accounts", {"accounts": [{"account": "DE02120300000000202051"}]}),
    ("POST", f"{HERE}/merge", {"into": "C-1"}),
    ("POST", "/api/customers/C-1/merge", {"into": UNIDENTIFIED}),
    ("POST", "/api/deals", LEAD | {"customer": UNIDENTIFIED}),
)


@pytest.fixture
def both(database: Database) -> CustomerCard:
    """The account of unclaimed money as it stands, beside a customer."""
    for name in ("C-1", UNIDENTIFIED):
        put_customer_named(database, name)
    return database.look(customer, UNIDENTIFIED)


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_it_is_refused_and_changes_nothing(
    client: Client, database: Database, workflows: ScriptedWorkflows, both: CustomerCard, method: str, path: str,
    body: dict[str, Any],
) -> None:  # fmt: skip
    answer = await client("admin", "admin", entity="").request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "E_GATE"), answer.text
    assert workflows.started == []
    assert database.look(customer, UNIDENTIFIED) == both
    assert database.look(customer, "C-1").merged_into == ""


async def test_nobody_replies(client: Client, workflows: ScriptedWorkflows, both: CustomerCard) -> None:
    said = {"type": "customer.replied", "data": {"customer": UNIDENTIFIED, "text": "stop"}}
    answer = await deliver(client(), said)
    assert (answer.status_code, answer.json()["code"]) == (409, "E_GATE")
    assert workflows.applied == []
