"""A key that is limited to a legal entity neither sees nor changes what belongs to another one."""

import hashlib
from typing import Any

import pytest

from storage.database import Database
from storage.operations.documents import keep
from tests.api.conftest import NOW, Client


async def three_customers(client: Client) -> None:
    whole = client("root", "sales", "sales_manager", entity="")
    for customer_id, entity in (("C-CN", "CN01"), ("C-DE", "DE01"), ("C-ALL", None)):
        body = {"customer_id": customer_id, "name": customer_id, "entity": entity, "email": "ap@own.example"}
        assert (await whole.post("/api/customers", json=body)).status_code == 201


async def test_customers_of_another_entity_are_not_there(client: Client) -> None:
    await three_customers(client)
    for entity, ids in (("DE01", ["C-ALL", "C-DE"]), ("CN01", ["C-ALL", "C-CN"]), ("", ["C-ALL", "C-CN", "C-DE"])):
        seller = client("alice", "sales", entity=entity)
        rows = (await seller.get("/api/customers")).json()["customers"]
        assert [row["customer_id"] for row in rows] == ids
    assert (await client("alice", "sales", entity="DE01").get("/api/customers/C-CN")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"email": "mine@evil.example"}),
        ("PATCH", "", {"entity": "DE01"}),
        ("PUT", "/contacts", {"contacts": [{"name": "Me"}]}),
        ("PUT", "/classification", {"class_override": "A"}),
        ("POST", "/merge", {"into": "C-DE"}),
    ],
)
async def test_customers_of_another_entity_are_not_changed(
    client: Client, method: str, path: str, body: dict[str, Any]
) -> None:
    await three_customers(client)
    whole, german = client("root", "admin", entity=""), client("eva", "sales_manager", entity="DE01")
    before = [(await whole.get(f"/api/customers/{one}")).json() for one in ("C-CN", "C-ALL", "C-DE")]
    for customer_id, status in (("C-CN", 404), ("C-ALL", 403)):
        answer = await german.request(method, f"/api/customers/{customer_id}{path}", json=body)
        assert answer.status_code == status, customer_id
    assert [(await whole.get(f"/api/customers/{one}")).json() for one in ("C-CN", "C-ALL", "C-DE")] == before
    chinese = client("wang", "sales_manager", entity="CN01")
    if body != {"entity": "DE01"} and path != "/merge":
        assert (await chinese.request(method, f"/api/customers/C-ALL{path}", json=body)).status_code == 200


async def test_nobody_is_merged_into_a_customer_of_another_entity_or_handed_to_it(client: Client) -> None:
    await three_customers(client)
    german = client("eva", "sales_manager", entity="DE01")
    assert (await german.post("/api/customers/C-DE/merge", json={"into": "C-CN"})).status_code == 404
    assert (await german.patch("/api/customers/C-DE", json={"entity": "CN01"})).status_code == 403
    assert (await german.get("/api/customers/C-DE")).json()["entity"] == "DE01"


async def test_a_limited_key_makes_customers_of_its_own_entity(client: Client) -> None:
    german = client("eva", "sales", entity="DE01")
    made = await german.post("/api/customers", json={"name": "Neu GmbH"})
    assert (made.status_code, made.json()["entity"]) == (201, "DE01")
    other = await german.post("/api/customers", json={"name": "Neu GmbH", "entity": "CN01"})
    assert (other.status_code, other.json()["code"]) == (403, "E_AUTH")


async def test_a_document_that_was_sent_is_read_only_where_it_belongs(client: Client, database: Database) -> None:
    digest = database.transact(keep, "invoice/CN01/INV-1.pdf", "INV-1.pdf", "application/pdf", b"%PDF-", NOW)
    assert digest == hashlib.sha256(b"%PDF-").hexdigest()
    answer = await client("eva", "sales", entity="DE01").get(f"/api/files/{digest}")
    assert (answer.status_code, answer.json()["code"]) == (404, "E_NOTFOUND")
    assert b"%PDF-" not in answer.content


async def test_an_upload_of_one_entity_is_not_read_by_anothers_people(client: Client) -> None:
    """Whoever knows a hash has not thereby been told what is in it; who has the file may upload it, and read it."""
    chinese, german, group = (client("x", "sales", entity=one) for one in ("CN01", "DE01", ""))
    proof = {"file": ("proof.txt", b"proof", "text/plain")}
    digest = (await chinese.post("/api/files", files=proof)).json()["sha256"]

    async def seen() -> list[int]:
        return [(await who.get(f"/api/files/{digest}")).status_code for who in (chinese, german, group)]

    answer = await german.get(f"/api/files/{digest}")
    assert (answer.json()["code"], b"proof" in answer.content) == ("E_NOTFOUND", False)
    assert await seen() == [200, 404, 200]
    assert (await german.post("/api/files", files=proof)).json()["sha256"] == digest
    assert await seen() == [200, 200, 200]


async def test_an_upload_of_the_whole_group_is_read_in_every_entity(client: Client) -> None:
    digest = (await client("ops", "ops", entity="").post("/api/files", files={"file": ("a", b"evidence")})).json()[
        "sha256"
    ]
    for entity in ("CN01", "DE01", ""):
        assert (await client("x", "legal", entity=entity).get(f"/api/files/{digest}")).content == b"evidence"


FINANCE_FILE, DEAL_FILE = ("finance", "credit"), ("sales", "sales_manager", "ops", "legal")
ALWAYS = {"finance", "credit", "ops", "admin"}
EVERY_ROLE = ("sales", "sales_manager", "legal", "ops", "finance", "credit", "admin", "auditor", "customer", "ar")


@pytest.mark.parametrize("handed_in_as", [*FINANCE_FILE, *DEAL_FILE, "auditor"])
async def test_an_upload_is_read_by_who_handed_it_in_and_by_whom_it_concerns(client: Client, handed_in_as: str) -> None:
    """To know a hash is not to be told what is in the file; a second hand makes it theirs, too."""
    owner = client("owner", handed_in_as)
    digest = (await owner.post("/api/files", files={"file": ("a", b"proof")})).json()["sha256"]
    assert (await owner.get(f"/api/files/{digest}")).content == b"proof"
    may = ALWAYS | ({"sales", "sales_manager", "legal"} if handed_in_as in DEAL_FILE else set())
    for role in EVERY_ROLE:
        answer = await client("other", role).get(f"/api/files/{digest}")
        assert (answer.status_code, b"proof" in answer.content) == ((200, True) if role in may else (403, False)), role
    reader = client("late", "auditor")
    assert (await reader.get(f"/api/files/{digest}")).json()["code"] == "E_AUTH"
    await reader.post("/api/files", files={"file": ("a", b"proof")})
    assert (await reader.get(f"/api/files/{digest}")).content == b"proof"
    assert (await client("other", "auditor").get(f"/api/files/{digest}")).status_code == 403
