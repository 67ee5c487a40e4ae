"""What a customer owes, per legal entity and currency, summed up from the ledger at the moment it is asked."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, TypeAdapter
from sqlalchemy import Connection

from api.answers import told
from api.bodies import JsonBody
from api.deps import CallerDep, EdgeDep, Filter, IdPath, KeyDep, caller_of
from api.idempotency import submission_id
from api.paging import CursorQuery, LimitQuery
from api.parties import known_customer, seller_of
from domain.account.commands import ImportOpenItem, PauseDunning, ResumeDunning, RetryEffect, SkipEffect
from domain.receivables.collecting import Collection
from domain.value import Value
from storage.queries.accounts import AccountView, ItemPage, account, accounts, items
from storage.queries.business_time import business_time
from storage.queries.collecting import collection_of_account
from workflows.messages import AccountSubmission, Answered

router = APIRouter(tags=["receivables"], dependencies=[Depends(caller_of)])
Currency = Annotated[str, Query(pattern=r"^[A-Z]{3}$")]
OwnCommand = ImportOpenItem | PauseDunning | ResumeDunning | RetryEffect | SkipEffect
COMMAND: JsonBody[OwnCommand] = JsonBody(
    TypeAdapter(Annotated[OwnCommand, Field(discriminator="kind")]), "AccountCommand"
)


class CustomerAccounts(Value):
    """All accounts of a customer that the caller may see."""

    accounts: tuple[AccountView, ...]


class Statement(Value):
    """An account with its open items, the oldest due first, and the cursor of more of them."""

    account: AccountView
    open_items: ItemPage


@router.get("/api/accounts/{customer_id}", summary="What a customer owes. 客户账户")
async def read(edge: EdgeDep, caller: CallerDep, customer_id: IdPath) -> CustomerAccounts:
    """Sum up every account of the customer."""
    found = await edge.database.read(_accounts, customer_id, edge.now())
    return CustomerAccounts(accounts=tuple(one for one in found if caller.sees(one.entity)))


@router.get("/api/accounts/{customer_id}/statement", summary="The open items of an account. 对账单")
async def statement(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, currency: Currency, entity: Filter = "",
    cursor: CursorQuery = "", limit: LimitQuery = 50,
) -> Statement:  # fmt: skip
    """Sum up one account and read one page of its open items."""
    seller = await seller_of(edge, caller.entity_of(entity), customer_id, currency)
    return await edge.database.read(_statement, seller, customer_id, currency, edge.now(), cursor, limit)


@router.get("/api/accounts/{customer_id}/explain", summary="Who owes what, and what comes next? 账户说明")
async def explain(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, currency: Currency, entity: Filter = ""
) -> Collection:
    """Read the ledger and the log: what is open, how late, what is promised, and the next notice with its time."""
    seller = await seller_of(edge, caller.entity_of(entity), customer_id, currency)
    return await edge.database.read(_collection, (seller, customer_id, currency), edge.now())


@router.post(
    "/api/accounts/{customer_id}/commands", openapi_extra=COMMAND.documented,
    summary="Import an open item, pause or resume dunning, retry or skip. 对账户执行操作",
)  # fmt: skip
async def command(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, currency: Currency, key: KeyDep, response: Response,
    body: Annotated[OwnCommand, Depends(COMMAND)], entity: Filter = "",
) -> Answered:  # fmt: skip
    """Send it to the account and wait for the answer."""
    await known_customer(edge, customer_id)
    seller = await seller_of(edge, caller.entity_of(entity), customer_id, currency)
    submission = AccountSubmission(id=submission_id(caller, key), actor=caller.actor(), command=body)
    return told(response, await edge.workflows.submit_account(seller, customer_id, currency, submission))


def _collection(connection: Connection, account: tuple[str, str, str], now: datetime) -> Collection:
    return collection_of_account(connection, account, business_time(connection, now))


def _accounts(connection: Connection, customer_id: str, now: datetime) -> tuple[AccountView, ...]:
    return accounts(connection, customer_id, business_time(connection, now))


def _statement(
    connection: Connection, entity: str, customer_id: str, currency: str, now: datetime, cursor: str, limit: int
) -> Statement:
    return Statement(
        account=account(connection, entity, customer_id, currency, business_time(connection, now)),
        open_items=items(connection, entity, customer_id, currency, cursor, limit),
    )
