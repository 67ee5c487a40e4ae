"""Customers, prices and claims on leads: an id is given once, what it names can be edited."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from domain.nobody import check_somebody
from domain.refusal import Code, Refused, refuse
from storage.entries import CustomerCard, Product
from storage.json_text import pairs_text, words_text
from storage.operations.statements import Upsert
from storage.queries.masters import customer
from storage.tables.masters import CUSTOMER, CUSTOMER_CONTACT, LEAD_CLAIM, PRODUCT

_KEEP_CUSTOMER = Upsert(CUSTOMER, ["customer_id"], changes=())
_PUT_CUSTOMER = Upsert(
    CUSTOMER,
    ["customer_id"],
    changes=[c.name for c in CUSTOMER.columns if c.name not in ("customer_id", "created_at", "merged_into")],
)
_PUT_PRODUCT = Upsert(PRODUCT, ["sku", "currency"])
_CLAIM = Upsert(LEAD_CLAIM, ["dedupe_key"], changes=())


def create_customer(connection: Connection, card: CustomerCard, at: datetime) -> None:
    """Create a customer; of two that come at once with one id the second is refused like any later one (E_STATE).

    Where money of nobody is held, is no customer (E_GATE).
    """
    check_somebody(card.customer_id, "master data")
    made = _KEEP_CUSTOMER.of(connection).returning(CUSTOMER.c.customer_id)
    if connection.execute(made, _row(card, at)).first() is None:
        raise refuse(
            Code.STATE,
            f"the customer {card.customer_id} is there already: change it with PATCH",
            f"客户 {card.customer_id} 已存在：请用 PATCH 修改",
        )
    put_customer(connection, card, at)


def change_customer(
    connection: Connection, customer_id: str, change: Callable[[CustomerCard], CustomerCard], at: datetime
) -> CustomerCard:
    """Change a customer and return it (E_NOTFOUND, E_GATE); two who change different fields at once lose nothing."""
    check_somebody(customer_id, "master data")
    _lock(connection, customer_id)
    put_customer(connection, change(customer(connection, customer_id)), at)
    return customer(connection, customer_id)


def put_customer(connection: Connection, card: CustomerCard, at: datetime) -> None:
    """Create a customer or replace its master data; a merge is kept."""
    connection.execute(_PUT_CUSTOMER.of(connection), _row(card, at))
    connection.execute(delete(CUSTOMER_CONTACT).where(CUSTOMER_CONTACT.c.customer_id == card.customer_id))
    contacts = [
        {"customer_id": card.customer_id, "position": place} | dict(contact)
        for place, contact in enumerate(card.contacts)
    ]
    if contacts:
        connection.execute(insert(CUSTOMER_CONTACT), contacts)


def keep_customer(connection: Connection, card: CustomerCard, at: datetime) -> None:
    """Create a customer unless it is there already; what is there stays as it is."""
    connection.execute(_KEEP_CUSTOMER.of(connection), _row(card, at))


def merge_customers(connection: Connection, customer_id: str, into: str, at: datetime) -> None:
    """Mark a customer as the same as another; deals and accounts keep the id they were made with.

    An exclusion goes along: who is blacklisted under one name is so under the other, until a person lifts it.

    Raises:
        Refused: one of them is unknown (E_NOTFOUND) or none at all (E_GATE), or the other is merged into this one
            (E_STATE).
    """
    for one in (customer_id, into):
        check_somebody(one, "a merge")
    _lock(connection, customer_id, into)
    target = connection.execute(select(CUSTOMER.c.merged_into).where(CUSTOMER.c.customer_id == into)).first()
    if target is None:
        raise _unknown(into)
    if customer_id in (into, target.merged_into):
        raise refuse(Code.STATE, f"{into} is {customer_id} already", f"{into} 与 {customer_id} 是同一客户")
    merged = CUSTOMER.c.customer_id == customer_id
    excluded = connection.execute(select(CUSTOMER.c.blacklisted).where(merged)).scalar()
    if excluded is None:
        raise _unknown(customer_id)
    connection.execute(update(CUSTOMER).where(merged).values(merged_into=into, updated_at=at))
    if excluded:
        target_row = update(CUSTOMER).where(CUSTOMER.c.customer_id == into)
        connection.execute(target_row.values(blacklisted=True, updated_at=at))


def put_product(connection: Connection, product: Product, at: datetime) -> None:
    """Set the price of an article in one currency."""
    row = {name: value for name, value in product if name != "list_price"}
    row |= {"list_minor": product.list_price.minor, "currency": product.list_price.currency, "updated_at": at}
    connection.execute(_PUT_PRODUCT.of(connection), row)


def claim_lead(connection: Connection, dedupe_key: str, deal_id: str, at: datetime) -> str:
    """Return the deal that owns a dedupe key: this one if nobody was first."""
    connection.execute(_CLAIM.of(connection), {"dedupe_key": dedupe_key, "deal_id": deal_id, "claimed_at": at})
    owner: str = connection.execute(
        select(LEAD_CLAIM.c.deal_id).where(LEAD_CLAIM.c.dedupe_key == dedupe_key)
    ).scalar_one()
    return owner


def release_lead(connection: Connection, dedupe_key: str, deal_id: str) -> None:
    """Give a claim back when its deal could not be started."""
    connection.execute(delete(LEAD_CLAIM).where(LEAD_CLAIM.c.dedupe_key == dedupe_key, LEAD_CLAIM.c.deal_id == deal_id))


def _lock(connection: Connection, *customer_ids: str) -> None:
    """Let nobody else change these customers before this transaction ends; locked in one order."""
    rows = select(CUSTOMER.c.customer_id).where(CUSTOMER.c.customer_id.in_(customer_ids))
    connection.execute(rows.order_by(CUSTOMER.c.customer_id).with_for_update()).all()


def _row(card: CustomerCard, at: datetime) -> dict[str, object]:
    row = {name: value for name, value in card if name not in ("contacts", "revenue", "merged_into")}
    return row | {
        "address": words_text(card.address),
        "attributes": pairs_text(card.attributes),
        "revenue_minor": card.revenue.minor if card.revenue else None,
        "revenue_currency": card.revenue.currency if card.revenue else None,
        "created_at": at,
        "updated_at": at,
    }


def _unknown(customer_id: str) -> Refused:
    return refuse(Code.NOTFOUND, f"there is no customer {customer_id}", f"没有客户 {customer_id}", customer=customer_id)
