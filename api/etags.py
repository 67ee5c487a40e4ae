"""What is changed in place carries the hash of what it says; who changes it may demand that nobody did meanwhile."""

import hashlib
import re
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header

from api.problems import Fault, reject
from domain.refusal import Code, refuse
from storage.entries import CustomerCard

Unchanged = Callable[[CustomerCard], CustomerCard]
_ETAG = re.compile(r'"[0-9a-f]{16}"')


def etag_of(card: CustomerCard) -> str:
    """Return the ETag of a customer: the same for the same content, whenever and wherever it is read."""
    return f'"{hashlib.sha256(card.model_dump_json().encode()).hexdigest()[:16]}"'


def unchanged(
    if_match: Annotated[str | None, Header(description="Refuse with E_STALE unless it still has this ETag.")] = None,
) -> Unchanged:
    """Return what lets a customer pass, or refuses one that is not as If-Match demands (E_STALE, 400 if malformed)."""
    wanted = (if_match or "*").strip()
    if wanted != "*" and _ETAG.fullmatch(wanted) is None:
        raise reject(
            Fault.REQUEST,
            "If-Match must be the ETag that reading the customer gave",
            "If-Match 须为读取客户时的 ETag",
        )

    def check(card: CustomerCard) -> CustomerCard:
        if wanted not in ("*", etag_of(card)):
            raise refuse(
                Code.STALE,
                f"{card.customer_id} has changed since it was read: read it again",
                f"{card.customer_id} 在读取后已被修改：请重新读取",
            )
        return card

    return check


UnchangedDep = Annotated[Unchanged, Depends(unchanged)]
