"""Money of one currency pays what is owed in another: finance exchange it at a rate, and take that back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.bodies import body_of
from api.deps import CallerDep, EdgeDep, KeyDep, RowPath, caller_of
from api.rate_bodies import Currency, StatedRate
from api.routes.receipts import Numbers, Received, account_of, answered, seen_receipt
from domain.account.exchanges import ExchangeNow, UndoExchange
from domain.machine import Minor
from domain.receivables.exchange import exchange_name
from domain.value import Strict
from domain.words import Reason

router = APIRouter(tags=["receipts"], dependencies=[Depends(caller_of)])


class NewExchange(Strict):
    """Into which currency, how much of it (`minor`; all by default), at which rate, and for which invoices. 折算。"""

    currency: Currency
    minor: Minor | None = None
    rate: StatedRate | None = None
    invoices: Numbers = ()


class Undoing(Strict):
    """Why an exchange is taken back. 撤销折算。"""

    reason: Reason


EXCHANGE, UNDOING = body_of(NewExchange), body_of(Undoing)


@router.post(
    "/api/receipts/{receipt_id}/exchanges", openapi_extra=EXCHANGE.documented,
    summary="Have money of one currency pay what is owed in another. 折算核销",
)  # fmt: skip
async def exchange(
    edge: EdgeDep, caller: CallerDep, receipt_id: RowPath, key: KeyDep, response: Response,
    body: Annotated[NewExchange, Depends(EXCHANGE)],
) -> Received:  # fmt: skip
    """Exchange unapplied cash at the rate given, else that of the receipt, else that kept for its value date."""
    row = await seen_receipt(edge, caller, receipt_id)
    command = ExchangeNow(
        source=row.source, external_id=row.external_id, currency=body.currency, minor=body.minor,
        rate=body.rate.as_rate() if body.rate else None, invoices=body.invoices,
    )  # fmt: skip
    return await answered(edge, caller, account_of(row), key, response, command, (row.source, row.external_id))


@router.post(
    "/api/receipts/{receipt_id}/exchanges/{number}/undo", openapi_extra=UNDOING.documented,
    summary="Take an exchange back, with what it pays. 撤销折算",
)  # fmt: skip
async def undo(
    edge: EdgeDep, caller: CallerDep, receipt_id: RowPath, number: RowPath, key: KeyDep, response: Response,
    body: Annotated[Undoing, Depends(UNDOING)],
) -> Received:  # fmt: skip
    """Open again what it paid; the money is unapplied cash of this receipt again."""
    row = await seen_receipt(edge, caller, receipt_id)
    name = exchange_name(row.source, row.external_id, number)
    command = UndoExchange(source=row.source, external_id=row.external_id, exchange=name, reason=body.reason)
    return await answered(edge, caller, account_of(row), key, response, command, (row.source, row.external_id))
