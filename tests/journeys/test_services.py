"""Each service of docker-compose.yml as a process: a deal goes to its end while workers and servers die and return."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from embedded.postgres_server import PostgresServer
from embedded.temporal_server import TemporalServer
from tests.journeys.selling import People, Selling
from tests.journeys.services import DECIDES, SECRET, SOURCE, Running, Services


@pytest.fixture(scope="module")
async def services(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Services]:
    """A migrated PostgreSQL, a Temporal server and the API; workers are started by the tests."""
    folder = tmp_path_factory.mktemp("services")
    async with TemporalServer(folder / "temporal") as temporal, PostgresServer() as postgres:
        services = Services(folder, temporal, postgres)
        await services.prepare()
        await services.migrate()
        await services.start("ltc-api")
        told = (await services.readiness(503)).json()
        assert (told["temporal"], told["database"], told["worker"] == "ok") == ("ok", "ok", False)
        yield services
        await services.stop()


@pytest.fixture(scope="module")
async def people(services: Services) -> People:
    return People(
        sales=await services.key("liu.yang", "sales"),
        manager=await services.key("wang.fang", "sales_manager", "sales"),
        head=await services.key("zhao.lei", "sales_head", "sales"),
        finance=await services.key("wu.ting", "finance", "ar"),
    )


@pytest.fixture
async def selling(services: Services, people: People) -> AsyncIterator[Selling]:
    """A deal to be sold."""
    async with httpx.AsyncClient(base_url=services.url, timeout=30) as client:
        yield Selling(client, people)


def decision(selling: Selling, approval: Any) -> dict[str, Any]:
    """What an approver's chat or CRM sends."""
    command = {
        "kind": "decide", "approval_id": approval["approval_id"], "verdict": "approve",
        "content_hash": approval["content_hash"],
    }  # fmt: skip
    return {
        "type": "deal.command",
        "timestamp": "2026-11-25T09:00:00Z",
        "data": {"deal_id": selling.deal_id, "actor": DECIDES, "command": command},
    }


async def delivered(
    selling: Selling, event: dict[str, Any], message_id: str, at: float = 0, secret: str = SECRET
) -> httpx.Response:
    """Sign and send as the standard says, and not as our code does."""
    body = json.dumps(event).encode()
    stamp = str(int(time.time() + at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": message_id, "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }  # fmt: skip
    return await selling.client.post(f"/api/webhooks/{SOURCE}", content=body, headers=headers)


async def test_a_signed_webhook_approves_while_no_worker_runs(services: Services, selling: Selling) -> None:
    worker = await services.start("ltc-worker")
    await selling.capture()
    await selling.quote(off_percent=8)
    approval = await selling.approval()
    await worker.kill()
    before = await selling.kinds()
    yes = decision(selling, approval)

    forged = await delivered(selling, yes, "msg_forged", secret="whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2Vk")
    old = await delivered(selling, yes, "msg_old", at=-301)
    early = await delivered(selling, yes, "msg_early", at=301)
    beyond = await delivered(selling, {**yes, "data": {**yes["data"], "actor": "sun.yu"}}, "msg_beyond")
    taken = await delivered(selling, yes, "msg_1")

    assert [(answer.status_code, answer.json()["code"]) for answer in (forged, old, early)] == [(401, "E_KEY")] * 3
    assert (beyond.status_code, beyond.json()["code"]) == (403, "E_AUTH")
    assert (taken.status_code, taken.json()) == (200, {"repeated": False})
    assert await selling.kinds() == before

    worker = await services.start("ltc-worker")
    await selling.stage("quote.approved")
    events = await selling.happened("seat_decided")
    assert [(event["actor"], event["via"]) for event in events if event["kind"] == "seat_decided"] == [
        (DECIDES, "webhook")
    ]
    after = await selling.kinds()

    again = await delivered(selling, yes, "msg_1", at=1)
    assert (again.status_code, again.json()) == (200, {"repeated": True})
    other = {**yes, "data": {**yes["data"], "actor": "zhao.lei"}}
    assert (await delivered(selling, other, "msg_1")).json()["code"] == "E_IDEM"
    # What was heard twice would be seen by the next command at the latest: commands are taken in order.
    await selling.command(kind="send_quote")
    kinds = await selling.kinds()
    assert kinds[: len(after)] == after
    assert (kinds.count("seat_decided"), kinds.count("command_refused")) == (1, 0)
    await worker.stop()


async def test_a_deal_is_paid_though_a_worker_and_both_servers_die_on_the_way(
    services: Services, selling: Selling
) -> None:
    first, second = await services.start("ltc-worker"), await services.start("ltc-worker")
    await selling.capture()
    await selling.quote(off_percent=16)
    approval = await selling.approval()
    await selling.decide(selling.people.manager, approval)
    await first.kill()
    await selling.decide(selling.people.head, approval)
    await selling.order(approval["content_hash"])

    await without_the_database(services, selling)
    number = await selling.invoice()
    owed = await selling.owed()
    assert owed == 10 * 1_200_000 * 84 * 113 // 10_000
    await without_temporal(services, selling, number, owed)

    await selling.stage("closed.paid")
    await holds(services, selling, second)


async def without_the_database(services: Services, selling: Selling) -> None:
    """Kill PostgreSQL when the deal has just been delivered, so that its invoice is still to be made."""
    await selling.deliver()
    await services.postgres.kill()
    told = await services.readiness(503)
    assert told.headers["Retry-After"] == "2"
    assert told.json()["temporal"] == "ok"
    assert told.json()["database"].startswith("the database")
    await away(selling, "the database", "GET", f"/api/deals/{selling.deal_id}")
    await away(
        selling, "the database", "POST", f"/api/deals/{selling.deal_id}/commands", {"kind": "hold", "reason": "-"}
    )
    await services.postgres.start()
    await services.ready()


async def without_temporal(services: Services, selling: Selling, number: str, owed: int) -> None:
    """Kill Temporal, find that reading goes on, and report money that is taken when it is back."""
    services.temporal.kill()
    told = await services.readiness(503)
    assert told.headers["Retry-After"] == "2"
    assert told.json()["database"] == "ok"
    assert told.json()["temporal"] != "ok"
    assert (await selling.call(selling.people.sales, "GET", f"/api/deals/{selling.deal_id}"))["stage"] == "active"
    await away(selling, "Temporal", "POST", f"/api/deals/{selling.deal_id}/commands", {"kind": "hold", "reason": "-"})
    await services.temporal.start()
    await services.ready()
    await selling.pay(number, owed)


async def away(selling: Selling, part: str, method: str, path: str, body: Any = None) -> None:
    """A call answers that a part is away, and when to come back."""
    headers = {"Authorization": f"Bearer {selling.people.sales}"}
    answer = await selling.client.request(method, path, json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "E_AWAY"), answer.text
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["details"] == [{"name": "part", "value": part}]


async def holds(services: Services, selling: Selling, worker: Running) -> None:
    """Everything happened once, the money adds up, and no process ended that nobody ended."""
    kinds = await selling.kinds()
    once = ("quote_approved", "order_created", "delivery_accepted", "invoice_issued", "invoice_sent", "deal_closed")
    assert {kind: kinds.count(kind) for kind in once} == dict.fromkeys(once, 1)
    assert {kinds.count(kind) for kind in ("held", "command_refused")} == {0}
    said = await services.told("verify", "--workflows")
    assert "everything holds" in said
    worker.assert_alive()
    await worker.stop()
