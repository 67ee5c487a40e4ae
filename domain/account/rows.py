"""The read model of an account and of the tasks it gives people is derived from its state alone."""

from datetime import datetime

from domain.account.agenda import agenda
from domain.account.commands import RequestAlarm
from domain.account.explain import explain, stage_of
from domain.account.reading import is_parked, keeps_orders, workflow_id
from domain.account.state import Account
from domain.approval.inbox import approval_row
from domain.approval.seats import Approval
from domain.ports import AccountRow, ApprovalRow, TaskRow

_NO_PERSON = frozenset({"customer", "ltc"})


def row_of(account: Account, now: datetime) -> AccountRow:
    """Return the account's row as of an instant."""
    case = account.case
    due = agenda(account)
    return AccountRow(
        entity=account.entity,
        customer_id=account.customer_id,
        customer_name=account.customer_name,
        currency=account.currency,
        version=account.version,
        open_minor=case.open_minor,
        overdue_minor=case.overdue_minor,
        disputed_minor=case.disputed_minor,
        promised_minor=case.promised_minor,
        unapplied_minor=case.unapplied_minor,
        stage=stage_of(account),
        next_at=due[0].at if due else None,
        credit_hold=keeps_orders(account),
        delivery_stop=account.delivery_stop,
        attention=is_parked(account) or bool(account.undeliverable or case.blocked),
        updated_at=now,
    )


def approvals_of(account: Account) -> tuple[ApprovalRow, ...]:
    """Return the rows of the approvals that the account holds: of what waits, and of the last that was decided."""
    return tuple(_approval_row(account, request.approval) for request in account.requests if request.approval)


def _approval_row(account: Account, current: Approval) -> ApprovalRow:
    late = (
        due.at
        for due in agenda(account)
        if isinstance(due.command, RequestAlarm)
        if (due.command.approval_id, due.command.what) == (current.id, "approval_breach")
    )
    return approval_row(current, owner_workflow=workflow_id(account), deal_id="", due_at=next(late, None))


def tasks_of(account: Account, now: datetime) -> tuple[TaskRow, ...]:
    """Return what people of the company owe this account; a task goes when what it asks is done."""
    owner = workflow_id(account)
    people = [blocker for blocker in explain(account, now).waiting if blocker.who not in _NO_PERSON]
    return tuple(
        TaskRow(
            task_id=f"{owner}/task/{place}/{blocker.command or 'look'}",
            owner_workflow=owner,
            who=blocker.who,
            what_en=blocker.what.en,
            what_zh=blocker.what.zh,
            due_at=blocker.by,
            command=blocker.command,
        )
        for place, blocker in enumerate(people)
    )
