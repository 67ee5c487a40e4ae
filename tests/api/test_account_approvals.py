"""An account's approvals stand in the same inbox, and a decision on one goes to the account."""

from datetime import date
from typing import Any

import pytest

from domain.account.effects import (
    ApplyReceipt,
    CreditNote,
    GivenAway,
    HandOver,
    MakePlan,
    MoveReceipt,
    ResolveDispute,
    ReverseReceipt,
    TakeRefund,
    WriteOff,
)
from domain.account.events_requests import RequestRaised
from domain.account.evolve import AccountFact
from domain.account.exchange_effects import ExchangeReceipt
from domain.machine import Actor
from domain.money import Money
from domain.ports import AccountRecord, AccountRow
from domain.receivables.entries import Receipt
from domain.terms import Tolerance
from storage.database import Database
from storage.operations.records import append_account
from storage.queries.work import accounts_deciding
from tests.api.conftest import NOW, Client
from tests.api.samples import approval_row
from tests.api.scripted_workflows import ScriptedWorkflows

OWNER = "account/CN01/C-1/CNY"
APPROVAL = "CN01.C-1.CNY.7"
ROW = approval_row(APPROVAL, "", owner_workflow=OWNER, kind="write_off", reference="write off INV-1")
SEEN = {"verdict": "approve", "content_hash": "h1", "reason": "as filed", "on_behalf_of": ""}


def put_account(database: Database, facts: tuple[AccountFact, ...] = (), **changed: object) -> None:
    row = AccountRow(
        entity="CN01", customer_id="C-1", customer_name="示例客户", currency="CNY", version=7, open_minor=5,
        overdue_minor=0, disputed_minor=0, promised_minor=0, unapplied_minor=0, stage="current", next_at=None,
        credit_hold=False, attention=False, updated_at=NOW,
    )  # fmt: skip
    record = AccountRecord(workflow_id=OWNER, facts=facts, row=row, approvals=(ROW.model_copy(update=changed),))
    database.transact(append_account, record)


async def test_the_inbox_has_it_and_a_decision_goes_to_the_account(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_account(database)
    bob = client("bob", "finance")
    (listed,) = (await bob.get("/api/approvals?assignee=me")).json()["approvals"]
    assert (listed["approval_id"], listed["owner_workflow"], listed["deal_id"]) == (APPROVAL, OWNER, "")
    assert (await bob.post(f"/api/approvals/{APPROVAL}/decisions", json=SEEN)).status_code == 200
    ((workflow_id, submission),) = workflows.applied
    assert workflow_id == OWNER
    assert submission.actor == Actor(id="bob", roles=("finance",))
    assert submission.command.model_dump() == {"kind": "decide", "approval_id": APPROVAL, **SEEN}


async def test_it_is_handed_over_signed_beside_and_taken_back_in_the_account(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_account(database)
    bob = client("bob", "finance")
    for path, body in (("transfer", {"to": "eve"}), ("signers", {"who": "eve", "position": "after"}), ("recall", {})):
        assert (await bob.post(f"/api/approvals/{APPROVAL}/{path}", json=body)).status_code == 200
    assert [(one, submission.command.kind) for one, submission in workflows.applied] == [
        (OWNER, "transfer_seat"), (OWNER, "add_signer"), (OWNER, "recall"),
    ]  # fmt: skip


async def test_who_works_for_another_entity_neither_sees_nor_decides_it(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_account(database)
    german = client("bob", "finance", entity="DE01")
    assert (await german.get("/api/approvals")).json()["approvals"] == []
    assert (await german.get(f"/api/approvals/{APPROVAL}")).status_code == 404
    assert (await german.post(f"/api/approvals/{APPROVAL}/decisions", json=SEEN)).status_code == 404
    assert workflows.applied == []
    chinese = client("bob", "finance", entity="CN01")
    assert len((await chinese.get("/api/approvals")).json()["approvals"]) == 1


async def test_accounts_with_an_open_seat_are_told_when_people_change(
    client: Client, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_account(database)
    away = {"since": NOW.isoformat()}
    assert (await client("bob", "finance").post("/api/absences", json=away)).status_code == 201
    assert (workflows.told, workflows.accounts_told) == (1, [(OWNER,)])
    put_account(database, status="approved", assignees=())
    assert database.look(accounts_deciding) == ()


def asked(effect: type[GivenAway], **told: object) -> Any:
    ours = {"entity": "CN01", "customer_id": "C-1", "currency": "CNY", "terms_hash": "t"}
    return effect.model_validate(ours | told)


RECEIPT = {"source": "bank", "external_id": "R"}
EXCHANGE = RECEIPT | {"into": "USD", "minor": 5, "rate": None, "numbers": (), "by": "eve"}
INVOICE = {"number": "INV-1", "issue_on": NOW.date()}
FIVE = Money(minor=5, currency="CNY")
CAME_IN = Receipt(
    source="bank", external_id="R", amount=FIVE, value_date=date(2026, 9, 1), received_at=NOW, payer="Acme",
    reference="for INV-1", invoices=("INV-1",),
)  # fmt: skip
ASKED = (
    (asked(WriteOff, number="INV-1", minor=5, reason="insolvent", evidence="court 17"), "insolvent", "court 17"),
    (asked(CreditNote, **INVOICE, minor=5, reason="price"), "price", ""),
    (asked(ResolveDispute, **INVOICE, outcome="accept", reason="broken"), "broken", ""),
    (asked(MoveReceipt, **RECEIPT, to_entity="CN01", to_customer_id="C-2", evidence="mail 3"), "", "mail 3"),
    (asked(TakeRefund, **RECEIPT, minor=5, reason="overpaid", by="eve"), "overpaid", ""),
    (asked(ApplyReceipt, receipt=CAME_IN, tolerance=Tolerance()), "2026-09-01; Acme; for INV-1; INV-1", ""),
    (asked(ReverseReceipt, **RECEIPT, amount=FIVE, reason="returned"), "returned", ""),
    (asked(MakePlan, number="INV-1", schedule=((CAME_IN.value_date, 5),), reason="a bad year"), "a bad year", ""),
    (asked(ExchangeReceipt, **EXCHANGE, compared="1 USD = 9 CNY; known is 7.1"), "", "1 USD = 9 CNY; known is 7.1"),
    (asked(HandOver, stage="L3", reason="moved away"), "moved away", ""),
)


@pytest.mark.parametrize(("effect", "reason", "evidence"), ASKED, ids=lambda one: getattr(one, "kind", None))
async def test_who_decides_reads_what_the_requester_said(
    client: Client, database: Database, effect: Any, reason: str, evidence: str
) -> None:
    approval_id = "CN01.C-1.CNY.1"
    money = Money(minor=5, currency="CNY")
    event = RequestRaised(approval_id=approval_id, effect=effect, amount=money, requester="eve")
    fact = AccountFact(seq=1, at=NOW, actor=Actor(id="eve"), cause="c", event=event)
    put_account(database, facts=(fact,), approval_id=approval_id)

    read = (await client("bob", "finance").get(f"/api/approvals/{approval_id}")).json()

    assert (read["approval_id"], read["reason"], read["evidence"]) == (approval_id, reason, evidence)


async def test_every_kind_of_request_is_read(client: Client, database: Database) -> None:
    assert {type(effect) for effect, _, _ in ASKED} == set(GivenAway.__subclasses__())
    put_account(database)
    read = (await client("bob", "finance").get(f"/api/approvals/{APPROVAL}")).json()
    assert (read["reason"], read["evidence"]) == ("", "")
