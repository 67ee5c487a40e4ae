"""A receipt or account names a legal entity of the policy and a customer that is there, or it never starts anything."""

from datetime import datetime

from sqlalchemy import Connection

from api.bodies import require
from api.deps import Edge
from domain.nobody import UNIDENTIFIED
from storage.entries import CustomerCard
from storage.operations.customers import keep_customer
from storage.queries.accounts import entities_owed
from storage.queries.masters import customer

_NOBODY_YET = CustomerCard(customer_id=UNIDENTIFIED, name="Unidentified receipts 待认领收款")


def require_entity(edge: Edge, entity: str) -> None:
    """Refuse a body (422) that leads to no legal entity of the policy."""
    if edge.policy is None:
        require(bool(entity), "entity", "name the legal entity", "请指明主体")
        return
    known = ", ".join(sorted(edge.policy.entities))
    require(entity in edge.policy.entities, "entity", f"must be one of {known}", f"须为以下主体之一：{known}")


async def seller_of(edge: Edge, named: str, customer_id: str, currency: str) -> str:
    """Return the legal entity whose account with a customer is meant.

    It is the one named (by the caller, or by the caller's key), else the one that has the account, else the customer's,
    else the policy's default. Where several have one it is refused (422): money must not land in the wrong books.
    """
    owed = () if named else await edge.database.read(entities_owed, customer_id, currency)
    require(
        len(owed) <= 1,
        "entity",
        f"name one of {', '.join(owed)}: each has an account of {customer_id} in {currency}",
        f"请指明主体：{'、'.join(owed)} 都有客户 {customer_id} 的 {currency} 账户",
    )
    entity = named or (owed[0] if owed else await edge.database.read(_entity_of, customer_id)) or edge.default_entity
    require_entity(edge, entity)
    return entity


def _entity_of(connection: Connection, customer_id: str) -> str:
    return customer(connection, customer_id).entity


async def known_customer(edge: Edge, customer_id: str | None) -> str:
    """Return the customer of an account (E_NOTFOUND); nobody named is the one of unidentified receipts."""
    if customer_id is None or customer_id == UNIDENTIFIED:
        await edge.database.write(_keep_unidentified, edge.now())
        return UNIDENTIFIED
    return (await edge.database.read(customer, customer_id)).customer_id


def _keep_unidentified(connection: Connection, at: datetime) -> None:
    keep_customer(connection, _NOBODY_YET, at)
