"""What people owe: approvals by who may decide, tasks by who must act, and what is stuck."""

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import eq

from sqlalchemy import Connection, and_, or_, select

from domain.approval.standing import OPEN
from domain.money import Money
from domain.ports import AccountRow, ApprovalRow, DealRow, TaskRow
from domain.refusal import Code, refuse
from domain.value import Value
from storage.queries.paging import after, cursor_of, limited, place_of
from storage.rows import AnyRow, AnySelect
from storage.tables.bank import BANK_ACCOUNT, BANK_STATEMENT
from storage.tables.ledger import DISPUTE, INVOICE
from storage.tables.records import ACCOUNT, APPROVAL, APPROVAL_ASSIGNEE, DEAL, IS_OPEN, RECORDING, TASK

_END_DISPUTES = "resolve"
_ACCOUNT = "account/"
MOST_NAMED = 20
"""Invoices that a task names at most."""


class ApprovalPage(Value):
    """Some approvals, and the cursor of the next page; empty at the end."""

    approvals: tuple[ApprovalRow, ...]
    next: str = ""


class Task(TaskRow):
    """What somebody owes, as it is listed.

    Attributes:
        invoices: the first twenty that an account has open disputes over, for its task to end them; empty for other
            tasks.
    """

    invoices: tuple[str, ...] = ()


class Stuck(Value):
    """What waits for operations.

    Attributes:
        deals, accounts: an effect has exhausted its retries.
        approvals: too few may decide, or they are late and nobody stands above them.
        recordings: the event log refuses what a workflow did, or has not taken it for long.
        stale: open deals that nothing has moved for long, and whose next date, if any, has passed.
    """

    deals: tuple[DealRow, ...]
    accounts: tuple[AccountRow, ...]
    approvals: tuple[ApprovalRow, ...]
    stale: tuple[DealRow, ...]
    recordings: tuple[TaskRow, ...] = ()


def approvals(
    connection: Connection, assignee: str = "", status: str = "", cursor: str = "", limit: int = 50, entity: str = ""
) -> ApprovalPage:
    """Return a page of approvals, the oldest first: those a person may decide now, or with a status (`BadCursor`)."""
    order = (APPROVAL.c.opened_at, APPROVAL.c.approval_id)
    query = select(APPROVAL).order_by(*order).limit(limited(limit) + 1)
    if assignee:
        mine = select(APPROVAL_ASSIGNEE.c.approval_id).where(APPROVAL_ASSIGNEE.c.person == assignee)
        query = query.where(APPROVAL.c.approval_id.in_(mine))
    if status:
        query = query.where(APPROVAL.c.status == status)
    if entity:
        ours = APPROVAL.c.owner_workflow.startswith(f"account/{entity}/", autoescape=True)
        query = query.where(APPROVAL.c.deal_id.in_(_deals_of(entity)) | ours)
    if cursor:
        query = query.where(after(order, place_of(cursor, (datetime, str))))
    rows = connection.execute(query).all()
    page = _with_assignees(connection, rows[: limited(limit)])
    more = len(rows) > len(page)
    return ApprovalPage(approvals=page, next=cursor_of(page[-1].opened_at, page[-1].approval_id) if more else "")


def accounts_deciding(connection: Connection) -> tuple[str, ...]:
    """Return the workflow ids of the accounts in which somebody may decide on a request."""
    rows = connection.execute(
        select(APPROVAL.c.owner_workflow)
        .where(APPROVAL.c.status.in_(OPEN), APPROVAL.c.owner_workflow.startswith("account/"))
        .distinct()
        .order_by(APPROVAL.c.owner_workflow)
    )
    return tuple(rows.scalars())


def approval(connection: Connection, approval_id: str) -> ApprovalRow:
    """Return one approval; refused when there is none (E_NOTFOUND)."""
    rows = connection.execute(select(APPROVAL).where(APPROVAL.c.approval_id == approval_id)).all()
    if not rows:
        raise refuse(
            Code.NOTFOUND, f"there is no approval {approval_id}", f"没有审批 {approval_id}", approval=approval_id
        )
    return _with_assignees(connection, rows)[0]


def tasks(connection: Connection, who: Sequence[str] = (), limit: int = 100, entity: str = "") -> tuple[Task, ...]:
    """Return tasks of people and roles (``role:finance``), the first due first; of everybody when none is named."""
    query = select(TASK).order_by(TASK.c.due_at.is_(None), TASK.c.due_at, TASK.c.owner_workflow, TASK.c.task_id)
    if who:
        query = query.where(TASK.c.who.in_(who))
    if entity:
        of_deal = TASK.c.owner_workflow.in_(select("deal/" + DEAL.c.deal_id).where(DEAL.c.entity == entity))
        of_statement = TASK.c.owner_workflow.in_(
            select(BANK_STATEMENT.c.workflow_id)
            .join(BANK_ACCOUNT, BANK_ACCOUNT.c.id == BANK_STATEMENT.c.bank_account_id)
            .where(BANK_ACCOUNT.c.entity == entity)
        )
        of_account = TASK.c.owner_workflow.startswith(f"account/{entity}/", autoescape=True)
        query = query.where(of_deal | of_account | of_statement)
    rows = connection.execute(query.limit(limited(limit))).all()
    disputed = _disputed(connection, {row.owner_workflow for row in rows if row.command == _END_DISPUTES})
    return tuple(
        Task.model_validate(row._asdict() | {"invoices": disputed.get(row.owner_workflow, ())})
        if row.command == _END_DISPUTES
        else Task.model_validate(row._asdict())
        for row in rows
    )


def _disputed(connection: Connection, owners: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the first invoices of accounts, by workflow id, over which a dispute is open."""
    if not owners:
        return {}
    query = disputed_query(owners)
    found: dict[str, list[str]] = {}
    for entity, customer_id, currency, number in connection.execute(query):
        numbers = found.setdefault(f"{_ACCOUNT}{entity}/{customer_id}/{currency}", [])
        if len(numbers) < MOST_NAMED:
            numbers.append(number)
    return {owner: tuple(numbers) for owner, numbers in found.items()}


def disputed_query(owners: Collection[str]) -> AnySelect:
    """Return the question for open disputes of accounts; a test asks the database how it would answer it."""
    names = (ACCOUNT.c.entity, ACCOUNT.c.customer_id, ACCOUNT.c.currency)
    wanted = [tuple(owner.removeprefix(_ACCOUNT).split("/")) for owner in sorted(owners)]
    return (
        select(*names, INVOICE.c.number)
        .select_from(DISPUTE)
        .join(INVOICE, INVOICE.c.id == DISPUTE.c.invoice_id)
        .join(ACCOUNT, ACCOUNT.c.id == DISPUTE.c.account_id)
        .where(DISPUTE.c.closed_at.is_(None), or_(*(and_(*map(eq, names, one)) for one in wanted)))
        .order_by(DISPUTE.c.id)
    )


def tasks_of_workflow(connection: Connection, workflow_id: str) -> tuple[TaskRow, ...]:
    """Return who owes what to a deal or account."""
    rows = connection.execute(select(TASK).where(TASK.c.owner_workflow == workflow_id).order_by(TASK.c.task_id))
    return tuple(TaskRow.model_validate(row._asdict()) for row in rows)


def stuck(connection: Connection, now: datetime, quiet_since: datetime, limit: int = 100) -> Stuck:
    """Return what waits for operations; ``quiet_since`` says how long nothing moving is too long."""
    most = limited(limit)
    deals = connection.execute(select(DEAL).where(DEAL.c.attention).order_by(DEAL.c.updated_at).limit(most))
    accounts = connection.execute(select(ACCOUNT).where(ACCOUNT.c.attention).order_by(ACCOUNT.c.id).limit(most))
    held = connection.execute(
        select(APPROVAL).where(APPROVAL.c.status == "stuck").order_by(APPROVAL.c.opened_at).limit(most)
    )
    stale = connection.execute(
        select(DEAL)
        .where(
            IS_OPEN,
            DEAL.c.updated_at < quiet_since,
            DEAL.c.due_at.is_(None) | (DEAL.c.due_at < now),
        )
        .order_by(DEAL.c.updated_at)
        .limit(most)
    )
    recordings = connection.execute(
        select(TASK).where(TASK.c.task_id == TASK.c.owner_workflow + RECORDING).order_by(TASK.c.task_id).limit(most)
    )
    return Stuck(
        deals=tuple(DealRow.model_validate(row._asdict()) for row in deals),
        accounts=tuple(AccountRow.model_validate(row._asdict()) for row in accounts),
        approvals=_with_assignees(connection, held.all()),
        stale=tuple(DealRow.model_validate(row._asdict()) for row in stale),
        recordings=tuple(TaskRow.model_validate(row._asdict()) for row in recordings),
    )


def _deals_of(entity: str) -> AnySelect:
    return select(DEAL.c.deal_id).where(DEAL.c.entity == entity)


def _with_assignees(connection: Connection, rows: Sequence[AnyRow]) -> tuple[ApprovalRow, ...]:
    ids = [row.approval_id for row in rows]
    people: dict[str, list[str]] = {}
    seats = connection.execute(
        select(APPROVAL_ASSIGNEE)
        .where(APPROVAL_ASSIGNEE.c.approval_id.in_(ids))
        .order_by(APPROVAL_ASSIGNEE.c.approval_id, APPROVAL_ASSIGNEE.c.person)
    )
    for seat in seats:
        people.setdefault(seat.approval_id, []).append(seat.person)
    return tuple(
        ApprovalRow.model_validate(
            row._asdict()
            | {
                "amount": Money(minor=row.amount_minor, currency=row.currency),
                "assignees": tuple(people.get(row.approval_id, ())),
            }
        )
        for row in rows
    )
