"""A source of webhooks may say only what its scope allows: a secret proves who sends, not that they may decide.

Without a scope a source reports what a customer, a carrier or a bank knows. A decision on a seat takes a scope that
names both the kind of command and the person.
"""

from typing import Final

from domain.refusal import Code, Refused, refuse
from settings import WebhookScope

RECEIPT: Final = "receipt"
"""Stands for ``receipt.reported`` among the kinds."""
REPLY: Final = "reply"
"""Stands for ``customer.replied`` among the kinds."""
REPORTS: Final = frozenset(
    {"accept_quote", "decline_quote", "sign_contract", "record_delivery", "accept_delivery", "reject_delivery"}
)
"""What the outside knows best; whoever is named with it is a name, not an authority."""
_USUAL: Final = WebhookScope(kinds=(*sorted(REPORTS), RECEIPT, REPLY))


def scope_of(scopes: dict[str, WebhookScope], source: str) -> WebhookScope:
    """Return what a source may do; one without a scope may report."""
    return scopes.get(source, _USUAL)


def check_kind(scope: WebhookScope, source: str, kind: str, person: str | None) -> None:
    """Refuse a message of a kind, or in the name of a person, that the scope does not have (E_AUTH)."""
    if kind not in scope.kinds:
        raise _beyond(source, kind, f"kinds: {kind}")
    if kind not in REPORTS and kind not in (RECEIPT, REPLY) and person not in scope.people:
        raise _beyond(source, f"{kind} by {person or 'nobody'}", f"people: {person or 'a person'}")


def check_entity(scope: WebhookScope, source: str, entity: str) -> None:
    """Refuse a message about a legal entity that the scope does not have (E_AUTH)."""
    if scope.entities and entity not in scope.entities:
        raise _beyond(source, entity, f"entities: {entity}")


def _beyond(source: str, what: str, needed: str) -> Refused:
    return refuse(
        Code.AUTH,
        f"the source {source} may not send {what}: its scope in LTC_WEBHOOK_SCOPES needs {needed}",
        f"来源 {source} 无权发送 {what}：LTC_WEBHOOK_SCOPES 中其范围须包含 {needed}",
        needed=needed,
    )
