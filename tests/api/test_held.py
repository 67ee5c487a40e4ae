"""What waits for a second person is answered with 202, the approval, and where to read it: on every route that can."""

from typing import Any

import pytest
from sqlalchemy import insert

from storage.database import Database
from storage.operations.ledger import LedgerBooks
from storage.tables import records
from tests.api.conftest import Client
from tests.api.samples import deal_row, put_customer_named, put_deal
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.storage import samples

APPROVAL = "CN01.c-1.CNY.4"
MONEY = {"minor": 40, "currency": "CNY"}
NEW_RECEIPT = {"source": "bank", "external_id": "tx-9", "amount": MONEY, "value_date": "2026-03-20", "customer": "c-1"}
PLAN = {"kind": "plan", "reason": "season", "instalments": [{"due_on": "2026-05-04", "minor": 10_000}]}
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "receipt": ("/api/receipts", NEW_RECEIPT),
    "reversal": ("/api/receipts/1/reversals", {"amount": MONEY, "reason": "bounced"}),
    "claim": ("/api/receipts/1/claim", {"customer": "c-1", "evidence": "their mail"}),
    "refund": ("/api/receipts/1/refunds", {"amount": MONEY, "reason": "paid twice"}),
    "credit": ("/api/invoices/INV-1/commands", {"kind": "credit", "reason": "damaged"}),
    "dispute": ("/api/invoices/INV-1/commands", {"kind": "resolve", "outcome": "accept", "reason": "right"}),
    "write_off": ("/api/invoices/INV-1/commands", {"kind": "write_off", "reason": "insolvent", "evidence": "file 7"}),
    "plan": ("/api/invoices/INV-1/commands", PLAN),
    "hand_over": ("/api/accounts/c-1/commands?currency=CNY", {"kind": "hand_over", "reason": "moved away"}),
    "cancellation": ("/api/deals/D-1/commands", {"kind": "cancel", "reason": "does not fit"}),
}


@pytest.fixture
async def ledger(database: Database) -> LedgerBooks:
    """An account that owes 10,000 on INV-1, of which tx-1 has paid 4,000, and a deal."""
    ledger = LedgerBooks(database)
    put_customer_named(database, "c-1")
    put_deal(database, deal_row())
    await samples.opened(ledger)
    await ledger.operate("k1", samples.NOW, samples.imported("INV-1", 10_000))
    await ledger.operate("k2", samples.at(20), samples.receipt("tx-1", 4_000, ("INV-1",)))
    return ledger


@pytest.mark.parametrize("kind", ASKED)
async def test_it_is_accepted_and_says_which_approval_and_where(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows, kind: str
) -> None:
    path, body = ASKED[kind]
    finance = client("fay", "finance", "sales")
    workflows.approval = APPROVAL
    for repeated in (False, True):
        answer = await finance.post(path, json=body, headers={"Idempotency-Key": "held"})
        assert answer.status_code == 202, answer.text
        told = answer.json()
        told = told.get("answered", told)
        assert (told["approval_id"], told["repeated"], told["recorded"]) == (APPROVAL, repeated, True)
        assert answer.headers["Location"] == f"/api/approvals/{APPROVAL}"
    assert len(workflows.applied) == 1


@pytest.mark.parametrize(
    ("owner", "kind", "status", "repeated"),
    [
        ("account/CN01/c-1/CNY", "receipt", "pending", True),
        ("account/CN01/c-1/CNY", "receipt", "stuck", True),
        ("account/CN01/c-1/CNY", "receipt", "approved", False),
        ("account/CN01/c-1/CNY", "refund", "pending", False),
        ("account/CN01/c-2/CNY", "receipt", "pending", False),
    ],
)
async def test_a_receipt_that_waits_is_known_when_another_key_reports_it(
    client: Client, ledger: LedgerBooks, database: Database, workflows: ScriptedWorkflows,
    owner: str, kind: str, status: str, repeated: bool,
) -> None:  # fmt: skip
    row = {
        "approval_id": APPROVAL, "owner_workflow": owner, "deal_id": "", "kind": kind, "reference": "bank/tx-9",
        "status": status, "content_hash": "h", "amount_minor": 40, "currency": "CNY", "requester": "fay",
        "opened_at": samples.NOW, "due_at": None,
    }  # fmt: skip
    database.transact(lambda connection: connection.execute(insert(records.APPROVAL), row))
    workflows.approval = APPROVAL
    answer = await client("fay", "finance").post("/api/receipts", json=NEW_RECEIPT)
    assert (answer.status_code, answer.json()["answered"]["repeated"]) == (202, repeated)


async def test_a_receipt_that_waits_for_nobody_yet_is_news(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    workflows.approval = APPROVAL
    answer = await client("fay", "finance").post("/api/receipts", json=NEW_RECEIPT)
    assert (answer.status_code, answer.json()["answered"]["repeated"]) == (202, False)


@pytest.mark.parametrize("kind", sorted(ASKED.keys() - {"receipt"}))
async def test_what_waits_for_nobody_is_done(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows, kind: str
) -> None:
    path, body = ASKED[kind]
    answer = await client("fay", "finance", "sales").post(path, json=body)
    assert (answer.status_code, "Location" in answer.headers) == (200, False), answer.text
    told = answer.json()
    assert told.get("answered", told)["approval_id"] == ""
