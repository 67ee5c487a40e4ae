"""Customers, prices, files and absences are kept as they were written; lists show each row once."""

import hashlib
from typing import Any

import httpx
import pytest

from storage.database import Database
from tests.api.conftest import Client
from tests.api.samples import put_deals
from tests.api.scripted_workflows import ScriptedWorkflows


async def all_of(reader: httpx.AsyncClient, path: str, noun: str, limit: int) -> list[dict[str, Any]]:
    """Read a list page by page."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await reader.get(path, params={"limit": limit, "cursor": cursor})).json()
        assert len(page[noun]) <= limit
        rows += page[noun]
        cursor = page["next"]
        if not cursor:
            return rows


async def test_a_customer_is_created_read_changed_and_found(client: Client) -> None:
    alice = client("alice", "sales_manager")
    body = {
        "customer_id": "C-1", "name": "示例科技有限公司", "language": "zh-CN", "zone": "Asia/Shanghai", "country": "CN",
        "tax_id": "91310000X", "address": ["上海市", "1 号"], "email": "ap@example.cn",
        "buyer_reference": "04011000-12345-34", "electronic_address": "0204:04011000-12345-34",
        "attributes": {"tier": "gold"},
        "contacts": [{"name": "Li", "email": "li@example.cn"}],
    }  # fmt: skip
    created = await alice.post("/api/customers", json=body)
    assert created.status_code == 201
    assert (await alice.get("/api/customers/C-1")).json() == created.json()
    assert created.json()["attributes"] == [["tier", "gold"]]
    assert created.json()["electronic_address"] == "0204:04011000-12345-34"
    assert (await alice.patch("/api/customers/C-1", json={"electronic_address": "no scheme"})).status_code == 422
    changed = (await alice.patch("/api/customers/C-1", json={"email": "new@example.cn", "attributes": {}})).json()
    assert changed == created.json() | {"email": "new@example.cn", "attributes": []}
    contacts = {"contacts": [{"name": "Wang", "role": "CFO"}]}
    assert (await alice.put("/api/customers/C-1/contacts", json=contacts)).json()["contacts"][0]["name"] == "Wang"
    ranked = await alice.put("/api/customers/C-1/classification", json={"class_override": "A", "blacklisted": True})
    assert (ranked.json()["class_override"], ranked.json()["blacklisted"], ranked.json()["strategic"]) == (
        "A",
        True,
        False,
    )
    assert [row["customer_id"] for row in (await alice.get("/api/customers?q=示例科技")).json()["customers"]] == ["C-1"]
    assert (await alice.get("/api/customers?q=nobody")).json() == {"customers": [], "next": ""}


@pytest.mark.parametrize(
    "facts", [{"strategic": True}, {"strategic": False}, {"revenue": {"minor": 1_000_000_000_000, "currency": "CNY"}}]
)
async def test_sales_cannot_change_what_makes_a_customers_class(client: Client, facts: dict[str, Any]) -> None:
    alice, boss = client("alice", "sales"), client("boss", "sales_manager")
    usual = (await alice.post("/api/customers", json={"customer_id": "C-1", "name": "One"})).json()
    answer = await alice.patch("/api/customers/C-1", json={"email": "a@b.example"} | facts)
    assert (answer.status_code, answer.json()["code"]) == (403, "E_AUTH")
    assert (await alice.get("/api/customers/C-1")).json() == usual
    assert (await boss.patch("/api/customers/C-1", json=facts)).status_code == 200


@pytest.mark.parametrize("facts", [{"strategic": True}, {"revenue": {"minor": 1, "currency": "CNY"}}])
async def test_sales_cannot_bring_a_class_along_with_a_new_customer(
    client: Client, workflows: ScriptedWorkflows, facts: dict[str, Any]
) -> None:
    alice, boss = client("alice", "sales"), client("boss", "sales", "sales_manager")
    lead = {"customer": {"name": "One"} | facts, "source": "web", "currency": "CNY"}
    for path, body in (("/api/customers", {"name": "One"} | facts), ("/api/deals", lead)):
        answer = await alice.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "E_AUTH"), path
        assert (await alice.get("/api/customers")).json()["customers"] == []
        assert (workflows.applied, workflows.started) == ([], [])
    assert (await boss.post("/api/customers", json={"name": "One"} | facts)).status_code == 201


async def test_a_class_that_the_policy_does_not_have_is_refused(client: Client) -> None:
    boss = client("boss", "sales_manager")
    await boss.post("/api/customers", json={"customer_id": "C-1", "name": "One"})
    assert (await boss.put("/api/customers/C-1/classification", json={"class_override": "NOPE"})).status_code == 422
    assert (await boss.get("/api/customers/C-1")).json()["class_override"] == ""


async def test_a_blacklisted_customer_stays_so_when_it_is_merged(client: Client) -> None:
    boss, ops = client("boss", "sales_manager"), client("ona", "ops")
    for customer_id in ("C-1", "C-2"):
        await boss.post("/api/customers", json={"customer_id": customer_id, "name": customer_id})
    await boss.put("/api/customers/C-1/classification", json={"blacklisted": True})
    assert (await ops.post("/api/customers/C-1/merge", json={"into": "C-2"})).status_code == 200
    assert (await boss.get("/api/customers/C-2")).json()["blacklisted"] is True


async def test_a_customer_that_is_there_is_not_created_again(client: Client) -> None:
    alice = client("alice", "sales")
    await alice.post("/api/customers", json={"customer_id": "C-1", "name": "One"})
    again = await alice.post("/api/customers", json={"customer_id": "C-1", "name": "Two"})
    assert (again.status_code, again.json()["code"]) == (409, "E_STATE")
    assert (await alice.get("/api/customers/C-1")).json()["name"] == "One"
    assert (await alice.patch("/api/customers/C-2", json={"name": "x"})).status_code == 404


async def test_a_customer_is_refused_that_cannot_be_one(client: Client) -> None:
    alice = client("alice", "sales")
    for wrong in (
        {"name": " "}, {"name": "A", "zone": "Mars/Base"}, {"name": "A", "language": "中文"},
        {"name": "A", "country": "China"}, {"name": "A", "country": "ZZ"},
        {"name": "A", "email": "no address"}, {"name": "A", "customer_id": "a/b"},
        {"name": "A", "attributes": {"a": 1}}, {"name": "A", "attributes": {"a\x00": "b"}},
        {"name": "A", "revenue": {"minor": 1, "currency": "yuan"}}, {"name": "A", "blacklisted": True},
        {"name": "A" * 201},
    ):  # fmt: skip
        answer = await alice.post("/api/customers", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "E_BODY"), wrong
        assert answer.json()["details"], wrong
    assert (await alice.get("/api/customers")).json()["customers"] == []


@pytest.mark.parametrize("language", ["en", "EN-gb", "zh", "zh-Hant-TW", "de", "fr-FR", "enx", "x"])
async def test_a_language_that_nobody_writes_is_refused_and_not_answered_in_english(
    client: Client, language: str
) -> None:
    alice, spoken = client("alice", "sales"), language.lower().startswith(("en", "zh")) and language != "enx"
    made = await alice.post("/api/customers", json={"customer_id": "C-1", "name": "A", "language": language})
    assert made.status_code == (201 if spoken else 422)
    await alice.post("/api/customers", json={"customer_id": "C-2", "name": "B"})
    changed = await alice.patch("/api/customers/C-2", json={"language": language})
    assert changed.status_code == (200 if spoken else 422)
    lead = {"customer": {"name": "C", "language": language}, "source": "web", "currency": "CNY"}
    captured = await alice.post("/api/deals", json=lead)
    assert captured.status_code == (201 if spoken else 422)
    if not spoken:
        assert "write en or zh" in made.text
        assert (await alice.get("/api/customers/C-2")).json()["language"] == "en"


async def test_a_merge_is_kept_and_not_turned_round(client: Client) -> None:
    ops = client("ona", "ops")
    for customer_id in ("C-1", "C-2"):
        await ops.post("/api/customers", json={"customer_id": customer_id, "name": customer_id})
    assert (await ops.post("/api/customers/C-1/merge", json={"into": "C-2"})).json()["merged_into"] == "C-2"
    assert (await ops.post("/api/customers/C-2/merge", json={"into": "C-1"})).status_code == 409
    assert (await ops.post("/api/customers/C-1/merge", json={"into": "C-1"})).status_code == 422
    assert (await ops.post("/api/customers/C-1/merge", json={"into": "C-9"})).status_code == 404
    assert (await ops.get("/api/customers/C-2")).json()["merged_into"] == ""


async def test_every_list_shows_each_row_once_in_order(client: Client, database: Database) -> None:
    admin = client("root", "admin")
    for n in range(7):
        await admin.post("/api/customers", json={"customer_id": f"C-{n}", "name": f"Firm {n}"})
        for currency in ("CNY", "EUR"):
            price = {"minor": n, "currency": currency}
            await admin.post("/api/products", json={"sku": f"A-{n}", "name": "Pump", "list_price": price})
    put_deals(database, 7)
    customers = await all_of(admin, "/api/customers", "customers", 3)
    assert [row["customer_id"] for row in customers] == [f"C-{n}" for n in range(7)]
    prices = await all_of(admin, "/api/products", "products", 3)
    assert [(row["sku"], row["list_price"]["currency"]) for row in prices] == [
        (f"A-{n}", currency) for n in range(7) for currency in ("CNY", "EUR")
    ]
    deals = await all_of(admin, "/api/deals", "deals", 3)
    assert [row["deal_id"] for row in deals] == [f"D-{n:03d}" for n in reversed(range(7))]


async def test_the_cursor_of_one_list_is_not_one_of_another(client: Client, database: Database) -> None:
    admin = client("root", "admin")
    put_deals(database, 3)
    cursor = (await admin.get("/api/deals?limit=1")).json()["next"]
    for path in ("/api/customers", "/api/deals/D-000/timeline"):
        answer = await admin.get(path, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "E_REQUEST"), path
    for forged in ("WzFd", "WzE4NDQ2NzQ0MDczNzA5NTUxNjE1XQ==", "bnVsbA==", "W10=", "é", "a" * 900, "WyJcdTAwMDAiXQ=="):
        for path in ("/api/deals", "/api/customers", "/api/deals/D-000/timeline", "/api/approvals", "/api/products"):
            answer = await admin.get(path, params={"cursor": forged})
            assert answer.status_code in (200, 400), (path, forged)


async def test_deals_are_filtered(client: Client, database: Database) -> None:
    put_deals(database, 2)
    put_deals(database, 1, version=7, owner="bob", stage="lead.new", customer_name="Other 100%", overlay="on_hold")
    reader = client("alice", "sales")
    for query, found in (
        ("owner=bob", ["D-000"]), ("stage=quote", ["D-001"]), ("stage=quote.sent", ["D-001"]), ("stage=quot", []),
        ("q=100%25", ["D-000"]), ("q=%25", ["D-000"]), ("q=_", []), ("overlay=on_hold", ["D-000"]),
        ("customer=C-1", ["D-001", "D-000"]), ("owner=bob&stage=quote", []),
    ):  # fmt: skip
        answer = await reader.get(f"/api/deals?{query}")
        assert [row["deal_id"] for row in answer.json()["deals"]] == found, query


async def test_a_file_is_known_by_its_content_and_never_run(client: Client) -> None:
    alice = client("alice", "sales")
    stored = await alice.post("/api/files", files={"file": ("采购单.html", b"<script>", "text/html")})
    assert stored.status_code == 201
    digest = hashlib.sha256(b"<script>").hexdigest()
    assert stored.json() == {"sha256": digest, "size": 8, "media_type": "text/html", "name": "采购单.html"}
    again = await alice.post("/api/files", files={"file": ("other.txt", b"<script>", "text/plain")})
    assert again.json()["sha256"] == digest
    read = await alice.get(f"/api/files/{digest}")
    assert read.content == b"<script>"
    assert read.headers["content-disposition"].startswith("attachment;")
    assert read.headers["x-content-type-options"] == "nosniff"
    assert (await alice.get(f"/api/files/{'0' * 64}")).status_code == 404
    assert (await alice.get("/api/files/..%2F..%2Fetc")).status_code in (404, 422)


async def test_too_large_is_413_whether_it_is_declared_or_not(client: Client) -> None:
    alice = client("alice", "sales")

    async def trickle() -> Any:
        for _ in range(30):
            yield b"x" * 50_000

    for content in (b"x" * 1_500_000, trickle()):
        answer = await alice.post("/api/customers", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "E_SIZE")
        assert answer.json()["details"] == [{"name": "limit_bytes", "value": str(1024 * 1024)}]
    large = {"file": ("a.bin", b"x" * 22_000_000, "application/octet-stream")}
    assert (await alice.post("/api/files", files=large)).status_code == 413
    fits = {"file": ("a.bin", b"x" * 2_000_000, "application/octet-stream")}
    assert (await alice.post("/api/files", files=fits)).status_code == 201


async def test_an_upload_that_is_no_form_is_refused(client: Client) -> None:
    alice = client("alice", "sales")
    for content, media_type in (
        (b"hello", "multipart/form-data"), (b"hello", "multipart/form-data; boundary=x"), (b"", "application/json"),
        (b"--x\r\nContent-Disposition: form-data; name=other\r\n\r\na\r\n--x--", "multipart/form-data; boundary=x"),
    ):  # fmt: skip
        answer = await alice.post("/api/files", content=content, headers={"Content-Type": media_type})
        assert answer.status_code in (400, 422), (content, media_type)
    empty = await alice.post("/api/files", files={"file": ("a", b"", "text/plain")})
    assert empty.status_code == 422


async def test_a_delegation_is_ones_own_and_is_told_to_the_seats(client: Client, workflows: ScriptedWorkflows) -> None:
    bob, ops = client("bob", "sales"), client("ona", "ops")
    body = {"delegate": "carol", "since": "2026-11-25T00:00:00+08:00", "until": "2026-12-01T00:00:00+08:00"}
    made = await bob.post("/api/delegations", json=body)
    assert made.status_code == 201
    assert (made.json()["subject"], made.json()["delegate"], made.json()["created_by"]) == ("bob", "carol", "bob")
    assert workflows.told == 1
    for_other = await bob.post("/api/delegations", json=body | {"delegator": "alice"})
    assert (for_other.status_code, for_other.json()["code"]) == (403, "E_AUTH")
    assert (await ops.post("/api/delegations", json=body | {"delegator": "alice"})).json()["created_by"] == "ona"
    for wrong in ({"delegate": "bob"}, {"until": "2026-11-24T00:00:00+08:00"}, {"since": "2026-11-25T00:00:00"}):
        assert (await bob.post("/api/delegations", json=body | wrong)).status_code == 422
    dan = client("dan", "sales")
    assert (await dan.delete(f"/api/delegations/{made.json()['id']}")).status_code == 403
    assert (await bob.delete(f"/api/delegations/{made.json()['id']}")).status_code == 204
    assert (await bob.delete("/api/delegations/99")).status_code == 404
    rows = (await bob.get("/api/delegations")).json()["delegations"]
    assert [(row["subject"], row["revoked_at"] is not None) for row in rows] == [("bob", True), ("alice", False)]
    assert workflows.told == 3


async def test_a_delegation_that_closes_a_circle_is_refused(client: Client, workflows: ScriptedWorkflows) -> None:
    bob, ops = client("bob", "sales"), client("ona", "ops")
    until = {"since": "2026-11-25T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
    assert (await bob.post("/api/delegations", json=until | {"delegate": "carol"})).status_code == 201
    onward = {"delegator": "carol", "delegate": "dan"}
    assert (await ops.post("/api/delegations", json=until | onward)).status_code == 201
    # The last one is a circle with what stands in the organisation file.
    for around in (onward | {"delegator": "dan", "delegate": "bob"}, {"delegator": "yan", "delegate": "zoe"}):
        answer = await ops.post("/api/delegations", json=until | around)
        assert (answer.status_code, answer.json()["code"]) == (409, "E_STATE")
        assert answer.json()["detail"].startswith(f"{around['delegate']} already lets {around['delegator']} decide")
    assert len((await ops.get("/api/delegations")).json()["delegations"]) == workflows.told == 2
    after = {"since": "2026-12-01T00:00:00Z", "delegator": "dan", "delegate": "bob"}
    assert (await ops.post("/api/delegations", json=after)).status_code == 201


async def test_an_absence_is_reported_and_withdrawn(client: Client, workflows: ScriptedWorkflows) -> None:
    bob = client("bob", "sales")
    made = await bob.post("/api/absences", json={"since": "2026-11-25T00:00:00+08:00"})
    assert (made.status_code, made.json()["subject"], made.json()["until"]) == (201, "bob", None)
    assert (await bob.post("/api/absences", json={"person": "eve", "since": "2026-11-25T00:00:00Z"})).status_code == 403
    assert (await bob.delete(f"/api/absences/{made.json()['id']}")).status_code == 204
    (row,) = (await bob.get("/api/absences")).json()["absences"]
    assert row["revoked_at"] is not None
    assert workflows.told == 2


async def test_a_customer_who_changed_since_is_not_changed_by_who_demands_that_nobody_did(client: Client) -> None:
    alice = client("alice", "sales", "finance")
    await alice.post("/api/customers", json={"customer_id": "C-1", "name": "One"})
    read = (await alice.get("/api/customers/C-1")).headers["etag"]
    changed = await alice.patch("/api/customers/C-1", json={"name": "Two"}, headers={"If-Match": read})
    assert (changed.status_code, changed.json()["name"]) == (200, "Two")
    assert changed.headers["etag"] == (await alice.get("/api/customers/C-1")).headers["etag"] != read
    calls = (
        ("PATCH", "", {"name": "Three"}),
        ("PUT", "/contacts", {"contacts": [{"name": "Li"}]}),
        ("PUT", "/classification", {"class_override": "A"}),
    )
    for method, path, body in calls:
        stale = await alice.request(method, f"/api/customers/C-1{path}", json=body, headers={"If-Match": read})
        assert (stale.status_code, stale.json()["code"]) == (409, "E_STALE"), path
        wrong = await alice.request(method, f"/api/customers/C-1{path}", json=body, headers={"If-Match": "12"})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "E_REQUEST"), path
    kept = (await alice.get("/api/customers/C-1")).json()
    assert (kept["name"], kept["contacts"], kept["class_override"]) == ("Two", [], "")
    for method, path, body in calls:
        etag = (await alice.get("/api/customers/C-1")).headers["etag"]
        done = await alice.request(method, f"/api/customers/C-1{path}", json=body, headers={"If-Match": etag})
        assert done.status_code == 200, path
    assert (await alice.patch("/api/customers/C-1", json={"name": "Any"}, headers={"If-Match": "*"})).status_code == 200
