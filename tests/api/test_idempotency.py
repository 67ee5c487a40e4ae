"""A POST with its key is answered once: again the same, or E_IDEM; nobody can use another's key."""

import asyncio
from typing import Any

import pytest

from domain.machine import Answer
from storage.database import Database
from storage.operations.answers import keep_answers
from storage.queries.masters import customers, delegations, products
from tests.api.conftest import Client
from tests.api.samples import deal_row, put_customer_named, put_deal
from tests.api.scripted_workflows import ScriptedWorkflows

KEY = {"Idempotency-Key": "order-7"}
CUSTOMER: dict[str, Any] = {"name": "示例客户", "country": "CN"}
PRODUCT: dict[str, Any] = {"sku": "A-1", "name": "Pump", "list_price": {"minor": 100, "currency": "CNY"}}
DELEGATION: dict[str, Any] = {"delegate": "bob", "since": "2026-11-25T00:00:00+08:00"}
WRITES = [("/api/customers", CUSTOMER), ("/api/products", PRODUCT), ("/api/delegations", DELEGATION)]


@pytest.mark.parametrize(("path", "body"), WRITES)
async def test_the_same_key_and_content_get_the_first_answer(
    client: Client, database: Database, path: str, body: dict[str, Any]
) -> None:
    admin = client("root", "admin")
    first = await admin.post(path, json=body, headers=KEY)
    second = await admin.post(path, json=body, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == "order-7"
    rows = len(database.look(customers)) + len(database.look(products)) + len(database.look(delegations))
    assert rows == 1


@pytest.mark.parametrize(("path", "body"), WRITES)
async def test_the_same_key_with_other_content_is_refused(
    client: Client, database: Database, path: str, body: dict[str, Any]
) -> None:
    admin = client("root", "admin")
    await admin.post(path, json=body, headers=KEY)
    name = "name" if "name" in body else "delegate"
    other = await admin.post(path, json=body | {name: "other"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "E_IDEM")
    rows = len(database.look(customers)) + len(database.look(products)) + len(database.look(delegations))
    assert rows == 1


async def test_the_key_of_one_call_is_refused_for_another(client: Client, database: Database) -> None:
    admin = client("root", "admin")
    await admin.post("/api/customers", json=CUSTOMER, headers=KEY)
    other = await admin.post("/api/products", json=PRODUCT, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "E_IDEM")
    assert database.look(products) == ()


async def test_another_person_with_the_same_key_is_another_request(client: Client, database: Database) -> None:
    for person in ("root", "carol"):
        assert (await client(person, "admin").post("/api/customers", json=CUSTOMER, headers=KEY)).status_code == 201
    assert len(database.look(customers)) == 2


async def test_without_a_key_every_request_is_its_own_and_gets_one(client: Client, database: Database) -> None:
    admin = client("root", "admin")
    keys = {(await admin.post("/api/customers", json=CUSTOMER)).headers["idempotency-key"] for _ in range(2)}
    assert len(keys) == 2
    assert len(database.look(customers)) == 2


async def test_many_at_once_are_one(client: Client, database: Database) -> None:
    admin = client("root", "admin")
    answers = await asyncio.gather(*(admin.post("/api/customers", json=CUSTOMER, headers=KEY) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(database.look(customers)) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129, "ü", "a\tb"])
async def test_a_malformed_key_is_400_and_changes_nothing(
    client: Client, database: Database, workflows: ScriptedWorkflows, key: str
) -> None:
    put_deal(database, deal_row())
    headers = {"Idempotency-Key": key.encode()}
    admin = client("root", "admin")
    for path, body in (*WRITES, ("/api/deals/D-1/commands", {"kind": "send_quote"})):
        answer = await admin.post(path, json=body, headers=headers)  # type: ignore[arg-type]  # bytes are allowed
        assert (answer.status_code, answer.json()["code"]) == (400, "E_REQUEST")
    assert database.look(customers) == ()
    assert workflows.applied == []


async def test_a_command_carries_the_key_of_its_person(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row())
    alice = client("alice", "sales")
    send, hold = {"kind": "send_quote"}, {"kind": "hold", "reason": "x"}
    first = await alice.post("/api/deals/D-1/commands", json=send, headers=KEY)
    again = await alice.post("/api/deals/D-1/commands", json=send, headers=KEY)
    other = await alice.post("/api/deals/D-1/commands", json=hold, headers=KEY)
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert (first.json()["repeated"], again.json()["repeated"], other.json()["code"]) == (False, True, "E_IDEM")
    assert [submission.id for _, submission in workflows.applied] == ["alice:order-7"]


async def test_an_answer_that_the_server_gives_again_says_that_it_is_known(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    """Temporal repeats the first answer to an update id word for word, in which nothing is said of a repeat."""
    put_deal(database, deal_row())
    put_customer_named(database, "c-1")
    hold = {"kind": "pause_dunning", "reason": "x"}
    for path, owner, person, role, body in (
        ("/api/deals/D-1/commands", "deal/D-1", "alice", "sales", {"kind": "send_quote"}),
        ("/api/accounts/c-1/commands?currency=CNY", "account/CN01/c-1/CNY", "fay", "finance", hold),
    ):
        caller = client(person, role)
        assert (await caller.post(path, json=body, headers=KEY)).json()["repeated"] is False, path
        # The fake tells a repeat by itself: it forgets, as the server that only repeats what it said.
        workflows.applied.clear()
        answer = Answer(id=f"{person}:order-7", digest="d", version=7)
        database.transact(keep_answers, owner, (answer,), "run", 7)
        again = await caller.post(path, json=body, headers=KEY)
        assert (again.status_code, again.json()["repeated"]) == (200, True), path
        other = await caller.post(path, json=body, headers={"Idempotency-Key": "order-8"})
        assert other.json()["repeated"] is False, path


async def test_if_match_is_the_version_that_is_expected(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row())
    alice = client("alice", "sales")
    etag = (await alice.get("/api/deals/D-1")).headers["etag"]
    await alice.post("/api/deals/D-1/commands", json={"kind": "send_quote"}, headers={"If-Match": etag})
    assert workflows.applied[0][1].expected_version == 6
    bad = await alice.post("/api/deals/D-1/commands", json={"kind": "send_quote"}, headers={"If-Match": "six"})
    assert (bad.status_code, bad.json()["code"]) == (400, "E_REQUEST")
    assert len(workflows.applied) == 1
