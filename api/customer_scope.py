"""A key that is limited to a legal entity sees that entity's customers and the shared ones, and changes only its own.

A customer without an entity is shared: it buys from the policy's default entity unless a lead says otherwise.
"""

from api.callers import Caller, foreign
from api.deps import Edge
from domain.refusal import Code, refuse
from storage.entries import CustomerCard


def seen(caller: Caller, card: CustomerCard) -> CustomerCard:
    """Return a customer that the caller may know of; another entity's is not there (E_NOTFOUND)."""
    if card.entity and not caller.sees(card.entity):
        raise refuse(
            Code.NOTFOUND,
            f"there is no customer {card.customer_id}",
            f"没有客户 {card.customer_id}",
            customer=card.customer_id,
        )
    return card


def own(edge: Edge, caller: Caller, card: CustomerCard) -> CustomerCard:
    """Return a customer that the caller may change (E_NOTFOUND, E_AUTH)."""
    entity = seen(caller, card).entity or edge.default_entity
    if not caller.sees(entity):
        raise foreign(caller.entity, entity)
    return card
