"""Money that came in is reported once, by its source's own id, and put against invoices by finance."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy import Connection

from api.answers import told
from api.bodies import body_of
from api.callers import Caller
from api.customer_bodies import Short
from api.deps import CallerDep, Edge, EdgeDep, KeyDep, RowPath, caller_of
from api.exchange_hint import how_to_exchange
from api.idempotency import submission_id
from api.identifiers import CustomerId, Entity
from api.rate_bodies import StatedRate
from api.receipt_owner import account_of_claim, account_of_report, require_invoices
from api.submitting import submit_to_account, was_answered
from domain.account.commands import (
    Allocate,
    ClaimReceipt,
    PublicAccountCommand,
    RecordReceipt,
    ReverseReceiptNow,
    Share,
    Unallocate,
)
from domain.account.refunds import RefundNow, SayRefund
from domain.money import Money
from domain.receivables.refunding import refund_name
from domain.refusal import Code, refuse
from domain.value import Strict, Text, Value
from domain.words import Name, Reason, ReceiptName
from storage.queries.exchanges import ExchangeLine, exchanges_of_receipt, owed_elsewhere
from storage.queries.receipt_owner import AccountKey, account_of_receipt, waiting_receipts
from storage.queries.receipts import AllocationLine, ReceiptLine, allocations_of_receipt, receipt
from storage.queries.receipts_api import numbered_receipt
from storage.queries.refunds import RefundLine, refunds_of_receipt
from storage.queries.told_before import check_not_booked, check_not_shown
from workflows.messages import AccountSubmission, Answered

router = APIRouter(tags=["receipts"], dependencies=[Depends(caller_of)])
Numbers = Annotated[tuple[Name, ...], Field(max_length=100)]


class NewReceipt(Strict):
    """Money that came in; without a customer it waits to be identified. 收款。

    ``besides`` are receipts (``bank/…``) of the same amount that a statement has shown, where this is other money:
    those that a refusal names, up to 1,000. They are kept with the report.
    """

    source: Name
    external_id: Name
    amount: Money
    value_date: date
    customer: CustomerId | None = None
    entity: Entity | None = None
    payer: Short = ""
    reference: Annotated[str, Field(max_length=2000)] = ""
    invoices: Numbers = ()
    rate: StatedRate | None = None
    besides: Annotated[tuple[ReceiptName, ...], Field(max_length=1000)] = ()


class Allocations(Strict):
    """Which invoices to put unapplied cash against. 核销。"""

    shares: Annotated[tuple[Share, ...], Field(min_length=1, max_length=100)]


class Unallocation(Strict):
    """Which invoices to take a receipt off; none named means all. 反核销。"""

    invoices: Numbers = ()
    reason: Reason


class Reversal(Strict):
    """A payment bounced or was charged back. 退票。"""

    amount: Money
    reason: Reason


class Claim(Strict):
    """Whose money a receipt is that pays nothing yet, and how one knows. 认领。"""

    customer: CustomerId
    entity: Entity | None = None
    evidence: Reason


class NewRefund(Strict):
    """Cash of a receipt that is to be paid back to whoever paid it. 退款。"""

    amount: Money
    reason: Reason


class RefundSaid(Strict):
    """What became of a refund of which the provider says nothing, and how one knows. 退款结果。"""

    outcome: Literal["done", "failed"]
    evidence: Reason


class ReceiptView(Value):
    """A receipt, with what it was put against and taken off again, and what of it went into other currencies.

    Attributes:
        receipt: none for one that is booked when a second person has agreed to it.
        hint: which call exchanges what pays nothing, where the customer owes in another currency.
    """

    receipt: ReceiptLine | None
    allocations: tuple[AllocationLine, ...]
    refunds: tuple[RefundLine, ...] = ()
    exchanges: tuple[ExchangeLine, ...] = ()
    hint: Text | None = None


class Received(ReceiptView):
    """The answer to a command on a receipt, with the receipt as the ledger has it now."""

    answered: Answered


NEW, SHARES, UNALLOCATION, REVERSAL, CLAIM, REFUND, SAID = (
    body_of(NewReceipt),
    body_of(Allocations),
    body_of(Unallocation),
    body_of(Reversal),
    body_of(Claim),
    body_of(NewRefund),
    body_of(RefundSaid),
)


@router.post(
    "/api/receipts", status_code=201, openapi_extra=NEW.documented, summary="Report money that came in. 登记收款"
)
async def report(
    edge: EdgeDep, caller: CallerDep, key: KeyDep, response: Response, body: Annotated[NewReceipt, Depends(NEW)]
) -> Received:
    """Record it, match it, and put it against invoices where there is no doubt.

    Above the policy's amount (202, without a receipt, with the approval as Location) a second person agrees first.
    """
    said = {name: value for name, value in body if name not in ("customer", "entity", "rate")}
    receipt = RecordReceipt(**said, rate=body.rate.as_rate() if body.rate else None)
    account = await account_of_report(edge, receipt, body.customer, caller.entity_of(body.entity or ""))
    await require_invoices(edge, receipt, account)
    known = await edge.database.read(account_of_receipt, receipt.source, receipt.external_id)
    if known is None and not await was_answered(edge, key_of(account), submission_id(caller, key)):
        await edge.database.read(check_not_shown, account.entity, receipt.external_id, receipt.amount)
        await edge.database.read(check_not_booked, account, receipt, receipt.besides)
    waiting = await edge.database.read(waiting_receipts, account)
    received = await _submit(edge, caller, account, key, response, receipt)
    if known is None and received.answered.approval_id not in waiting:
        return received
    # Other content is refused, so that what is booked or waits already is the same money, whatever the key.
    return received.model_copy(update={"answered": received.answered.model_copy(update={"repeated": True})})


@router.get("/api/receipts/{receipt_id}", summary="Read a receipt with its allocations. 收款详情")
async def read(edge: EdgeDep, caller: CallerDep, receipt_id: RowPath) -> ReceiptView:
    """Read the ledger."""
    row = await seen_receipt(edge, caller, receipt_id)
    return await edge.database.read(_view, row.source, row.external_id)


@router.post(
    "/api/receipts/{receipt_id}/allocations", openapi_extra=SHARES.documented,
    summary="Put unapplied cash against invoices. 核销",
)  # fmt: skip
async def allocate(
    edge: EdgeDep, caller: CallerDep, receipt_id: RowPath, key: KeyDep, response: Response,
    body: Annotated[Allocations, Depends(SHARES)],
) -> Received:  # fmt: skip
    """Allocate it."""
    row = await seen_receipt(edge, caller, receipt_id)
    command = Allocate(source=row.source, external_id=row.external_id, shares=body.shares)
    return await _submit(edge, caller, account_of(row), key, response, command)


@router.post(
    "/api/receipts/{receipt_id}/unallocate", openapi_extra=UNALLOCATION.documented,
    summary="Take a receipt off invoices. 反核销",
)  # fmt: skip
async def unallocate(
    edge: EdgeDep, caller: CallerDep, receipt_id: RowPath, key: KeyDep, response: Response,
    body: Annotated[Unallocation, Depends(UNALLOCATION)],
) -> Received:  # fmt: skip
    """Take it back."""
    row = await seen_receipt(edge, caller, receipt_id)
    command = Unallocate(source=row.source, external_id=row.external_id, invoices=body.invoices, reason=body.reason)
    return await _submit(edge, caller, account_of(row), key, response, command)


@router.post(
    "/api/receipts/{receipt_id}/reversals", openapi_extra=REVERSAL.documented,
    summary="A payment bounced or was charged back. 退票/拒付",
)  # fmt: skip
async def reverse(
    edge: EdgeDep, caller: CallerDep, receipt_id: RowPath, key: KeyDep, response: Response,
    body: Annotated[Reversal, Depends(REVERSAL)],
) -> Received:  # fmt: skip
    """Reverse it."""
    row = await seen_receipt(edge, caller, receipt_id)
    command = ReverseReceiptNow(source=row.source, external_id=row.external_id, amount=body.amount, reason=body.reason)
    return await _submit(edge, caller, account_of(row), key, response, command)


@router.post(
    "/api/receipts/{receipt_id}/claim", openapi_extra=CLAIM.documented,
    summary="Say whose money an unidentified receipt is. 认领",
)  # fmt: skip
async def claim(
    edge: EdgeDep, caller: CallerDep, receipt_id: RowPath, key: KeyDep, response: Response,
    body: Annotated[Claim, Depends(CLAIM)],
) -> Received:  # fmt: skip
    """Move it to the customer's account, where it is matched as if it had just come in."""
    row = await seen_receipt(edge, caller, receipt_id)
    named = caller.entity_of(body.entity or row.entity)
    to = await account_of_claim(edge, body.customer, row.amount.currency, named)
    command = ClaimReceipt(
        source=row.source, external_id=row.external_id, entity=to.entity, customer_id=to.customer_id,
        evidence=body.evidence,
    )  # fmt: skip
    return await _submit(edge, caller, account_of(row), key, response, command)


@router.post(
    "/api/receipts/{receipt_id}/refunds", openapi_extra=REFUND.documented,
    summary="Pay unapplied cash back to its payer. 退款",
)  # fmt: skip
async def refund(
    edge: EdgeDep, caller: CallerDep, receipt_id: RowPath, key: KeyDep, response: Response,
    body: Annotated[NewRefund, Depends(REFUND)],
) -> Received:  # fmt: skip
    """Set it aside and have the provider pay it; above the policy's amount a second person agrees first."""
    row = await seen_receipt(edge, caller, receipt_id)
    command = RefundNow(source=row.source, external_id=row.external_id, amount=body.amount, reason=body.reason)
    return await _submit(edge, caller, account_of(row), key, response, command)


@router.post(
    "/api/receipts/{receipt_id}/refunds/{number}/outcome", openapi_extra=SAID.documented,
    summary="Say what became of a refund that the provider does not know. 登记退款结果",
)  # fmt: skip
async def say_refund(
    edge: EdgeDep, caller: CallerDep, receipt_id: RowPath, number: RowPath, key: KeyDep, response: Response,
    body: Annotated[RefundSaid, Depends(SAID)],
) -> Received:  # fmt: skip
    """Take a person's word, but not of who asked for it."""
    row = await seen_receipt(edge, caller, receipt_id)
    refund_id = refund_name(row.source, row.external_id, number)
    command = SayRefund(refund_id=refund_id, outcome=body.outcome, evidence=body.evidence)
    return await answered(edge, caller, account_of(row), key, response, command, (row.source, row.external_id))


def account_of(row: ReceiptLine) -> AccountKey:
    """Return the account that a receipt is in."""
    return AccountKey(entity=row.entity, customer_id=row.customer_id, currency=row.amount.currency)


def key_of(account: AccountKey) -> tuple[str, str, str]:
    """Return by what an account is found."""
    return account.entity, account.customer_id, account.currency


async def seen_receipt(edge: Edge, caller: Caller, receipt_id: int) -> ReceiptLine:
    """Return a receipt of the caller's entity (E_NOTFOUND)."""
    row = await edge.database.read(numbered_receipt, receipt_id)
    if not caller.sees(row.entity):
        raise refuse(Code.NOTFOUND, f"there is no receipt {receipt_id}", f"没有收款 {receipt_id}")
    return row


def _view(connection: Connection, source: str, external_id: str) -> ReceiptView:
    if account_of_receipt(connection, source, external_id) is None:
        return ReceiptView(receipt=None, allocations=())
    line = receipt(connection, source, external_id)
    return ReceiptView(
        receipt=line,
        allocations=allocations_of_receipt(connection, source, external_id),
        refunds=refunds_of_receipt(connection, source, external_id),
        exchanges=exchanges_of_receipt(connection, source, external_id),
        hint=how_to_exchange(line, owed_elsewhere(connection, line)),
    )


async def _submit(
    edge: Edge, caller: Caller, account: AccountKey, key: str, response: Response,
    command: RecordReceipt | Allocate | Unallocate | ReverseReceiptNow | ClaimReceipt | RefundNow,
) -> Received:  # fmt: skip
    receipt = (command.source, command.external_id)
    return await answered(edge, caller, account, key, response, command, receipt)


async def answered(
    edge: Edge, caller: Caller, account: AccountKey, key: str, response: Response, command: PublicAccountCommand,
    receipt: tuple[str, str],
) -> Received:  # fmt: skip
    """Have the account obey a command on a receipt, and read it as the ledger has it then."""
    submission = AccountSubmission(id=submission_id(caller, key), actor=caller.actor(), command=command)
    found = await submit_to_account(edge, key_of(account), submission)
    view = await edge.database.read(_view, *receipt)
    return Received(answered=told(response, found), **dict(view))
