"""The API explains itself: each call, each body, each code, and the commands that a deal takes now."""

import html
import json
from typing import Any

import pytest

from api.authorisation import ALLOWED
from api.examples import EXAMPLES
from storage.database import Database
from tests.api.bodies_of_calls import json_bodies
from tests.api.conftest import Client
from tests.api.samples import deal_row, put_deal
from tests.api.scripted_workflows import ScriptedWorkflows

WITHOUT_JSON = ("/api/files", "/api/statements", "/api/periods/{period_id}/close")
"""Calls that take a file, or nothing but their path."""


def references(part: Any) -> set[str]:
    match part:
        case {"$ref": str(reference), **rest}:
            return {reference} | references(rest)
        case dict():
            return set().union(*(references(value) for value in part.values()))
        case list():
            return set().union(*(references(value) for value in part))
        case _:
            return set()


async def test_the_document_holds_every_call_and_all_it_refers_to(client: Client) -> None:
    document = (await client().get("/api/openapi.json")).json()
    calls = {(method.upper(), path) for path, by_method in document["paths"].items() for method in by_method}
    assert ALLOWED.keys() <= calls
    assert ("POST", "/api/webhooks/{source}") in calls
    wanted = {reference.removeprefix("#/components/schemas/") for reference in references(document)}
    assert wanted <= document["components"]["schemas"].keys()
    for path, by_method in document["paths"].items():
        for method, call in by_method.items():
            assert call["summary"], path
            assert {"400", "401", "403", "404", "409", "413", "422", "503"} <= call["responses"].keys()
            if method == "post" and path not in WITHOUT_JSON:
                assert call["requestBody"]["content"]["application/json"]["schema"], path


def test_every_call_with_a_body_has_an_example_that_its_own_model_reads() -> None:
    bodies = json_bodies()
    assert EXAMPLES.keys() == bodies.keys()
    for call, body in bodies.items():
        for name, example in EXAMPLES[call].items():
            assert body.read(json.dumps(example).encode()) is not None, (call, name)


@pytest.mark.parametrize("call", ["POST /api/invoices/{number}/commands", "POST /api/accounts/{customer_id}/commands"])
def test_every_command_about_money_has_an_example(call: str) -> None:
    (content,) = json_bodies()[call].documented["requestBody"]["content"].values()
    kinds = set(content["schema"]["discriminator"]["mapping"])
    assert {example["kind"] for example in EXAMPLES[call].values()} == kinds


async def test_the_document_and_the_page_show_the_examples(client: Client) -> None:
    document = (await client().get("/api/openapi.json")).json()
    page = html.unescape((await client().get("/api/docs")).text)
    for call, examples in EXAMPLES.items():
        method, _, path = call.partition(" ")
        content = document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]
        assert content["examples"] == {name: {"value": body} for name, body in examples.items()}
        for example in examples.values():
            assert json.dumps(example, ensure_ascii=False) in page


@pytest.mark.parametrize(
    ("call", "waits"),
    [
        ("POST /api/receipts", True),
        ("POST /api/receipts/{receipt_id}/refunds", True),
        ("POST /api/receipts/{receipt_id}/exchanges", True),
        ("POST /api/invoices/{number}/commands", True),
        ("POST /api/deals", True),
        ("POST /api/deals/{deal_id}/commands", True),
        ("POST /api/periods/{period_id}/close", False),
        ("GET /api/invoices/{number}", False),
    ],
)
async def test_a_call_that_may_be_accepted_before_it_is_recorded_says_so(
    client: Client, call: str, waits: bool
) -> None:
    method, _, path = call.partition(" ")
    told = (await client().get("/api/openapi.json")).json()["paths"][path][method.lower()]["responses"]
    assert ("202" in told) == waits
    if waits:
        done = next(told[status] for status in ("200", "201") if status in told)
        assert told["202"]["content"] == done["content"]
        assert "`recorded: false`" in told["202"]["description"]
        assert ("`approval_id`" in told["202"]["description"]) == (call != "POST /api/deals")
    assert told["409"]["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


async def test_the_page_shows_every_call_without_another_server(client: Client) -> None:
    page = (await client().get("/api/docs")).text
    for _, path in ALLOWED:
        assert f"<code>{path}</code>" in page
    assert "http://" not in page
    assert "https://" not in page


async def test_the_commands_allowed_now_come_with_their_schema(client: Client, database: Database) -> None:
    put_deal(database, deal_row())
    told = (await client("alice", "sales").get("/api/deals/D-1/commands")).json()
    assert [command["kind"] for command in told] == ["record_delivery", "decline_quote"]
    delivery = told[0]["body"]
    assert delivery["properties"]["kind"]["const"] == "record_delivery"
    assert delivery["$defs"].keys() == {"DeliveredLine"}
    assert "$defs" not in told[1]["body"]


async def test_a_deal_explains_itself_in_both_languages(client: Client, database: Database) -> None:
    put_deal(database, deal_row())
    alice = client("alice", "sales")
    assert (await alice.get("/api/deals/D-1/explain")).json()["stage"] == "quote.sent"
    assert (await alice.get("/api/deals/D-1/state")).json()["moves"] == ["record_delivery", "decline_quote"]


async def test_a_closed_deal_is_explained_without_its_history(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    workflows.away = True
    alice = client("alice", "sales")
    put_deal(database, deal_row(stage="closed.paid"))
    told = (await alice.get("/api/deals/D-1/explain")).json()
    assert told == {"stage": "closed.paid", "waiting": [], "timers": [], "moves": [], "clause": "standard@1"} | {
        "collection": None
    }
    assert (await alice.get("/api/deals/D-1/commands")).json() == []
    put_deal(database, deal_row("D-2", stage="closed.lost", attention=True))
    assert (await alice.get("/api/deals/D-2/explain")).status_code == 503


async def test_who_opens_the_address_in_a_browser_is_led_to_the_reference(client: Client) -> None:
    answer = await client().get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/api/docs")
