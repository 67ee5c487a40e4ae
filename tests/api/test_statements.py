"""Bank files come in by upload, from finance only; what cannot be read is refused in one sentence."""

import hashlib
from typing import Any

import httpx
import pytest

from storage.database import Database
from storage.queries.bank_statements import statements
from tests.api.conftest import Client
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.connectors.statement_builders import camt
from tests.statements_made import OWN, credit, statement_of

ENTRIES = [credit(5_00, "INV-1", payer="Firm c-1", reference="R1"), credit(7_00, "INV-2", reference="R2")]
GOOD = camt([statement_of(ENTRIES)])
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<Document>&b;</Document>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'


async def sent(client: httpx.AsyncClient, content: bytes, **form: Any) -> httpx.Response:
    return await client.post("/api/statements", files={"file": ("bank.xml", content)}, data=form)


async def test_a_statement_is_taken_in_and_posted_by_its_workflow(client: Client, workflows: ScriptedWorkflows) -> None:
    finance = client("fay", "finance")

    answer = await sent(finance, GOOD)

    assert answer.status_code == 201
    (one,) = answer.json()["statements"]
    assert (one["statement_id"], one["taken"]["status"], one["code"]) == ("S-1", "posting", "")
    (start,) = workflows.statements
    assert (start.account, start.known_as, start.statement) == (OWN, "S-1", one["taken"]["row"])
    shown = (await finance.get(f"/api/statements/{start.statement}")).json()
    assert [line["amount"]["minor"] for line in shown["payments"]] == [5_00, 7_00]
    assert (shown["statement"]["entity"], shown["statement"]["taken_by"]) == ("CN01", "fay")
    assert (await finance.get(f"/api/files/{answer.json()['file']}")).content == GOOD


async def test_the_same_file_again_is_the_same_answer_and_other_content_is_refused(
    client: Client, database: Database
) -> None:
    finance = client("fay", "finance")
    first = (await sent(finance, GOOD)).json()["statements"][0]["taken"]

    again = (await sent(finance, GOOD)).json()["statements"][0]["taken"]
    other = await sent(finance, camt([statement_of(ENTRIES[:1])]))

    assert again == first | {"repeated": True}
    assert (other.status_code, other.json()["code"]) == (409, "E_IDEM")
    assert len((await database.read(statements)).statements) == 1


async def test_one_statement_of_a_file_that_is_refused_stops_no_other(
    client: Client, workflows: ScriptedWorkflows
) -> None:
    finance = client("fay", "finance")
    await sent(finance, GOOD)

    answer = await sent(finance, camt([statement_of(ENTRIES[:1]), statement_of(ENTRIES, "S-2", off=1)]))

    assert answer.status_code == 201
    assert [(one["code"], (one["taken"] or {}).get("status")) for one in answer.json()["statements"]] == [
        ("E_IDEM", None), ("", "quarantined"),
    ]  # fmt: skip
    assert [start.known_as for start in workflows.statements] == ["S-1"]


async def test_a_held_statement_waits_for_finance(client: Client, workflows: ScriptedWorkflows) -> None:
    finance = client("fay", "finance")
    row = (await sent(finance, camt([statement_of(ENTRIES, off=1)]))).json()["statements"][0]["taken"]["row"]
    assert workflows.statements == []
    held = (await finance.get("/api/statements", params={"status": "held"})).json()["statements"]
    assert [(one["row"], one["reasons"][0]["kind"]) for one in held] == [(row, "balance")]
    decision = {"verdict": "release", "reason": "the bank confirmed it"}

    denied = await client("sam", "sales").post(f"/api/statements/{row}/decision", json=decision)
    hidden = await client("dee", "finance", entity="DE01").post(f"/api/statements/{row}/decision", json=decision)
    done = await finance.post(f"/api/statements/{row}/decision", json=decision)

    assert (denied.status_code, hidden.status_code, done.status_code) == (403, 404, 200)
    assert (done.json()["status"], done.json()["decided_by"]) == ("posting", "fay")
    assert [start.statement for start in workflows.statements] == [row]
    late = await finance.post(f"/api/statements/{row}/decision", json={"verdict": "discard", "reason": "no"})
    assert (late.status_code, late.json()["code"]) == (409, "E_DECIDED")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (BOMB, "unsafe"), (OUTSIDE, "unsafe"), (GOOD[: len(GOOD) // 2], "incomplete"), (b"PK\x03\x04zip", "format"),
        (b"no bank writes this", "format"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_in_one_sentence(
    client: Client, database: Database, content: bytes, kind: str
) -> None:
    answer = await sent(client("fay", "finance"), content)

    assert answer.status_code == 422
    told = answer.json()
    assert (told["code"], told["details"][0]["value"], "\n" in told["detail"]) == ("E_BODY", kind, False)
    assert (await database.read(statements)).statements == ()


async def test_only_finance_hands_in_and_only_so_much(client: Client) -> None:
    assert (await sent(client("sam", "sales"), GOOD)).status_code == 403
    large = await sent(client("fay", "finance"), b"x" * (20 * 1024 * 1024 + 70_000))
    assert (large.status_code, large.json()["code"]) == (413, "E_SIZE")
    assert (await sent(client("fay", "finance"), GOOD, profile="nobody")).status_code == 422


async def test_whose_account_it_is_must_be_known(client: Client) -> None:
    anywhere = client("fay", "finance", entity="")

    unnamed = await sent(anywhere, GOOD)
    named = await sent(anywhere, GOOD, entity="DE01")
    known = await sent(anywhere, camt([statement_of(ENTRIES, "S-2")]))
    printed = await sent(anywhere, camt([statement_of(ENTRIES, "S-3", account="DE02120300000000202051")]))

    assert (unnamed.status_code, "CN01, DE01" in unnamed.json()["detail"]) == (422, True)
    assert [one.status_code for one in (named, known, printed)] == [201, 201, 201]
    theirs = camt([statement_of(ENTRIES, "S-4", account="DE02120300000000202051")])
    wrong = await sent(anywhere, theirs, entity="CN01")
    assert (wrong.status_code, "belongs to DE01, not to CN01" in wrong.json()["detail"]) == (422, True)
    rows = (await anywhere.get("/api/statements")).json()["statements"]
    assert [(one["known_as"], one["entity"]) for one in rows] == [("S-3", "DE01"), ("S-2", "DE01"), ("S-1", "DE01")]


@pytest.mark.parametrize(
    ("role", "entity", "status"),
    [
        ("finance", "", 200), ("finance", "CN01", 200), ("credit", "CN01", 200), ("ops", "", 200), ("admin", "", 200),
        ("sales", "", 403), ("sales_manager", "CN01", 403), ("legal", "", 403),
        ("finance", "DE01", 404), ("ops", "DE01", 404), ("sales", "DE01", 403),
    ],
)  # fmt: skip
async def test_a_file_of_a_bank_is_for_those_who_handle_its_money(
    client: Client, role: str, entity: str, status: int
) -> None:
    """Whoever guesses a hash, or is told it, has no other way to the names of all who paid."""
    digest = (await sent(client("fay", "finance"), GOOD)).json()["file"]

    answer = await client("eva", role, entity=entity).get(f"/api/files/{digest}")

    assert answer.status_code == status
    assert (b"Firm c-1" in answer.content) is (status == 200)


async def test_a_file_of_which_nothing_was_taken_is_a_banks_all_the_same(client: Client) -> None:
    finance = client("fay", "finance")
    await sent(finance, GOOD)
    refused = await sent(finance, camt([statement_of(ENTRIES[:1])]))
    digest = hashlib.sha256(camt([statement_of(ENTRIES[:1])])).hexdigest()

    assert refused.status_code == 409
    assert (await client("sam", "sales").get(f"/api/files/{digest}")).status_code == 403
    assert (await finance.get(f"/api/files/{digest}")).status_code == 200
