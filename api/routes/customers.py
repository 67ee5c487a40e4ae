"""Customers: the master data an invoice needs; the id is ours and stays, everything else is data."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Connection

from api.authorisation import may_classify
from api.bodies import body_of, require
from api.customer_bodies import Classification, Contacts, CustomerChanges, Merge, NewCustomer, contacts_of
from api.customer_scope import own, seen
from api.deps import CallerDep, EdgeDep, Filter, IdPath, caller_of
from api.etags import UnchangedDep, etag_of
from api.idempotency import OnceDep
from api.identifiers import new_customer_id
from api.paging import CursorQuery, LimitQuery
from api.people import require_person
from domain.value import Value
from storage.entries import CustomerCard
from storage.operations.customers import change_customer, create_customer, merge_customers
from storage.queries.masters import customer, customers
from storage.queries.paging import cursor_of, place_of

router = APIRouter(tags=["customers"], dependencies=[Depends(caller_of)])
NEW, CHANGES, CONTACTS = body_of(NewCustomer), body_of(CustomerChanges), body_of(Contacts)
CLASSIFICATION, MERGE = body_of(Classification), body_of(Merge)


class CustomerPage(Value):
    """Some customers, and the cursor of the next page; empty at the end."""

    customers: tuple[CustomerCard, ...]
    next: str = ""


@router.get("/api/customers", summary="List or search customers. 客户列表")
async def listed(
    edge: EdgeDep, caller: CallerDep, cursor: CursorQuery = "", limit: LimitQuery = 50, q: Filter = ""
) -> CustomerPage:
    """Read one page; `q` is found in ids, names, tax ids and e-mail addresses."""
    last = place_of(cursor, (str,))[0] if cursor else ""
    found = await edge.database.read(customers, q, str(last), limit, entity=caller.entity)
    return CustomerPage(customers=found, next=cursor_of(found[-1].customer_id) if len(found) == limit else "")


@router.post("/api/customers", status_code=201, openapi_extra=NEW.documented, summary="Create a customer. 新建客户")
async def create(
    edge: EdgeDep, caller: CallerDep, once: OnceDep, body: Annotated[NewCustomer, Depends(NEW)]
) -> Response:
    """Create it under its own id."""
    if body.classifies:
        may_classify(caller.roles)
    require_person(edge, body.owner)
    card = body.card(body.customer_id or new_customer_id(), edge.zone_of(body.entity or ""))
    card = card.model_copy(update={"entity": caller.entity_of(card.entity)})
    at = edge.now()

    def make(connection: Connection) -> CustomerCard:
        create_customer(connection, card, at)
        return card

    return await once.write(201, make)


@router.get("/api/customers/{customer_id}", summary="Read a customer. 客户详情")
async def read(edge: EdgeDep, caller: CallerDep, customer_id: IdPath, response: Response) -> CustomerCard:
    """Read the master data, with its ETag for If-Match; `merged_into` names the customer it is the same as."""
    card = seen(caller, await edge.database.read(customer, customer_id))
    response.headers["ETag"] = etag_of(card)
    return card


@router.patch("/api/customers/{customer_id}", openapi_extra=CHANGES.documented, summary="Change a customer. 修改客户")
async def change(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, unchanged: UnchangedDep, response: Response,
    body: Annotated[CustomerChanges, Depends(CHANGES)],
) -> CustomerCard:  # fmt: skip
    """Change the fields given; what the class hangs on takes the roles of the classification."""
    if body.classifies:
        may_classify(caller.roles)
    caller.entity_of(body.entity or "")
    require_person(edge, body.owner)
    changed = await edge.database.write(
        change_customer, customer_id, lambda card: body.applied(unchanged(own(edge, caller, card))), edge.now()
    )
    response.headers["ETag"] = etag_of(changed)
    return changed


@router.put(
    "/api/customers/{customer_id}/contacts", openapi_extra=CONTACTS.documented,
    summary="Replace the contacts of a customer. 设置联系人",
)  # fmt: skip
async def set_contacts(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, unchanged: UnchangedDep,
    body: Annotated[Contacts, Depends(CONTACTS)],
) -> CustomerCard:  # fmt: skip
    """Replace them."""
    contacts = contacts_of(body.contacts)
    return await edge.database.write(
        change_customer,
        customer_id,
        lambda card: unchanged(own(edge, caller, card)).model_copy(update={"contacts": contacts}),
        edge.now(),
    )


@router.put(
    "/api/customers/{customer_id}/classification", openapi_extra=CLASSIFICATION.documented,
    summary="Set the class of a customer over the policy's. 客户分级覆盖",
)  # fmt: skip
async def classify(
    edge: EdgeDep, caller: CallerDep, customer_id: IdPath, unchanged: UnchangedDep,
    body: Annotated[Classification, Depends(CLASSIFICATION)],
) -> CustomerCard:  # fmt: skip
    """Set it; deals that run keep the terms they were opened with."""
    if edge.policy is not None:
        known = [one.id for one in edge.policy.classes]
        require(body.class_override in ("", *known), "class_override",
                f"must be empty or one of {', '.join(known)}", f"须为空或 {'、'.join(known)} 之一")  # fmt: skip
    changes = {name: value for name, value in body if value is not None}
    return await edge.database.write(
        change_customer,
        customer_id,
        lambda card: unchanged(own(edge, caller, card)).model_copy(update=changes),
        edge.now(),
    )


@router.post(
    "/api/customers/{customer_id}/merge", openapi_extra=MERGE.documented,
    summary="Say that two customers are one. 合并客户",
)  # fmt: skip
async def merge(
    edge: EdgeDep, caller: CallerDep, once: OnceDep, customer_id: IdPath, body: Annotated[Merge, Depends(MERGE)]
) -> Response:
    """Mark it; new deals go to the other, running ones and accounts keep their id."""
    require(body.into != customer_id, "into", "must be another customer", "须为另一个客户")
    at = edge.now()

    def make(connection: Connection) -> CustomerCard:
        for one in (customer_id, body.into):
            own(edge, caller, customer(connection, one))
        merge_customers(connection, customer_id, body.into, at)
        return customer(connection, customer_id)

    return await once.write(200, make)
