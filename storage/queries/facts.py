"""The facts of one aggregate as they were recorded, in order: what its state is folded from again."""

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from domain.account.events import AccountEvent
from domain.deal.events import DealEvent
from domain.machine import Fact
from storage.tables.records import EVENT

_FACTS = select(EVENT).where(EVENT.c.workflow_id == bindparam("w")).order_by(EVENT.c.seq)


def deal_facts(connection: Connection, deal_id: str) -> tuple[Fact[DealEvent], ...]:
    """Read the facts of a deal back from the log."""
    return tuple(Fact[DealEvent].model_validate(fact) for fact in _facts(connection, f"deal/{deal_id}"))


def account_facts(connection: Connection, workflow_id: str) -> tuple[Fact[AccountEvent], ...]:
    """Read the facts of an account back from the log, those of all its runs."""
    return tuple(Fact[AccountEvent].model_validate(fact) for fact in _facts(connection, workflow_id))


def _facts(connection: Connection, workflow_id: str) -> Iterator[dict[str, Any]]:
    for row in connection.execute(_FACTS, {"w": workflow_id}):
        yield {
            "seq": row.seq,
            "at": row.at,
            "actor": {
                "id": row.actor, "roles": tuple(filter(None, row.roles.split(","))), "via": row.via,
                "on_behalf_of": row.on_behalf_of or None,
            },
            "cause": row.cause,
            "event": orjson.loads(row.data),
        }  # fmt: skip
