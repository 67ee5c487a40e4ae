"""Money that a source tells of again in other words is refused to it at once; in the same words it is no news."""

from typing import Any

import pytest

from domain.account import effects
from domain.account.commands import RecordReceipt
from domain.machine import Answer
from domain.receivables.entries import Receipt
from domain.statements.judging import judge
from storage.database import Database
from storage.operations.answers import keep_answers
from storage.operations.bank_statements import Handing, take_in
from storage.operations.ledger import LedgerBooks
from tests.api.conftest import Client
from tests.api.samples import put_customer_named
from tests.api.scripted_workflows import ScriptedWorkflows
from tests.api.test_webhooks import deliver
from tests.statements_made import credit, statement_of
from tests.storage import samples

OURS = "account/CN01/c-1/CNY"
TOLD: dict[str, Any] = {
    "external_id": "tx-1", "amount": {"minor": 500, "currency": "CNY"}, "value_date": "2026-11-20",
    "customer": "c-1", "payer": "示例", "reference": "INV-1", "invoices": ["INV-1"],
}  # fmt: skip


@pytest.fixture
async def ledger(database: Database) -> LedgerBooks:
    """c-1 owes INV-1, on which the source's tx-1 is booked; there is c-2, too."""
    ledger = LedgerBooks(database)
    for name in ("c-1", "c-2"):
        put_customer_named(database, name)
    await samples.opened(ledger)
    await ledger.operate("k1", samples.NOW, samples.imported("INV-1", 10_000))
    booked = Receipt.model_validate(
        {name: said for name, said in TOLD.items() if name != "customer"}
        | {"source": "crm", "received_at": samples.NOW}
    )
    effect = effects.ApplyReceipt(
        receipt=booked, tolerance=samples.terms().tolerance, terms_hash=samples.HASH, **samples.KEY
    )
    await ledger.operate("k2", samples.NOW, effect)
    return ledger


def told(**changed: Any) -> dict[str, Any]:
    return {"type": "receipt.reported", "data": TOLD | changed}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": {"minor": 501, "currency": "CNY"}}, "with other content"),
        ({"amount": {"minor": 500, "currency": "EUR"}}, "with other content"),
        ({"value_date": "2026-11-21"}, "with other content"),
        ({"payer": ""}, "with other content"),
        ({"reference": "INV-2"}, "with other content"),
        ({"invoices": []}, "with other content"),
        ({"customer": "c-2"}, "booked for c-1 in CN01"),
        ({"entity": "DE01"}, "booked for c-1 in CN01"),
        ({"customer": "c-2", "amount": {"minor": 501, "currency": "CNY"}}, "booked for c-1 in CN01"),
    ],
)
async def test_other_words_for_the_same_money_are_refused_each_time(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows, changed: dict[str, Any], why: str
) -> None:
    for _ in range(2):
        answer = await deliver(client(), told(**changed), message_id="msg_2")
        assert (answer.status_code, answer.json()["code"]) == (409, "E_IDEM")
        assert why in answer.json()["detail"]
    assert workflows.applied == []


@pytest.mark.parametrize("changed", [{}, {"customer": None}, {"external_id": "tx-2", "customer": "c-2"}])
async def test_the_same_words_and_other_money_are_taken(
    client: Client, ledger: LedgerBooks, workflows: ScriptedWorkflows, changed: dict[str, Any]
) -> None:
    answer = await deliver(client(), told(**changed), message_id="msg_2")
    assert (answer.status_code, answer.json()) == (200, {"repeated": False})
    assert [to for to, _ in workflows.applied] == [OURS.replace("c-1", "c-2" if "external_id" in changed else "c-1")]


async def test_a_person_who_reports_booked_money_once_more_is_told_that_it_is_known(
    client: Client, ledger: LedgerBooks
) -> None:
    finance = client("fay", "finance")
    for external_id, known in (("tx-1", True), ("tx-1", True), ("tx-2", False)):
        body = TOLD | {"source": "crm", "external_id": external_id}
        answer = await finance.post("/api/receipts", json=body)
        assert (answer.status_code, answer.json()["answered"]["repeated"]) == (201, known)


async def test_a_person_says_what_their_money_is_other_than(client: Client, workflows: ScriptedWorkflows) -> None:
    """It goes with the report, as many as a refusal or several have named."""
    finance = client("fay", "finance")
    body = TOLD | {"source": "till", "customer": None, "invoices": []}
    for count, status in ((1000, 201), (1001, 422)):
        besides = [f"bank/{number}" for number in range(count)]
        answer = await finance.post("/api/receipts", json=body | {"besides": besides})
        assert answer.status_code == status, answer.text
    ((_, submission),) = workflows.applied
    assert isinstance(submission.command, RecordReceipt)
    assert submission.command.besides == tuple(f"bank/{number}" for number in range(1000))


async def test_a_key_is_answered_as_before_whatever_a_statement_has_shown_since(
    client: Client, database: Database, ledger: LedgerBooks, workflows: ScriptedWorkflows
) -> None:
    """The report waits for a second person meanwhile; another report of the money is refused."""
    workflows.approval = "CN01.c-1.CNY.6"
    finance = client("fay", "finance")
    body = TOLD | {"source": "till", "external_id": "t-1", "invoices": []}
    first = await finance.post("/api/receipts", json=body, headers={"Idempotency-Key": "k"})
    assert first.status_code == 202
    database.transact(keep_answers, OURS, (Answer(id="fay:k", digest="d", version=3),), "run", 3)
    entry = credit(500, payer="Firm c-1", reference="t-1")
    handing = Handing(entity="CN01", file="f", by="wu.ting")
    database.transact(take_in, statement_of([entry]), judge(statement_of([entry])), handing, samples.NOW)

    again = await finance.post("/api/receipts", json=body, headers={"Idempotency-Key": "k"})
    other = await finance.post("/api/receipts", json=body, headers={"Idempotency-Key": "k2"})
    changed = body | {"payer": "another"}
    misused = await finance.post("/api/receipts", json=changed, headers={"Idempotency-Key": "k"})

    assert (again.status_code, again.json()["answered"]["repeated"]) == (202, True)
    assert again.json()["answered"]["approval_id"] == first.json()["answered"]["approval_id"]
    for refused, why in ((other, "a bank statement has shown"), (misused, "other content")):
        assert (refused.status_code, refused.json()["code"]) == (409, "E_IDEM")
        assert why in refused.json()["detail"]
    assert len(workflows.applied) == 1
