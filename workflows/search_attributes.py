"""What operations can search and filter deals by; registered and checked at start, clamped before they are sent."""

from datetime import datetime
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from domain.value import Value
from mendable import Mendable

STAGE = SearchAttributeKey.for_keyword("LtcStage")
STATUS = SearchAttributeKey.for_keyword("LtcStatus")
OWNER = SearchAttributeKey.for_keyword("LtcOwner")
CUSTOMER = SearchAttributeKey.for_keyword("LtcCustomer")
VALUE = SearchAttributeKey.for_int("LtcValue")
CURRENCY = SearchAttributeKey.for_keyword("LtcCurrency")
WAITING_FOR = SearchAttributeKey.for_keyword("LtcWaitingFor")
DUE_AT = SearchAttributeKey.for_datetime("LtcDueAt")
OVERDUE_DAYS = SearchAttributeKey.for_int("LtcOverdueDays")
POLICY = SearchAttributeKey.for_keyword("LtcPolicy")

KEYWORDS = (STAGE, STATUS, OWNER, CUSTOMER, CURRENCY, WAITING_FOR, POLICY)
ATTENTION = "needs_attention"
"""The status of what waits for operations."""
LONGEST_KEYWORD = 255
"""Temporal terminates a workflow over a keyword of more than 2,048 bytes; SQL visibility keeps 255 characters."""


class Attributes(Value):
    """The search attributes of a workflow as they should stand now."""

    stage: str
    status: str
    owner: str
    customer: str
    value_minor: int
    currency: str
    waiting_for: str
    due_at: datetime | None
    overdue_days: int
    policy: str

    def tells(self, old: "Attributes") -> bool:
        """Tell whether people must see the change even while more changes are on their way."""
        return (self.stage, self.status) != (old.stage, old.status)


def clamp(value: str) -> str:
    """Shorten a keyword to what every visibility store keeps."""
    return value[:LONGEST_KEYWORD]


def known(attributes: TypedSearchAttributes) -> Attributes:
    """Return the attributes that a workflow was started with; what it has not is empty."""
    return Attributes(
        stage=attributes.get(STAGE, ""),
        status=attributes.get(STATUS, ""),
        owner=attributes.get(OWNER, ""),
        customer=attributes.get(CUSTOMER, ""),
        value_minor=attributes.get(VALUE, 0),
        currency=attributes.get(CURRENCY, ""),
        waiting_for=attributes.get(WAITING_FOR, ""),
        due_at=attributes.get(DUE_AT),
        overdue_days=attributes.get(OVERDUE_DAYS, 0),
        policy=attributes.get(POLICY, ""),
    )


def stage_of(attributes: Attributes) -> list[SearchAttributeUpdate[Any]]:
    """Return the update that says the stage once more."""
    return [STAGE.value_set(clamp(attributes.stage))]


def changes(old: Attributes, new: Attributes) -> list[SearchAttributeUpdate[Any]]:
    """Return the updates that turn the old attributes into the new: empty when nothing changed."""
    updates: list[SearchAttributeUpdate[Any]] = []
    for key, name in (
        (STAGE, "stage"),
        (STATUS, "status"),
        (OWNER, "owner"),
        (CUSTOMER, "customer"),
        (CURRENCY, "currency"),
        (WAITING_FOR, "waiting_for"),
        (POLICY, "policy"),
    ):
        value = clamp(getattr(new, name))
        if value != clamp(getattr(old, name)):
            updates.append(key.value_set(value))
    if old.value_minor != new.value_minor:
        updates.append(VALUE.value_set(new.value_minor))
    if old.overdue_days != new.overdue_days:
        updates.append(OVERDUE_DAYS.value_set(new.overdue_days))
    due_at = _to_the_second(new.due_at)
    if _to_the_second(old.due_at) != due_at:
        updates.append(DUE_AT.value_set(due_at) if due_at else DUE_AT.value_unset())
    return updates


def _to_the_second(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at else None


def at_start(stage: str, customer: str, currency: str) -> TypedSearchAttributes:
    """Return the attributes a workflow is started with, which cost no event."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(STAGE, clamp(stage)),
            SearchAttributePair(CUSTOMER, clamp(customer)),
            SearchAttributePair(CURRENCY, clamp(currency)),
        ]
    )


class MissingSearchAttributes(Mendable):
    """The namespace lacks search attributes and they cannot be added from here (Temporal Cloud): add them by hand."""


_TYPES: dict[str, IndexedValueType.ValueType] = {
    **{key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in KEYWORDS},
    VALUE.name: IndexedValueType.INDEXED_VALUE_TYPE_INT,
    OVERDUE_DAYS.name: IndexedValueType.INDEXED_VALUE_TYPE_INT,
    DUE_AT.name: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def register(client: Client) -> None:
    """Add the search attributes the namespace lacks; a worker must not start without them.

    Raises:
        MissingSearchAttributes: they are missing and the server does not let us add them.
    """
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {name: kind for name, kind in _TYPES.items() if name not in listed.custom_attributes}
    if not missing:
        return
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            return
        raise MissingSearchAttributes(
            f"namespace {client.namespace} lacks {', '.join(sorted(missing))} ({error}); add them with the Temporal CLI"
        ) from error
