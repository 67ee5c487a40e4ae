"""The hash of an event covers every stored column of it and the hash before, so no row can change or go unseen."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import orjson


class Sealed(NamedTuple):
    """What the hash of one event covers, exactly as stored.

    Attributes:
        at: the moment, in UTC to the microsecond.
        data: the event as JSON text, byte for byte as stored.
    """

    workflow_id: str
    seq: int
    subject: str
    kind: str
    at: datetime
    actor: str
    roles: str
    via: str
    on_behalf_of: str
    cause: str
    policy: str
    data: str


def sealed_hash(prev_hash: str, event: Sealed) -> str:
    """Return the SHA-256 over the previous hash and the event, as canonical JSON."""
    stamped = event._replace(at=event.at.astimezone(UTC))
    return sha256(orjson.dumps([prev_hash, *stamped])).hexdigest()


def digest(value: object) -> str:
    """Return the SHA-256 of a JSON value with sorted keys."""
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def anchor_hash(prev_hash: str, day: str, heads: list[tuple[str, int, str]]) -> str:
    """Return the hash of a daily anchor over the heads that moved, sorted by workflow."""
    return sha256(orjson.dumps([prev_hash, day, sorted(heads)])).hexdigest()
