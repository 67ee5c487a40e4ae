"""Money is booked for the customer that the report names, else for the one whose invoice it names, else for nobody."""

from api.deps import Edge
from api.exchange_hint import exchange_later
from api.identifiers import CustomerId
from api.parties import known_customer, seller_of
from domain.account.commands import RecordReceipt
from domain.refusal import Code, refuse
from storage.queries.receipt_owner import (
    AccountKey,
    account_of_receipt,
    accounts_named,
    not_of_account,
    other_currencies_of,
)


async def account_of_report(
    edge: Edge, receipt: RecordReceipt, customer: CustomerId | None, entity: str = ""
) -> AccountKey:
    """Return the account that a reported receipt belongs to.

    Without a customer it is the one in which the receipt is already (claimed meanwhile, perhaps), then the only one
    whose invoices it names in its currency, then that of unidentified receipts.

    Args:
        edge: of the request.
        receipt: as reported.
        customer: whom the report names, if anybody.
        entity: the legal entity named, or to which the caller is limited; empty for any.

    Raises:
        Refused: no such customer (E_NOTFOUND).
        Rejected: the legal entity cannot be told (422).
    """
    currency = receipt.amount.currency
    if customer is None:
        found = await _told_by_itself(edge, receipt, entity)
        if found is not None:
            return found
    customer_id = await known_customer(edge, customer)
    seller = await seller_of(edge, entity, customer_id, currency)
    return AccountKey(entity=seller, customer_id=customer_id, currency=currency)


async def _told_by_itself(edge: Edge, receipt: RecordReceipt, entity: str) -> AccountKey | None:
    known = await edge.database.read(account_of_receipt, receipt.source, receipt.external_id)
    if known is not None and known.currency == receipt.amount.currency and entity in ("", known.entity):
        return known
    said = " ".join((*receipt.invoices, receipt.reference))
    named = await edge.database.read(accounts_named, said, receipt.amount.currency, entity)
    return named[0] if len(named) == 1 else None


async def require_invoices(edge: Edge, receipt: RecordReceipt, owner: AccountKey) -> None:
    """Refuse a report by a person that names what is no invoice of the account (E_NOTFOUND)."""
    strange = await edge.database.read(not_of_account, owner, receipt.invoices)
    if strange:
        names, account = ", ".join(strange), f"{owner.entity}/{owner.customer_id}/{owner.currency}"
        later = exchange_later(await edge.database.read(other_currencies_of, owner, strange))
        raise refuse(
            Code.NOTFOUND,
            f"{account} has no invoice {names}: correct the number or the currency, or leave it out{later.en}",
            f"账户 {account} 没有发票 {names}：请更正编号或币种，或不填写{later.zh}",
            invoices=names,
        )


async def account_of_claim(edge: Edge, customer: CustomerId, currency: str, entity: str = "") -> AccountKey:
    """Return the account into which a receipt is claimed (E_NOTFOUND, 422)."""
    customer_id = await known_customer(edge, customer)
    seller = await seller_of(edge, entity, customer_id, currency)
    return AccountKey(entity=seller, customer_id=customer_id, currency=currency)
