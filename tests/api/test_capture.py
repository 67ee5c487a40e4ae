"""A lead is one deal, however often and in whatever words it comes in."""

import asyncio
from typing import Any

from domain.deal.requests import Capture
from domain.refusal import Code, refuse
from storage.database import Database
from storage.operations.edge import put_meta
from storage.queries.masters import customers
from tests.api.conftest import NOW, Client
from tests.api.samples import deal_row, put_deal
from tests.api.scripted_workflows import ScriptedWorkflows
from workflows.messages import Answered, DealInput, DealSubmission

LEAD: dict[str, Any] = {
    "customer": {"name": "示例 Pump 有限公司", "language": "zh-CN", "zone": "Asia/Shanghai"},
    "contact": "li@example.cn", "source": "web", "currency": "CNY", "value": {"minor": 100_000, "currency": "CNY"},
    "attributes": {"campaign": "autumn"},
}  # fmt: skip


async def test_a_lead_starts_a_deal_with_a_readable_id(client: Client, workflows: ScriptedWorkflows) -> None:
    answer = await client("alice", "sales").post("/api/deals", json=LEAD)
    assert answer.status_code == 201
    deal_id = answer.json()["deal_id"]
    assert deal_id.startswith("D-261125-")
    assert len(deal_id) == 17
    assert answer.headers["location"] == f"/api/deals/{deal_id}"
    assert (answer.json()["stage"], answer.json()["duplicate"]) == ("lead.new", False)
    (start,) = workflows.started
    assert (start.deal_id, start.entity, start.currency) == (deal_id, "CN01", "CNY")
    assert (start.customer.name, start.customer.zone) == ("示例 Pump 有限公司", "Asia/Shanghai")
    command = workflows.applied[0][1].command
    assert isinstance(command, Capture)
    assert command.attributes == (("campaign", "autumn"),)


async def test_the_same_contact_of_the_same_company_is_the_first_deal(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    first = await client("alice", "sales").post("/api/deals", json=LEAD)
    put_deal(database, deal_row(first.json()["deal_id"], stage="lead.working", version=9))
    again = LEAD | {"customer": {"name": "示例pump有限公司"}, "contact": " LI@example.cn", "source": "fair"}
    second = await client("bob", "sales").post("/api/deals", json=again)
    assert second.status_code == 200
    assert second.json() == {
        "deal_id": first.json()["deal_id"], "stage": "lead.working", "version": 9,
        "customer_id": first.json()["customer_id"],
        "duplicate": True, "recorded": True,
    }  # fmt: skip
    assert len(workflows.started) == 1
    assert len(database.look(customers)) == 1


async def test_a_duplicate_is_found_before_the_first_is_recorded(client: Client, workflows: ScriptedWorkflows) -> None:
    first = await client("alice", "sales").post("/api/deals", json=LEAD)
    second = await client("bob", "sales").post("/api/deals", json=LEAD | {"source": "fair"})
    assert (second.status_code, second.json()["deal_id"]) == (200, first.json()["deal_id"])
    assert len(workflows.started) == len(workflows.applied) == 1


async def test_what_the_policy_compares_finds_a_company_under_another_name(
    client: Client, workflows: ScriptedWorkflows
) -> None:
    alice = client("alice", "sales")
    company = {"name": "Acme GmbH", "tax_id": "DE 123", "phone": "+49 (30) 1234-5678"}
    first = await alice.post("/api/deals", json=LEAD | {"customer": company, "contact": "a@acme.de"})
    assert first.status_code == 201
    for customer, contact in (
        ({"name": "ACME", "tax_id": "de123"}, ""),
        ({"name": "Acme Berlin", "phone": "004930 12345678"}, "b@acme.de"),
        ({"name": "Someone else"}, "A@acme.de"),
        # A key that came with a duplicate leads to the first deal as well.
        ({"name": "Yet another"}, "b@acme.de"),
    ):
        again = await alice.post("/api/deals", json=LEAD | {"customer": customer, "contact": contact})
        assert (again.status_code, again.json()["deal_id"]) == (200, first.json()["deal_id"]), customer
    other = await alice.post("/api/deals", json=LEAD | {"customer": {"name": "Acme GmbH", "tax_id": "DE 124"}})
    assert other.status_code == 201
    assert len(workflows.started) == 2


async def test_a_known_customer_may_buy_again(client: Client, workflows: ScriptedWorkflows) -> None:
    admin = client("root", "admin")
    await admin.post("/api/customers", json={"customer_id": "C-A", "name": "A", "tax_id": "1", "email": "a@a.cn"})
    for _ in range(2):
        answer = await admin.post("/api/deals", json=LEAD | {"customer": "C-A", "contact": ""})
        assert answer.status_code == 201
    assert len(workflows.started) == 2


async def test_numbers_and_truths_are_attributes_too(client: Client, workflows: ScriptedWorkflows) -> None:
    said = {"employees": 250, "budget_known": True, "title": "CEO"}
    await client("alice", "sales").post("/api/deals", json=LEAD | {"attributes": said})
    command = workflows.applied[0][1].command
    assert isinstance(command, Capture)
    assert command.attributes == (
        ("employees", "250"), ("budget_known", "true"), ("title", "CEO"),
    )  # fmt: skip


async def test_an_entity_that_the_policy_does_not_name_is_refused(client: Client, workflows: ScriptedWorkflows) -> None:
    admin = client("root", "admin", entity="")
    answer = await admin.post("/api/deals", json=LEAD | {"entity": "XX01"})
    assert (answer.status_code, answer.json()["details"]) == (
        422,
        [{"name": "entity", "value": "must be one of CN01, DE01"}],
    )
    assert (await admin.post("/api/deals", json=LEAD | {"entity": "DE01"})).status_code == 201
    assert [start.entity for start in workflows.started] == ["DE01"]


async def test_another_contact_or_none_is_another_deal(client: Client, workflows: ScriptedWorkflows) -> None:
    alice = client("alice", "sales")
    for contact in ("li@example.cn", "wang@example.cn", "", ""):
        assert (await alice.post("/api/deals", json=LEAD | {"contact": contact})).status_code == 201
    assert len({start.deal_id for start in workflows.started}) == 4


async def test_once_the_first_deal_is_closed_the_contact_may_come_again(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    alice = client("alice", "sales")
    first = (await alice.post("/api/deals", json=LEAD)).json()["deal_id"]
    put_deal(database, deal_row(first, stage="closed.paid"))
    second = await alice.post("/api/deals", json=LEAD)
    assert second.status_code == 201
    assert second.json()["deal_id"] != first
    assert len(workflows.started) == 2


async def test_a_source_knows_its_lead_for_ever(client: Client, database: Database) -> None:
    alice = client("alice", "sales")
    lead = LEAD | {"external_id": "hs-1"}
    first = (await alice.post("/api/deals", json=lead)).json()["deal_id"]
    put_deal(database, deal_row(first, stage="closed.lost"))
    again = await alice.post("/api/deals", json=lead | {"contact": "other@example.cn"})
    assert (again.status_code, again.json()["deal_id"], again.json()["stage"]) == (200, first, "closed.lost")
    elsewhere = await alice.post("/api/deals", json=lead | {"source": "fair", "contact": ""})
    assert elsewhere.status_code == 201


async def test_a_deal_id_of_another_system_is_kept(client: Client, workflows: ScriptedWorkflows) -> None:
    alice = client("alice", "sales")
    lead = LEAD | {"deal_id": "crm_9-A"}
    answers = [await alice.post("/api/deals", json=lead) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert {answer.json()["deal_id"] for answer in answers} == {"crm_9-A"}
    other = await alice.post("/api/deals", json=lead | {"source": "fair"})
    assert (other.status_code, other.json()["code"]) == (409, "E_IDEM")
    assert len(workflows.started) == 1
    for bad in ("a/b", "", "x" * 65, "ü"):
        assert (await alice.post("/api/deals", json=LEAD | {"deal_id": bad})).status_code == 422


async def test_a_closed_deal_is_not_begun_again_under_its_id(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    alice, lead, key = client("alice", "sales"), LEAD | {"deal_id": "crm_9-A"}, {"Idempotency-Key": "k"}
    assert (await alice.post("/api/deals", json=lead, headers=key)).status_code == 201
    put_deal(database, deal_row("crm_9-A", stage="closed.lost", version=30))
    # As when the server has deleted the history: nothing there would refuse another start.
    workflows.started.clear()
    workflows.applied.clear()
    for body in (lead, lead | {"source": "fair"}):
        answer = await alice.post("/api/deals", json=body, headers={"Idempotency-Key": body["source"]})
        assert (answer.status_code, answer.json()["code"]) == (409, "E_STATE")
        assert answer.json()["detail"] == "deal crm_9-A is closed (closed.lost): capture the lead under another id"
    again = await alice.post("/api/deals", json=lead, headers=key)
    assert (again.status_code, again.json()["stage"], again.json()["version"]) == (201, "closed.lost", 30)
    assert (workflows.started, workflows.applied) == ([], [])


async def test_the_same_key_is_the_same_deal_even_when_temporal_was_away_meanwhile(
    client: Client, workflows: ScriptedWorkflows
) -> None:
    alice, key = client("alice", "sales"), {"Idempotency-Key": "k"}
    workflows.away = True
    assert (await alice.post("/api/deals", json=LEAD, headers=key)).status_code == 503
    workflows.away = False
    other = await client("bob", "sales").post("/api/deals", json=LEAD)
    assert other.status_code == 200
    mine = await alice.post("/api/deals", json=LEAD, headers=key)
    assert mine.json()["deal_id"] == other.json()["deal_id"]
    assert len(workflows.started) == 1
    changed = await alice.post("/api/deals", json=LEAD | {"source": "fair"}, headers=key)
    assert (changed.status_code, changed.json()["code"]) == (409, "E_IDEM")


async def test_a_refused_lead_leaves_no_claim(client: Client, workflows: ScriptedWorkflows) -> None:
    alice = client("alice", "sales")
    workflows.refusal = refuse(Code.AUTH, "not you", "无权")
    assert (await alice.post("/api/deals", json=LEAD)).status_code == 403
    workflows.refusal = None
    assert (await alice.post("/api/deals", json=LEAD)).status_code == 201


async def test_many_at_once_are_one_deal(client: Client, workflows: ScriptedWorkflows) -> None:
    alice = client("alice", "sales")
    answers = await asyncio.gather(*(alice.post("/api/deals", json=LEAD) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.json()["deal_id"] for answer in answers}) == 1
    assert len(workflows.started) == 1


async def test_a_known_customer_is_named_by_id_and_a_merged_one_is_the_other(
    client: Client, workflows: ScriptedWorkflows
) -> None:
    admin = client("root", "admin")
    for customer_id in ("C-A", "C-B"):
        await admin.post("/api/customers", json={"customer_id": customer_id, "name": f"Firm {customer_id}"})
    assert (await admin.post("/api/customers/C-A/merge", json={"into": "C-B"})).json()["merged_into"] == "C-B"
    answer = await admin.post("/api/deals", json=LEAD | {"customer": "C-A"})
    assert answer.json()["customer_id"] == "C-B"
    assert workflows.started[0].customer.name == "Firm C-B"
    unknown = await admin.post("/api/deals", json=LEAD | {"customer": "C-none"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "E_NOTFOUND")


async def test_the_value_is_in_the_deals_currency(client: Client, workflows: ScriptedWorkflows) -> None:
    answer = await client("alice", "sales").post("/api/deals", json=LEAD | {"currency": "EUR"})
    assert (answer.status_code, answer.json()["details"][0]["name"]) == (422, "value")
    assert workflows.started == []


async def test_the_deal_starts_at_the_time_of_the_demo(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    database.transact(put_meta, "clock_offset_s", "86400", NOW)
    await client("alice", "sales").post("/api/deals", json=LEAD)
    assert workflows.started[0].clock_offset_s == 86400


async def test_of_thirty_at_once_with_one_external_id_exactly_one_has_captured_it(
    client: Client, workflows: ScriptedWorkflows
) -> None:
    lead = LEAD | {"external_id": "crm-7"}
    people = [client(f"p{nth}", "sales") for nth in range(30)]
    answers = await asyncio.gather(*(one.post("/api/deals", json=lead) for one in people))
    assert sorted(answer.status_code for answer in answers) == [200] * 29 + [201]
    assert len({answer.json()["deal_id"] for answer in answers}) == len(workflows.started) == 1


async def test_who_claimed_a_lead_first_has_captured_it_though_a_later_one_was_faster(
    client: Client, workflows: ScriptedWorkflows
) -> None:
    lead = LEAD | {"external_id": "crm-7"}
    taken, arrived, overtaken = workflows.capture, asyncio.Event(), asyncio.Event()

    async def slowly(start: DealInput, submission: DealSubmission) -> Answered:
        if submission.actor.id == "alice":
            arrived.set()
            await overtaken.wait()
        return await taken(start, submission)

    workflows.capture = slowly  # type: ignore[method-assign]  # the fake is slow for one
    alice, key = client("alice", "sales"), {"Idempotency-Key": "a"}
    first = asyncio.create_task(alice.post("/api/deals", json=lead, headers=key))
    await arrived.wait()
    second = await client("bob", "sales").post("/api/deals", json=lead | {"contact": "else"})
    overtaken.set()
    assert ((await first).status_code, second.status_code) == (201, 200)
    assert (await first).json()["deal_id"] == second.json()["deal_id"]
    assert (await alice.post("/api/deals", json=lead, headers=key)).status_code == 201
