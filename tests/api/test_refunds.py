"""Finance refunds a receipt, and says what became of a refund that nobody knows; what is under way is shown."""

from sqlalchemy import Connection, select

from storage.database import Database
from storage.operations.statements import insert_one
from storage.tables.ledger import RECEIPT
from storage.tables.records import ACCOUNT
from storage.tables.refunds import REFUND
from tests.api.conftest import NOW, Client
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.api.test_account_approvals import OWNER, put_account


def put_receipt(database: Database, *, refunded: int = 0) -> int:
    """Write a receipt of the account, and a refund of it that is under way."""
    put_account(database)

    def write(connection: Connection) -> int:
        account_id = connection.execute(select(ACCOUNT.c.id)).scalar_one()
        row = {
            "account_id": account_id, "source": "bank", "external_id": "b/1", "minor": 500, "currency": "CNY",
            "value_date": NOW.date(), "received_at": NOW, "payer": "Acme", "reference": "", "invoices": "[]",
            "digest": "", "match": '{"allocations": [], "rule": "none"}',
        }  # fmt: skip
        receipt_id = insert_one(connection, RECEIPT, row)
        if refunded:
            refund = {
                "account_id": account_id, "receipt_id": receipt_id, "refund_id": "bank/b/1-R1", "minor": refunded,
                "currency": "CNY", "payer": "Acme", "reason": "twice", "asked_by": "bob", "agreed": "", "at": NOW,
            }  # fmt: skip
            insert_one(connection, REFUND, refund)
        return receipt_id

    return database.transact(write)


async def test_a_refund_is_a_command_to_the_account_and_what_is_under_way_is_shown(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    place = f"/api/receipts/{put_receipt(database, refunded=40)}"
    bob = client("bob", "finance")
    body = {"amount": {"minor": 40, "currency": "CNY"}, "reason": "paid twice"}
    answer = await bob.post(f"{place}/refunds", json=body)
    assert answer.status_code == 200
    (refund,) = answer.json()["refunds"]
    assert (refund["refund_id"], refund["outcome"], refund["amount"]) == (
        "bank/b/1-R1", "", {"minor": 40, "currency": "CNY"},
    )  # fmt: skip
    said = {"outcome": "failed", "evidence": "bank statement"}
    assert (await bob.post(f"{place}/refunds/1/outcome", json=said)).status_code == 200
    assert [(one, submission.command.model_dump()) for one, submission in workflows.applied] == [
        (OWNER, {"kind": "refund", "source": "bank", "external_id": "b/1", **body}),
        (OWNER, {"kind": "say_refund", "refund_id": "bank/b/1-R1", **said}),
    ]


async def test_only_finance_of_the_entity_refunds(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    place = f"/api/receipts/{put_receipt(database)}"
    body = {"amount": {"minor": 40, "currency": "CNY"}, "reason": "paid twice"}
    assert (await client("ann", "sales").post(f"{place}/refunds", json=body)).status_code == 403
    assert (await client("bob", "finance", entity="DE01").post(f"{place}/refunds", json=body)).status_code == 404
    for wrong in ({"amount": {"minor": 1.5, "currency": "CNY"}, "reason": "x"}, {"amount": body["amount"]}):
        assert (await client("bob", "finance").post(f"{place}/refunds", json=wrong)).status_code == 422
    assert workflows.applied == []
