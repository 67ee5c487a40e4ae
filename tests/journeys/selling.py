"""A deal is sold by HTTP alone: every call with a key of its own, repeated as the API says while a part is away."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

LIMIT_S = 90.0
POLL_S = 0.2
SHOWN = 1000
LIST_MINOR = 1_200_000


class People(NamedTuple):
    """The API keys of those who sell, decide and collect."""

    sales: str
    manager: str
    head: str
    finance: str


class Selling:
    """One deal of a new customer of class B.

    Attributes:
        deal_id: known once the lead is captured.
    """

    def __init__(self, client: httpx.AsyncClient, people: People) -> None:
        self.client = client
        self.people = people
        self.customer_id = f"C-{uuid4().hex[:8]}"
        self.deal_id = ""

    async def call(self, key: str, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """Make a call once and check its status."""
        answer = await self.client.request(method, path, json=body, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def repeated(self, key: str, path: str, body: Any, status: int = 200, method: str = "POST") -> Any:
        """Make a call with an idempotency key until nothing is away any more, as a 503 asks for."""
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex}
        async with asyncio.timeout(LIMIT_S):
            while True:
                try:
                    answer = await self.client.request(method, path, json=body, headers=headers)
                except httpx.TransportError:  # the API itself is away
                    await asyncio.sleep(POLL_S)
                    continue
                if answer.status_code != 503:
                    break
                await asyncio.sleep(float(answer.headers["Retry-After"]))
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def command(self, **command: Any) -> Any:
        """Send a command of the seller."""
        return await self.repeated(self.people.sales, f"/api/deals/{self.deal_id}/commands", command)

    async def capture(self) -> None:
        """Enter a customer of class B, and a lead of theirs."""
        card = {
            "customer_id": self.customer_id, "name": f"苏州试行机械 {self.customer_id}", "language": "zh-CN",
            "zone": "Asia/Shanghai", "country": "CN", "tax_id": "91320500MA0000000X", "address": ["苏州 1 号"],
            "email": f"ap@{self.customer_id.lower()}.example",
        }  # fmt: skip
        await self.repeated(self.people.sales, "/api/customers", card, 201)
        classed = {"class_override": "B"}
        path = f"/api/customers/{self.customer_id}/classification"
        await self.repeated(self.people.manager, path, classed, method="PUT")
        lead = {"customer": self.customer_id, "source": "referral", "owner": "liu.yang", "currency": "CNY"}
        self.deal_id = (await self.repeated(self.people.sales, "/api/deals", lead, 201))["deal_id"]

    async def quote(self, off_percent: int) -> None:
        """Qualify the lead and submit a quote of ten controllers at a discount."""
        await self.command(kind="respond", note="called back")
        await self.command(kind="qualify", override_reason="referred by a customer")
        line = {
            "position": 1, "sku": "CTRL-100", "description": "Controller 100", "quantity": "10", "unit": "pc",
            "list_price": {"minor": LIST_MINOR, "currency": "CNY"},
            "net_price": {"minor": LIST_MINOR * (100 - off_percent) // 100, "currency": "CNY"}, "tax_code": "S13",
        }  # fmt: skip
        await self.command(kind="create_quote", lines=[line])
        await self.command(kind="submit_quote")
        await self.stage("quote.pending")

    async def approval(self) -> Any:
        """Return the open approval once somebody's inbox has it."""

        def ours(page: Any) -> list[Any]:
            return [one for one in page["approvals"] if one["deal_id"] == self.deal_id]

        path = "/api/approvals?assignee=me&limit=200"
        return ours(await self.until(self.people.manager, path, lambda page: bool(ours(page))))[0]

    async def decide(self, key: str, approval: Any) -> None:
        """Approve on one's seat."""
        verdict = {"verdict": "approve", "content_hash": approval["content_hash"]}
        await self.repeated(key, f"/api/approvals/{approval['approval_id']}/decisions", verdict)

    async def order(self, content_hash: str) -> None:
        """Send the quote and have it accepted."""
        await self.stage("quote.approved")
        await self.command(kind="send_quote")
        await self.stage("quote.sent")
        await self.command(kind="accept_quote", content_hash=content_hash, accepted_by="采购部 王经理")
        await self.stage("active")

    async def deliver(self) -> None:
        """Deliver all of it and have it accepted; the invoice follows by itself."""
        await self.command(kind="record_delivery", reference="DN-1")
        await self.command(kind="accept_delivery", accepted_by="仓库 李工")

    async def invoice(self) -> str:
        """Wait for the invoice's number."""
        events = await self.happened("invoice_issued")
        number: str = next(event["data"]["number"] for event in events if event["kind"] == "invoice_issued")
        return number

    async def owed(self) -> int:
        """Return what the customer owes, in minor units, once the account has it."""

        def case(page: Any) -> Any:
            return page["accounts"][0]["case"] if page["accounts"] else {"open_minor": 0}

        page = await self.until(
            self.people.finance, f"/api/accounts/{self.customer_id}", lambda page: case(page)["open_minor"] > 0
        )
        minor: int = case(page)["open_minor"]
        return minor

    async def pay(self, number: str, minor: int) -> None:
        """Report the money."""
        receipt = {
            "source": "bank", "external_id": f"{self.deal_id}-1", "amount": {"minor": minor, "currency": "CNY"},
            "value_date": "2026-01-05", "customer": self.customer_id, "reference": number, "invoices": [number],
        }  # fmt: skip
        await self.repeated(self.people.finance, "/api/receipts", receipt, 201)

    async def stage(self, wanted: str) -> None:
        """Wait for a stage."""
        await self.until(self.people.sales, f"/api/deals/{self.deal_id}", lambda deal: deal["stage"] == wanted)

    async def happened(self, kind: str) -> list[Any]:
        """Wait for an event; return all there are, the newest first."""
        path = f"/api/deals/{self.deal_id}/timeline?limit=200"
        page = await self.until(
            self.people.sales, path, lambda page: any(event["kind"] == kind for event in page["events"])
        )
        events: list[Any] = page["events"]
        return events

    async def kinds(self) -> list[str]:
        """Return the kinds of all events, in order."""
        page = await self.call(self.people.sales, "GET", f"/api/deals/{self.deal_id}/timeline?limit=200")
        return [event["kind"] for event in reversed(page["events"])]

    async def until(self, key: str, path: str, holds: Callable[[Any], bool]) -> Any:
        """Read until something holds."""
        answer = httpx.Response(0)
        try:
            async with asyncio.timeout(LIMIT_S):
                while True:
                    with contextlib.suppress(httpx.TransportError):  # the API itself is away
                        answer = await self.client.get(path, headers={"Authorization": f"Bearer {key}"})
                    if answer.status_code == 200 and holds(answer.json()):
                        return answer.json()
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise AssertionError(f"{path} does not come to it: {answer.status_code} {answer.text[:SHOWN]}") from None
