"""What a customer owes, per legal entity and currency, summed up from the ledger at the moment it is asked."""

import asyncio
from datetime import date, datetime
from functools import cache
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, TypeAdapter
from sqlalchemy import Connection

from api.answers import told
from api.bodies import JsonBody
from api.deps import CallerDep, EdgeDep, Filter, IdPath, KeyDep, caller_of
from api.idempotency import submission_id
from api.paging import CursorQuery, LimitQuery
from api.parties import known_customer, seller_of
from api.routes.files import shown
from api.submitting import submit_to_account
from connectors.documents.typst_renderer import TypstRenderer
from connectors.letterhead.policy_letterheads import PolicyLetterheads
from domain.account.commands import ImportOpenItem, PauseDunning, ResumeDunning, RetryEffect, SkipEffect
from domain.account.hold_commands import HandOverNow, LiftHold, ReleaseHold, SetHold
from domain.account.note_commands import Note
from domain.account.notice_commands import SayNotice
from domain.account.paper_commands import MailStatement
from domain.account.reply_commands import CustomerReplied
from domain.account_statement import AccountStatement, AgeBand, ReceivedMoney, statement_document
from domain.correspondence import PDF
from domain.documents import Party
from domain.money import Money
from domain.nobody import check_somebody
from domain.receivables.collecting import Collection
from domain.value import Value
from storage.queries.account_statements import account_statement
from storage.queries.accounts import AccountView, ItemPage, account, accounts, items
from storage.queries.addresses import party
from storage.queries.business_time import business_time
from storage.queries.collecting import collection_of_account
from workflows.messages import AccountSubmission, Answered

router = APIRouter(tags=["receivables"], dependencies=[Depends(caller_of)])
Currency = Annotated[str, Query(pattern=r"^[A-Z]{3}$")]
OwnCommand = (
    ImportOpenItem
    | PauseDunning
    | ResumeDunning
    | CustomerReplied
    | ReleaseHold
    | SetHold
    | LiftHold
    | HandOverNow
    | SayNotice
    | Note
    | MailStatement
    | RetryEffect
    | SkipEffect
)
COMMAND: JsonBody[OwnCommand] = JsonBody(
    TypeAdapter(Annotated[OwnCommand, Field(discriminator="kind")]), "AccountCommand"
)


class CustomerAccounts(Value):
    """All accounts of a customer that the caller may see."""

    accounts: tuple[AccountView, ...]


class Statement(Value):
    """An account with its open items, the oldest due first, and the cursor of more of them.

    Attributes:
        ageing: what is open by days late.
        receipts: from the value date ``since`` on, and older ones with cash left.
        balance: what is open less what is received and pays nothing yet.
    """

    account: AccountView
    open_items: ItemPage
    as_of: datetime
    since: date
    ageing: tuple[AgeBand, ...]
    receipts: tuple[ReceivedMoney, ...]
    total_open: Money
    unapplied: Money
    balance: Money


@router.get("/api/accounts/{customer_id}", summary="What a customer owes. 客户账户")
async def read(edge: EdgeDep, caller: CallerDep, customer_id: IdPath) -> CustomerAccounts:
    """Sum up every account of the customer."""
    found = await edge.database.read(_accounts, customer_id, edge.now())
    return CustomerAccounts(accounts=tuple(one for one in found if caller.sees(one.entity)))


@router.get("/api/accounts/{customer_id}/statement", summary="The open items of an account. 对账单")
async def statement(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, currency: Currency, entity: Filter = "",
    since: date | None = None, cursor: CursorQuery = "", limit: LimitQuery = 50,
) -> Statement:  # fmt: skip
    """Sum up one account, read one page of its open items, and its receipts since a day (else of 90 days)."""
    check_somebody(customer_id, "a statement of account")
    seller = await seller_of(edge, caller.entity_of(entity), customer_id, currency)
    asked = _Asked(seller, customer_id, currency, edge.now(), edge.zone_of(seller), since)
    return await edge.database.read(_statement, asked, cursor, limit)


@router.get(
    "/api/accounts/{customer_id}/statement.pdf", summary="The statement as the customer would get it. 对账单 PDF",
    response_class=Response,
)  # fmt: skip
async def printed(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, currency: Currency, entity: Filter = "",
    since: date | None = None,
) -> Response:  # fmt: skip
    """Print it now, in the customer's language; the command ``mail_statement`` sends it and keeps what was sent."""
    check_somebody(customer_id, "a statement of account")
    seller = await seller_of(edge, caller.entity_of(entity), customer_id, currency)
    asked = _Asked(seller, customer_id, currency, edge.now(), edge.zone_of(seller), since)
    letterhead = await PolicyLetterheads(edge.policy_in_force).letterhead(seller)
    party, found = await edge.database.read(_printed, asked)
    document = statement_document(found, party, letterhead.seller)
    content = await asyncio.to_thread(_renderer().render, document)
    return shown(content, PDF, f"{document.number}.pdf", keep="no-store")


@router.get("/api/accounts/{customer_id}/explain", summary="Who owes what, and what comes next? 账户说明")
async def explain(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, currency: Currency, entity: Filter = ""
) -> Collection:
    """Read the ledger and the log: what is open, how late, what is promised, and the next notice with its time."""
    seller = await seller_of(edge, caller.entity_of(entity), customer_id, currency)
    return await edge.database.read(_collection, (seller, customer_id, currency), edge.now())


@router.post(
    "/api/accounts/{customer_id}/commands", openapi_extra=COMMAND.documented,
    summary="Import an open item, steer dunning, release a hold, mail a statement, retry or skip. 对账户执行操作",
)  # fmt: skip
async def command(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, currency: Currency, key: KeyDep, response: Response,
    body: Annotated[OwnCommand, Depends(COMMAND)], entity: Filter = "",
) -> Answered:  # fmt: skip
    """Send it to the account and wait for the answer."""
    await known_customer(edge, customer_id)
    seller = await seller_of(edge, caller.entity_of(entity), customer_id, currency)
    submission = AccountSubmission(id=submission_id(caller, key), actor=caller.actor(), command=body)
    return told(response, await submit_to_account(edge, (seller, customer_id, currency), submission))


def _collection(connection: Connection, account: tuple[str, str, str], now: datetime) -> Collection:
    return collection_of_account(connection, account, business_time(connection, now))


def _accounts(connection: Connection, customer_id: str, now: datetime) -> tuple[AccountView, ...]:
    return accounts(connection, customer_id, business_time(connection, now))


class _Asked(NamedTuple):
    """Which account, when, days counted in which zone, receipts since which day."""

    entity: str
    customer_id: str
    currency: str
    now: datetime
    zone: str
    since: date | None

    def statement(self, connection: Connection) -> AccountStatement:
        """Return the account as its customer would see it."""
        at = business_time(connection, self.now)
        return account_statement(connection, self.entity, self.customer_id, self.currency, at, self.zone, self.since)


@cache
def _renderer() -> TypstRenderer:
    """Load the fonts when the first statement is printed."""
    return TypstRenderer()


def _printed(connection: Connection, asked: _Asked) -> tuple[Party, AccountStatement]:
    return party(connection, asked.customer_id), asked.statement(connection)


def _statement(connection: Connection, asked: _Asked, cursor: str, limit: int) -> Statement:
    names, found = (asked.entity, asked.customer_id, asked.currency), asked.statement(connection)
    return Statement(
        account=account(connection, *names, found.as_of),
        open_items=items(connection, *names, cursor, limit),
        as_of=found.as_of,
        since=found.since,
        ageing=found.ageing,
        receipts=found.receipts,
        total_open=found.total_open,
        unapplied=found.unapplied,
        balance=found.balance,
    )
