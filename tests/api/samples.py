"""Rows of the read model as the workflows write them."""

from datetime import timedelta
from typing import Any

from domain.money import Money
from domain.ports import ApprovalRow, DealRecord, DealRow, TaskRow
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import put_customer
from storage.operations.records import append_deal
from tests.api.conftest import NOW


def deal_row(deal_id: str = "D-1", **changed: Any) -> DealRow:
    usual = {
        "deal_id": deal_id, "entity": "CN01", "customer_id": "C-1", "customer_name": "示例客户", "owner": "alice",
        "stage": "quote.sent", "version": 6, "currency": "CNY", "value_minor": 1_000_000, "customer_class": "B",
        "policy": "standard@1", "waiting_for": "customer", "due_at": None, "overlay": "", "open_minor": 0,
        "attention": False, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return DealRow.model_validate(usual | changed)


def approval_row(approval_id: str = "D-1-q1", deal_id: str = "D-1", **changed: Any) -> ApprovalRow:
    usual = {
        "approval_id": approval_id, "owner_workflow": f"deal/{deal_id}", "deal_id": deal_id, "kind": "quote",
        "reference": "quote 1", "status": "pending", "content_hash": "h1", "amount": Money(minor=1, currency="CNY"),
        "requester": "alice", "assignees": ("bob",), "opened_at": NOW, "due_at": None,
    }  # fmt: skip
    return ApprovalRow.model_validate(usual | changed)


def task_row(deal_id: str, who: str) -> TaskRow:
    return TaskRow(
        task_id=f"{deal_id}/send", owner_workflow=f"deal/{deal_id}", who=who, what_en="send the quote",
        what_zh="发送报价", due_at=NOW, command="send_quote",
    )  # fmt: skip


def put_customer_named(database: Database, customer_id: str, entity: str = "") -> None:
    """Write a customer that has only a name, and a legal entity that sells to it."""
    card = CustomerCard(customer_id=customer_id, name=f"Firm {customer_id}", entity=entity)
    database.transact(put_customer, card, NOW)


def put_deal(
    database: Database,
    row: DealRow,
    approvals: tuple[ApprovalRow, ...] = (),
    tasks: tuple[TaskRow, ...] = (),
) -> None:
    """Write the read model of a deal."""
    record = DealRecord(workflow_id=f"deal/{row.deal_id}", facts=(), row=row, approvals=approvals, tasks=tasks)
    database.transact(append_deal, record)


def put_deals(database: Database, count: int, **changed: Any) -> None:
    """Write deals D-000 …, one minute apart."""
    for n in range(count):
        put_deal(database, deal_row(f"D-{n:03d}", updated_at=NOW + timedelta(minutes=n), **changed))
