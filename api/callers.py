"""The person behind a request is always the authenticated one; what they may see ends at their legal entity."""

from domain.machine import Actor
from domain.refusal import Code, Refused, refuse
from domain.value import Value


class Caller(Value):
    """Who asks, as authenticated.

    Attributes:
        id: the person's id in the organisation file.
        roles: the roles of the key or token.
        entity: the legal entity the key is limited to; empty means all.
    """

    id: str
    roles: tuple[str, ...] = ()
    entity: str = ""

    def actor(self) -> Actor:
        """Return the caller as the workflows know them."""
        return Actor(id=self.id, roles=self.roles, via="api")

    def sees(self, entity: str) -> bool:
        """Tell whether what belongs to a legal entity may be shown."""
        return self.entity in ("", entity)

    def entity_of(self, asked: str) -> str:
        """Return the entity to act in: the one asked for, else the key's own; another's is refused (E_AUTH)."""
        entity = asked or self.entity
        if not self.sees(entity):
            raise foreign(self.entity, entity)
        return entity


def foreign(own: str, asked: str) -> Refused:
    """Build the refusal of a key that is limited to another legal entity."""
    return refuse(
        Code.AUTH,
        f"this key is limited to the entity {own}; use a key of {asked}",
        f"该密钥仅限主体 {own}；请使用 {asked} 的密钥",
        entity=own,
    )
