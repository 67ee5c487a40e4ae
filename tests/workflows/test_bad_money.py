"""What cannot be right is refused by name through the API and the real workflows, and nothing of the account moves."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.deps import Edge
from commands.keys import made_key
from connectors.policy_files.loading import load
from domain.money import LARGEST_MINOR, Money
from embedded.temporal_server import TemporalServer
from simulation.clocks import wall
from storage.operations.edge import add_api_key
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey
from tests.workflows.money import balances, billed, pay, policy_with

DAY = date(2026, 9, 14)
AMOUNT = '{"minor": 1000, "currency": "CNY"}'
UNMOVED = (60_000, 0, 500)
"""What is open, disputed and unapplied of the customer of these tests, all the time."""
RECEIPT = '{"source": "bank", "external_id": "b-9", "amount": %s, "value_date": "2026-09-14", "customer": "%s"}'


@pytest.fixture(scope="module")
async def finance(ltc: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The API over the company's workflows and ledger, asked by an accountant."""
    app = create_app()
    policy = load(ltc.settings.policy_file).policy
    app.state.edge = Edge(ltc.settings, ltc.database, ltc.workflows, policy=policy)
    secret, key = made_key("wu.ting", ("finance",), "CN01", "", wall())
    await ltc.database.write(add_api_key, secret, key)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ltc", headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
async def debtor(ltc: Company, finance: httpx.AsyncClient) -> str:
    """A customer who owes 1,000.00 on an invoice, has paid 400.00 of it and 5.00 for nothing; returns the id."""
    customer_id = await ltc.customer()
    part = {"index": 1, "due_on": DAY.isoformat(), "amount": {"minor": 100_000, "currency": "CNY"}}
    item = {
        "kind": "import_open_item", "number": f"OLD-{customer_id}", "issued_on": DAY.isoformat(), "instalments": [part],
    }  # fmt: skip
    place = f"/api/accounts/{customer_id}/commands"
    taken = await finance.post(place, params={"currency": "CNY"}, json=item)
    assert taken.status_code == 200, taken.text
    receipt = {
        "source": "bank", "external_id": f"b-{customer_id}", "amount": {"minor": 40_000, "currency": "CNY"},
        "value_date": DAY.isoformat(), "customer": customer_id, "invoices": [f"OLD-{customer_id}"],
    }  # fmt: skip
    paid = await finance.post("/api/receipts", json=receipt)
    assert (paid.status_code, paid.json()["receipt"]["applied"]["minor"]) == (201, 40_000), paid.text
    more = receipt | {"external_id": f"c-{customer_id}", "amount": {"minor": 500, "currency": "CNY"}, "invoices": []}
    assert (await finance.post("/api/receipts", json=more)).json()["receipt"]["unapplied"]["minor"] == 500
    return customer_id


async def standing(finance: httpx.AsyncClient, customer_id: str) -> tuple[int, int, int]:
    """Return what is open, disputed and unapplied."""
    (account,) = (await finance.get(f"/api/accounts/{customer_id}")).json()["accounts"]
    case = account["case"]
    return case["open_minor"], case["disputed_minor"], case["unapplied_minor"]


@pytest.mark.parametrize(
    ("amount", "status", "code"),
    [
        ('{"minor": 1000.5, "currency": "CNY"}', 422, "E_BODY"),
        ('{"minor": 1e3, "currency": "CNY"}', 422, "E_BODY"),
        ('{"minor": NaN, "currency": "CNY"}', 422, "E_BODY"),
        ('{"minor": Infinity, "currency": "CNY"}', 422, "E_BODY"),
        ('{"minor": "1000", "currency": "CNY"}', 422, "E_BODY"),
        ('{"amount": "10.00", "currency": "CNY"}', 422, "E_BODY"),
        ('{"minor": true, "currency": "CNY"}', 422, "E_BODY"),
        ('{"minor": 0, "currency": "CNY"}', 409, "E_AMOUNT"),
        ('{"minor": -1000, "currency": "CNY"}', 409, "E_AMOUNT"),
        (f'{{"minor": {LARGEST_MINOR + 1}, "currency": "CNY"}}', 422, "E_BODY"),
        ('{"minor": 1000, "currency": "RMB"}', 422, "E_BODY"),
    ],
)
async def test_what_is_no_amount_is_refused(
    finance: httpx.AsyncClient, debtor: str, amount: str, status: int, code: str
) -> None:
    before = await standing(finance, debtor)
    answer = await finance.post("/api/receipts", content=RECEIPT % (amount, debtor))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await standing(finance, debtor) == before == UNMOVED


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param({"kind": "credit", "minor": 100_001, "reason": "x"}, "E_AMOUNT", id="credit above the rest"),
        pytest.param({"kind": "dispute", "minor": 60_001, "reason": "price"}, "E_AMOUNT", id="dispute above open"),
        pytest.param(
            {"kind": "write_off", "minor": 60_001, "reason": "x", "evidence": "y"}, "E_AMOUNT", id="write-off"
        ),
        pytest.param({"kind": "promise", "minor": 60_001, "on": "today"}, "E_AMOUNT", id="promise above open"),
        pytest.param({"kind": "plan", "instalments": [30_000, 29_999]}, "E_AMOUNT", id="plan that falls short"),
        pytest.param({"kind": "plan", "instalments": [30_000, 30_001]}, "E_AMOUNT", id="plan that asks for more"),
        pytest.param({"kind": "resolve", "outcome": "accept"}, "E_STATE", id="no dispute to resolve"),
    ],
)
async def test_more_than_there_is_is_refused(
    finance: httpx.AsyncClient, debtor: str, command: dict[str, Any], code: str
) -> None:
    before, today = await standing(finance, debtor), wall().date()
    if command.get("on"):
        command = command | {"on": today.isoformat()}
    if "instalments" in command:
        days = (today + timedelta(days=7 * place) for place in (1, 2))
        parts = zip(days, command["instalments"], strict=True)
        command = command | {"instalments": [{"due_on": day.isoformat(), "minor": minor} for day, minor in parts]}
    answer = await finance.post(f"/api/invoices/OLD-{debtor}/commands", json=command)
    assert (answer.status_code, answer.json()["code"]) == (409, code), answer.text
    assert await standing(finance, debtor) == before == UNMOVED


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("allocations", {"shares": [{"number": "OLD", "minor": 501}]}, "E_AMOUNT"),
        ("refunds", {"amount": {"minor": 501, "currency": "CNY"}, "reason": "x"}, "E_AMOUNT"),
        ("reversals", {"amount": {"minor": 501, "currency": "CNY"}, "reason": "x"}, "E_AMOUNT"),
        ("reversals", {"amount": {"minor": 5, "currency": "JPY"}, "reason": "x"}, "E_CCY"),
    ],
)
async def test_more_than_a_receipt_has_is_refused(
    finance: httpx.AsyncClient, debtor: str, path: str, body: dict[str, Any], code: str
) -> None:
    listed = (await finance.get("/api/receipts", params={"customer": debtor})).json()["receipts"]
    (receipt,) = [one for one in listed if one["external_id"] == f"c-{debtor}"]
    if "shares" in body:
        body = {"shares": [{"number": f"OLD-{debtor}", "minor": body["shares"][0]["minor"]}]}
    answer = await finance.post(f"/api/receipts/{receipt['receipt_id']}/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, code), answer.text
    assert await standing(finance, debtor) == UNMOVED


async def test_one_receipt_with_another_amount_is_refused(finance: httpx.AsyncClient, debtor: str) -> None:
    body = {
        "source": "bank", "external_id": f"b-{debtor}", "amount": {"minor": 40_001, "currency": "CNY"},
        "value_date": DAY.isoformat(), "customer": debtor, "invoices": [f"OLD-{debtor}"],
    }  # fmt: skip
    answer = await finance.post("/api/receipts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "E_IDEM"), answer.text
    assert await standing(finance, debtor) == UNMOVED


async def test_a_discount_after_its_day_is_not_given(temporal_server: TemporalServer, tmp_path: Path) -> None:
    """What pays the early price a day late, and the grace with it, leaves the discount open."""
    step = {"rate_bp": 200, "within": "issue+3d"}
    discount = {"steps": [step], "grace": "2d", "tax": "included", "on_partial": "remaining"}
    policy = policy_with(tmp_path / "policy", (("terms", "net30", "discount"), discount))
    async with company(temporal_server, tmp_path, policy_file=policy) as ltc:
        for late, left in ((5, 0), (6, 2_000)):
            journey = Journey(ltc, await ltc.customer())
            invoice = await billed(journey, "1000.00", tax_code="Z")
            await pay(journey, "1", "980.00", invoice.issued_on + timedelta(days=late))
            posted = await balances(journey)
            assert (posted.get("receivable", 0), posted.get("discounts", 0)) == (left, 2_000 - left)
            assert posted["cash"] == Money.of("980.00", "CNY").minor
        await ltc.assert_sound()
