"""Finance exchange money of a receipt, and take that back; what was exchanged is shown with the receipt."""

from typing import Any

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.tables.ledger import RECEIPT
from tests.api.conftest import Client
from tests.api.samples import put_customer_named
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.storage.exchanging import into_dollars, item, opened, rate, received
from tests.storage.samples import at

RATE = {"unit": "USD", "quote": "CNY", "rate": "7.15", "source": "the bank"}
OWNER = "account/CN01/c-1/CNY"


@pytest.fixture
async def place(database: Database) -> str:
    """A receipt of 7,150.00 CNY of which half was exchanged."""
    ledger = LedgerBooks(database)
    await opened(ledger, "CNY", None)
    await ledger.operate("r", at(22), received("b1", 715_000, currency="CNY"))
    await ledger.operate("x", at(23), into_dollars("b1", minor=357_500, at_rate=rate("7.15")))
    query = select(RECEIPT.c.id).where(RECEIPT.c.external_id == "b1")
    return f"/api/receipts/{database.look(lambda connection: connection.execute(query).scalar_one())}"


async def test_an_exchange_is_a_command_to_the_account_of_the_money(
    client: Client, workflows: ScriptedWorkflows, place: str
) -> None:
    finance = client("fay", "finance")
    asked = await finance.post(f"{place}/exchanges", json={"currency": "USD", "rate": RATE, "invoices": ["U-1"]})
    assert asked.status_code == 200
    (made,) = asked.json()["exchanges"]
    assert (made["external_id"], made["given"], made["got"], made["rate"], made["undone_at"]) == (
        "bank/b1-X1", {"minor": 357_500, "currency": "CNY"}, {"minor": 50_000, "currency": "USD"},
        "1 USD = 7.15 CNY (SAFE)", None,
    )  # fmt: skip
    assert asked.json()["receipt"]["unapplied"] == {"minor": 357_500, "currency": "CNY"}
    undone = await finance.post(f"{place}/exchanges/1/undo", json={"reason": "another invoice"})
    assert undone.status_code == 200
    told: list[dict[str, Any]] = [submission.command.model_dump() for _, submission in workflows.applied]
    assert [one for one, _ in workflows.applied] == [OWNER, OWNER]
    assert told[0]["invoices"] == ("U-1",)
    assert str(told[0]["rate"]["rate"]) == "7.15"
    assert told[1] == {
        "kind": "undo_exchange", "source": "bank", "external_id": "b1", "exchange": "bank/b1-X1",
        "reason": "another invoice",
    }  # fmt: skip


async def test_money_in_a_currency_that_pays_nothing_points_to_the_exchange(client: Client, database: Database) -> None:
    ledger, finance = LedgerBooks(database), client("fay", "finance")
    put_customer_named(database, "c-1")
    await opened(ledger, "CNY", None)
    await ledger.operate("r", at(22), received("b1", 715_000, currency="CNY"))
    (row,) = (await finance.get("/api/receipts")).json()["receipts"]
    place = f"/api/receipts/{row['receipt_id']}"
    assert (await finance.get(place)).json()["hint"] is None
    await opened(ledger)
    await ledger.operate("i", at(22), item("U-1", 100_000))
    hint = (await finance.get(place)).json()["hint"]
    call = f'POST {place}/exchanges {{"currency": "USD"}}'
    assert hint == {
        "en": f"7,150.00 CNY pays nothing by itself of what the customer owes in USD: {call} exchanges it",
        "zh": f"7,150.00 CNY 不会自动核销客户的 USD 欠款：请通过 {call} 折算",
    }
    # What was exchanged is nothing to exchange, and where all of it pays there is nothing to say.
    await ledger.operate("x", at(23), into_dollars("b1", at_rate=rate("7.15")))
    receipts = (await finance.get("/api/receipts")).json()["receipts"]
    assert [one["source"] for one in receipts] == ["exchange", "bank"]
    for one in receipts:
        assert (await finance.get(f"/api/receipts/{one['receipt_id']}")).json()["hint"] is None


async def test_a_report_that_names_an_invoice_of_another_currency_is_told_what_to_do(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    ledger = LedgerBooks(database)
    put_customer_named(database, "c-1")
    await opened(ledger)
    await ledger.operate("i", at(22), item("U-1", 100_000))
    body = {
        "source": "bank", "external_id": "b1", "amount": {"minor": 715_000, "currency": "CNY"},
        "value_date": "2026-03-20", "customer": "c-1", "entity": "CN01", "invoices": ["U-1"],
    }  # fmt: skip
    answer = await client("fay", "finance").post("/api/receipts", json=body)
    said = (
        "CN01/c-1/CNY has no invoice U-1: correct the number or the currency, or leave it out; what is owed in USD is "
        "paid by POST /api/receipts/{id}/exchanges once the money is booked"
    )
    assert (answer.status_code, answer.json()["detail"]) == (404, said)
    assert workflows.applied == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "usd"}, {"currency": "ZZZ"}, {"currency": "USD", "rate": RATE | {"unit": "ZZZ"}},
        {"currency": "USD", "minor": 0.5}, {"currency": "USD", "rate": RATE | {"rate": 7.15}},
        {"currency": "USD", "rate": RATE | {"quote": "USD"}}, {}, {"currency": "USD", "how": "cheaply"},
    ],
)  # fmt: skip
async def test_what_cannot_be_meant_is_malformed(
    client: Client, workflows: ScriptedWorkflows, place: str, wrong: dict[str, Any]
) -> None:
    assert (await client("fay", "finance").post(f"{place}/exchanges", json=wrong)).status_code == 422
    assert workflows.applied == []


async def test_only_finance_exchange(client: Client, workflows: ScriptedWorkflows, place: str) -> None:
    assert (await client("sue", "sales").post(f"{place}/exchanges", json={"currency": "USD"})).status_code == 403
    assert workflows.applied == []


async def test_a_receipt_is_reported_with_its_rate(client: Client, workflows: ScriptedWorkflows, place: str) -> None:
    body = {
        "source": "bank", "external_id": "b1", "amount": {"minor": 100, "currency": "CNY"}, "value_date": "2026-03-20",
        "customer": "unidentified", "entity": "CN01", "rate": RATE,
    }  # fmt: skip
    assert (await client("fay", "finance").post("/api/receipts", json=body)).status_code == 201
    ((_, submission),) = workflows.applied
    assert str(submission.command.model_dump()["rate"]["rate"]) == "7.15"
