"""The read model of a deal is derived from its state alone, so it can be thrown away and built again."""

from collections import Counter
from datetime import datetime

from domain.approval.inbox import approval_row
from domain.approval.machine import OPEN
from domain.deal.agenda import Item, agenda
from domain.deal.explain import blockers, disputes
from domain.deal.reading import kept_back, open_minor
from domain.deal.state import Deal, Stage
from domain.machine import Blocker
from domain.money import Money
from domain.ports import ApprovalRow, DealRow, TaskRow

_NOT_PEOPLE = ("ltc", "customer")


def row_of(deal: Deal, now: datetime) -> DealRow:
    """Return the deal's row as of a business time."""
    due = agenda(deal)
    waiting = blockers(deal, due)
    deadlines = [item.at for item in due] + [blocker.by for blocker in waiting if blocker.by is not None]
    return DealRow(
        deal_id=deal.deal_id,
        entity=deal.entity,
        customer_id=deal.customer.customer_id,
        customer_name=deal.customer.name,
        owner=deal.owner,
        stage=deal.stage,
        version=deal.version,
        currency=deal.currency,
        value_minor=value.minor if (value := value_of(deal)) else 0,
        customer_class=deal.terms.customer_class if deal.terms else "",
        policy=deal.terms.policy if deal.terms else "",
        waiting_for=waiting[0].who if waiting else "",
        due_at=min(deadlines, default=None),
        overlay=_overlay(deal),
        open_minor=open_minor(deal),
        attention=any(pending.parked is not None for pending in deal.pending),
        created_at=deal.lead.captured_at or now,
        updated_at=deal.timeline[-1].at if deal.timeline else now,
    )


def approval_rows(deal: Deal, workflow_id: str = "") -> tuple[ApprovalRow, ...]:
    """Return the row of the approval that the deal holds, if there is one."""
    current = deal.approval
    if current is None:
        return ()
    due_at = _breach_at(agenda(deal)) if current.status in OPEN else None
    owner = workflow_id or f"deal/{deal.deal_id}"
    return (approval_row(current, owner_workflow=owner, deal_id=deal.deal_id, due_at=due_at),)


def task_rows(deal: Deal, now: datetime, workflow_id: str = "") -> tuple[TaskRow, ...]:
    """Return what people of the company owe the deal; what the customer, LTC or an account owes is no task of it."""
    of_account = frozenset(disputes(deal))
    waiting = blockers(deal, agenda(deal))
    owed = [blocker for blocker in waiting if blocker.who not in _NOT_PEOPLE and blocker not in of_account]
    seen: Counter[str] = Counter()
    rows = []
    for blocker in owed:
        key = f"{deal.deal_id}:{blocker.command or deal.stage}:{blocker.who}"
        seen[key] += 1
        task_id = key if seen[key] == 1 else f"{key}:{seen[key]}"
        rows.append(_task(task_id, workflow_id or f"deal/{deal.deal_id}", blocker))
    return tuple(rows)


def _task(task_id: str, workflow_id: str, blocker: Blocker) -> TaskRow:
    return TaskRow(
        task_id=task_id,
        owner_workflow=workflow_id,
        who=blocker.who,
        what_en=blocker.what.en,
        what_zh=blocker.what.zh,
        due_at=blocker.by,
        command=blocker.command,
    )


def _breach_at(due: tuple[Item, ...]) -> datetime | None:
    return next((item.at for item in due if item.command.what == "approval_breach"), None)


def value_of(deal: Deal) -> Money | None:
    """Return what a deal is worth, before tax: its order, else its last quote, else what the lead said."""
    if deal.order is not None:
        return deal.order.total
    return deal.quotes[-1].totals.total if deal.quotes else deal.lead.value


def _overlay(deal: Deal) -> str:
    if deal.hold is not None:
        return "on_hold"
    if deal.stage is Stage.CREDIT_HOLD or kept_back(deal):
        return "credit_hold"
    return "disputed" if deal.disputed_minor else ""
