"""What operations can search and filter deals by; registered and checked at start, clamped before they are sent."""

from datetime import UTC, date, datetime, time
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from domain.machine import Explanation
from domain.value import Value
from mendable import Mendable

STAGE = SearchAttributeKey.for_keyword("LtcStage")
STATUS = SearchAttributeKey.for_keyword("LtcStatus")
OWNER = SearchAttributeKey.for_keyword("LtcOwner")
CUSTOMER = SearchAttributeKey.for_keyword("LtcCustomer")
VALUE = SearchAttributeKey.for_int("LtcValue")
CURRENCY = SearchAttributeKey.for_keyword("LtcCurrency")
WAITING_FOR = SearchAttributeKey.for_keyword_list("LtcWaitingFor")
"""Everyone who owes an action: a query for one of them finds it."""
DUE_AT = SearchAttributeKey.for_datetime("LtcDueAt")
OLDEST_DUE_ON = SearchAttributeKey.for_datetime("LtcOldestDueOn")
"""The day itself and not its age, which would be wrong by the next day; midnight UTC, whatever the entity's zone."""
POLICY = SearchAttributeKey.for_keyword("LtcPolicy")

KEYWORDS = (STAGE, STATUS, OWNER, CUSTOMER, CURRENCY, POLICY)
ATTENTION = "needs_attention"
"""The status of what waits for operations."""
US = "ltc"
"""What `Explanation` calls LTC itself."""
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
    waiting_for: frozenset[str]
    due_at: datetime | None
    oldest_due_on: date | None
    policy: str

    def tells(self, old: "Attributes") -> bool:
        """Tell whether people must see the change even while more changes are on their way."""
        return (self.stage, self.status) != (old.stage, old.status)


def waiting_for(explanation: Explanation) -> frozenset[str]:
    """Return who owes the next action; LTC itself, which is done in seconds, only where nobody else does."""
    names = frozenset(blocker.who for blocker in explanation.waiting)
    return names - {US} or names


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
        waiting_for=frozenset(attributes.get(WAITING_FOR, ())),
        due_at=attributes.get(DUE_AT),
        oldest_due_on=oldest.date() if (oldest := attributes.get(OLDEST_DUE_ON)) else None,
        policy=attributes.get(POLICY, ""),
    )


def stage_of(stage: str) -> list[SearchAttributeUpdate[Any]]:
    """Return the update that says a stage, even once more."""
    return [STAGE.value_set(clamp(stage))]


def changes(old: Attributes, new: Attributes) -> list[SearchAttributeUpdate[Any]]:
    """Return the updates that turn the old attributes into the new: empty when nothing changed."""
    updates: list[SearchAttributeUpdate[Any]] = []
    for key, name in (
        (STAGE, "stage"),
        (STATUS, "status"),
        (OWNER, "owner"),
        (CUSTOMER, "customer"),
        (CURRENCY, "currency"),
        (POLICY, "policy"),
    ):
        value = clamp(getattr(new, name))
        if value != clamp(getattr(old, name)):
            updates.append(key.value_set(value))
    if old.value_minor != new.value_minor:
        updates.append(VALUE.value_set(new.value_minor))
    if old.waiting_for != new.waiting_for:
        names = sorted({clamp(name) for name in new.waiting_for})
        updates.append(WAITING_FOR.value_set(names) if names else WAITING_FOR.value_unset())
    if old.oldest_due_on != new.oldest_due_on:
        updates.append(_day(OLDEST_DUE_ON, new.oldest_due_on))
    due_at = _to_the_second(new.due_at)
    if _to_the_second(old.due_at) != due_at:
        updates.append(DUE_AT.value_set(due_at) if due_at else DUE_AT.value_unset())
    return updates


def _day(key: SearchAttributeKey[datetime], day: date | None) -> SearchAttributeUpdate[Any]:
    return key.value_set(datetime.combine(day, time(), UTC)) if day else key.value_unset()


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
    """The namespace lacks search attributes and they cannot be added from here (Temporal Cloud): add them by hand.

    Or it has one under its name that is of another type, which the server would refuse at every task.
    """


_TYPES: dict[str, IndexedValueType.ValueType] = {
    **{key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in KEYWORDS},
    VALUE.name: IndexedValueType.INDEXED_VALUE_TYPE_INT,
    WAITING_FOR.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    DUE_AT.name: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    OLDEST_DUE_ON.name: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def register(client: Client) -> None:
    """Add the search attributes the namespace lacks; a worker must not start without them.

    Raises:
        MissingSearchAttributes: they are missing and the server does not let us add them.
    """
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    there = listed.custom_attributes
    others = sorted(name for name, kind in _TYPES.items() if there.get(name, kind) != kind)
    if others:
        raise MissingSearchAttributes(
            f"namespace {client.namespace} has {', '.join(others)} of another type, from an earlier version; "
            f"remove them with the Temporal CLI (temporal operator search-attribute remove) and start again"
        )
    missing = {name: kind for name, kind in _TYPES.items() if name not in there}
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
