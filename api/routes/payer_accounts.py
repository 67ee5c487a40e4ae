"""The accounts that a customer is known to pay from, and those that are theirs alone to pay into."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from api.bodies import body_of, require
from api.customer_scope import own, seen
from api.deps import CallerDep, EdgeDep, IdPath, caller_of
from domain.statements.bookings import account_key
from domain.value import Strict
from storage.operations.bank_answers import put_payer_accounts
from storage.queries.masters import customer
from storage.queries.payers import payer_accounts

router = APIRouter(tags=["customers"], dependencies=[Depends(caller_of)])


class PayerAccount(Strict):
    """A number: `payer` is the customer's own, `virtual` is one of ours that only they pay into. 付款账户。"""

    account: Annotated[str, Field(min_length=4, max_length=60)]
    kind: Literal["payer", "virtual"] = "payer"


class PayerAccounts(Strict):
    """All of a customer's. 全部付款账户。"""

    accounts: Annotated[tuple[PayerAccount, ...], Field(max_length=100)]


ACCOUNTS = body_of(PayerAccounts)


@router.get("/api/customers/{customer_id}/bank-accounts", summary="Accounts by which a payer is known. 付款账户")
async def read_accounts(edge: EdgeDep, caller: CallerDep, customer_id: IdPath) -> PayerAccounts:
    """Read them."""
    seen(caller, await edge.database.read(customer, customer_id))
    found = await edge.database.read(payer_accounts, customer_id)
    return PayerAccounts.model_validate({"accounts": [{"account": one[0], "kind": one[1]} for one in found]})


@router.put(
    "/api/customers/{customer_id}/bank-accounts", openapi_extra=ACCOUNTS.documented,
    summary="Replace the accounts by which a payer is known. 更新付款账户",
)  # fmt: skip
async def put_accounts(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, body: Annotated[PayerAccounts, Depends(ACCOUNTS)]
) -> PayerAccounts:
    """Replace them; statements posted from now on go by them."""
    own(edge, caller, await edge.database.read(customer, customer_id))
    given = tuple((one.account, one.kind) for one in body.accounts)
    require(all(account_key(number) for number, _ in given), "account", "must have letters or digits", "须含字母或数字")
    await edge.database.write(put_payer_accounts, customer_id, given, caller.id, edge.now())
    return await read_accounts(edge, caller, customer_id)
