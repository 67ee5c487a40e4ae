"""Money without a customer finds its account by what it names; what it cannot tell, a person can claim."""

from typing import Any

import pytest

from domain.account import commands as account
from domain.account import effects
from storage.database import Database
from storage.operations.accounts import hold_account
from storage.operations.ledger import LedgerBooks
from tests.api.conftest import Client
from tests.api.samples import put_customer_named
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.storage import samples

NOBODY = "account/CN01/unidentified/CNY"
OURS = "account/CN01/c-1/CNY"


@pytest.fixture
async def ledger(database: Database) -> LedgerBooks:
    """CN01 is owed INV-1 in CNY by c-1."""
    ledger = LedgerBooks(database)
    for name in ("c-1", "c-2"):
        put_customer_named(database, name)
    await samples.opened(ledger)
    await ledger.operate("k1", samples.NOW, samples.imported("INV-1", 10_000))
    return ledger


def reported(number: int, **said: Any) -> dict[str, Any]:
    money = {"minor": 10_000, "currency": "CNY"}
    return {"source": "bank", "external_id": f"n-{number}", "amount": money, "value_date": "2026-03-20"} | said


@pytest.mark.parametrize(
    ("said", "workflow_id"),
    [
        ({"reference": "INV-1"}, OURS),
        ({"reference": "付款 inv-1号，谢谢"}, OURS),
        ({"invoices": ["INV-1"]}, OURS),
        ({"reference": "INV-1 INV-7"}, OURS),
        ({"reference": "INV-10"}, NOBODY),
        ({"reference": "INV-1-2"}, NOBODY),
        ({"reference": "XINV-1"}, NOBODY),
        ({"reference": "thank you"}, NOBODY),
        ({"reference": "INV-1", "amount": {"minor": 1, "currency": "EUR"}}, "account/CN01/unidentified/EUR"),
        ({"reference": "INV-1", "customer": "c-2"}, "account/CN01/c-2/CNY"),
    ],
)
async def test_a_whole_invoice_number_of_one_account_in_its_currency_tells_whose_it_is(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows, said: dict[str, Any], workflow_id: str
) -> None:
    await client("fay", "finance", entity="").post("/api/receipts", json=reported(1, **said))
    assert [to for to, _ in workflows.applied] == [workflow_id]


async def test_two_accounts_named_are_nobodys_and_a_foreign_one_is_not_seen(
    client: Client, database: Database, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    other: dict[str, Any] = {"entity": "CN01", "customer_id": "c-2", "currency": "CNY"}
    load = effects.LoadCase(**other)
    await ledger.load_case(load, samples.NOW, samples.terms(), samples.HASH, "c-2")
    item = samples.imported("INV-2", 10_000)
    theirs = item.invoice.model_copy(update={"customer_id": "c-2"})
    await ledger.operate("k2", samples.NOW, item.model_copy(update=other | {"invoice": theirs}))
    finance = client("fay", "finance", entity="")
    await finance.post("/api/receipts", json=reported(1, reference="INV-1 INV-2"))
    await client("dan", "finance", entity="DE01").post("/api/receipts", json=reported(2, reference="INV-1"))
    await finance.post("/api/receipts", json=reported(3, reference="INV-2"))
    assert [to for to, _ in workflows.applied] == [
        NOBODY, "account/DE01/unidentified/CNY", "account/CN01/c-2/CNY",
    ]  # fmt: skip


async def test_what_was_claimed_is_reported_again_and_claimed_again_where_it_is(
    client: Client, database: Database, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    """The repeat of a report without a customer must not meet another account than the one that has the money."""
    finance = client("fay", "finance", entity="")
    nobody: dict[str, Any] = {"entity": "CN01", "customer_id": "unidentified", "currency": "CNY"}
    await finance.post("/api/receipts", json=reported(1))
    command = workflows.applied[-1][1].command
    assert isinstance(command, account.RecordReceipt)
    await ledger.load_case(effects.LoadCase(**nobody), samples.NOW, samples.terms(), samples.HASH, "nobody")
    receipt = samples.receipt("n-1", 10_000)
    await ledger.operate("r1", samples.at(20), receipt.model_copy(update=nobody))
    await finance.post("/api/receipts", json=reported(1, reference="INV-1"))
    assert workflows.applied[-1][0] == NOBODY, "known already, whatever it names now: the ledger refuses other content"

    move = effects.MoveReceipt(
        source="bank", external_id="n-1", to_entity="CN01", to_customer_id="c-1", evidence="e",
        terms_hash=samples.HASH, **nobody,
    )  # fmt: skip
    await ledger.operate("m1", samples.at(21), move)
    await finance.post("/api/receipts", json=reported(1))
    assert workflows.applied[-1][0] == OURS
    again = await finance.post("/api/receipts/1/claim", json={"customer": "c-1", "evidence": "e"})
    assert (again.status_code, workflows.applied[-1][0]) == (200, OURS)
    assert again.json()["receipt"]["customer_id"] == "c-1"


async def test_a_claim_is_for_a_known_customer_by_finance(
    client: Client, database: Database, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    await ledger.operate("r1", samples.at(20), samples.receipt("tx-1", 1))
    body = {"customer": "c-none", "evidence": "e"}
    finance = client("fay", "finance")
    assert (await finance.post("/api/receipts/1/claim", json=body)).status_code == 404
    assert (await client("sam", "sales").post("/api/receipts/1/claim", json=body)).status_code == 403
    assert (await finance.post("/api/receipts/1/claim", json={"customer": "c-1"})).status_code == 422
    foreign = body | {"customer": "c-2", "entity": "DE01"}
    assert (await finance.post("/api/receipts/1/claim", json=foreign)).status_code == 403
    database.transact(hold_account, "DE01", "c-2", "CNY")
    assert workflows.applied == []


async def test_a_claim_that_names_no_entity_stays_in_the_books_that_have_the_cash(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    """The customer owes another legal entity; the money came to CN01."""
    german: dict[str, Any] = {"entity": "DE01", "customer_id": "c-1", "currency": "CNY"}
    await ledger.load_case(effects.LoadCase(**german), samples.NOW, samples.terms(), samples.HASH, "c-1")
    await ledger.operate("r1", samples.at(20), samples.receipt("tx-1", 1))
    body = {"customer": "c-1", "evidence": "e"}
    assert (await client("fay", "finance", entity="").post("/api/receipts/1/claim", json=body)).status_code == 200
    command = workflows.applied[-1][1].command
    assert isinstance(command, account.ClaimReceipt)
    assert (command.entity, command.customer_id) == ("CN01", "c-1")
