"""A message is taken in once it is believed, once, whoever delivers it how often; a forged one is not even read."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from domain.account.commands import RecordReceipt
from domain.account.reply_commands import CustomerReplied
from domain.deal.requests import AcceptQuote
from domain.machine import Actor
from domain.refusal import Code, refuse
from storage.database import Database
from storage.operations.accounts import hold_account
from storage.queries.inbox import seen_digest
from storage.tables.edge import INBOX
from tests.api.conftest import NOW, WEBHOOK_SECRET, Client
from tests.api.samples import put_customer_named
from tests.api.scripted_workflows import ScriptedWorkflows

ACCEPTED: dict[str, Any] = {
    "type": "deal.command",
    "timestamp": "2026-11-25T09:00:00Z",
    "data": {
        "deal_id": "D-1",
        "actor": "li@example.cn",
        "command": {"kind": "accept_quote", "content_hash": "h1", "accepted_by": "Li"},
    },
}
PAID: dict[str, Any] = {
    "type": "receipt.reported",
    "data": {
        "external_id": "tx-1", "amount": {"minor": 500, "currency": "EUR"}, "value_date": "2026-11-25",
        "customer": "C-1", "reference": "INV-1",
    },
}  # fmt: skip


def headers(body: bytes, message_id: str = "msg_1", at: float = 0, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    """Sign as a sender does, by the words of the standard and not by our own code."""
    stamp = str(int(NOW.timestamp() + at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id, "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }  # fmt: skip


async def deliver(sender: httpx.AsyncClient, event: Any, source: str = "crm", **signing: Any) -> httpx.Response:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return await sender.post(f"/api/webhooks/{source}", content=body, headers=headers(body, **signing))


async def test_a_command_goes_to_its_deal_by_the_person_named_without_roles(
    client: Client, workflows: ScriptedWorkflows
) -> None:
    answer = await deliver(client(), ACCEPTED)
    assert (answer.status_code, answer.json()) == (200, {"repeated": False})
    ((workflow_id, submission),) = workflows.applied
    assert (workflow_id, submission.id) == ("deal/D-1", "webhook/crm:msg_1")
    assert submission.actor == Actor(id="li@example.cn", roles=(), via="webhook")
    assert submission.command == AcceptQuote(content_hash="h1", accepted_by="Li")


async def test_a_receipt_goes_to_its_account_under_the_name_of_its_source(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_customer_named(database, "C-1")
    await deliver(client(), PAID)
    unknown = {**PAID, "data": {**PAID["data"], "customer": None, "external_id": "tx-2", "entity": "DE01"}}
    await deliver(client(), unknown, message_id="msg_2")
    assert [workflow_id for workflow_id, _ in workflows.applied] == [
        "account/CN01/C-1/EUR", "account/DE01/unidentified/EUR",
    ]  # fmt: skip
    command = workflows.applied[0][1].command
    assert isinstance(command, RecordReceipt)
    assert (command.source, command.external_id, command.amount.minor) == ("crm", "tx-1", 500)
    assert workflows.applied[0][1].actor == Actor(id="webhook:crm", via="webhook")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"value_date": "2026-12-25"}, "E_GATE"),
        ({"value_date": "1899-12-31"}, "E_BODY"),
        ({"amount": {"minor": 0, "currency": "EUR"}}, "E_AMOUNT"),
        ({"amount": {"minor": -5, "currency": "EUR"}}, "E_AMOUNT"),
    ],
)
async def test_a_receipt_that_nobody_could_book_is_refused_each_time_and_never_acknowledged(
    client: Client, database: Database, workflows: ScriptedWorkflows, wrong: dict[str, Any], code: str
) -> None:
    put_customer_named(database, "C-1")
    told = {**PAID, "data": PAID["data"] | wrong}
    for _ in range(2):
        answer = await deliver(client(), told)
        assert (answer.status_code // 100, answer.json()["code"]) == (4, code)
    assert workflows.applied == []


async def test_a_reply_goes_to_all_accounts_of_the_customer_or_to_those_that_are_meant(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_accounts(database)
    data = {"customer": "C-1", "text": "我公司已申请破产", "channel": "email"}
    reply = {"type": "customer.replied", "data": data}
    assert (await deliver(client(), reply)).json() == {"repeated": False}
    eur = {**reply, "data": {**data, "currency": "EUR"}}
    assert (await deliver(client(), eur, message_id="msg_2")).status_code == 200
    assert [workflow_id for workflow_id, _ in workflows.applied] == [
        "account/CN01/C-1/CNY", "account/CN01/C-1/EUR", "account/CN01/C-1/EUR",
    ]  # fmt: skip
    assert workflows.applied[0][1].command == CustomerReplied(text="我公司已申请破产", channel="email")
    assert workflows.applied[0][1].actor == Actor(id="webhook:crm", via="webhook")
    none = {**reply, "data": {**data, "currency": "USD"}}
    assert (await deliver(client(), none, message_id="msg_3")).status_code == 404
    assert len(workflows.applied) == 3


async def test_the_end_of_a_long_mail_is_heard_and_an_endless_one_is_cut(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    """A refusal would silence all of it; the workflow searches what it gets."""
    put_accounts(database)
    long = "x " * 99_000 + "insolvency"
    for number, text in enumerate((long, long + "y" * 300_000)):
        reply = {"type": "customer.replied", "data": {"customer": "C-1", "text": text, "currency": "EUR"}}
        assert (await deliver(client(), reply, message_id=f"msg_{number}")).status_code == 200
    heard = [submission.command for _, submission in workflows.applied]
    assert heard == [CustomerReplied(text=long), CustomerReplied(text=(long + "y" * 300_000)[:200_000])]


def put_accounts(database: Database) -> None:
    """Keep a customer with an account in each of two currencies."""
    put_customer_named(database, "C-1")
    for currency in ("CNY", "EUR"):
        database.transact(hold_account, "CN01", "C-1", currency)


async def test_delivered_again_changes_nothing(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    for n in range(3):
        answer = await deliver(client(), ACCEPTED, at=n)
        assert (answer.status_code, answer.json()) == (200, {"repeated": n > 0})
    assert len(workflows.applied) == 1


async def test_other_content_under_the_same_id_is_refused(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_customer_named(database, "C-1")
    await deliver(client(), PAID)
    more = {**PAID, "data": {**PAID["data"], "amount": {"minor": 900, "currency": "EUR"}}}
    answer = await deliver(client(), more)
    assert (answer.status_code, answer.json()["code"]) == (409, "E_IDEM")
    assert len(workflows.applied) == 1


async def test_sources_do_not_share_ids(client: Client, workflows: ScriptedWorkflows, settings: Any) -> None:
    assert (await deliver(client(), ACCEPTED, source="erp")).status_code == 401
    assert (await deliver(client(), ACCEPTED, source="crm")).json() == {"repeated": False}
    assert len(workflows.applied) == 1


@pytest.mark.parametrize("seconds", [-301, 301, 365 * 86_400])
async def test_outside_the_window_is_not_believed(client: Client, workflows: ScriptedWorkflows, seconds: int) -> None:
    answer = await deliver(client(), ACCEPTED, at=seconds)
    assert (answer.status_code, answer.json()["code"]) == (401, "E_KEY")
    assert workflows.applied == []


async def test_a_forged_message_is_refused_before_it_is_read(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    body = json.dumps(ACCEPTED).encode()
    foreign = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    genuine = headers(body)
    for sent, signed in (
        (body, headers(body, secret=foreign)),
        (body.replace(b"h1", b"h2"), genuine),
        (body, {}),
        (body, {name: value for name, value in genuine.items() if name != "webhook-signature"}),
        (b"\xff not json", genuine),
        (b"[" * 10_000, genuine),
    ):
        answer = await client().post("/api/webhooks/crm", content=sent, headers=signed)
        assert (answer.status_code, answer.json()["code"]) == (401, "E_KEY")
    assert workflows.applied == []
    assert database.look(seen_digest, "crm", "msg_1") is None


@pytest.mark.parametrize(
    "event",
    [
        b"", b"\xff", b"null", b"[]", b"{}", b"[" * 10_000,
        {"type": "deal.deleted", "data": {}},
        {"type": "deal.command"},
        {**ACCEPTED, "extra": 1},
        {**ACCEPTED, "data": {**ACCEPTED["data"], "roles": ["admin"]}},
        {**ACCEPTED, "data": {**ACCEPTED["data"], "deal_id": "a/b"}},
        {**ACCEPTED, "data": {**ACCEPTED["data"], "command": {"kind": "effect_done", "effect_id": "x"}}},
        {**ACCEPTED, "data": {**ACCEPTED["data"], "command": {"kind": "org_changed"}}},
        {**PAID, "data": {**PAID["data"], "amount": {"minor": 1.5, "currency": "EUR"}}},
        {**PAID, "data": {**PAID["data"], "amount": {"minor": 1, "currency": "euro"}}},
    ],
)  # fmt: skip
async def test_what_is_believed_but_makes_no_sense_is_422(
    client: Client, database: Database, workflows: ScriptedWorkflows, event: Any
) -> None:
    answer = await deliver(client(), event)
    assert (answer.status_code, answer.json()["code"]) == (422, "E_BODY")
    assert workflows.applied == []
    assert database.look(seen_digest, "crm", "msg_1") is None


async def test_what_could_not_be_handed_over_is_not_taken_in(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    workflows.away = True
    assert (await deliver(client(), ACCEPTED)).status_code == 503
    assert database.look(seen_digest, "crm", "msg_1") is None
    workflows.away, workflows.refusal = False, refuse(Code.NOTFOUND, "no such deal", "没有该商机")
    assert (await deliver(client(), ACCEPTED)).status_code == 404
    assert database.look(seen_digest, "crm", "msg_1") is None
    workflows.refusal = None
    assert (await deliver(client(), ACCEPTED)).json() == {"repeated": False}
    assert len(workflows.applied) == 1


async def test_a_crash_between_hand_over_and_inbox_loses_and_doubles_nothing(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    await deliver(client(), ACCEPTED)
    database.transact(lambda connection: connection.execute(delete(INBOX)))
    assert (await deliver(client(), ACCEPTED)).status_code == 200
    assert len(workflows.applied) == 1


async def test_a_receipt_of_a_customer_that_is_not_there_is_404(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    answer = await deliver(client(), PAID)
    assert (answer.status_code, answer.json()["code"]) == (404, "E_NOTFOUND")
    assert workflows.applied == []
    assert database.look(seen_digest, "crm", "msg_1") is None
