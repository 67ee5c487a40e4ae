"""A webhook is verified before it is parsed, and handed over durably before it is acknowledged.

The signal goes first and the inbox row after it: a crash between the two makes the sender deliver again, and the
workflow knows the message by its id. What is in the inbox was handed over.
"""

from datetime import UTC, date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field, TypeAdapter

from api.bodies import JsonBody
from api.deps import Edge, EdgeDep
from api.identifiers import CustomerId, DealId, Entity
from api.problems import Fault, reject
from api.receipt_owner import account_of_report
from api.standard_webhooks import Delivery, verify
from api.webhook_scopes import RECEIPT, REPLY, check_entity, check_kind, scope_of
from domain.account.commands import RecordReceipt
from domain.account.reply_commands import LONGEST_REPLY, CustomerReplied
from domain.account.reported import check_webhook, receipt_of
from domain.deal.requests import PublicDealCommand
from domain.machine import Actor
from domain.money import Money
from domain.nobody import check_somebody
from domain.refusal import Code, refuse
from domain.value import Strict, Value
from storage.operations.edge import take_in
from storage.operations.receipts import check_told_once
from storage.queries.accounts import accounts
from storage.queries.deals import deal as deal_row
from storage.queries.inbox import seen_digest
from storage.queries.receipt_owner import account_of_receipt
from storage.queries.told_before import check_not_shown
from workflows.messages import AccountSubmission, DealSubmission

router = APIRouter(tags=["webhooks"])
Source = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9_-]+$")]


class DealMessage(Strict):
    """A command for a deal, by the person that the source names."""

    deal_id: DealId
    actor: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    command: PublicDealCommand


class ReceiptMessage(Strict):
    """Money that the source saw come in; it is known by the source and this id."""

    external_id: Annotated[str, Field(min_length=1, max_length=200)]
    amount: Money
    value_date: date
    entity: Entity | None = None
    customer: CustomerId | None = None
    payer: Annotated[str, Field(max_length=200)] = ""
    reference: Annotated[str, Field(max_length=2000)] = ""
    invoices: Annotated[tuple[str, ...], Field(max_length=100)] = ()


class ReplyMessage(Strict):
    """What a customer wrote or said, for all their accounts, or those with one legal entity or in one currency.

    A mail may be of any length: what is beyond the longest reply is cut off, since a refusal would silence all of it.
    """

    customer: CustomerId
    text: Annotated[str, Field(min_length=1)]
    channel: Annotated[str, Field(max_length=60)] = ""
    entity: Entity | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class DealEvent(Strict):
    """``deal.command``."""

    type: Literal["deal.command"]
    timestamp: str = ""
    data: DealMessage


class ReceiptEvent(Strict):
    """``receipt.reported``."""

    type: Literal["receipt.reported"]
    timestamp: str = ""
    data: ReceiptMessage


class ReplyEvent(Strict):
    """``customer.replied``."""

    type: Literal["customer.replied"]
    timestamp: str = ""
    data: ReplyMessage


AnyEvent = DealEvent | ReceiptEvent | ReplyEvent
EVENT: JsonBody[AnyEvent] = JsonBody(TypeAdapter(Annotated[AnyEvent, Field(discriminator="type")]), "Webhook")


class Taken(Value):
    """The message was handed over; ``repeated`` when that had happened before."""

    repeated: bool = False


@router.post(
    "/api/webhooks/{source}", openapi_extra=EVENT.documented,
    summary="Take in a signed message (Standard Webhooks). 接收签名消息",
)  # fmt: skip
async def receive(edge: EdgeDep, source: Source, request: Request) -> Taken:
    """Verify, hand over, remember, acknowledge."""
    secrets = edge.settings.webhook_secrets.get(source)
    if secrets is None:
        raise reject(Fault.KEY, "this source is not known here", "未知的消息来源")
    body = await request.body()
    delivery = verify(secrets.get_secret_value(), request.headers, body, edge.now())
    if await _seen(edge, source, delivery):
        return Taken(repeated=True)
    await _hand_over(edge, source, delivery, EVENT.read(body))
    noted = await edge.database.write(take_in, source, delivery.message_id, delivery.digest, edge.now())
    # Another delivery may have been faster; if it said something else, this one must not count as heard.
    return Taken(repeated=not noted and await _seen(edge, source, delivery))


async def _seen(edge: Edge, source: str, delivery: Delivery) -> bool:
    """Tell whether the message was taken in before; the same id with other content is refused (E_IDEM)."""
    digest = await edge.database.read(seen_digest, source, delivery.message_id)
    if digest is not None and digest != delivery.digest:
        raise refuse(
            Code.IDEM,
            f"the message {delivery.message_id} was taken in with other content",
            f"消息 {delivery.message_id} 已以其他内容接收",
            message=delivery.message_id,
        )
    return digest is not None


async def _hand_over(edge: Edge, source: str, delivery: Delivery, event: AnyEvent) -> None:
    """Send on what the source may say (E_AUTH), and has not said of the same money in other words (E_IDEM)."""
    submission_id = f"webhook/{source}:{delivery.message_id}"
    scope = scope_of(edge.settings.webhook_scopes, source)
    if isinstance(event, DealEvent):
        check_kind(scope, source, event.data.command.kind, event.data.actor)
        if scope.entities:
            check_entity(scope, source, (await edge.database.read(deal_row, event.data.deal_id)).entity)
        actor = _actor(source, event.data.actor)
        deal = DealSubmission(id=submission_id, actor=actor, command=event.data.command)
        await edge.workflows.signal_deal(event.data.deal_id, deal)
        return
    if isinstance(event, ReplyEvent):
        await _tell_accounts(edge, source, submission_id, event.data)
        return
    check_kind(scope, source, RECEIPT, None)
    told = event.data
    receipt = RecordReceipt(source=source, **told.model_dump(exclude={"entity", "customer"}))
    account = AccountSubmission(id=submission_id, actor=_actor(source, None), command=receipt)
    check_webhook(receipt, edge.now().astimezone(UTC).date())
    owner = await account_of_report(edge, receipt, told.customer, told.entity or "")
    check_entity(scope, source, owner.entity)
    # Two messages under way are told apart by the ledger, where what it refuses waits for a person.
    await edge.database.read(check_told_once, receipt_of(receipt, edge.now()), owner)
    if await edge.database.read(account_of_receipt, source, receipt.external_id) is None:
        await edge.database.read(check_not_shown, owner.entity, receipt.external_id, receipt.amount)
    await edge.workflows.signal_account(owner.entity, owner.customer_id, owner.currency, account)


async def _tell_accounts(edge: Edge, source: str, submission_id: str, told: ReplyMessage) -> None:
    scope = scope_of(edge.settings.webhook_scopes, source)
    check_kind(scope, source, REPLY, None)
    check_somebody(told.customer, "a reply")
    found = await edge.database.read(accounts, told.customer, edge.now())
    concerned = [
        one
        for one in found
        if one.entity == (told.entity or one.entity) and one.currency == (told.currency or one.currency)
    ]
    if not concerned:
        raise refuse(
            Code.NOTFOUND,
            f"{told.customer} has no such account",
            f"客户 {told.customer} 没有对应账户",
            customer=told.customer,
        )
    for one in concerned:
        check_entity(scope, source, one.entity)
    heard = CustomerReplied(text=told.text[:LONGEST_REPLY], channel=told.channel)
    reply = AccountSubmission(id=submission_id, actor=_actor(source, None), command=heard)
    for one in concerned:
        await edge.workflows.signal_account(one.entity, one.customer_id, one.currency, reply)


def _actor(source: str, person: str | None) -> Actor:
    """Return who acts: the person named, without roles, since a message cannot grant any."""
    return Actor(id=person or f"webhook:{source}", via="webhook")
