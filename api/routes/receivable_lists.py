"""What whoever collects looks for: open and overdue invoices, accounts with their sums, receipts with cash left."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from api.deps import CallerDep, Edge, EdgeDep, Filter, caller_of
from api.paging import CursorQuery, LimitQuery
from domain.local_time import local_day
from storage.queries.business_time import business_time
from storage.queries.receipts import ReceiptPage, receipts
from storage.queries.receivable_lists import AccountPage, Days, InvoicePage, ReceivableFilter, accounts, invoices

router = APIRouter(tags=["receivables"], dependencies=[Depends(caller_of)])
P = TypeVar("P")
S = TypeVar("S")
InvoiceStatus = Annotated[
    Literal["open", "overdue", "paid"] | None,
    Query(
        description="`open`, `overdue`: the longest due first. `paid`, or nothing for all: the last entered first, "
        "whatever its date; a debit note or an imported item may have an earlier one. 状态"
    ),
]
AccountStatus = Annotated[
    Literal["open", "overdue", "unapplied"] | None, Query(description="Nothing for all accounts. 状态")
]
Unapplied = Annotated[
    Literal["true", "false"] | None, Query(description="Only those with cash that pays nothing yet, or without.")
]


@router.get("/api/invoices", summary="Invoices: open or overdue, paid, or all in the order of entry. 发票列表")
async def list_invoices(
    edge: EdgeDep, caller: CallerDep, status: InvoiceStatus = None, customer: Filter = "", entity: Filter = "",
    cursor: CursorQuery = "", limit: LimitQuery = 50,
) -> InvoicePage:  # fmt: skip
    """Sum up what is open of each, as of today in its legal entity."""
    wanted = ReceivableFilter(entity=caller.entity_of(entity), customer=customer)
    return await edge.database.read(_as_of_today, edge, invoices, wanted, status or "", cursor, limit)


@router.get("/api/accounts", summary="Customers' accounts with what is open, overdue and unapplied. 客户账户列表")
async def list_accounts(
    edge: EdgeDep, caller: CallerDep, status: AccountStatus = None, customer: Filter = "", entity: Filter = "",
    cursor: CursorQuery = "", limit: LimitQuery = 50,
) -> AccountPage:  # fmt: skip
    """Sum up each, as of today in its legal entity."""
    wanted = ReceivableFilter(entity=caller.entity_of(entity), customer=customer)
    return await edge.database.read(_as_of_today, edge, accounts, wanted, status or "", cursor, limit)


@router.get("/api/receipts", summary="Receipts, the last reported first. 收款列表")
async def list_receipts(
    edge: EdgeDep, caller: CallerDep, unapplied: Unapplied = None, customer: Filter = "", entity: Filter = "",
    cursor: CursorQuery = "", limit: LimitQuery = 50,
) -> ReceiptPage:  # fmt: skip
    """Read the ledger; unidentified ones are those of the customer `unidentified`."""
    own = caller.entity_of(entity)
    return await edge.database.read(receipts, customer, unapplied or "", cursor, limit, own)


def _as_of_today(
    connection: Connection,
    edge: Edge,
    page_of: Callable[[Connection, Days, ReceivableFilter, S, str, int], P],
    wanted: ReceivableFilter,
    status: S,
    cursor: str,
    limit: int,
) -> P:
    return page_of(connection, _days(connection, edge), wanted, status, cursor, limit)


def _days(connection: Connection, edge: Edge) -> Days:
    now = business_time(connection, edge.now())
    entities = edge.policy.entities if edge.policy else {}
    days = {code: local_day(rules.zone, now) for code, rules in entities.items()}
    return Days(today=days.get(edge.default_entity, now.date()), of_entity=days)
